//! A realm as it is held in memory: its settings at one version, swapped as a whole.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rand::CryptoRng;

use crate::client::Client;
use crate::client_policy::{self, Policy};
use crate::component::{self, Component};
use crate::cx::{Cx, Link};
use crate::flow::{Book, Shelf};
use crate::id::{ClientUuid, RealmId, ScopeId};
use crate::identity_provider::{self, Shown};
use crate::localization::{self, Texts};
use crate::organization::NamesFirst;
use crate::realm::{self, RealmRow, Settings};
use crate::role::RoleGraph;
use crate::scope::{self, Scope};
use crate::secret::Vault;
use crate::time::Timestamp;
use crate::user::ServiceAccount;
use crate::user_profile::{self, UserProfile};
use crate::{Changes, key, organization, workflow};

type Result<T, E = crate::Fault> = std::result::Result<T, E>;

/// A realm's settings at one version.
#[derive(Debug)]
pub struct Realm {
    /// Its id.
    pub id: RealmId,
    /// Its name, which is part of every URL.
    pub name: String,
    /// People can sign in.
    pub enabled: bool,
    /// The version of the settings.
    pub version: i64,
    /// Everything that is set on the realm itself.
    pub settings: Settings,
    /// The address that browsers know it by, where it is not that of the server, without a slash at its end.
    pub frontend: Option<String>,
    /// The providers of its keys, best first.
    pub keys: Vec<Component>,
    /// Its client scopes, with their mappers.
    pub scopes: Vec<Scope>,
    /// The scopes that a new client gets.
    pub default_scopes: Vec<ScopeId>,
    /// The scopes that a new client may ask for.
    pub optional_scopes: Vec<ScopeId>,
    /// The aliases of its organizations that are enabled.
    pub organizations: BTreeSet<String>,
    /// What its clients have to keep to.
    pub policies: Vec<Policy>,
    /// Which attributes its people have.
    pub profile: UserProfile,
    /// The identity providers that people may sign in with.
    pub providers: Vec<Shown>,
    /// People are asked for their name before anything else, because it says which organization they are of.
    pub names_first: Option<NamesFirst>,
    /// Its flows, without the settings of their steps that are keys to other services.
    pub flows: Shelf,
    /// Its own texts in place of the built-in messages, by language.
    pub texts: BTreeMap<String, Arc<Texts>>,
    /// The events that one of its workflows may begin with.
    pub awaited: BTreeSet<&'static str>,
    /// What is filled in when it is first asked for.
    pub memory: Memory,
}

