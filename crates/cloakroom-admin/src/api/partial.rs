//! `/admin/realms/{realm}/partialImport` and `/partial-export`: parts of a realm in Keycloak's files.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use cloakroom_keycloak::export::{self, Choice};
use cloakroom_keycloak::import::{self, IfExists, InMemory};
use cloakroom_keycloak::read::{self, Object, Unreadable};
use cloakroom_keycloak::{client, group, identity_provider, role, user as person};
use cloakroom_model::{Cx, Door, Fault, user};
use cloakroom_web::web::{self, Bytes, PayloadConfig, ServiceConfig};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{Answer, Params, is_on};
use crate::access::{Admin, Grants};
use crate::audit;
use crate::error::AdminError;
use crate::transfer;

/// The largest file that is taken in one request, in bytes.
const FILE: usize = 64 * 1024 * 1024;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let import = web::resource("/admin/realms/{realm}/partialImport")
        .app_data(PayloadConfig::new(FILE))
        .route(web::post().to(import));
    cfg.service(import);
    let plan = web::resource("/admin/realms/{realm}/ui-ext/partial-import-plan")
        .app_data(PayloadConfig::new(FILE))
        .route(web::post().to(plan));
    cfg.service(plan);
    cfg.route(
        "/admin/realms/{realm}/partial-export",
        web::post().to(export),
    );
}

/// Whole realm files are sent here too, so members of the file that it does not read are passed over; those of a thing
/// in it are not.
async fn import(admin: Admin, body: Bytes) -> Answer {
    let file = File::read(&admin, &body).await?;
    let actor = admin.actor.clone();
    let done = admin.write(move |cx| {
        let results = file.bring_in(cx, file.policy)?;
        audit::record(cx, &actor, audit::ACTION, "REALM", "partialImport")?;
        Ok(results)
    });
    Ok(HttpResponse::Ok().json(done.await?))
}

/// Plans are made one at a time: each takes the writer for as long as its import would.
static PLANS: Semaphore = Semaphore::const_new(1);

/// What the same call to `partialImport` would do. It is done in full, so that whatever ends the import ends the plan, and then
/// undone. Of things that would end it because they are there, each is named instead, as `EXISTS`.
async fn plan(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let _turn = PLANS.acquire().await.map_err(Fault::connection)?;
    let file = File::read(&admin, &body).await?;
    let (policy, fails) = match file.policy {
        IfExists::Fail => (IfExists::Skip, true),
        policy => (policy, false),
    };
    let bring_in = move |cx: &mut Cx<'_>| {
        let done = file.bring_in(cx, policy);
        done.map_err(AdminError::already_undone)
    };
    let mut found = admin.write(move |cx| cx.tried(&bring_in)).await?;
    let results = found.get_mut("results").and_then(Value::as_array_mut);
    for one in results
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        // What was made for the plan is gone, and so is its id.
        one.remove("id");
        if fails && one.get("action").and_then(Value::as_str) == Some("SKIPPED") {
            one.insert("action".to_owned(), Value::from("EXISTS"));
        }
    }
    Ok(HttpResponse::Ok().json(found))
}

/// A file that was read, with all that takes long made.
struct File {
    policy: IfExists,
    owners: Vec<String>,
    providers: BTreeSet<String>,
    names: Vec<(String, Option<String>)>,
    grants: Grants,
    part: transfer::Part,
}

/// Nobody reads a report of what comes in here: of two members of the same name, one would be lost without a word.
pub(super) fn refuse_doubled(body: &[u8]) -> Result<(), AdminError> {
    match import::first_doubled(body) {
        Some(place) => Err(AdminError::message(
            400,
            format!("'{place}' stands there twice"),
        )),
        None => Ok(()),
    }
}

impl File {
    async fn read(admin: &Admin, body: &Bytes) -> Result<Self, AdminError> {
        admin.check(&["manage-realm"])?;
        refuse_doubled(body)?;
        let mut sent = read::map(body)?;
        let named = read::text(&sent, "ifResourceExists")?;
        let named = named.or(read::text(&sent, "policy")?).unwrap_or("FAIL");
        let policy = IfExists::from_name(named).ok_or(Unreadable::Type)?;
        check_things(&sent)?;
        let owners = owners(&sent);
        let providers = providers(&sent);
        let users: Option<Vec<Object>> = read::member(&sent, "users")?;
        sent.remove("users");
        let people = users.unwrap_or_default();
        let names = names(&people);
        let people = InMemory(people);
        let password_policy = admin.realm.settings.password_policy.clone();
        let part = transfer::Part::prepare(&admin.app, sent, people, password_policy).await?;
        Ok(Self {
            policy,
            owners,
            providers,
            names,
            grants: admin.grants(),
            part,
        })
    }

    /// Brings in all of it or nothing.
    fn bring_in(&self, cx: &mut Cx<'_>, policy: IfExists) -> Result<Value, AdminError> {
        check_owners(cx, &self.owners)?;
        for alias in &self.providers {
            self.grants.check_provider(cx, alias)?;
        }
        if policy == IfExists::Overwrite {
            check_replaced(cx, &self.names, &self.grants)?;
        }
        self.part.import(cx, policy, &self.grants)
    }
}

