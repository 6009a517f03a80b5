//! What every handler shares, and `enter`: the way from HTTP to a rule through one of three doors.

mod compute;
mod front;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use actix_web::HttpRequest;
use cloakroom_federation::Federation;
use cloakroom_login::further::webauthn::Makers;
use cloakroom_login::hasher::Hasher;
use cloakroom_model::event::Event;
use cloakroom_model::id::RealmId;
use cloakroom_model::node::Node;
use cloakroom_model::{
    Changes, Cx, Db, Door, Fault, Link, Realm, Timestamp, Vault, Verdict, db, realm,
};
use cloakroom_oidc::Provider;
use rand::SeedableRng as _;
use rand::rngs::{StdRng, SysRng};

use crate::answers::Answers;
use crate::connector;
use crate::copies::Copies;
use crate::kerberos::Kerberos;
use crate::key_fetches::KeyFetches;
use crate::limit::Limits;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::proxy::TrustedProxies;
use crate::uses::Uses;

/// What every handler shares. Built once, at start, and once more for each further address.
pub struct App {
    /// The protocol.
    pub provider: Arc<Provider>,
    /// The threads that hash passwords.
    pub hasher: Arc<Hasher>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What each address may do.
    pub limits: Arc<Limits>,
    /// The address that browsers know the server by, without a slash at its end; of a realm with one of its own, that
    /// ([`App::of`]).
    pub base_url: String,
    /// The client for other servers.
    pub outbound: Arc<Outbound>,
    /// What is known of identity providers upstream.
    pub federation: Arc<Federation>,
    /// What the admin API asks about the protocols of identity providers.
    pub connectors: connector::Find,
    /// The copies of the database that administrators ask for.
    pub copies: Arc<Copies>,
    /// What was answered about tokens a moment ago.
    pub answers: Arc<Answers>,
    /// What the operator lists for Kerberos.
    pub kerberos: Arc<Kerberos>,
    /// The makers of security keys whose word counts.
    pub makers: Arc<Makers>,
    /// Which clients took tokens since that was last stored.
    pub uses: Arc<Uses>,
    /// Who fetched public keys since that was last stored.
    pub key_fetches: Arc<KeyFetches>,
    /// What this server is called among those that work on its database.
    pub node: Arc<Node>,
    /// That address is an https one, so cookies are `Secure`.
    pub is_https: bool,
    db: Db,
    vault: Arc<Vault>,
    proxies: TrustedProxies,
    realms: Arc<RwLock<HashMap<String, Arc<Realm>>>>,
    /// Grows with each change of settings, so that a snapshot read before it is not kept after it.
    generation: Arc<AtomicU64>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// What `App` is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database, with its migrations applied.
    pub db: Db,
    /// The master key.
    pub vault: Vault,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// The public address.
    pub base_url: String,
    /// Whose forwarded headers count.
    pub proxies: TrustedProxies,
    /// The client for other servers.
    pub outbound: Outbound,
    /// What the operator lists for Kerberos.
    pub kerberos: Kerberos,
    /// The makers of security keys whose word counts.
    pub makers: Makers,
    /// Finds the connectors of identity providers.
    pub connectors: connector::Find,
    /// Where copies of the database go, and who writes them.
    pub copies: Copies,
    /// What this server is called.
    pub node: Node,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let base_url = parts.base_url.trim_end_matches('/').to_owned();
        Self {
            provider: Arc::new(Provider::new(base_url.clone())),
            hasher: Arc::new(parts.hasher),
            metrics: Arc::default(),
            answers: Arc::new(Answers::new(parts.db.is_shared())),
            uses: Arc::default(),
            key_fetches: Arc::default(),
            node: Arc::new(parts.node),
            limits: Arc::default(),
            federation: Arc::default(),
            kerberos: Arc::new(parts.kerberos),
            makers: Arc::new(parts.makers),
            connectors: parts.connectors,
            copies: Arc::new(parts.copies),
            is_https: base_url.starts_with("https://"),
            base_url,
            db: parts.db,
            vault: Arc::new(parts.vault),
            proxies: parts.proxies,
            outbound: Arc::new(parts.outbound),
            realms: Arc::default(),
            generation: Arc::default(),
        }
    }

    /// The same server under another address; both know the same realms.
    #[must_use]
    pub fn at(&self, base_url: &str) -> Self {
        self.named(Arc::new(Provider::new(base_url)), base_url)
    }

    fn named(&self, provider: Arc<Provider>, base_url: &str) -> Self {
        Self {
            provider,
            hasher: Arc::clone(&self.hasher),
            metrics: Arc::clone(&self.metrics),
            answers: Arc::clone(&self.answers),
            uses: Arc::clone(&self.uses),
            key_fetches: Arc::clone(&self.key_fetches),
            node: Arc::clone(&self.node),
            limits: Arc::clone(&self.limits),
            federation: Arc::clone(&self.federation),
            kerberos: Arc::clone(&self.kerberos),
            makers: Arc::clone(&self.makers),
            connectors: self.connectors,
            copies: Arc::clone(&self.copies),
            is_https: base_url.starts_with("https://"),
            base_url: base_url.to_owned(),
            db: self.db.clone(),
            vault: Arc::clone(&self.vault),
            proxies: self.proxies.clone(),
            outbound: Arc::clone(&self.outbound),
            realms: Arc::clone(&self.realms),
            generation: Arc::clone(&self.generation),
        }
    }

    /// Scheme, host and port of the public address: what a browser calls our origin.
    pub fn origin(&self) -> &str {
        self.base_url
            .strip_suffix(self.base_path())
            .unwrap_or(&self.base_url)
    }

    /// The path under which the server is shown (`/auth`), empty for none.
    pub fn base_path(&self) -> &str {
        let host = self.base_url.split_once("://").map_or("", |(_, rest)| rest);
        let path = host.find('/').and_then(|at| host.get(at..));
        path.unwrap_or_default()
    }

    /// The database, for the workers.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The master key, for the workers.
    pub fn vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault)
    }

    /// The realm with this name, from memory if it is there.
    pub async fn realm(&self, name: &str) -> Result<Option<Arc<Realm>>, Fault> {
        if let Some(known) = self
            .realms
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
        {
            return Ok(Some(Arc::clone(known)));
        }
        // No realm is called so, and one of the databases cannot be asked for a NUL.
        if name.contains(char::is_control) {
            return Ok(None);
        }
        let generation = self.generation.load(Ordering::Acquire);
        let (vault, name) = (Arc::clone(&self.vault), name.to_owned());
        let loaded = self
            .db
            .read(move |conn| {
                let mut rng = random()?;
                Realm::load(&mut Link::Open(conn), &name, &vault, now(), &mut rng)
            })
            .await?;
        if let Some(realm) = &loaded {
            let mut realms = self.realms.write().unwrap_or_else(PoisonError::into_inner);
            // A change since the read began may not be in it.
            if generation == self.generation.load(Ordering::Acquire) {
                realms.insert(realm.name.clone(), Arc::clone(realm));
            }
        }
        Ok(loaded)
    }

    /// Runs a rule through the door it asks for. `work` may run twice.
    ///
    /// A write answers after its commit. A memory door that turns out to need the database runs
    /// again with one that reads. Whatever goes wrong in a realm that was removed meanwhile went wrong for that
    /// reason, and is [`Fault::gone`].
    pub async fn enter<T, E>(
        &self,
        realm: &Arc<Realm>,
        door: Door,
        mut work: impl FnMut(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        if door == Door::Memory {
            let mut changes = Changes::default();
            let mut rng = random()?;
            let mut cx = Cx {
                db: Link::Closed,
                realm,
                now: now(),
                rng: &mut rng,
                vault: &self.vault,
                changes: &mut changes,
            };
            match work(&mut cx) {
                Err(error) if error.fault().is_some_and(Fault::is_no_database) => {}
                done => return done,
            }
        }
        let (id, name, came) = (realm.id.clone(), realm.name.clone(), Instant::now());
        let (realm, vault) = (Arc::clone(realm), Arc::clone(&self.vault));
        let mut run = move |link: &mut Link<'_>| -> Result<(Result<T, E>, Changes), E> {
            let mut changes = Changes::since(came);
            let mut rng = random()?;
            let mut cx = Cx {
                db: link.again(),
                realm: &realm,
                now: now(),
                rng: &mut rng,
                vault: &vault,
                changes: &mut changes,
            };
            let done = work(&mut cx);
            if let Err(error) = done {
                return match error.fault() {
                    Some(_) => Err(error),
                    None => commit(link, Err(error), changes),
                };
            }
            commit(link, done, changes)
        };
        let ran = match door {
            Door::Write | Door::Together | Door::Passing => self.db.write_linked(door, run).await,
            Door::Scan => self.db.scan(move |conn| run(&mut Link::Open(conn))).await,
            Door::Read | Door::Memory => self.db.read(move |conn| run(&mut Link::Open(conn))).await,
        };
        let (done, changes) = match ran {
            Ok(ran) => ran,
            Err(error) => return Err(self.or_gone(error, id).await),
        };
        self.apply(&changes);
        for event in &changes.events {
            self.tell(&name, event);
        }
        done
    }

    /// The error, or [`Fault::gone`] if there is no such realm any more.
    async fn or_gone<E: Verdict + Send + 'static>(&self, error: E, id: RealmId) -> E {
        let is_passing = error.fault().is_none_or(Fault::is_temporary);
        // Before the first realm there is none that could be removed.
        if is_passing || id.as_str().is_empty() {
            return error;
        }
        match self.db.read(move |conn| realm::is_there(conn, &id)).await {
            Ok(false) => Fault::gone().into(),
            Ok(true) | Err(_) => error,
        }
    }

    /// Counts what has happened, and says it in the log for those who turn that on.
    fn tell(&self, realm: &str, event: &Event) {
        self.metrics.happened(realm, event);
        tracing::debug!(
            target: "cloakroom::event",
            realm,
            event = event.kind,
            client_id = event.client_id,
            error = event.error,
            code = event.code,
            "an event"
        );
    }

    /// Drops from memory what has changed, here or on another node.
    pub fn apply(&self, changes: &Changes) {
        self.answers.drop_of(&changes.people);
        if changes.settings.is_empty() {
            return;
        }
        let mut realms = self.realms.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::AcqRel);
        realms.retain(|_, realm| !changes.settings.iter().any(|id| id == realm.id.as_str()));
    }

    /// Drops from memory the realms whose version is not the one given, or that are gone.
    pub fn keep_only(&self, versions: &[(String, i64)]) {
        let versions: HashMap<&str, i64> =
            versions.iter().map(|(id, v)| (id.as_str(), *v)).collect();
        let stale = |realm: &Realm| versions.get(realm.id.as_str()) != Some(&realm.version);
        let mut realms = self.realms.write().unwrap_or_else(PoisonError::into_inner);
        if realms.values().any(|realm| stale(realm)) {
            self.generation.fetch_add(1, Ordering::AcqRel);
            realms.retain(|_, realm| !stale(realm));
        }
    }

    /// Waits for this node's turn among all nodes, and drops from memory what others have changed.
    /// `None` where there is one node.
    pub async fn take_turn(&self) -> Result<Option<db::Turn>, Fault> {
        let turn = self.db.take_turn().await?;
        if turn.is_some() {
            self.keep_only(&self.db.versions().await?);
        }
        Ok(turn)
    }

    /// The address a request came from; forwarded headers count only from trusted proxies.
    pub fn client_ip(&self, request: &HttpRequest) -> String {
        self.proxies.client_ip(request)
    }

    /// A trusted proxy passes this request on.
    pub fn is_from_proxy(&self, request: &HttpRequest) -> bool {
        self.proxies.are_before(request)
    }
}

fn commit<T, E: Verdict>(
    link: &mut Link<'_>,
    done: Result<T, E>,
    changes: Changes,
) -> Result<(Result<T, E>, Changes), E> {
    if !changes.is_empty() {
        cloakroom_model::realm::commit_changes(link.conn()?, &changes)?;
    }
    Ok((done, changes))
}

/// The one clock of all requests.
#[expect(
    clippy::disallowed_methods,
    reason = "requests get their one instant here"
)]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    Timestamp::from_millis(millis)
}

/// A generator seeded by the operating system.
pub fn random() -> Result<StdRng, Fault> {
    StdRng::try_from_rng(&mut SysRng).map_err(Fault::connection)
}
