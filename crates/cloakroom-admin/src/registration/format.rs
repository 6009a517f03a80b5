//! The two languages of client registration: the standard's metadata, and Keycloak's representation.

use cloakroom_keycloak::client_registration::{self as metadata, PAIRWISE, Refused};
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_keycloak::{client as shape, mapper as mapper_shape};
use cloakroom_model::client::{self, Client};
use cloakroom_model::{Cx, Digest, Secret, scope};
use serde_json::{Value, json};

use super::{invalid, refused, sector};
use crate::api::Names;
use crate::error::{AdminError, Result};

/// In which words a client is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Client metadata (RFC 7591 §2).
    OpenIdConnect,
    /// `ClientRepresentation`.
    Keycloak,
}

impl From<Refused> for AdminError {
    fn from(error: Refused) -> Self {
        match error {
            Refused::RedirectUri(why) => refused(400, "invalid_redirect_uri", why),
            Refused::Metadata(why) => invalid(why),
            Refused::Unreadable(why) => Self::from(why).undoing(),
        }
    }
}

impl Format {
    /// The one that the address names.
    pub(super) fn of(path: &Names) -> Self {
        match path.part("format") {
            "default" => Self::Keycloak,
            _ => Self::OpenIdConnect,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OpenIdConnect => "openid-connect",
            Self::Keycloak => "default",
        }
    }

    /// The member that the registration access token is told in.
    pub(super) fn token(self) -> &'static str {
        match self {
            Self::OpenIdConnect => "registration_access_token",
            Self::Keycloak => "registrationAccessToken",
        }
    }

    pub(super) fn read(self, body: &[u8]) -> Result<Object> {
        let read = match self {
            Self::OpenIdConnect => read::object(body, "OIDCClientRepresentation", metadata::FIELDS),
            Self::Keycloak => read::object(body, "ClientRepresentation", shape::FIELDS),
        };
        Ok(read?)
    }

    /// The representation of a client that is to be made.
    pub(super) fn to_new(self, cx: &mut Cx<'_>, sent: &Object) -> Result<Object> {
        if self == Self::Keycloak {
            metadata::check(sent)?;
            return Ok(sent.clone());
        }
        if read::text(sent, "client_id")?.is_some() {
            return Err(invalid("Client Identifier included"));
        }
        let mut new = metadata::to_client(sent)?;
        metadata::check(&new)?;
        // Keycloak's clients get the session's id unless they say otherwise, the standard's do not.
        if let Some(attributes) = new.get_mut("attributes").and_then(Value::as_object_mut) {
            let entry = attributes.entry("backchannel.logout.session.required");
            entry.or_insert_with(|| json!("false"));
        }
        drop_unlinkable(cx, &mut new);
        if metadata::is_pairwise(sent)? == Some(true) {
            let mapper = pairwise(cx, None, sector::named(sent)?);
            new.insert("protocolMappers".to_owned(), json!([mapper]));
        }
        Ok(new)
    }

    /// The representation of what is to change.
    pub(super) fn to_changed(
        self,
        cx: &mut Cx<'_>,
        sent: &Object,
        client: &Client,
    ) -> Result<Object> {
        let id = match self {
            Self::OpenIdConnect => "client_id",
            Self::Keycloak => "clientId",
        };
        if read::text(sent, id)? != Some(client.client_id.as_str()) {
            return Err(invalid("Client Identifier modified"));
        }
        if self == Self::Keycloak {
            metadata::check(sent)?;
            return Ok(sent.clone());
        }
        // RFC 7592 §2.2: a client must not choose its secret.
        let given = read::text(sent, "client_secret")?;
        if let Some(secret) = given.filter(|given| *given != shape::MASK) {
            let given = Digest::of(secret.as_bytes());
            if !client
                .secret
                .as_ref()
                .is_some_and(|own| own.matches(&given))
            {
                return Err(invalid("The client secret must be the one there is"));
            }
        }
        let mut changed = metadata::to_client(sent)?;
        metadata::check(&changed)?;
        drop_unlinkable(cx, &mut changed);
        let before = client.mappers.iter().find(|own| own.mapper == PAIRWISE);
        let wanted = metadata::is_pairwise(sent)?.unwrap_or(before.is_some());
        let sector = sector::named(sent)?;
        if wanted != before.is_some() || (wanted && sector.is_some()) {
            let others = client.mappers.iter().filter(|own| own.mapper != PAIRWISE);
            let mut mappers: Vec<Value> = others.map(mapper_shape::show).collect();
            if wanted {
                let salt = before.and_then(|own| own.text("pairwiseSubAlgorithmSalt"));
                mappers.push(pairwise(cx, salt, sector));
            }
            changed.insert("protocolMappers".to_owned(), json!(mappers));
        }
        Ok(changed)
    }

    /// The client as it is registered; whoever may not see its secret is told that there is one.
    pub(super) fn show(self, cx: &mut Cx<'_>, client: &Client, sees_secret: bool) -> Result<Value> {
        let secret = client::reveal_secret(cx, client)?;
        let masked = Secret::new(shape::MASK);
        let secret = secret.map(|secret| if sees_secret { secret } else { masked });
        match self {
            Self::OpenIdConnect => Ok(metadata::show(cx.realm, client, secret.as_ref())),
            Self::Keycloak => Ok(shape::show(cx.realm, client, secret.as_ref())?),
        }
    }
}

/// Scopes that every client of the realm has need not be asked for.
fn drop_unlinkable(cx: &Cx<'_>, client: &mut Object) {
    let Some(Value::Array(names)) = client.get_mut("optionalClientScopes") else {
        return;
    };
    let realm = cx.realm;
    names.retain(|name| {
        let scope = name.as_str().and_then(|name| realm.scope_named(name));
        scope.is_none_or(|scope| !realm.default_scopes.contains(&scope.id))
    });
}

/// A mapper that gives the client subjects of its own, which a salt keeps from being computed; a new one if there is none.
fn pairwise(cx: &mut Cx<'_>, salt: Option<&str>, sector: Option<&str>) -> Value {
    let salt = salt.map_or_else(|| cx.new_id(), str::to_owned);
    let mut config = json!({"pairwiseSubAlgorithmSalt": salt});
    if let Some(sector) = sector {
        set(&mut config, "sectorIdentifierUri", json!(sector));
    }
    json!({
        "name": "pairwise subject identifier",
        "protocol": "openid-connect",
        "protocolMapper": PAIRWISE,
        "config": config,
    })
}

/// The scopes that were sent take the place of those that the client has.
pub(super) fn link_scopes(cx: &mut Cx<'_>, client: &Client, sent: &Object) -> Result<()> {
    let owner = client.id.as_str();
    for (name, before, is_default) in [
        ("defaultClientScopes", &client.default_scopes, true),
        ("optionalClientScopes", &client.optional_scopes, false),
    ] {
        let Some(names) = read::member::<Vec<String>>(sent, name)? else {
            continue;
        };
        for gone in before {
            scope::unlink(cx, owner, gone)?;
        }
        for name in names {
            let id = cx.realm.scope_named(&name).map(|scope| scope.id.clone());
            if let Some(id) = id {
                scope::link(cx, owner, &id, is_default)?;
            }
        }
    }
    Ok(())
}