async fn export(admin: Admin, params: Params) -> Answer {
    admin.check(&["manage-realm"])?;
    let choice = Choice {
        secrets: false,
        clients: is_on(&params, "exportClients"),
        groups_and_roles: is_on(&params, "exportGroupsAndRoles"),
        users: false,
    };
    if choice.clients {
        admin.check(&["manage-clients", "view-clients"])?;
    }
    let work = move |cx: &mut Cx<'_>| {
        let shown = export::realm_without_users(cx, choice);
        Ok::<_, AdminError>(shown?)
    };
    let mut shown = admin.app.enter(&admin.realm, Door::Scan, work).await?;
    forget_organizations(&mut shown);
    let texts = shown.entry("localizationTexts");
    texts.or_insert_with(|| Value::Object(Object::new()));
    Ok(HttpResponse::Ok().json(shown))
}

/// Organizations are the business of whole exports, so nothing in the file may point at one.
fn forget_organizations(shown: &mut Object) {
    shown.remove("organizations");
    let providers = shown
        .get_mut("identityProviders")
        .and_then(Value::as_array_mut);
    for provider in providers.into_iter().flatten() {
        if let Some(members) = provider.as_object_mut() {
            members.remove("organizationId");
        }
    }
}

/// The things of a file, with the members that each may have.
const THINGS: [(&str, &[&str]); 5] = [
    ("users", person::FIELDS),
    ("clients", client::FIELDS),
    ("groups", group::FIELDS),
    ("identityProviders", identity_provider::FIELDS),
    ("identityProviderMappers", identity_provider::MAPPER_FIELDS),
];

/// Refuses things with members that they have not.
fn check_things(sent: &Object) -> Result<(), Unreadable> {
    for (member, fields) in THINGS {
        let all = sent.get(member).and_then(Value::as_array);
        check_members(all.into_iter().flatten(), fields)?;
    }
    let Some(roles) = sent.get("roles") else {
        return Ok(());
    };
    let of_realm = roles.get("realm").and_then(Value::as_array);
    check_members(of_realm.into_iter().flatten(), role::FIELDS)?;
    let of_clients = roles.get("client").and_then(Value::as_object);
    let of_clients = of_clients.into_iter().flat_map(Object::values);
    let of_clients = of_clients.filter_map(Value::as_array).flatten();
    check_members(of_clients, role::FIELDS)
}

fn check_members<'s>(
    all: impl Iterator<Item = &'s Value>,
    fields: &[&str],
) -> Result<(), Unreadable> {
    for one in all.filter_map(Value::as_object) {
        if one.keys().any(|name| !fields.contains(&name.as_str())) {
            return Err(Unreadable::Type);
        }
        let inside = one.get("subGroups").and_then(Value::as_array);
        check_members(
            &mut inside.into_iter().flatten() as &mut dyn Iterator<Item = &Value>,
            fields,
        )?;
    }
    Ok(())
}

/// The clients that roles of the file belong to, unless the file brings them.
fn owners(sent: &Object) -> Vec<String> {
    let roles = sent.get("roles").and_then(|roles| roles.get("client"));
    let named = roles
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Object::keys);
    let brought = sent.get("clients").and_then(Value::as_array);
    let is_brought = |name: &&String| {
        let mut all = brought.into_iter().flatten();
        all.any(|one| one.get("clientId").and_then(Value::as_str) == Some(name.as_str()))
    };
    named.filter(|name| !is_brought(name)).cloned().collect()
}

/// The identity providers that the file changes, or brings mappers for.
fn providers(sent: &Object) -> BTreeSet<String> {
    let members = [
        ("identityProviders", "alias"),
        ("identityProviderMappers", "identityProviderAlias"),
    ];
    let all = members.into_iter().flat_map(|(member, name)| {
        let all = sent.get(member).and_then(Value::as_array);
        let all = all.into_iter().flatten();
        all.filter_map(move |one| one.get(name).and_then(Value::as_str))
    });
    all.map(str::to_owned).collect()
}

/// The names and addresses of the people in the file.
fn names(people: &[Object]) -> Vec<(String, Option<String>)> {
    let text = |one: &Object, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
    let all = people.iter();
    all.map(|one| {
        (
            text(one, "username").unwrap_or_default(),
            text(one, "email"),
        )
    })
    .collect()
}

/// Whoever takes the place of somebody removes them: not of those who have more rights.
fn check_replaced(
    cx: &mut Cx<'_>,
    names: &[(String, Option<String>)],
    grants: &Grants,
) -> Result<(), AdminError> {
    for (name, email) in names {
        let named = user::find_by_username(cx, name)?;
        let addressed = match email {
            Some(email) => user::find_by_email(cx, email)?,
            None => None,
        };
        for replaced in named.into_iter().chain(addressed) {
            grants.check_account(cx, &replaced.id)?;
        }
    }
    Ok(())
}

fn check_owners(cx: &mut Cx<'_>, owners: &[String]) -> Result<(), AdminError> {
    for owner in owners {
        if cloakroom_model::client::find_id(cx, owner)?.is_none() {
            let why = format!("Can not import client roles for nonexistent client named {owner}");
            return Err(AdminError::message(412, why));
        }
    }
    Ok(())
}
