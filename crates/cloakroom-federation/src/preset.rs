//! Kinds of providers, each a row: where they are, how they are spoken to, and what they call things.
//!
//! A provider's own settings (`authorizationUrl`, `tokenUrl`, `userInfoUrl`, `issuer`, `jwksUrl`,
//! `defaultScope`, `clientAuthMethod`) come before its row's.

mod table;

pub use table::ALL;

/// How a provider says who somebody is. Each has a connector in the server, which finds its rows by this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol(pub &'static str);

impl Protocol {
    /// An ID token, and perhaps userinfo (OpenID Connect Core 1.0).
    pub const OPENID: Self = Self("openid-connect");
    /// An access token for an interface of its own that says who somebody is.
    pub const OAUTH2: Self = Self("oauth2");
    /// A signed assertion that the browser brings ([`crate::saml`]).
    pub const SAML: Self = Self("saml");
}

/// What a provider calls the things that are known of a person, as paths into its answer.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The id, which never changes.
    pub id: &'static str,
    /// The name to sign in with.
    pub username: &'static str,
    /// The e-mail address.
    pub email: &'static str,
    /// Whether the address was verified; empty if the provider does not say.
    pub email_verified: &'static str,
    /// The given name.
    pub first_name: &'static str,
    /// The family name.
    pub last_name: &'static str,
    /// The whole name, for those who know no two.
    pub name: &'static str,
}

/// Where a list of addresses is, if the first answer has none that is verified.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// What follows the address of the first answer; empty if the list is in that answer.
    pub more: &'static str,
    /// The path to the list.
    pub list: &'static str,
    /// What an entry calls the address.
    pub email: &'static str,
    /// What it calls the one to use.
    pub primary: &'static str,
    /// What it calls a verified one.
    pub verified: &'static str,
}

/// How a client proves itself to providers of a kind, unless the settings say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The secret in the form.
    Post,
    /// The secret in the header.
    Basic,
    /// The secret in the form is a JWT that one's own key at Apple signs.
    Apple,
}

/// A kind of provider.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Keycloak's name of the kind, or one of ours where Keycloak has none.
    pub id: &'static str,
    /// What administrators know it by, where Keycloak has no such kind: it names its own.
    pub name: &'static str,
    /// How it says who somebody is.
    pub protocol: Protocol,
    /// Where it is: the issuer, for OpenID Connect; empty if each has its own.
    pub issuer: &'static str,
    /// The authorization endpoint; empty if discovery or the settings say it.
    pub authorization: &'static str,
    /// The token endpoint.
    pub token: &'static str,
    /// Where it says who somebody is.
    pub userinfo: &'static str,
    /// The scopes to ask for.
    pub scope: &'static str,
    /// Further parameters of the authorization request.
    pub parameters: &'static [(&'static str, &'static str)],
    /// How the client proves itself.
    pub proof: Proof,
    /// It takes PKCE, or passes over it.
    pub pkce: bool,
    /// It puts the nonce into its ID tokens.
    pub nonce: bool,
    /// The names in its answer.
    pub names: Names,
    /// The list of a person's addresses.
    pub addresses: Option<Addresses>,
}

impl Preset {
    /// A provider of the kind may be anywhere, so its settings, or a document of its own, have to say where.
    pub fn is_told(&self) -> bool {
        self.issuer.is_empty() && self.authorization.is_empty()
    }
}

/// OpenID Connect's own names (Core 1.0 §5.1).
pub const STANDARD: Names = Names {
    id: "sub",
    username: "preferred_username",
    email: "email",
    email_verified: "email_verified",
    first_name: "given_name",
    last_name: "family_name",
    name: "name",
};

/// Any provider of OpenID Connect; what rows leave out is as here.
pub const OPENID: Preset = Preset {
    id: "oidc",
    name: "",
    protocol: Protocol::OPENID,
    issuer: "",
    authorization: "",
    token: "",
    userinfo: "",
    scope: "openid",
    parameters: &[],
    proof: Proof::Post,
    pkce: true,
    nonce: true,
    names: STANDARD,
    addresses: None,
};

/// Any provider of OAuth 2; what rows leave out is as here.
pub const OAUTH2: Preset = Preset {
    id: "oauth2",
    protocol: Protocol::OAUTH2,
    scope: "",
    nonce: false,
    ..OPENID
};

/// Any provider of SAML 2.0. Its settings say where it is, and its assertions have names of their own.
pub const SAML: Preset = Preset {
    id: "saml",
    protocol: Protocol::SAML,
    scope: "",
    pkce: false,
    nonce: false,
    ..OPENID
};

/// The row of a kind; `None` if there is none.
pub fn find(id: &str) -> Option<&'static Preset> {
    ALL.iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_told_apart_and_used() {
        for (index, preset) in ALL.iter().enumerate() {
            let others = ALL.iter().skip(index + 1);
            assert!(
                others.into_iter().all(|other| other.id != preset.id),
                "{}",
                preset.id
            );
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(preset.id.chars().all(is_plain), "{}", preset.id);
            assert!(!preset.names.id.is_empty(), "{}", preset.id);
            for address in [
                preset.authorization,
                preset.token,
                preset.userinfo,
                preset.issuer,
            ] {
                let is_good = address.is_empty()
                    || address.starts_with("https://")
                    || address.starts_with("{baseUrl}/")
                    || address.contains("Url|https://");
                assert!(is_good, "{}: {address}", preset.id);
            }
            if preset.protocol == Protocol::OPENID {
                assert!(
                    preset.scope.split(' ').any(|word| word == "openid"),
                    "{}",
                    preset.id
                );
            }
        }
    }
}
