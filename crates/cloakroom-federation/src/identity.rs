//! What a provider said of somebody, once it is believed.

use cloakroom_model::user::fold;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::preset::Names;
use crate::{Problem, Result, Upstream, claim};

/// The longest id and name; longer ones are no names.
const LONGEST: usize = 255;

/// Somebody as a provider knows them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// The alias of the provider.
    pub alias: String,
    /// The provider's own id: another one may get the alias while somebody is on the way.
    #[serde(default)]
    pub provider: String,
    /// The id there, which never changes.
    pub id: String,
    /// The name there, or what mappers made of it.
    pub username: String,
    /// The name there, as the link keeps it.
    pub name_there: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the provider verified the address; `None` if it does not say.
    pub email_verified: Option<bool>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// Everything that was said, for mappers.
    pub said: Said,
    /// The session there, if the provider names it.
    pub session: Option<String>,
}

/// Claims by where they come from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// The ID token's.
    #[serde(default)]
    pub id_token: Value,
    /// The userinfo endpoint's.
    #[serde(default)]
    pub userinfo: Value,
    /// An access token's that is a JWT, of a provider whose settings say so.
    #[serde(default)]
    pub access_token: Value,
}

impl Said {
    /// The claim at a path: the access token's before the ID token's, and that before userinfo's, as in Keycloak.
    pub fn find(&self, path: &str) -> Option<&Value> {
        let all = [&self.access_token, &self.id_token, &self.userinfo];
        all.into_iter().find_map(|claims| claim::find(claims, path))
    }
}

impl Identity {
    /// Reads who somebody is.
    ///
    /// # Errors
    /// If there is no id, or one that no provider means.
    pub fn of(upstream: &Upstream, said: Said) -> Result<Self> {
        let names = Paths::of(upstream);
        let text = |path: &str| {
            let found = match upstream.is_openid() {
                // What userinfo says is newer, and the ID token is the one that is signed.
                true => {
                    let newer = claim::find(&said.userinfo, path);
                    newer.or_else(|| claim::find(&said.id_token, path))
                }
                false => claim::find(&said.userinfo, path),
            };
            let text = found
                .and_then(claim::text)
                .map(|text| text.trim().to_owned());
            text.filter(|text| !text.is_empty() && !path.is_empty())
        };
        let id = match upstream.is_openid() {
            true => said.id_token.get("sub").and_then(claim::text),
            false => text(&names.id),
        };
        let id = id.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| Problem::untrusted("it does not say who somebody is"))?;
        check_id(&id)?;
        let kept = |path: &str| text(path).filter(|text| can_be_kept(text));
        let email = kept(&names.email).filter(|email| is_email(email));
        let full_name = kept(&names.name);
        let (first, last) = split(full_name.as_deref());
        let username = kept(&names.username);
        let username = username
            .or_else(|| email.clone())
            .unwrap_or_else(|| id.clone());
        let session = said.id_token.get("sid").and_then(Value::as_str);
        Ok(Self {
            alias: upstream.provider.alias.clone(),
            provider: upstream.provider.id.as_str().to_owned(),
            email_verified: verified(upstream, &said, &names, email.as_deref()),
            first_name: kept(&names.first_name).or(first),
            last_name: kept(&names.last_name).or(last),
            name_there: username.clone(),
            session: session.filter(|sid| can_be_kept(sid)).map(str::to_owned),
            id,
            username,
            email,
            said,
        })
    }

    /// Takes names that the provider's own claims do not say.
    pub fn set_names(&mut self, first: Option<&str>, last: Option<&str>) {
        let kept = |text: Option<&str>| {
            let text = text.map(|text| text.trim().to_owned());
            text.filter(|text| !text.is_empty() && can_be_kept(text))
        };
        if self.first_name.is_none() {
            self.first_name = kept(first);
        }
        if self.last_name.is_none() {
            self.last_name = kept(last);
        }
    }

    /// Takes names that the browser posts, as Apple has it do once: good for a form's fields, and for nothing else.
    ///
    /// They are no claim that a mapper could believe, as whoever holds the browser writes them.
    pub(crate) fn add_posted_names(&mut self, posted: Option<&str>) {
        let posted: Option<Value> = posted.and_then(|text| serde_json::from_str(text).ok());
        let Some(name) = posted.as_ref().and_then(|user| user.get("name")) else {
            return;
        };
        let text = |part: &str| name.get(part).and_then(Value::as_str);
        self.set_names(text("firstName"), text("lastName"));
    }

    /// Takes an address out of a list that came by itself.
    pub fn set_address(&mut self, (email, verified): (String, bool)) {
        if can_be_kept(&email) && is_email(&email) {
            self.email = Some(email);
            self.email_verified = Some(verified);
        }
    }

    /// This provider has said it, and none that had its alias before.
    pub fn is_from(&self, upstream: &Upstream) -> bool {
        self.provider == upstream.provider.id.as_str()
    }

    /// Takes a name or an address from the claim that a mapper names for it.
    ///
    /// What was said of another address says nothing of this one: nobody has vouched for it but by a word about none.
    pub(crate) fn set_field(&mut self, name: &str, values: &[String]) {
        let first = values.first().map(|value| value.trim().to_owned());
        let Some(value) = first.filter(|text| !text.is_empty() && can_be_kept(text)) else {
            return;
        };
        match name {
            "email" if is_email(&value) => {
                let is_same = self.email.as_deref().map(fold) == Some(fold(&value));
                self.email_verified = match self.email_verified {
                    Some(_) if !is_same => Some(false),
                    word => word,
                };
                self.email = Some(value);
            }
            "firstName" => self.first_name = Some(value),
            "lastName" => self.last_name = Some(value),
            _ => {}
        }
    }

    /// The provider says that the address is the person's, and an administrator takes its word.
    pub fn has_trusted_email(&self, upstream: &Upstream) -> bool {
        upstream.trusts_email() && self.email.is_some() && self.email_verified != Some(false)
    }

    /// As above, and the provider has said so with a word of its own: enough to find an account by.
    pub fn has_proven_email(&self, upstream: &Upstream) -> bool {
        self.has_trusted_email(upstream) && self.email_verified == Some(true)
    }
}

