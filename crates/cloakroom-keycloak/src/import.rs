//! Brings a realm in from Keycloak's representation of it. It all comes in, or nothing does, and the
//! report names what is not the same afterwards.

mod ancient;
mod authorization;
mod bound;
mod client_policies;
mod client_scopes;
mod clients;
mod components;
mod credentials;
mod doubled;
mod error;
mod federation;
pub mod files;
mod flows;
mod groups;
mod identity_providers;
mod known;
mod lenient;
mod localization;
mod mappers;
mod older;
mod optional;
mod organizations;
mod partial;
mod people;
mod placeholders;
mod realm;
mod report;
mod roles;
mod scope_mappings;
mod security_keys;
mod settings;
mod silent;
mod smtp;
mod stream;
mod unknown;
mod unresolved;
mod user_profile;
mod users;
mod workflows;

use std::sync::Arc;

use cloakroom_model::client::Client;
use cloakroom_model::component::Component;
use cloakroom_model::flow::Tree;
use cloakroom_model::id::RoleId;
use cloakroom_model::user_profile::UserProfile;
use cloakroom_model::{Cx, Realm};

pub use error::{ImportError, Result};
use known::Known;
pub(crate) use known::KnownClient;
pub use partial::{IfExists, import_partial};
pub use people::{Hashed, Hashes, InMemory, People, Plain, Unread, plain_passwords};
pub use report::{Outcome, Remarks, Report};

use crate::blueprint::{self, MASTER};
use crate::read::Object;

/// A realm that was found, and where its users come from.
pub struct Found {
    /// The representation without its users.
    pub sent: Object,
    /// The users.
    pub people: Box<dyn People>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found")
            .field("realm", &self.name())
            .finish_non_exhaustive()
    }
}

/// The first place in a realm's text where a member stands twice, so that one of the two would be lost.
pub fn first_doubled(text: &[u8]) -> Option<String> {
    doubled::find(text).into_iter().next()
}

impl Found {
    /// The realm's name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.sent.get("realm")?.as_str()
    }
}

/// What others know about values that are only stored here.
pub trait Rules: Send + Sync {
    /// A stored password hash can be verified at a sign-in; otherwise why not.
    fn check_hash(
        &self,
        credential_data: &str,
        secret_data: &str,
    ) -> std::result::Result<(), String>;
    /// A key or a passkey of somebody can verify what it signs; otherwise why not.
    fn check_public_key(&self, credential_data: &str) -> std::result::Result<(), String>;
    /// Takes over the authorization services of a client.
    fn import_authorization(
        &self,
        cx: &mut Cx<'_>,
        client: &Client,
        settings: &Object,
    ) -> Result<()>;
    /// A key can be read; otherwise why not.
    fn check_key(&self, key: &Component) -> std::result::Result<(), String>;
    /// A key that can be read signs tokens that apps can check.
    fn can_sign(&self, key: &Component) -> bool;
    /// Tokens can be made with a protocol mapper of this kind.
    fn is_mapper(&self, kind: &str) -> bool;
    /// The step of a flow that nobody can take who comes from a provider for the first time.
    fn first_obstacle(&self, flow: &Tree) -> Option<String>;
    /// People are asked for a required action of this name.
    fn is_action(&self, alias: &str) -> bool;
    /// People can come from identity providers of this kind.
    fn is_provider(&self, kind: &str) -> bool;
    /// A mapper of this kind takes something over from identity providers.
    fn is_provider_mapper(&self, kind: &str) -> bool;
    /// A directory can be asked where its settings say that it is; otherwise why not.
    fn check_directory(&self, directory: &Component) -> std::result::Result<(), String>;
    /// The mappers that a new directory starts with.
    fn first_mappers(&self, cx: &mut Cx<'_>, directory: &Component) -> Vec<Component>;
    /// A mapper of this kind takes something over from directories.
    fn is_directory_mapper(&self, kind: &str) -> bool;
    /// A rule of a password policy, `length(8)` for example, is understood.
    fn check_policy(&self, rule: &str) -> std::result::Result<(), String>;
    /// What in a user profile cannot be obeyed; `has_scope` says which client scopes there are.
    fn check_profile(&self, profile: &UserProfile, has_scope: &dyn Fn(&str) -> bool)
    -> Vec<String>;
    /// Clients are held to what an executor of this kind demands.
    fn is_executor(&self, kind: &str) -> bool;
    /// It is known when a condition of this kind holds.
    fn is_condition(&self, kind: &str) -> bool;
    /// Pages are written in the language with this tag.
    fn has_language(&self, tag: &str) -> bool;
    /// A client proves itself by an authenticator of this name.
    fn is_client_authenticator(&self, id: &str) -> bool;
}

/// What takes long, made before the transaction, and what belongs to others.
#[derive(Clone, Copy)]
pub struct Ready<'a> {
    /// Keys for a realm that brings none.
    pub keys: &'a [Component],
    /// Hashes of the passwords that stand in the file in the clear.
    pub hashes: &'a Hashes,
    /// What others know.
    pub rules: &'a dyn Rules,
    /// The public address of the server is an https one.
    pub is_https: bool,
    /// Who brings it in may hand on a role; they cannot raise themselves or others by a file.
    pub may_grant: &'a dyn Fn(&mut Cx<'_>, &RoleId) -> Result<()>,
}

