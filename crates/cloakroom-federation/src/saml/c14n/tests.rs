//! The examples of the specifications, and what signatures of SAML come across.

use roxmltree::Document;

use super::*;

fn of_root(text: &str, form: &Form) -> String {
    let document = Document::parse(text).unwrap();
    canonical(document.root_element(), None, form).unwrap()
}

/// The first element of this name, alone.
fn of_inside(text: &str, name: &str, form: &Form) -> String {
    let document = Document::parse(text).unwrap();
    let mut all = document.descendants();
    let found = all.find(|node| node.tag_name().name() == name).unwrap();
    canonical(found, None, form).unwrap()
}

/// Exclusive XML Canonicalization 1.0 §2.2: one element in two surroundings.
#[test]
fn an_element_is_the_same_wherever_it_stands() {
    const ELEMENT: &str = r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en">
    <n3:stuff xmlns:n3="ftp://example.org"/>
  </n1:elem2>"#;
    const CANONICAL: &str = r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en">
    <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>
  </n1:elem2>"#;
    for surroundings in [
        "{}",
        r#"<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org">{}</n0:local>"#,
        r#"<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain">{}</n2:pdu>"#,
        r#"<local xmlns="urn:default" xmlns:n1="http://example.net">{}</local>"#,
    ] {
        let text = surroundings.replace("{}", ELEMENT);
        assert_eq!(
            of_inside(&text, "elem2", &Form::default()),
            CANONICAL,
            "{text}"
        );
    }
}

/// Canonical XML 1.0 §3.3, as exclusive canonicalization has it.
#[test]
fn tags_are_written_in_one_way() {
    const TEXT: &str = r#"<doc>
   <e1   />
   <e2   ></e2>
   <e3   name = "elem3"   id="elem3"   />
   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I'm"
      xmlns:b="http://www.ietf.org"
      xmlns:a="http://www.w3.org"
      xmlns="http://example.org"/>
   <e6 xmlns="" xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="" xmlns:a="http://www.w3.org">
            <e9 xmlns="" xmlns:a="http://www.ietf.org" attr="default"/>
         </e8>
      </e7>
   </e6>
</doc>"#;
    const CANONICAL: &str = r#"<doc>
   <e1></e1>
   <e2></e2>
   <e3 id="elem3" name="elem3"></e3>
   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I'm" attr2="all" b:attr="sorted" a:attr="out"></e5>
   <e6>
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="">
            <e9 attr="default"></e9>
         </e8>
      </e7>
   </e6>
</doc>"#;
    assert_eq!(of_root(TEXT, &Form::default()), CANONICAL);
}

/// Canonical XML 1.0 §3.4.
#[test]
fn characters_are_escaped_in_one_way() {
    const TEXT: &str = r#"<doc><text>First line&#x0d;&#10;Second line</text><value>&#x32;</value><compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute><compute expr='value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"'>valid</compute><norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/></doc>"#;
    const CANONICAL: &str = "<doc><text>First line&#xD;\nSecond line</text><value>2</value><compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute><compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute><norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm></doc>";
    assert_eq!(of_root(TEXT, &Form::default()), CANONICAL);
}

/// Canonical XML 1.0 §3.1: comments are there where they are asked for; instructions always are.
#[test]
fn comments_count_where_the_signature_says_so() {
    const TEXT: &str = "<a>x<!-- y -->z<?pi data?><?alone?></a>";
    let with_comments = Form {
        with_comments: true,
        ..Form::default()
    };
    assert_eq!(
        of_root(TEXT, &Form::default()),
        "<a>xz<?pi data?><?alone?></a>"
    );
    assert_eq!(of_root(TEXT, &with_comments), TEXT);
}

#[test]
fn prefixes_of_the_list_are_written_where_they_are_in_scope() {
    const TEXT: &str =
        r#"<r xmlns="urn:d" xmlns:x="urn:x" xmlns:y="urn:y"><y:a><b xmlns:x="urn:z"/></y:a></r>"#;
    let rows: [(&[&str], &str); 4] = [
        (&[], r#"<y:a xmlns:y="urn:y"><b xmlns="urn:d"></b></y:a>"#),
        (
            &["x"],
            r#"<y:a xmlns:x="urn:x" xmlns:y="urn:y"><b xmlns="urn:d" xmlns:x="urn:z"></b></y:a>"#,
        ),
        (&[""], r#"<y:a xmlns="urn:d" xmlns:y="urn:y"><b></b></y:a>"#),
        (
            &["nowhere"],
            r#"<y:a xmlns:y="urn:y"><b xmlns="urn:d"></b></y:a>"#,
        ),
    ];
    for (list, canonical) in rows {
        let form = Form {
            with_comments: false,
            inclusive: list.iter().map(|prefix| (*prefix).to_owned()).collect(),
        };
        assert_eq!(of_inside(TEXT, "a", &form), canonical, "{list:?}");
    }
}

#[test]
fn one_element_can_be_left_out() {
    let document = Document::parse("<a>x<b>y</b>z</a>").unwrap();
    let inside = document.root_element().first_element_child();
    let text = canonical(document.root_element(), inside, &Form::default()).unwrap();

    assert_eq!(text, "<a>xz</a>");
}

#[test]
fn a_namespace_that_makes_the_form_too_long_is_refused() {
    let uri = "u".repeat(100_000);
    let text = format!("<r xmlns:x='{uri}'>{}</r>", "<x:a/>".repeat(1_000));
    let document = Document::parse(&text).unwrap();

    assert!(canonical(document.root_element(), None, &Form::default()).is_err());
}
