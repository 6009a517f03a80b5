//! What each executor refuses and lets through, a row each.

/// What is done under a policy for every client.
pub(super) enum Act {
    /// A client is made with these settings.
    Create(&'static str),
    /// A browser comes with these parameters more.
    Authorize(&'static [(&'static str, &'static str)]),
    /// The client asks for tokens for itself.
    ForItself,
    /// The client sends a password.
    Password,
}

/// The executor, its settings, what is done, and the error with what its description holds; none is fine.
pub(super) type Row = (
    &'static str,
    &'static str,
    Act,
    Option<(&'static str, &'static str)>,
);

const S256: (&str, &str) = ("code_challenge_method", "S256");
const CHALLENGE: (&str, &str) = (
    "code_challenge",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
);
const METADATA: &str = "invalid_client_metadata";
const REQUEST: &str = "invalid_request";
const ONLY_JWT: &str = r#"{"allowed-client-authenticators":["client-jwt"]}"#;

pub(super) const ROWS: &[Row] = &[
    (
        "reject-request",
        "{}",
        Act::Create("{}"),
        Some((REQUEST, "Request not allowed")),
    ),
    (
        "reject-request",
        "{}",
        Act::ForItself,
        Some((REQUEST, "Request not allowed")),
    ),
    (
        "reject-request",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "Request not allowed")),
    ),
    (
        "secure-client-authenticator",
        ONLY_JWT,
        Act::Create("{}"),
        Some((METADATA, "token_endpoint_auth_method")),
    ),
    (
        "secure-client-authenticator",
        ONLY_JWT,
        Act::Create(r#"{"clientAuthenticatorType":"client-jwt"}"#),
        None,
    ),
    (
        "secure-client-authenticator",
        ONLY_JWT,
        Act::ForItself,
        Some((REQUEST, "authentication method not allowed")),
    ),
    (
        "pkce-enforcer",
        "{}",
        Act::Create("{}"),
        Some((METADATA, "code_challenge_method")),
    ),
    (
        "pkce-enforcer",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "code_challenge_method")),
    ),
    (
        "pkce-enforcer",
        "{}",
        Act::Authorize(&[S256]),
        Some((REQUEST, "code_challenge")),
    ),
    (
        "pkce-enforcer",
        "{}",
        Act::Authorize(&[S256, CHALLENGE]),
        None,
    ),
    (
        "confidential-client",
        "{}",
        Act::Authorize(&[("client_id", "pub")]),
        Some(("invalid_client", "public")),
    ),
    (
        "consent-required",
        "{}",
        Act::Create("{}"),
        Some(("invalid_registration", "consentRequired")),
    ),
    (
        "full-scope-disabled",
        "{}",
        Act::Create(r#"{"fullScopeAllowed":true}"#),
        Some(("invalid_registration", "fullScopeAllowed")),
    ),
    (
        "reject-implicit-grant",
        "{}",
        Act::Create(r#"{"implicitFlowEnabled":true}"#),
        Some((METADATA, "implicit flow")),
    ),
    (
        "reject-implicit-grant",
        "{}",
        Act::Authorize(&[("response_type", "token")]),
        Some((REQUEST, "Implicit/Hybrid")),
    ),
    (
        "reject-ropc-grant",
        "{}",
        Act::Create(r#"{"directAccessGrantsEnabled":true}"#),
        Some((METADATA, "password credentials")),
    ),
    (
        "reject-ropc-grant",
        "{}",
        Act::Password,
        Some(("invalid_grant", "prohibited")),
    ),
    ("reject-ropc-grant", "{}", Act::ForItself, None),
    (
        "secure-session",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "nonce")),
    ),
    (
        "secure-session",
        "{}",
        Act::Authorize(&[("nonce", "n")]),
        None,
    ),
    (
        "secure-session",
        "{}",
        Act::Authorize(&[("scope", "profile")]),
        Some((REQUEST, "state")),
    ),
    (
        "secure-response-type",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "response_type")),
    ),
    (
        "secure-request-object",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "'request'")),
    ),
    (
        "secure-par-content",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "PAR request_uri")),
    ),
    (
        "secure-signature-algorithm",
        "{}",
        Act::Create(r#"{"attributes":{"id.token.signed.response.alg":"RS256"}}"#),
        Some((REQUEST, "signature algorithm")),
    ),
    (
        "secure-signature-algorithm-signed-jwt",
        r#"{"require-client-assertion":true}"#,
        Act::ForItself,
        Some((REQUEST, "not allowed input format")),
    ),
    (
        "secure-redirect-uris-enforcer",
        "{}",
        Act::Create(r#"{"redirectUris":["https://x.test/*"]}"#),
        Some((REQUEST, "Invalid Redirect Uri")),
    ),
    (
        "secure-redirect-uris-enforcer",
        "{}",
        Act::Create(r#"{"redirectUris":["https://x.test/cb"]}"#),
        None,
    ),
    (
        "secure-client-uris",
        "{}",
        Act::Create(r#"{"rootUrl":"http://x.test"}"#),
        Some((METADATA, "rootUrl")),
    ),
    (
        "secure-client-uris-pattern",
        r#"{"allowed-patterns":["https://x\\.test/.*"],"client-uri-fields":["baseUrl"]}"#,
        Act::Create(r#"{"baseUrl":"https://y.test/"}"#),
        Some((METADATA, "baseUrl")),
    ),
    (
        "secure-logout",
        "{}",
        Act::Create(r#"{"frontchannelLogout":true}"#),
        Some(("invalid_registration", "Front-channel")),
    ),
    (
        "holder-of-key-enforcer",
        "{}",
        Act::Create("{}"),
        Some((METADATA, "MTLS")),
    ),
    (
        "holder-of-key-enforcer",
        "{}",
        Act::ForItself,
        Some((REQUEST, "MTLS")),
    ),
    (
        "dpop-bind-enforcer",
        "{}",
        Act::ForItself,
        Some(("invalid_dpop_proof", "DPoP")),
    ),
    (
        "dpop-bind-enforcer",
        "{}",
        Act::Create("{}"),
        Some((METADATA, "DPoP")),
    ),
    (
        "dpop-bind-enforcer",
        r#"{"allow-only-refresh-token-binding":true}"#,
        Act::Create(r#"{"publicClient":true}"#),
        None,
    ),
    (
        "dpop-bind-enforcer",
        r#"{"enforce-authorization-code-binding-to-dpop":"true"}"#,
        Act::Authorize(&[]),
        Some((REQUEST, "dpop_jkt")),
    ),
    (
        "dpop-bind-enforcer",
        r#"{"enforce-authorization-code-binding-to-dpop":"true"}"#,
        Act::Authorize(&[("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")]),
        None,
    ),
    ("dpop-bind-enforcer", "{}", Act::Authorize(&[]), None),
    (
        "auth-flow-enforcer",
        "{}",
        Act::Authorize(&[]),
        Some((REQUEST, "not available")),
    ),
];