impl std::fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ready")
    }
}

/// An import on its way: the file, the report, and what already stands.
pub(crate) struct Import<'a> {
    pub(crate) sent: lenient::Part<'a>,
    pub(crate) ready: &'a Ready<'a>,
    pub(crate) report: &'a mut Report,
    pub(crate) known: Known,
}

/// Makes the realm that was sent, with its users; the request's own realm has to be `master`.
///
/// # Errors
///
/// Says what in the representation cannot be stored, or what is taken. All errors roll back.
pub fn import_realm(
    cx: &mut Cx<'_>,
    found: (&Object, &dyn People),
    ready: &Ready<'_>,
    report: &mut Report,
) -> Result<Arc<Realm>> {
    let (sent, people) = found;
    lenient::check_texts(sent)?;
    for unread in people.unread() {
        report.drop(&unread.place, &unread.who, unread.why);
    }
    unresolved::report(sent, "", "", report);
    let renamed = ancient::renamed(sent, report);
    let sent = lenient::Part::new(renamed.as_ref().unwrap_or(sent), "", "");
    let (realm, default_role) = realm::insert(cx, &sent, ready, report)?;
    let mut inside = cx.in_realm(&realm);
    let mut import = Import {
        sent,
        ready,
        report,
        known: Known::new(default_role),
    };
    contents(&mut inside, &mut import)?;
    people.each(&mut |user| users::insert(&mut inside, &mut import, user).map(drop))?;
    clients::complete_service_accounts(&mut inside, &mut import)?;
    organizations::import(&mut inside, &mut import)?;
    authorization::import(&mut inside, &mut import)?;
    blueprint::permissions::complete(&mut inside)?;
    manage(cx, &realm)?;
    Ok(realm)
}

/// All but the users, each kind after those that it refers to.
fn contents(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    client_scopes::import(cx, import)?;
    clients::import(cx, import)?;
    roles::import(cx, import)?;
    let sent = import.known.clients.keys().cloned().collect();
    blueprint::complete(cx, import)?;
    roles::import_of_added(cx, import, &sent)?;
    older::upgrade(cx, import)?;
    roles::import_composites(cx, import)?;
    scope_mappings::import(cx, import)?;
    flows::import(cx, import)?;
    bound::report_unbound(cx, import)?;
    components::import(cx, import)?;
    older::complete(cx, import)?;
    identity_providers::import(cx, import)?;
    localization::import(cx, import)?;
    groups::import(cx, import)
}

/// Lets the administrators of `master` manage the new realm, and all others if it is `master`.
fn manage(cx: &mut Cx<'_>, realm: &Arc<Realm>) -> Result<()> {
    if realm.name != MASTER {
        blueprint::manage_from_master(cx, &realm.name)?;
        return Ok(());
    }
    let all = cloakroom_model::realm::list(&mut cx.db)?;
    let mut inside = cx.in_realm(realm);
    for other in all {
        blueprint::manage_from_master(&mut inside, &other.name)?;
    }
    Ok(())
}
