//! What a client asks to be answered with, and whether it may have that in a browser's address.

use cloakroom_model::Realm;
use cloakroom_model::client::Client;
use serde::{Deserialize, Serialize};

use super::respond::ResponseMode;
use super::{Refusal, asks_for, invalid};
use crate::{Form, dpop};

/// The grant type of whoever is answered with tokens by the authorization endpoint (RFC 7591 §2).
pub(crate) const IMPLICIT: &str = "implicit";

/// What an answer consists of; nothing at all is `none` (OAuth 2.0 Multiple Response Type Encoding Practices §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseType {
    /// A code, to be traded for tokens.
    pub code: bool,
    /// An ID token.
    pub id_token: bool,
    /// An access token.
    pub token: bool,
}

impl Default for ResponseType {
    fn default() -> Self {
        Self::CODE
    }
}

impl ResponseType {
    /// A code alone.
    pub const CODE: Self = Self {
        code: true,
        id_token: false,
        token: false,
    };

    /// Reads the parameter: a set, in any order (RFC 6749 §3.1.1). `None` for what is unknown, or there twice.
    pub fn parse(text: &str) -> Option<Self> {
        let mut found = Self {
            code: false,
            id_token: false,
            token: false,
        };
        if text == "none" {
            return Some(found);
        }
        for word in text.split(' ') {
            let part = match word {
                "code" => &mut found.code,
                "id_token" => &mut found.id_token,
                "token" => &mut found.token,
                _ => return None,
            };
            if std::mem::replace(part, true) {
                return None;
            }
        }
        Some(found)
    }

    /// The set in the order of the specification.
    pub fn name(self) -> &'static str {
        match (self.code, self.id_token, self.token) {
            (false, false, false) => "none",
            (true, false, false) => "code",
            (false, true, false) => "id_token",
            (false, false, true) => "token",
            (false, true, true) => "id_token token",
            (true, true, false) => "code id_token",
            (true, false, true) => "code token",
            (true, true, true) => "code id_token token",
        }
    }

    /// The answer has tokens in it: the implicit flow, or a hybrid one.
    pub fn has_tokens(self) -> bool {
        self.id_token || self.token
    }

    /// How an answer goes that says nothing about it (Multiple Response Type Encoding Practices §5).
    fn usual_mode(self) -> ResponseMode {
        match self.has_tokens() {
            true => ResponseMode::Fragment,
            false => ResponseMode::Query,
        }
    }

    /// The client may have it: its flows are switched on, and for an access token the realm's switch too.
    pub(super) fn check_allowed(self, realm: &Realm, client: &Client) -> Result<(), Refusal> {
        let settings = &client.settings;
        let is_standard = self.code || !self.has_tokens();
        if is_standard && !settings.standard_flow_enabled {
            return Err(disabled("Standard"));
        }
        if self.has_tokens() && !settings.implicit_flow_enabled {
            return Err(disabled("Implicit"));
        }
        // RFC 9700 §2.1.2: what is in an address ends up in histories and logs, and whoever has it can use it.
        if self.token && !realm.settings.has_front_channel_access() {
            let why =
                "Access tokens from the authorization endpoint are switched off in this realm.";
            return Err(("unauthorized_client", Some(why.to_owned())));
        }
        // RFC 9449 §5.2: no proof comes by the browser, and this client gets nothing without.
        if self.token && settings.has(dpop::REQUIRED) {
            let why = "Access tokens of this client are bound to a DPoP key, which takes a token request.";
            return Err(("unauthorized_client", Some(why.to_owned())));
        }
        Ok(())
    }
}

/// The types that the clients of a realm can have, in Keycloak's order.
pub(crate) fn offered(realm: &Realm) -> Vec<&'static str> {
    const ALL: [&str; 8] = [
        "code",
        "none",
        "id_token",
        "token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    ];
    let is_offered = |name: &&str| {
        let wanted = ResponseType::parse(name);
        realm.settings.has_front_channel_access() || wanted.is_some_and(|wanted| !wanted.token)
    };
    ALL.into_iter().filter(is_offered).collect()
}

