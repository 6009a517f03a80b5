//! The clients of a new realm, with their scopes, roles and mappers.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::client::{self, Draft, Settings};
use cloakroom_model::id::{ClientUuid, RoleId};
use cloakroom_model::{Cx, Result, role, scope};
use serde_json::{Map, json};

use super::roles;
use super::scopes::{self, Made, MapperPlan, Use};

/// A client of a new realm; `{realm}` in its paths stands for the realm's name.
struct ClientPlan {
    client_id: &'static str,
    paths: Paths,
    access: Access,
    lightweight: bool,
    pkce: bool,
    mapper: Option<MapperPlan>,
}

/// Where a client's pages are.
enum Paths {
    None,
    Account,
    Console,
}

/// How a client asks for tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// A public client of browsers.
    Browser,
    /// A public client of browsers that may put every role into tokens.
    BrowserInFull,
    /// A public client that takes passwords.
    Password,
    /// No tokens are issued to it; it has roles.
    BearerOnly,
}

const LOCALE: MapperPlan = MapperPlan {
    name: "locale",
    kind: "oidc-usermodel-attribute-mapper",
    everywhere: true,
    config: &[
        ("claim.name", "locale"),
        ("jsonType.label", "String"),
        ("user.attribute", "locale"),
    ],
};

const AUDIENCE_RESOLVE: MapperPlan = MapperPlan {
    name: "audience resolve",
    kind: "oidc-audience-resolve-mapper",
    everywhere: false,
    config: &[],
};

const fn plan(client_id: &'static str, paths: Paths, access: Access) -> ClientPlan {
    ClientPlan {
        client_id,
        paths,
        access,
        lightweight: false,
        pkce: false,
        mapper: None,
    }
}

/// Stores the clients that every realm has, with their roles, but those that are `present`.
pub(crate) fn insert_missing(
    cx: &mut Cx<'_>,
    scopes: &[Made],
    default_role: &RoleId,
    present: &BTreeSet<String>,
) -> Result<()> {
    for plan in plans() {
        if present.contains(plan.client_id) {
            continue;
        }
        let id = insert(cx, &plan, scopes)?;
        match plan.client_id {
            "account" => drop(roles::insert_of_account(cx, &id, default_role)?),
            "broker" => roles::insert_of_broker(cx, &id)?,
            "account-console" => map_account_roles(cx, &id)?,
            _ => {}
        }
    }
    Ok(())
}

/// `account` comes before `account-console`, which passes on its roles.
fn plans() -> [ClientPlan; 5] {
    [
        plan("account", Paths::Account, Access::Browser),
        ClientPlan {
            pkce: true,
            mapper: Some(AUDIENCE_RESOLVE),
            ..plan("account-console", Paths::Account, Access::Browser)
        },
        ClientPlan {
            lightweight: true,
            ..plan("admin-cli", Paths::None, Access::Password)
        },
        plan("broker", Paths::None, Access::BearerOnly),
        ClientPlan {
            lightweight: true,
            pkce: true,
            mapper: Some(LOCALE),
            ..plan(
                "security-admin-console",
                Paths::Console,
                Access::BrowserInFull,
            )
        },
    ]
}

fn map_account_roles(cx: &mut Cx<'_>, console: &ClientUuid) -> Result<()> {
    let Some(account) = client::find_id(cx, "account")? else {
        return Ok(());
    };
    for name in ["manage-account", "view-groups"] {
        if let Some(role) = role::find_named(cx, account.as_str(), name)? {
            role::add_scope_mapping(cx, console.as_str(), &role.id)?;
        }
    }
    Ok(())
}

/// Stores `realm-management`, whose roles manage this realm from within.
pub(crate) fn insert_management(cx: &mut Cx<'_>, scopes: &[Made]) -> Result<()> {
    let client = insert(
        cx,
        &plan("realm-management", Paths::None, Access::BearerOnly),
        scopes,
    )?;
    let ids = roles::insert_of_management(cx, &client)?;
    roles::insert_realm_admin(cx, &client, &ids)
}

