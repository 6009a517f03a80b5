//! Who calls, and what they may do: an accepted token, and the questions one asks of it.
use serde_json::{Map, Value};

use crate::error::VerifyError;

/// What the sender of a token has proved beside having it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Nothing: whoever finds the token can use it.
    Bearer,
    /// That it holds the key with this thumbprint (RFC 9449).
    Key(String),
    /// That it holds the key of the certificate with this thumbprint (RFC 8705).
    Certificate(String),
}

/// An accepted access token; only [`crate::Verifier::verify`] makes one.
#[derive(Clone, Debug)]
pub struct Access {
    claims: Map<String, Value>,
    binding: Binding,
}

impl Access {
    pub(crate) fn new(claims: Map<String, Value>, binding: Binding) -> Self {
        Self { claims, binding }
    }

    /// Whom it is about (`sub`): a user, or the account of a service.
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// The name with which the user signs in (`preferred_username`); it may change, unlike the subject.
    pub fn username(&self) -> Option<&str> {
        self.text("preferred_username")
    }

    /// The application that calls (`client_id` of RFC 9068, `azp` of Keycloak).
    pub fn client_id(&self) -> Option<&str> {
        self.text("client_id").or_else(|| self.text("azp"))
    }

    /// The user's session (`sid`), which a logout token names as well.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// When it ends, in seconds since 1970; `None` if the issuer does not say.
    pub fn expires_at(&self) -> Option<i64> {
        self.claims.get("exp").and_then(Value::as_i64)
    }

    /// The scopes it was issued with (RFC 9068 §2.2.3).
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let scope = self.text("scope").unwrap_or_default();
        scope.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Whether it has this scope, letter by letter.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }

    /// The roles of the realm (Keycloak's `realm_access.roles`).
    pub fn realm_roles(&self) -> impl Iterator<Item = &str> {
        roles(self.claims.get("realm_access"))
    }

    /// Whether it has this role of the realm.
    pub fn has_realm_role(&self, role: &str) -> bool {
        self.realm_roles().any(|own| own == role)
    }

    /// The roles of a client (Keycloak's `resource_access.{client}.roles`).
    pub fn client_roles(&self, client_id: &str) -> impl Iterator<Item = &str> {
        let access = self.claims.get("resource_access");
        roles(access.and_then(|clients| clients.get(client_id)))
    }

    /// Whether it has this role of this client.
    pub fn has_client_role(&self, client_id: &str, role: &str) -> bool {
        self.client_roles(client_id).any(|own| own == role)
    }

    /// What the sender has proved beside having the token.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// A claim that is a text; `None` if it is absent or something else.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// All claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Demands a scope.
    ///
    /// # Errors
    /// [`VerifyError::InsufficientScope`], which is a 403 (RFC 6750 §3.1).
    pub fn need_scope(&self, scope: &str) -> Result<(), VerifyError> {
        match self.has_scope(scope) {
            true => Ok(()),
            false => Err(VerifyError::InsufficientScope(scope.to_owned())),
        }
    }

    /// Demands a role of the realm.
    ///
    /// # Errors
    /// [`VerifyError::MissingRole`], which is a 403.
    pub fn need_realm_role(&self, role: &str) -> Result<(), VerifyError> {
        match self.has_realm_role(role) {
            true => Ok(()),
            false => Err(VerifyError::MissingRole(role.to_owned())),
        }
    }

    /// Demands a role of a client.
    ///
    /// # Errors
    /// [`VerifyError::MissingRole`], which is a 403.
    pub fn need_client_role(&self, client_id: &str, role: &str) -> Result<(), VerifyError> {
        match self.has_client_role(client_id, role) {
            true => Ok(()),
            false => Err(VerifyError::MissingRole(format!("{client_id}/{role}"))),
        }
    }
}

fn roles(access: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = access
        .and_then(|access| access.get("roles"))
        .and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn access(claims: Value) -> Access {
        let Value::Object(claims) = claims else {
            unreachable!("claims are an object");
        };
        Access::new(claims, Binding::Bearer)
    }

    #[test]
    fn scopes_and_roles_are_compared_as_a_whole() {
        let access = access(json!({
            "scope": "openid orders:read",
            "realm_access": { "roles": ["staff", 7] },
            "resource_access": { "api": { "roles": ["reader"] }, "odd": ["reader"] },
        }));

        assert!(access.has_scope("orders:read") && !access.has_scope("orders"));
        assert!(!access.has_scope("") && !access.has_scope("openid orders:read"));
        assert!(access.has_realm_role("staff") && !access.has_realm_role("7"));
        assert!(access.has_client_role("api", "reader"));
        assert!(
            !access.has_client_role("odd", "reader") && !access.has_client_role("no", "reader")
        );
        assert!(!access.has_realm_role("reader"), "it is another client's");
        assert_eq!(
            access.need_client_role("api", "writer"),
            Err(VerifyError::MissingRole("api/writer".to_owned()))
        );
    }

    #[test]
    fn claims_of_other_types_answer_no_question() {
        let access = access(json!({
            "sub": 1, "scope": ["a"], "realm_access": "staff", "resource_access": { "api": null },
        }));

        assert_eq!(access.subject(), None);
        assert!(!access.has_scope("a") && !access.has_realm_role("staff"));
        assert_eq!(access.client_roles("api").count(), 0);
    }
}
