//! Redirect URIs: which addresses of a client an answer may go to.
//!
//! Comparison is by characters and not by meaning (RFC 9700 §4.1.3), with three exceptions that
//! Keycloak's clients rely on: addresses relative to the client's root, or to the server where it has
//! none, a `*` at the end of a path, and the free port of a loopback address (RFC 8252 §7.3).

use cloakroom_model::client::Client;

/// Longer addresses are refused before they are looked at.
const LONGEST: usize = 4096;

/// What an address of a client may begin with instead of a host.
#[derive(Clone, Copy, Debug)]
pub struct Roots<'a> {
    /// The address that browsers know the realm by.
    pub frontend: &'a str,
    /// The address of the server itself, where its console is.
    pub admin: &'a str,
}

impl<'a> Roots<'a> {
    /// Those of a realm that browsers know by the address of the server.
    pub fn at(base_url: &'a str) -> Self {
        Self {
            frontend: base_url,
            admin: base_url,
        }
    }
}

/// Tells whether an answer may go to this address of the client.
pub fn is_registered(roots: Roots<'_>, client: &Client, redirect_uri: &str) -> bool {
    let mut all = client.settings.redirect_uris.iter();
    all.any(|listed| !listed.is_empty() && leads_to(roots, client, (listed, redirect_uri)))
}

/// Tells whether what is listed stands for this address.
///
/// What stands below the server itself stays there: the free port of a loopback address is for apps on the machine of whoever
/// signs in, and not for the neighbours of a server.
fn leads_to(roots: Roots<'_>, client: &Client, (listed, uri): (&str, &str)) -> bool {
    let is_own = listed.starts_with('/') && root_of(client).is_none();
    let stays = !is_own || origin_of(uri) == origin_of(roots.frontend);
    stays && fits(&absolute(roots, client, listed), uri)
}

/// Compares an address with one that is registered.
///
/// Where `*` stands for the rest of a path, a page may also say which of its own places the answer is
/// for, as apps with routes behind `#` do (decision 0006); an address that is registered letter by
/// letter has no fragment (RFC 6749 §3.1.2).
fn fits(pattern: &str, uri: &str) -> bool {
    match uri.split_once('#') {
        None => is_sound(uri) && matches(pattern, uri),
        Some((address, place)) => {
            let is_web = ["https://", "http://"]
                .iter()
                .any(|scheme| address.starts_with(scheme));
            is_web
                && pattern.ends_with('*')
                && is_place(place)
                && is_sound(address)
                && matches(pattern, address)
        }
    }
}

