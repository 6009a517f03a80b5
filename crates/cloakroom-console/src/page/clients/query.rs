//! The query language of the list of clients, and the API's address for a query.

use url::form_urlencoded::Serializer;

/// Words that narrow by what a client is, with the values that each may have.
const NAMES: &[(&str, &[&str])] = &[
    ("type", &["web", "spa", "native", "machine", "api"]),
    ("protocol", &["openid-connect", "saml"]),
    ("access", &["public", "confidential", "bearer-only"]),
    ("enabled", &["true", "false"]),
];

/// What is offered as a click: the key of a name, and the word it stands for.
pub(super) const FILTERS: &[(&str, &str)] = &[
    ("client-kind-web", "type:web"),
    ("client-kind-spa", "type:spa"),
    ("client-kind-native", "type:native"),
    ("client-kind-machine", "type:machine"),
    ("client-kind-api", "type:api"),
    ("clients-openid-connect", "protocol:openid-connect"),
    ("clients-saml", "protocol:saml"),
    ("clients-public", "access:public"),
    ("clients-confidential", "access:confidential"),
    ("clients-bearer-only", "access:bearer-only"),
    ("clients-enabled", "enabled:true"),
    ("clients-disabled", "enabled:false"),
];

/// The address that answers a query, `shop access:public enabled:false` for example; a page of it is still to be named.
///
/// What is no word that narrows is looked for in the names of clients: they may have a colon.
pub(super) fn path(asked: &str) -> String {
    let mut params = Serializer::new(String::new());
    let mut search = Vec::new();
    for word in asked.split_whitespace() {
        match narrowing(word) {
            Some((name, value)) => {
                params.append_pair(name, value);
            }
            None => search.push(word),
        }
    }
    params.append_pair("search", &search.join(" "));
    format!("ui-ext/clients?{}", params.finish())
}

fn narrowing(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once(':')?;
    let (_, values) = NAMES.iter().find(|(known, _)| *known == name)?;
    values.contains(&value).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_narrow_and_everything_else_is_looked_for() {
        let rows = [
            ("", "search="),
            ("shop", "search=shop"),
            (
                "enabled:false my  shop access:public",
                "enabled=false&access=public&search=my+shop",
            ),
            ("type:web shop", "type=web&search=shop"),
            ("urn:app enabled:maybe", "search=urn%3Aapp+enabled%3Amaybe"),
        ];
        for (asked, params) in rows {
            assert_eq!(path(asked), format!("ui-ext/clients?{params}"));
        }
        for (_, word) in FILTERS {
            assert!(narrowing(word).is_some(), "{word} narrows nothing");
        }
    }
}
