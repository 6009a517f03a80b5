//! Brings single things into a realm that is there: clients, roles, groups and users, all of them or
//! none.

use std::collections::{BTreeMap, HashMap};

use cloakroom_model::id::{RoleId, UserId};
use cloakroom_model::user::{self, fold};
use cloakroom_model::{Cx, client, group, identity_provider, whole};
use serde_json::{Value, json};

use super::error::{ImportError, Result};
use super::known::{Known, KnownClient, KnownScope};
use super::lenient::{Part, check_texts};
use super::report::{Outcome, Report};
use super::{
    Import, Ready, bound, clients, groups, identity_providers, people::People, roles, users,
};
use crate::blueprint;
use crate::export::Names;
use crate::read::Object;

/// What is done where a thing of the same name is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Nothing comes in.
    Fail,
    /// It stays.
    Skip,
    /// The one that was sent takes its place.
    Overwrite,
}

impl IfExists {
    /// Keycloak's word for it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "FAIL" => Some(Self::Fail),
            "SKIP" => Some(Self::Skip),
            "OVERWRITE" => Some(Self::Overwrite),
            _ => None,
        }
    }
}

/// The clients that every realm has. Whole exports hold them, and they are never replaced.
const OWN_CLIENTS: [&str; 7] = [
    "account",
    "account-console",
    "admin-cli",
    "admin-permissions",
    "broker",
    "realm-management",
    "security-admin-console",
];

/// What became of each thing, in the order in which it came.
#[derive(Debug, Default)]
struct Results {
    all: Vec<Value>,
    added: u64,
    overwritten: u64,
    skipped: u64,
}

/// What is to be done with one thing.
enum Next {
    Add,
    Replace,
    Keep,
}

impl Results {
    fn push(&mut self, kind: &str, name: &str, id: &str, next: &Next) {
        let (action, count) = match next {
            Next::Add => ("ADDED", &mut self.added),
            Next::Replace => ("OVERWRITTEN", &mut self.overwritten),
            Next::Keep => ("SKIPPED", &mut self.skipped),
        };
        *count += 1;
        self.all.push(json!({
            "action": action,
            "resourceType": kind,
            "resourceName": name,
            "id": id,
        }));
    }
}

struct Partial<'a, 'b> {
    import: &'b mut Import<'a>,
    policy: IfExists,
    results: Results,
}

/// Brings in what was sent and says what became of each thing, in Keycloak's form.
pub fn import_partial(
    cx: &mut Cx<'_>,
    found: (&Object, &dyn People),
    ready: &Ready<'_>,
    policy: IfExists,
) -> Result<Value> {
    let (sent, people) = found;
    check_texts(sent)?;
    let mut report = Report::new(&cx.realm.name, Outcome::Created);
    let mut import = Import {
        sent: Part::new(sent, "", ""),
        ready,
        report: &mut report,
        known: load(cx)?,
    };
    let mut partial = Partial {
        import: &mut import,
        policy,
        results: Results::default(),
    };
    partial.clients(cx)?;
    partial.roles(cx)?;
    partial.identity_providers(cx)?;
    partial.groups(cx)?;
    people.each(&mut |user| partial.user(cx, user))?;
    let results = partial.results;
    clients::complete_service_accounts(cx, &mut import)?;
    Ok(json!({
        "added": results.added,
        "overwritten": results.overwritten,
        "skipped": results.skipped,
        "results": results.all,
    }))
}