/// An address with what is behind `#`, where the answer of the server has to go around it.
pub(crate) fn with_answer(uri: &str, in_fragment: bool, pairs: &str) -> String {
    let (address, place) = match uri.split_once('#') {
        Some((address, place)) => (address, Some(place)),
        None => (uri, None),
    };
    if in_fragment {
        return match place.filter(|place| !place.is_empty()) {
            Some(place) => format!("{address}#{place}&{pairs}"),
            None => format!("{address}#{pairs}"),
        };
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    let place = place.map(|place| format!("#{place}")).unwrap_or_default();
    format!("{address}{separator}{pairs}{place}")
}

/// What an answer says: a place that says one of these would speak in the server's name.
const ANSWERS: [&str; 14] = [
    "access_token",
    "code",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "id_token",
    "iss",
    "refresh_token",
    "response",
    "scope",
    "session_state",
    "state",
    "token_type",
];

/// A place inside a page that says nothing of what an answer says, in any spelling.
fn is_place(place: &str) -> bool {
    let is_printable = place.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    let is_silent = |part: &str| match part.split_once('=') {
        Some((name, _)) => {
            let name = name.rsplit('/').next().unwrap_or(name);
            !name.contains(['%', '+']) && !ANSWERS.contains(&name.to_ascii_lowercase().as_str())
        }
        None => true,
    };
    place.len() <= LONGEST
        && is_printable
        && !place.contains(['#', '\\', '"', '<', '>'])
        && place.split(['&', '?', ';']).all(is_silent)
}

/// The one address of a client that has no other, for a request that names none.
pub fn only_one(roots: Roots<'_>, client: &Client) -> Option<String> {
    match registered(roots, client).as_slice() {
        [one] if !one.ends_with('*') && is_sound(one) => Some(one.clone()),
        _ => None,
    }
}

/// Tells whether the browser may be sent to this address after a logout
/// (`post.logout.redirect.uris`).
pub fn is_registered_for_logout(roots: Roots<'_>, client: &Client, uri: &str) -> bool {
    // Absent means `+`, as a new client of Keycloak has it.
    let listed = client
        .settings
        .attribute("post.logout.redirect.uris")
        .unwrap_or("+");
    listed
        .split("##")
        .map(str::trim)
        .any(|pattern| match pattern {
            "+" => is_registered(roots, client, uri),
            "-" | "" => false,
            pattern => leads_to(roots, client, (pattern, uri)),
        })
}

/// Tells whether a page of this origin may ask about the client's sessions.
pub fn is_web_origin(roots: Roots<'_>, client: &Client, origin: &str) -> bool {
    client
        .settings
        .web_origins
        .iter()
        .any(|listed| match listed.as_str() {
            "+" => registered(roots, client)
                .iter()
                .any(|uri| origin_of(uri) == Some(origin)),
            "*" => true,
            listed => listed == origin,
        })
        || registered(roots, client)
            .iter()
            .any(|uri| origin_of(uri) == Some(origin))
}

/// Where people open a client: its base URL, or its root where it has none; `None` if it names neither.
pub fn home(roots: Roots<'_>, client: &Client) -> Option<String> {
    let settings = &client.settings;
    let page = settings.base_url.as_deref().filter(|page| !page.is_empty());
    let page = page.map(|page| absolute(roots, client, page));
    page.or_else(|| root_of(client).map(|root| own_root(roots, root).to_owned()))
}

fn registered(roots: Roots<'_>, client: &Client) -> Vec<String> {
    let all = client.settings.redirect_uris.iter();
    all.filter(|uri| !uri.is_empty())
        .map(|uri| absolute(roots, client, uri))
        .collect()
}

/// The whole of an address. One without a host stands below the client's root, and of a client without one at the host of the
/// server, as in Keycloak.
fn absolute(roots: Roots<'_>, client: &Client, uri: &str) -> String {
    if !uri.starts_with('/') {
        return uri.to_owned();
    }
    let below = match root_of(client) {
        Some(root) => own_root(roots, root).trim_end_matches('/'),
        None => origin_of(roots.frontend).unwrap_or_default(),
    };
    format!("{below}{uri}")
}

fn root_of(client: &Client) -> Option<&str> {
    let root = client.settings.root_url.as_deref();
    root.filter(|root| !root.is_empty())
}

/// The root, where Keycloak's names stand for the server.
fn own_root<'a>(roots: Roots<'a>, root: &'a str) -> &'a str {
    match root {
        "${authBaseUrl}" => roots.frontend,
        "${authAdminUrl}" => roots.admin,
        root => root,
    }
}

/// Scheme, host and port of an address, as they are written.
fn origin_of(uri: &str) -> Option<&str> {
    let start = uri.find("://")? + 3;
    let rest = uri.get(start..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    uri.get(..start + end)
}

/// Refuses what a browser could read as another address than we do: user names, fragments, dot
/// segments, backslashes, encoded separators, control characters, and schemes that run code.
fn is_sound(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let runs_code = ["javascript", "data", "vbscript", "blob", "file", "about"]
        .iter()
        .any(|bad| scheme.eq_ignore_ascii_case(bad));
    let is_printable = uri.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if uri.len() > LONGEST
        || !is_scheme
        || runs_code
        || !is_printable
        || uri.contains(['#', '\\', '"', '<', '>'])
    {
        return false;
    }
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains(['@', '%']) {
        return false;
    }
    let path = path.split('?').next().unwrap_or_default();
    !path.split('/').any(is_dot_segment) && !has_encoded_separator(path) && has_good_port(authority)
}

/// `.` and `..`, also encoded, also with a path parameter behind them.
fn is_dot_segment(segment: &str) -> bool {
    let bare = segment.split(';').next().unwrap_or_default();
    let plain = bare.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

/// Encoded slashes, backslashes, NUL and a percent sign that is encoded itself.
fn has_encoded_separator(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2f", "%5c", "%00", "%25", "%0a", "%0d"]
        .iter()
        .any(|bad| lower.contains(bad))
}

fn has_good_port(authority: &str) -> bool {
    let after_host = authority
        .rsplit_once(']')
        .map_or(authority, |(_, after)| after);
    match after_host.rsplit_once(':') {
        Some((_, port)) => is_port(port),
        None => true,
    }
}

/// A number of a port, as browsers read one: digits alone, where Rust would take a sign before them.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

fn matches(pattern: &str, uri: &str) -> bool {
    if pattern == uri {
        return true;
    }
    if let Some(prefix) = pattern.strip_suffix('*') {
        return matches_prefix(prefix, uri);
    }
    let (Some(registered), Some(given)) =
        (without_loopback_port(pattern), without_loopback_port(uri))
    else {
        return false;
    };
    registered == given
}

fn matches_prefix(prefix: &str, uri: &str) -> bool {
    let without_query = uri.split('?').next().unwrap_or_default();
    // As in Keycloak, the folder itself belongs to what is below it.
    let is_folder = prefix.strip_suffix('/') == Some(without_query);
    may_be_a_beginning(prefix) && (is_folder || without_query.starts_with(prefix))
}

/// Whether anybody can be sent to a registered address.
///
/// What stands before its `*` has to reach past the host, or a longer host would fit as well. A scheme of an app's own has no
/// hosts (RFC 8252 section 7.1), so that it is enough by itself.
#[must_use]
pub fn leads_somewhere(pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => may_be_a_beginning(prefix),
        None => !pattern.contains('*'),
    }
}

fn may_be_a_beginning(prefix: &str) -> bool {
    let Some((scheme, rest)) = prefix.split_once(':') else {
        return false;
    };
    // What browsers take for an address with a host, however many slashes stand before it.
    let has_host = ["https", "http", "ftp", "wss", "ws"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let reaches_path = rest
        .strip_prefix("//")
        .is_some_and(|rest| rest.find('/').is_some_and(|end| end > 0));
    (reaches_path || !has_host) && !prefix.contains(['?', '*'])
}

/// `http://127.0.0.1:1234/cb` without its port; `None` where the address is no loopback literal.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"]
        .into_iter()
        .find(|host| rest.starts_with(host))?;
    let after = rest.strip_prefix(host)?;
    let path = after
        .find(['/', '?'])
        .map_or("", |at| after.get(at..).unwrap_or_default());
    let between = after.strip_suffix(path)?;
    let has_port = between.is_empty() || between.strip_prefix(':').is_some_and(is_port);
    has_port.then_some((host, path))
}

#[cfg(test)]
mod tests {
    use cloakroom_model::client::Settings;
    use cloakroom_model::id::ClientUuid;

    use super::*;

    #[test]
    fn a_place_in_a_page_is_let_in_where_the_path_is_open_and_it_says_nothing_of_an_answer() {
        let open = "https://rp.test/app/*";
        for (pattern, uri, expected) in [
            (open, "https://rp.test/app/#/orders/7", true),
            (open, "https://rp.test/app/x#/list?page=2", true),
            (open, "https://rp.test/app/#", true),
            (open, "https://rp.test/app/#section", true),
            (open, "https://rp.test/app/#code=evil", false),
            (open, "https://rp.test/app/#/a?STATE=evil", false),
            (open, "https://rp.test/app/#/a/code=evil", false),
            (open, "https://rp.test/app/#x=1&%63ode=evil", false),
            (open, "https://rp.test/app/#/a#/b", false),
            (open, "https://rp.test/#/app/", false),
            ("https://rp.test/cb", "https://rp.test/cb#/a", false),
            ("com.app:/*", "com.app:/cb#/a", false),
        ] {
            assert_eq!(fits(pattern, uri), expected, "{pattern} {uri}");
        }
    }

    #[test]
    fn an_answer_goes_before_the_place_or_behind_it() {
        for (uri, in_fragment, expected) in [
            ("https://x/", false, "https://x/?a=1"),
            ("https://x/?b=2", false, "https://x/?b=2&a=1"),
            ("https://x/#/r", false, "https://x/?a=1#/r"),
            ("https://x/", true, "https://x/#a=1"),
            ("https://x/#", true, "https://x/#a=1"),
            ("https://x/#/r", true, "https://x/#/r&a=1"),
        ] {
            assert_eq!(with_answer(uri, in_fragment, "a=1"), expected, "{uri}");
        }
    }

    #[test]
    fn an_address_that_differs_in_any_way_is_refused() {
        let registered = "https://rp.test/cb";
        assert!(fits(registered, registered));
        for hostile in [
            "https://rp.test/cb/../evil",
            "https://rp.test/cb/..;/evil",
            "https://rp.test%2f@evil.test/cb",
            "https://rp.test@evil.test/cb",
            "https://rp.test.evil.test/cb",
            "https://rp.test/cb?code=attacker",
            "https://rp.test/cb#code=attacker",
            "https://rp.test:443/cb",
            "https://rp.test/cb%00.evil",
            "https://rp.test/cb\u{0}",
            "javascript:alert(1)",
            "JaVaScRiPt://rp.test/%0aalert(1)",
            "data:text/html,<script>",
            "http://rp.test/cb",
            "https://rp.test/CB",
            "https://rp.test/cb/",
            "//rp.test/cb",
            "",
        ] {
            assert!(!fits(registered, hostile), "{hostile}");
        }
    }

    #[test]
    fn a_star_stands_for_the_rest_of_a_path_and_nothing_else() {
        for (pattern, uri, expected) in [
            ("https://rp.test/*", "https://rp.test/any/path", true),
            ("https://rp.test/app/*", "https://rp.test/app/x?y=1", true),
            ("https://rp.test/app/*", "https://rp.test/app", true),
            ("https://rp.test/app/*", "https://rp.test/app?y=1", true),
            ("https://rp.test/app/*", "https://rp.test/apple", false),
            ("https://rp.test/app/*", "https://rp.test/other", false),
            (
                "https://rp.test/app/*",
                "https://rp.test/app/../other",
                false,
            ),
            (
                "https://rp.test/app/*",
                "https://rp.test/app/%2e%2e/other",
                false,
            ),
            (
                "https://rp.test/app/*",
                "https://rp.test/app/..%2fother",
                false,
            ),
            ("https://rp.test*", "https://rp.test.evil.test/", false),
            ("*", "https://evil.test/", false),
            ("https://*", "https://evil.test/", false),
            ("https:*", "https://evil.test/", false),
            ("https:///*", "https:///evil.test/", false),
            ("ftp:*", "ftp://evil.test/", false),
            ("WSS:*", "WSS://evil.test/", false),
            ("HTTPS:*", "HTTPS://evil.test/", false),
            ("h*", "https://evil.test/", false),
            ("https://rp.test/*", "https://rp.test\\@evil.test/", false),
            ("com.app:*", "com.app:/cb", true),
            ("com.app:/*", "com.app:/cb?x=1", true),
            ("com.app://*", "com.app://cb/at", true),
            ("com.app://*", "com.app.evil://cb", false),
            ("com.app:*/cb", "com.app:/x/cb", false),
            ("javascript:*", "javascript:alert(1)", false),
            ("javascript://*", "javascript://%0aalert(1)", false),
        ] {
            assert_eq!(fits(pattern, uri), expected, "{pattern} {uri}");
        }
    }

    #[test]
    fn only_a_loopback_literal_has_a_free_port() {
        for (pattern, uri, expected) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true),
            ("http://[::1]/cb", "http://[::1]:51004/cb", true),
            ("http://127.0.0.1/cb", "http://localhost:1234/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:+1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/other", false),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1.evil.test/cb",
                false,
            ),
            ("https://127.0.0.1/cb", "https://127.0.0.1:1/cb", false),
        ] {
            assert_eq!(fits(pattern, uri), expected, "{pattern} {uri}");
        }
    }

    fn client(root: Option<&str>, listed: &str) -> Client {
        Client {
            id: ClientUuid::new("app"),
            client_id: "app".to_owned(),
            enabled: true,
            settings: Settings {
                root_url: root.map(str::to_owned),
                redirect_uris: vec![listed.to_owned()],
                ..Settings::default()
            },
            secret: None,
            sealed_secret: None,
            default_scopes: Vec::new(),
            optional_scopes: Vec::new(),
            mappers: Vec::new(),
            scope_mappings: Vec::new(),
            created_at: None,
            updated_at: None,
        }
    }

    #[test]
    fn an_address_without_a_root_stays_at_the_host_of_the_server() {
        let roots = Roots {
            frontend: "https://id.test/auth",
            admin: "https://admin.test",
        };
        let near = Roots::at("http://127.0.0.1:8080");
        for (roots, root, listed, uri, expected) in [
            (roots, None, "/app/*", "https://id.test/app/x?y=1", true),
            (roots, Some(""), "/app/*", "https://id.test/app/x", true),
            (roots, None, "/app/*", "https://id.test/auth/app/x", false),
            (roots, None, "/app/*", "https://admin.test/app/x", false),
            (
                roots,
                None,
                "/app/*",
                "https://id.test.evil.test/app/x",
                false,
            ),
            (
                roots,
                None,
                "/app/*",
                "https://id.test@evil.test/app/x",
                false,
            ),
            (roots, None, "/app/*", "http://id.test/app/x", false),
            (roots, None, "/app/*", "https://id.test:8443/app/x", false),
            (
                roots,
                None,
                "/app/*",
                "https://id.test/app/../auth/x",
                false,
            ),
            (roots, None, "/app/*", "/app/x", false),
            (roots, None, "//evil.test/*", "https://evil.test/x", false),
            (roots, None, "//evil.test/*", "//evil.test/x", false),
            (
                roots,
                None,
                "/\\evil.test/*",
                "https://id.test/\\evil.test/x",
                false,
            ),
            (roots, None, "/*", "https://id.test.evil.test/", false),
            (near, None, "/cb", "http://127.0.0.1:8080/cb", true),
            (near, None, "/cb", "http://127.0.0.1:9090/cb", false),
            (near, None, "/cb", "http://127.0.0.1/cb", false),
            (
                roots,
                Some("${authBaseUrl}"),
                "/cb",
                "https://id.test/auth/cb",
                true,
            ),
            (
                roots,
                Some("${authAdminUrl}"),
                "/cb",
                "https://admin.test/cb",
                true,
            ),
            (
                roots,
                Some("${authAdminUrl}"),
                "/cb",
                "https://id.test/auth/cb",
                false,
            ),
            (
                roots,
                Some("https://rp.test"),
                "/cb",
                "https://id.test/cb",
                false,
            ),
        ] {
            let client = client(root, listed);

            assert_eq!(
                is_registered(roots, &client, uri),
                expected,
                "{root:?} {listed} {uri}"
            );
        }
    }
}