/// Where things are in what a provider says.
struct Paths {
    id: String,
    username: String,
    email: String,
    email_verified: String,
    first_name: String,
    last_name: String,
    name: String,
}

impl Paths {
    fn of(upstream: &Upstream) -> Self {
        let names: &Names = &upstream.preset.names;
        // "Any OAuth 2" has the names in its settings.
        let set = |setting: &str, row: &str| match upstream.preset.id {
            "oauth2" => upstream.text(setting).unwrap_or(row).to_owned(),
            _ => row.to_owned(),
        };
        Self {
            id: set("userIDClaim", names.id),
            username: set("userNameClaim", names.username),
            email: set("emailClaim", names.email),
            email_verified: names.email_verified.to_owned(),
            first_name: set("givenNameClaim", names.first_name),
            last_name: set("familyNameClaim", names.last_name),
            name: set("fullNameClaim", names.name),
        }
    }
}

/// Whether an address was verified, by the word that stands beside it: one about another address says nothing of this one.
///
/// Where both places speak of it, both have to say so; a text for a truth is what some providers write.
fn verified(upstream: &Upstream, said: &Said, names: &Paths, email: Option<&str>) -> Option<bool> {
    if names.email_verified.is_empty() {
        return None;
    }
    let read = |claims: &Value| {
        let value = claim::find(claims, &names.email_verified)?;
        let is_true = value == &Value::Bool(true) || value.as_str() == Some("true");
        let about = claim::find(claims, &names.email).and_then(claim::text);
        // Case makes no other address of it here.
        let is_same = about.is_none_or(|about| Some(fold(&about)) == email.map(fold));
        Some((is_true, is_same))
    };
    let id_token = upstream.is_openid().then(|| read(&said.id_token)).flatten();
    let words = [id_token, read(&said.userinfo)].into_iter().flatten();
    let (about_it, elsewhere): (Vec<_>, Vec<_>) = words.partition(|(_, is_same)| *is_same);
    match about_it.is_empty() {
        true if elsewhere.is_empty() => None,
        // Whoever says such a thing of one address has not said it of the other.
        true => Some(false),
        false => Some(about_it.iter().all(|(is_true, _)| *is_true)),
    }
}

