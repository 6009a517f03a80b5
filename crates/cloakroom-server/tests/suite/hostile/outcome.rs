//! The words that rows say what they expect with.

use crate::browser::Page;
use crate::html;
use crate::http::{Answer, decode};
use crate::realm::CALLBACK;

/// Whether the answer is what the words say:
///
/// | words | the answer |
/// |---|---|
/// | `page 400` | an error page with this status |
/// | `login` | the sign-in form |
/// | `confirm` | the question whether to sign out |
/// | `redirect` / `redirect ERROR` | the client is told the error in a redirect |
/// | `posts ERROR` | the client is told the error by `form_post` |
/// | `signed out` | the page that says so |
/// | `json 400` / `json 400 ERROR` | an OAuth error with this status |
/// | `challenge 401 ERROR` | a bearer challenge |
/// | `inactive` | the introspection answer that says nothing |
/// | `active` | the introspection answer of a token that counts |
/// | `status 405` | this status |
/// | `nothing` | a list with nothing in it |
/// | `closed` | the connection ends without an answer |
pub(super) fn is(words: &str, answer: &Answer) -> bool {
    let mut words = words.split(' ');
    let kind = words.next().unwrap_or_default();
    let (second, third) = (words.next(), words.next());
    let has_status = || second.and_then(|text| text.parse().ok()) == Some(answer.status);
    let page = Page {
        address: String::new(),
        answer: answer.clone(),
    };
    match kind {
        "page" => has_status() && page.is_error(),
        "login" => answer.status == 200 && page.is_login(),
        "confirm" => answer.status == 200 && answer.body.contains("id=\"kc-logout\""),
        "redirect" => {
            redirected(answer).is_some_and(|error| second.is_none_or(|word| word == error))
        }
        "posts" => posted(answer).is_some_and(|error| second == Some(error.as_str())),
        "signed" => {
            answer.status == 200 && answer.is_page() && html::forms(&answer.body).is_empty()
        }
        "json" => {
            let error = answer.error();
            has_status() && !error.is_empty() && third.is_none_or(|word| word == error)
        }
        "challenge" => {
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            let names = third.is_none_or(|error| challenge.contains(&format!("error=\"{error}\"")));
            has_status() && challenge.starts_with("Bearer ") && names
        }
        "inactive" => answer.status == 200 && answer.body == r#"{"active":false}"#,
        "active" => answer.status == 200 && answer.json()["active"] == true,
        "status" => has_status(),
        "nothing" => answer.status == 200 && answer.body == "[]",
        "closed" => answer.status == 0,
        _ => panic!("{kind} is none of the words"),
    }
}

/// The error that a redirect tells the client.
fn redirected(answer: &Answer) -> Option<String> {
    let location = answer.location().filter(|to| to.starts_with("https://"))?;
    let (_, query) = location.split_once(['?', '#'])?;
    let mut found = decode(query).into_iter();
    found
        .find(|(name, _)| name == "error")
        .map(|(_, error)| error)
}

/// The error that a form tells the client.
fn posted(answer: &Answer) -> Option<String> {
    let forms = html::forms(&answer.body);
    let form = forms.iter().find(|form| form.action == CALLBACK)?;
    form.get("error").map(str::to_owned)
}
