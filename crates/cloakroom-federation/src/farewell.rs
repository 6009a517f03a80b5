//! What a provider is sent, without a browser, when a session that came from it has ended (RP-Initiated Logout 1.0 §2,
//! SAML Profiles §4.4).

use cloakroom_model::Secret;
use oauth2::http::header::CONTENT_TYPE;
use oauth2::http::{HeaderValue, Method};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::saml::binding::Outgoing;
use crate::{HttpRequest, Upstream};

/// A longer address is not sent: servers and what stands before them may cut it, or refuse it. The form says the same.
const LONGEST: usize = 2_048;

/// The request to `logoutUrl`; `None` if the settings name no such place.
pub fn request(upstream: &Upstream, id_token: &Secret, state: &str) -> Option<HttpRequest> {
    let place = Url::parse(upstream.text("logoutUrl")?).ok()?;
    let said = [("state", state), ("id_token_hint", id_token.expose())];
    let mut whole = place.clone();
    whole.query_pairs_mut().extend_pairs(said);
    if whole.as_str().len() <= LONGEST {
        let mut request = HttpRequest::new(Vec::new());
        *request.uri_mut() = whole.as_str().parse().ok()?;
        return Some(request);
    }
    form(place.as_str(), said)
}

/// A message of SAML that a browser would post, for a provider that takes it without one.
pub fn post(sent: &Outgoing) -> Option<HttpRequest> {
    let Outgoing::Post { action, fields } = sent else {
        return None;
    };
    form(
        action,
        fields.iter().map(|(name, value)| (*name, value.as_str())),
    )
}

fn form<'a>(
    place: &str,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<HttpRequest> {
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = HttpRequest::new(form.into_bytes());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = place.parse().ok()?;
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, kind);
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloakroom_model::id::IdentityProviderId;
    use cloakroom_model::identity_provider::{Config, IdentityProvider, Settings};

    fn upstream(place: &str) -> Upstream {
        let config = Config::from([("logoutUrl".to_owned(), place.to_owned())]);
        Upstream::of(IdentityProvider {
            id: IdentityProviderId::new("id"),
            alias: "company".to_owned(),
            provider_id: "oidc".to_owned(),
            enabled: true,
            settings: Settings::default(),
            config,
            secrets: Config::default(),
        })
        .unwrap()
    }

    #[test]
    fn a_short_token_is_sent_in_the_address_and_a_long_one_in_a_form() {
        let upstream = upstream("https://id.example.org/logout?tenant=a");
        let short = request(&upstream, &Secret::new("a.b.c".to_owned()), "s").unwrap();
        let long = Secret::new("x".repeat(3_000));
        let long = request(&upstream, &long, "s").unwrap();

        assert_eq!(short.method(), Method::GET);
        let wanted = "https://id.example.org/logout?tenant=a&state=s&id_token_hint=a.b.c";
        assert_eq!(short.uri().to_string(), wanted);
        assert_eq!(long.method(), Method::POST);
        assert_eq!(
            long.uri().to_string(),
            "https://id.example.org/logout?tenant=a"
        );
        assert!(long.body().starts_with(b"state=s&id_token_hint=xxx"));
    }
}