impl Realm {
    /// Reads the realm with this name; `None` if there is none.
    pub fn load(
        db: &mut Link<'_>,
        name: &str,
        vault: &Vault,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Arc<Self>>> {
        let Some(row) = realm::find(db, name)? else {
            return Ok(None);
        };
        Self::assemble(db, row, vault, now, rng).map(Some)
    }

    /// Reads the realm with this id; `None` if there is none.
    pub fn load_by_id(
        db: &mut Link<'_>,
        id: &RealmId,
        vault: &Vault,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Arc<Self>>> {
        let Some(row) = realm::find_by_id(db, id)? else {
            return Ok(None);
        };
        Self::assemble(db, row, vault, now, rng).map(Some)
    }

    /// A realm with nothing in it, for the unit of work that fills it.
    pub fn empty(row: RealmRow) -> Self {
        Self {
            policies: client_policy::in_force(&row.settings),
            frontend: realm::frontend::of(&row.settings),
            id: row.id,
            name: row.name,
            enabled: row.enabled,
            version: row.version,
            settings: row.settings,
            keys: Vec::new(),
            scopes: Vec::new(),
            default_scopes: Vec::new(),
            optional_scopes: Vec::new(),
            organizations: BTreeSet::new(),
            profile: UserProfile::default(),
            providers: Vec::new(),
            names_first: None,
            flows: Shelf::default(),
            texts: BTreeMap::new(),
            awaited: BTreeSet::new(),
            memory: Memory::default(),
        }
    }

    /// No realm at all, for work that is about all of them: sweeping, the first start.
    pub fn nobody() -> Self {
        Self::empty(RealmRow {
            id: RealmId::new(""),
            name: String::new(),
            enabled: false,
            version: 0,
            settings: Settings::default(),
        })
    }

    fn assemble(
        db: &mut Link<'_>,
        row: RealmRow,
        vault: &Vault,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Arc<Self>> {
        let bare = Arc::new(Self::empty(row));
        let mut changes = Changes::default();
        let mut cx = Cx {
            db: Link::Open(db.conn()?),
            realm: &bare,
            now,
            rng,
            vault,
            changes: &mut changes,
        };
        let keys = component::list(&mut cx, Some(key::PROVIDER_TYPE))?;
        let scopes = scope::list(&mut cx)?;
        let mut profile = user_profile::load(&mut cx)?;
        profile.has_languages = bare.settings.internationalization_enabled;
        let (default_scopes, optional_scopes) = scope::links(&mut cx, bare.id.as_str())?;
        let organizations = organization::open_aliases(&mut cx)?;
        let mut realm = Self::empty(RealmRow {
            id: bare.id.clone(),
            name: bare.name.clone(),
            enabled: bare.enabled,
            version: bare.version,
            settings: bare.settings.clone(),
        });
        realm.keys = key::best_first(keys);
        realm.scopes = scopes;
        realm.default_scopes = default_scopes;
        realm.optional_scopes = optional_scopes;
        realm.organizations = organizations;
        realm.profile = profile;
        realm.providers = identity_provider::list_shown(&mut cx)?;
        realm.flows = Shelf::of(Book::load(&mut cx)?.without_secrets());
        realm.names_first = organization::names_first(&cx, &realm.flows);
        realm.texts = localization::load(&mut cx)?;
        realm.awaited = workflow::awaited(&mut cx)?;
        Ok(Arc::new(realm))
    }

    /// The client scope with this id.
    pub fn scope(&self, id: &ScopeId) -> Option<&Scope> {
        self.scopes.iter().find(|scope| &scope.id == id)
    }

    /// The client scope with this name.
    pub fn scope_named(&self, name: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.name == name)
    }

    /// The name that people see.
    pub fn display_name(&self) -> &str {
        let shown = self
            .settings
            .display_name
            .as_deref()
            .filter(|name| !name.is_empty());
        shown.unwrap_or(&self.name)
    }
}

/// How many clients of a realm are kept in memory. More than that are read when they are asked for.
const CLIENTS_MOST: usize = 10_000;

/// What is filled in when it is first asked for, and goes with its snapshot.
#[derive(Default)]
pub struct Memory {
    clients: RwLock<HashMap<String, Arc<Client>>>,
    client_ids: RwLock<HashMap<ClientUuid, Arc<Client>>>,
    service_accounts: RwLock<HashMap<ClientUuid, Arc<ServiceAccount>>>,
    pub(crate) roles: OnceLock<Arc<RoleGraph>>,
    provider: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    pub(crate) fn client(&self, client_id: &str) -> Option<Arc<Client>> {
        self.clients
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(client_id)
            .cloned()
    }

    pub(crate) fn client_by_id(&self, id: &ClientUuid) -> Option<Arc<Client>> {
        self.client_ids
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    pub(crate) fn remember_client(&self, client: &Arc<Client>) {
        let mut by_name = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        let mut by_id = self
            .client_ids
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if by_name.len() >= CLIENTS_MOST {
            by_name.clear();
            by_id.clear();
        }
        by_name.insert(client.client_id.clone(), Arc::clone(client));
        by_id.insert(client.id.clone(), Arc::clone(client));
    }

    pub(crate) fn service_account(&self, client: &ClientUuid) -> Option<Arc<ServiceAccount>> {
        let all = self
            .service_accounts
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        all.get(client).cloned()
    }

    pub(crate) fn remember_service_account(
        &self,
        client: &ClientUuid,
        account: &Arc<ServiceAccount>,
    ) {
        let mut all = self
            .service_accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CLIENTS_MOST {
            all.clear();
        }
        all.insert(client.clone(), Arc::clone(account));
    }

    /// What the protocol derives from this snapshot (parsed keys, the discovery document), made
    /// once by `make`.
    ///
    /// Answers `None` if something of another type is kept here, which is a mistake in the program.
    pub fn provider<T, E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Option<Arc<T>>, E>
    where
        T: Any + Send + Sync,
    {
        if self.provider.get().is_none() {
            let made: Arc<dyn Any + Send + Sync> = Arc::new(make()?);
            // Another thread may have been faster; both made the same.
            let _ = self.provider.set(made);
        }
        Ok(self
            .provider
            .get()
            .and_then(|kept| Arc::clone(kept).downcast().ok()))
    }
}