/// Lets the administrators of `master` manage a realm: makes the client for it and its roles, as
/// far as they are not there yet.
pub(crate) fn manage_from_master(cx: &mut Cx<'_>, realm: &str) -> Result<()> {
    let client_id = format!("{realm}-realm");
    let id = match client::find_id(cx, &client_id)? {
        Some(id) => id,
        None => insert_of_realm_in_master(cx, realm, client_id)?,
    };
    let added = roles::ensure_management(cx, &id)?;
    let container = cx.realm.id.as_str().to_owned();
    if let Some(admin) = role::find_named(cx, &container, "admin")? {
        for role in added.values() {
            role::add_composite(cx, &admin.id, role)?;
        }
    }
    Ok(())
}

fn insert_of_realm_in_master(
    cx: &mut Cx<'_>,
    realm: &str,
    client_id: String,
) -> Result<ClientUuid> {
    let id = ClientUuid::new(cx.new_id());
    let mut settings = settings(cx, &plan("", Paths::None, Access::BearerOnly));
    settings.name = Some(format!("{realm} Realm"));
    settings.protocol = None;
    let draft = Draft {
        id: id.clone(),
        client_id,
        enabled: true,
        settings,
        secret: None,
    };
    client::insert(cx, &draft)?;
    Ok(id)
}

fn insert(cx: &mut Cx<'_>, plan: &ClientPlan, scopes: &[Made]) -> Result<ClientUuid> {
    let id = ClientUuid::new(cx.new_id());
    let draft = Draft {
        id: id.clone(),
        client_id: plan.client_id.to_owned(),
        enabled: true,
        settings: settings(cx, plan),
        secret: None,
    };
    client::insert(cx, &draft)?;
    for made in scopes.iter().filter(|made| made.is_openid) {
        if made.given != Use::Unassigned {
            scope::link(cx, id.as_str(), &made.id, made.given == Use::Default)?;
        }
    }
    if let Some(mapper) = &plan.mapper {
        scopes::insert_mapper(cx, id.as_str(), "openid-connect", mapper)?;
    }
    Ok(id)
}

fn settings(cx: &Cx<'_>, plan: &ClientPlan) -> Settings {
    let bearer_only = plan.access == Access::BearerOnly;
    let mut rest = Map::new();
    rest.insert("authenticationFlowBindingOverrides".to_owned(), json!({}));
    rest.insert("nodeReRegistrationTimeout".to_owned(), json!(0));
    let (root_url, base_url) = match plan.paths {
        Paths::None => (None, None),
        Paths::Account => (
            Some("${authBaseUrl}".to_owned()),
            Some(format!("/realms/{}/account/", cx.realm.name)),
        ),
        Paths::Console => (
            Some("${authAdminUrl}".to_owned()),
            Some(format!("/admin/{}/console/", cx.realm.name)),
        ),
    };
    let is_console = matches!(plan.paths, Paths::Console);
    Settings {
        name: Some(format!("${{client_{}}}", plan.client_id)),
        redirect_uris: base_url.iter().map(|base| format!("{base}*")).collect(),
        root_url,
        base_url,
        client_authenticator_type: "client-secret".to_owned(),
        web_origins: if is_console {
            vec!["+".to_owned()]
        } else {
            Vec::new()
        },
        bearer_only,
        standard_flow_enabled: plan.access != Access::Password,
        direct_access_grants_enabled: plan.access == Access::Password,
        public_client: !bearer_only,
        protocol: Some("openid-connect".to_owned()),
        full_scope_allowed: matches!(plan.access, Access::Password | Access::BrowserInFull),
        attributes: attributes(plan),
        rest,
        ..Settings::default()
    }
}

fn attributes(plan: &ClientPlan) -> BTreeMap<String, String> {
    let bearer_only = plan.access == Access::BearerOnly;
    let mut all = BTreeMap::from([("realm_client".to_owned(), bearer_only.to_string())]);
    if !matches!(plan.paths, Paths::None) {
        all.insert("post.logout.redirect.uris".to_owned(), "+".to_owned());
    }
    if plan.pkce {
        all.insert("pkce.code.challenge.method".to_owned(), "S256".to_owned());
    }
    if plan.lightweight {
        let name = "client.use.lightweight.access.token.enabled";
        all.insert(name.to_owned(), "true".to_owned());
    }
    all
}