/// What stands in the realm.
fn load(cx: &mut Cx<'_>) -> Result<Known> {
    let default = blueprint::default_role(&cx.realm.settings);
    let mut known = Known::new(default.unwrap_or_else(|| RoleId::new("")));
    for scope in &cx.realm.scopes {
        let given = if cx.realm.default_scopes.contains(&scope.id) {
            Some(true)
        } else {
            cx.realm
                .optional_scopes
                .contains(&scope.id)
                .then_some(false)
        };
        let scope_known = KnownScope {
            id: scope.id.clone(),
            protocol: scope.protocol.clone(),
            given,
        };
        known.scopes.insert(scope.name.clone(), scope_known);
    }
    let query = client::Query {
        max: i64::from(i32::MAX),
        ..client::Query::default()
    };
    let mut names: HashMap<String, String> = HashMap::new();
    for client in client::list(cx, &query)? {
        names.insert(client.id.as_str().to_owned(), client.client_id.clone());
        let protocol = client.settings.protocol;
        let client_known = KnownClient {
            id: client.id,
            protocol: protocol.unwrap_or_else(|| "openid-connect".to_owned()),
            service_account: client.settings.service_accounts_enabled,
        };
        known.clients.insert(client.client_id, client_known);
    }
    for role in whole::roles(cx)? {
        let client = names.get(&role.container_id).map(String::as_str);
        known.add_role(client, &role.name, role.id);
    }
    let providers = identity_provider::list(cx)?.into_iter();
    known.providers.extend(providers.map(|one| one.alias));
    for (id, path) in Names::load(cx)?.groups() {
        known.groups.insert(path.to_owned(), id.clone());
    }
    Ok(known)
}

impl Partial<'_, '_> {
    /// What is to be done with a thing that is there or not.
    fn next(&self, is_there: bool, exists: impl FnOnce() -> String) -> Result<Next> {
        match (is_there, self.policy) {
            (false, _) => Ok(Next::Add),
            (true, IfExists::Skip) => Ok(Next::Keep),
            (true, IfExists::Overwrite) => Ok(Next::Replace),
            (true, IfExists::Fail) => Err(ImportError::taken(exists())),
        }
    }

    fn clients(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        let mut flows = None;
        for object in self.import.sent.objects("clients")? {
            let name = Part::new(object, "clients[]", "").name("clientId")?;
            if OWN_CLIENTS.contains(&name.as_str()) {
                continue;
            }
            let known = self.import.known.clients.get(&name).cloned();
            let next = self.next(known.is_some(), || {
                format!("Client id '{name}' already exists")
            })?;
            let id = match (&next, known) {
                (Next::Keep, Some(known)) => known.id,
                (_, known) => {
                    if let Some(known) = known {
                        client::remove(cx, &known.id)?;
                        self.import.known.clients.remove(&name);
                        self.import.known.client_roles.remove(&name);
                    }
                    let wrong = bound::unbound(cx, object, &mut flows)?;
                    // Nobody reads a report of this.
                    if let Some((to, _)) =
                        wrong.iter().find(|(_, wrong)| *wrong == bound::Wrong::Gone)
                    {
                        let why = format!("Unable to resolve auth flow binding override for: {to}");
                        return Err(ImportError::invalid(why));
                    }
                    let id = clients::insert(cx, self.import, object)?;
                    for (to, _) in &wrong {
                        bound::unbind(cx, &name, to)?;
                    }
                    id
                }
            };
            self.results.push("CLIENT", &name, id.as_str(), &next);
        }
        Ok(())
    }

    fn roles(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        let mut composed = Vec::new();
        for (client, object) in roles::all(self.import)? {
            let name = Part::new(object, "roles[]", "").name("name")?;
            if client.is_some_and(|client| OWN_CLIENTS.contains(&client)) {
                continue;
            }
            let known = self.import.known.role(client, &name).cloned();
            let next = self.next(known.is_some(), || match client {
                None => format!("Realm role '{name}' already exists"),
                Some(client) => {
                    format!("Client role '{name}' for client '{client}' already exists")
                }
            })?;
            let id = match (&next, known) {
                (Next::Keep, Some(id)) => id,
                (_, Some(id)) => {
                    roles::replace(cx, self.import, &id, object)?;
                    composed.push((client, object));
                    id
                }
                (_, None) => {
                    composed.push((client, object));
                    roles::insert(cx, self.import, client, object)?
                }
            };
            let kind = client.map_or("REALM_ROLE", |_| "CLIENT_ROLE");
            self.results.push(kind, &name, id.as_str(), &next);
        }
        for (client, object) in composed {
            roles::compose(cx, self.import, client, object)?;
        }
        Ok(())
    }

