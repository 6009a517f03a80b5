//! A page of people's as a picture of itself: its links lead nowhere, its forms go nowhere, and no script is in it.

/// Takes out of a page all that does something.
///
/// The page's own policy forbids the same. But a link that is pointed at says where it leads, and what a policy refuses is
/// complained of in the browser's console.
pub(super) fn inert(html: &str) -> String {
    let html = without(html, "<script", "</script>");
    // The example shows what people with scripts see.
    let html = without(&html, "<noscript", "</noscript>");
    let mut made = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        let (text, from) = rest.split_at(at);
        // In a value of ours no `>` stands as it is.
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, after) = from.split_at(end);
        made.push_str(text);
        made.push_str(&tamed(tag));
        rest = after;
    }
    made.push_str(rest);
    made
}

fn without(html: &str, begin: &str, end: &str) -> String {
    let mut made = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from)) = rest.split_once(begin) {
        made.push_str(before);
        rest = from.split_once(end).map_or("", |(_, after)| after);
    }
    made.push_str(rest);
    made
}

fn tamed(tag: &str) -> String {
    // The page around it is what is read.
    let tag = tag.replace(" autofocus", "");
    if tag.starts_with("<a ") {
        return leading_nowhere(&tag, " href=\"");
    }
    if tag.starts_with("<form ") {
        return leading_nowhere(&tag, " action=\"");
    }
    // A script shows it where the browser can do what it is for.
    if tag.starts_with("<button class=\"btn") {
        return tag.replace(" hidden", "");
    }
    tag
}

fn leading_nowhere(tag: &str, name: &str) -> String {
    let Some((before, from)) = tag.split_once(name) else {
        return tag.to_owned();
    };
    let after = from.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{name}#\"{after}")
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn what_does_something_is_taken_out_and_the_rest_stays() {
        for (html, expected) in [
            ("<p>1 &#60; 2</p>", "<p>1 &#60; 2</p>"),
            (
                "<a class=\"btn\" href=\"/realms/acme/account\" id=\"x\">On</a>",
                "<a class=\"btn\" href=\"#\" id=\"x\">On</a>",
            ),
            (
                "<form id=\"f\" action=\"https://id.acme.test/x?y=1\" method=\"post\">",
                "<form id=\"f\" action=\"#\" method=\"post\">",
            ),
            ("<form id=\"f\">", "<form id=\"f\">"),
            (
                "<link rel=\"stylesheet\" href=\"/a.css\">",
                "<link rel=\"stylesheet\" href=\"/a.css\">",
            ),
            (
                "a<script type=\"module\" src=\"/x.js\"></script>b<script>c</script>d",
                "abd",
            ),
            ("<noscript><p>Scripts are off</p></noscript>", ""),
            (
                "<button class=\"btn wide\" type=\"button\" hidden autofocus>Use</button>",
                "<button class=\"btn wide\" type=\"button\">Use</button>",
            ),
            (
                "<button class=\"icon-btn\" data-reveal=\"password\" hidden></button>",
                "<button class=\"icon-btn\" data-reveal=\"password\" hidden></button>",
            ),
            ("<input name=\"totp\" autofocus>", "<input name=\"totp\">"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(inert(html), expected, "{html}");
        }
    }
}