fn disabled(flow: &str) -> Refusal {
    let why = format!(
        "Client is not allowed to initiate browser login with given response_type. \
         {flow} flow is disabled for the client."
    );
    ("unauthorized_client", Some(why))
}

/// The client may have what it asks for, in the way in which it asks for it.
pub(super) fn check(realm: &Realm, client: &Client, form: &Form) -> Result<ResponseType, Refusal> {
    let Some(text) = form.get("response_type") else {
        let why = "Missing parameter: response_type".to_owned();
        return Err(("invalid_request", Some(why)));
    };
    let Some(wanted) = ResponseType::parse(text) else {
        return Err(("unsupported_response_type", None));
    };
    wanted.check_allowed(realm, client)?;
    let mode = match form.get("response_mode") {
        Some(text) => ResponseMode::parse(text).ok_or_else(|| invalid("response_mode"))?,
        None => wanted.usual_mode(),
    };
    // Multiple Response Type Encoding Practices §5: a query is sent to the client's server, and kept in its logs.
    if wanted.has_tokens() && mode == ResponseMode::Query {
        let why = "Response_mode 'query' not allowed for implicit or hybrid flow";
        return Err(("invalid_request", Some(why.to_owned())));
    }
    if wanted.id_token {
        check_id_token(form)?;
    }
    Ok(wanted)
}

fn check_id_token(form: &Form) -> Result<(), Refusal> {
    let why = if !asks_for(form, "openid") {
        "An ID token needs the scope openid"
    } else if form.get("nonce").is_none() {
        // OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.11: without it an ID token of somebody else could be put in its place.
        "Missing parameter: nonce"
    } else {
        return Ok(());
    };
    Err(("invalid_request", Some(why.to_owned())))
}

/// How errors are delivered: as asked, or as fits the response type where nothing fitting is asked.
pub(super) fn mode_of_errors(form: &Form) -> ResponseMode {
    let text = form.get("response_type").unwrap_or_default();
    // What cannot be read as a whole may still have been meant for a fragment.
    let has_tokens = text
        .split(' ')
        .any(|word| word == "token" || word == "id_token");
    let asked = form.get("response_mode").and_then(ResponseMode::parse);
    match asked {
        None | Some(ResponseMode::Query) if has_tokens => ResponseMode::Fragment,
        None => ResponseMode::Query,
        Some(asked) => asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_type_is_a_set_of_known_words() {
        let rows = [
            ("code", Some("code")),
            ("none", Some("none")),
            ("token code id_token", Some("code id_token token")),
            ("id_token code", Some("code id_token")),
            ("token id_token", Some("id_token token")),
            ("token code", Some("code token")),
            ("code code", None),
            ("id_token token id_token", None),
            ("none code", None),
            ("code none", None),
            ("code  token", None),
            ("code ", None),
            ("", None),
            ("CODE", None),
            ("code\ttoken", None),
            ("code,token", None),
            ("nonsense token", None),
        ];
        for (text, expected) in rows {
            let found = ResponseType::parse(text).map(ResponseType::name);

            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn an_error_goes_into_a_fragment_where_tokens_would_have_gone_there() {
        let rows = [
            ("response_type=code", ResponseMode::Query),
            (
                "response_type=code&response_mode=fragment",
                ResponseMode::Fragment,
            ),
            ("response_type=none", ResponseMode::Query),
            ("response_type=code+id_token", ResponseMode::Fragment),
            (
                "response_type=token&response_mode=query",
                ResponseMode::Fragment,
            ),
            (
                "response_type=token&response_mode=web_message",
                ResponseMode::Fragment,
            ),
            (
                "response_type=id_token&response_mode=form_post",
                ResponseMode::FormPost,
            ),
            ("response_type=id_token+id_token", ResponseMode::Fragment),
            ("state=1", ResponseMode::Query),
        ];
        for (query, expected) in rows {
            let form = Form::parse(query.as_bytes()).unwrap();

            assert_eq!(mode_of_errors(&form), expected, "{query}");
        }
    }
}