    fn identity_providers(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        let mut ids = BTreeMap::new();
        for known in identity_provider::list(cx)? {
            ids.insert(known.alias, known.id);
        }
        for object in self.import.sent.objects("identityProviders")? {
            let alias = Part::new(object, "identityProviders[]", "").name("alias")?;
            let known = ids.get(&alias).cloned();
            let next = self.next(known.is_some(), || {
                format!("Identity Provider '{alias}' already exists.")
            })?;
            let id = match (&next, known) {
                (Next::Keep, Some(id)) => id,
                (_, known) => {
                    if let Some(known) = known {
                        identity_provider::remove(cx, &known)?;
                    }
                    identity_providers::insert(cx, self.import, object)?.1
                }
            };
            self.results.push("IDP", &alias, id.as_str(), &next);
            ids.insert(alias, id);
        }
        for object in self.import.sent.objects("identityProviderMappers")? {
            let name = Part::new(object, "identityProviderMappers[]", "").name("name")?;
            let known = identity_providers::find_mapper(cx, object, &ids)?;
            let next = self.next(known.is_some(), || {
                format!("Identity Provider Mapper '{name}' already exists.")
            })?;
            let id = match (&next, known) {
                (Next::Keep, Some(known)) => known.id,
                (_, known) => {
                    if let Some(known) = known {
                        identity_provider::remove_mapper(cx, &known.id)?;
                    }
                    identity_providers::insert_mapper(cx, self.import, object, &ids)?
                }
            };
            self.results.push("IDP_MAPPER", &name, id.as_str(), &next);
        }
        Ok(())
    }

    fn groups(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        for object in self.import.sent.objects("groups")? {
            let name = Part::new(object, "groups[]", "").name("name")?;
            let path = format!("/{name}");
            let known = self.import.known.groups.get(&path).cloned();
            let next = self.next(known.is_some(), || format!("Group '{path}' already exists"))?;
            let id = match (&next, known) {
                (Next::Keep, Some(id)) => id,
                (_, known) => {
                    if let Some(known) = known {
                        group::remove(cx, &known)?;
                        let inside = format!("{path}/");
                        let groups = &mut self.import.known.groups;
                        groups.retain(|other, _| *other != path && !other.starts_with(&inside));
                    }
                    groups::insert(cx, self.import, object, None)?
                }
            };
            self.results.push("GROUP", &name, id.as_str(), &next);
        }
        Ok(())
    }

    fn user(&mut self, cx: &mut Cx<'_>, object: Object) -> Result<()> {
        let part = Part::new(&object, "users[]", "");
        let (name, email) = (part.name("username")?, part.text("email")?);
        let known = find_user(cx, &name, email.as_deref())?;
        let next = self.next(known.is_some(), || {
            format!("User with user name {name} already exists.")
        })?;
        let id = match (&next, known) {
            (Next::Keep, Some(id)) => id,
            (_, known) => {
                if let Some(known) = known {
                    user::remove(cx, &known)?;
                }
                users::insert(cx, self.import, object)?
            }
        };
        self.results.push("USER", &fold(&name), id.as_str(), &next);
        Ok(())
    }
}

/// A user of this name, or with this address where it tells people apart.
fn find_user(cx: &mut Cx<'_>, name: &str, email: Option<&str>) -> Result<Option<UserId>> {
    if let Some(user) = user::find_by_username(cx, name)? {
        return Ok(Some(user.id));
    }
    let unique = !cx.realm.settings.duplicate_emails_allowed;
    let email = email.filter(|email| unique && !email.is_empty());
    match email {
        Some(email) => Ok(user::find_by_email(cx, email)?.map(|user| user.id)),
        None => Ok(None),
    }
}