/// Refuses an id that no provider means.
///
/// # Errors
/// If it is one.
pub(crate) fn check_id(id: &str) -> Result<()> {
    match can_be_kept(id) {
        true => Ok(()),
        false => Err(Problem::untrusted(
            "it names somebody in a way that cannot be kept",
        )),
    }
}

/// A text of an acceptable length, without control characters.
pub(crate) fn can_be_kept(text: &str) -> bool {
    text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
}

/// A text that is an address.
pub(crate) fn is_email(text: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !"<>,;\"\\()[]:".contains(c);
    text.matches('@').count() == 1
        && text.chars().all(is_plain)
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.len() > 1)
}

/// A whole name as Keycloak takes it apart: at the last space.
fn split(name: Option<&str>) -> (Option<String>, Option<String>) {
    match name.map(|name| (name, name.rsplit_once(' '))) {
        Some((_, Some((first, last)))) => (Some(first.trim().to_owned()), Some(last.to_owned())),
        Some((name, None)) => (Some(name.to_owned()), None),
        None => (None, None),
    }
}

/// The claims of an ID token as a value.
pub fn members(claims: &Map<String, Value>) -> Value {
    Value::Object(claims.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::tests::upstream;

    #[test]
    fn a_word_about_one_address_verifies_no_other() {
        let upstream = upstream("oidc", &[]);
        let (a, b) = ("a@x.test", "b@x.test");
        // What the ID token says, what userinfo says, whose address is taken, and whether it counts as verified.
        let rows = [
            (
                json!({}),
                json!({"email": a, "email_verified": true}),
                a,
                Some(true),
            ),
            (
                json!({"email": a, "email_verified": true}),
                json!({}),
                a,
                Some(true),
            ),
            (
                json!({"email_verified": true}),
                json!({"email": a}),
                a,
                Some(true),
            ),
            (
                json!({"email": a, "email_verified": true}),
                json!({"email": a}),
                a,
                Some(true),
            ),
            (
                json!({"email": a, "email_verified": true}),
                json!({"email": b}),
                b,
                Some(false),
            ),
            (
                json!({"email": a, "email_verified": "true"}),
                json!({"email": b}),
                b,
                Some(false),
            ),
            (
                json!({"email": a, "email_verified": false}),
                json!({"email": b, "email_verified": true}),
                b,
                Some(true),
            ),
            (
                json!({"email": a, "email_verified": true}),
                json!({"email": a, "email_verified": false}),
                a,
                Some(false),
            ),
            (json!({"email": a}), json!({"email": b}), b, None),
            (
                json!({"email": format!(" {} ", a.to_uppercase()), "email_verified": true}),
                json!({"email": a}),
                a,
                Some(true),
            ),
        ];
        for (mut id_token, userinfo, email, is_verified) in rows {
            id_token["sub"] = json!("sub");
            let said = Said {
                id_token,
                userinfo,
                ..Said::default()
            };
            let shown = format!("{said:?}");

            let identity = Identity::of(&upstream, said).unwrap();

            assert_eq!(identity.email.as_deref(), Some(email), "{shown}");
            assert_eq!(identity.email_verified, is_verified, "{shown}");
        }
    }

    #[test]
    fn an_access_token_says_nothing_of_who_somebody_is() {
        let said = Said {
            id_token: json!({"sub": "sub"}),
            userinfo: Value::Null,
            access_token: json!({
                "sub": "another", "preferred_username": "another", "email": "a@x.test", "email_verified": true,
                "realm_access": {"roles": ["lead"]},
            }),
        };

        let identity = Identity::of(&upstream("keycloak-oidc", &[]), said).unwrap();

        assert_eq!(
            (identity.id.as_str(), identity.username.as_str()),
            ("sub", "sub")
        );
        assert_eq!((identity.email, identity.email_verified), (None, None));
        assert!(identity.said.find("realm_access.roles").is_some());
    }
}
