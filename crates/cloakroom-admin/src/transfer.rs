//! Moves realms in and out, for the admin API and the command line: what takes long is made before
//! the one transaction in which a realm comes in or does not.

mod passwords;
mod rules;

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web;
use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_keycloak::import::{
    self, Found, Hashes, IfExists, ImportError, InMemory, Outcome, People, Ready, Report, Unread,
};
use cloakroom_keycloak::read::Object;
use cloakroom_model::component::Component;
use cloakroom_model::realm::{self, RealmRow};
use cloakroom_model::{Cx, Door, Fault, Realm, key};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

use rules::KnownRules;

use crate::access::Grants;
use crate::error::AdminError;
use crate::making;

/// What is done where a realm of the same name is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It stays, and the one in the file does not come in.
    Skip,
    /// The one in the file takes its place.
    Overwrite,
    /// The import fails.
    Fail,
}

/// How a realm is brought in.
#[derive(Clone, Debug)]
pub struct Manner {
    /// What is done where a realm of the same name is there.
    pub policy: Policy,
    /// Nothing is written; the report says what would be.
    pub trial: bool,
}

/// A realm that waits for its transaction, with all that takes long made.
struct Waiting {
    name: String,
    sent: Object,
    people: Box<dyn People>,
    keys: Vec<Component>,
    is_https: bool,
    hashes: Hashes,
    manner: Manner,
    /// What was written at the last run, because a unit of work may run twice.
    report: Mutex<Report>,
}

/// Brings a realm in, all of it or nothing, and reports.
///
/// # Errors
///
/// Says what in the representation cannot be stored, or what is taken.
pub async fn bring_in(app: &App, found: Found, manner: Manner) -> Result<Report, ImportError> {
    let waiting = Arc::new(prepare(app, found, manner).await?);
    let at = match app.realm(MASTER).await? {
        Some(master) => master,
        None if waiting.name == MASTER => Arc::new(Realm::nobody()),
        None => return Err(ImportError::invalid("there is no realm master yet")),
    };
    let work = Arc::clone(&waiting);
    app.enter(&at, Door::Write, move |cx| work.run(cx)).await?;
    let report = waiting
        .report
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(report.clone())
}

async fn prepare(app: &App, found: Found, manner: Manner) -> Result<Waiting, ImportError> {
    let Found { sent, people } = found;
    let name = sent.get("realm").and_then(|name| name.as_str());
    let name = name.unwrap_or_default().to_owned();
    let read = web::block(move || {
        let (count, plain) = import::plain_passwords(&*people)?;
        Ok::<_, ImportError>((people, count, plain))
    });
    let (people, count, plain) = read.await.map_err(Fault::connection)??;
    tracing::debug!(realm = name, users = count, "the realm's file was read");
    let policy = sent.get("passwordPolicy").and_then(|text| text.as_str());
    let hashes = passwords::hash(app, plain, policy).await?;
    let keys = if brings_keys(&sent) {
        Vec::new()
    } else {
        make_keys(name.clone()).await?
    };
    let report = Mutex::new(Report::new(&name, Outcome::Created));
    Ok(Waiting {
        name,
        sent,
        people,
        keys,
        is_https: app.is_https,
        hashes,
        manner,
        report,
    })
}

/// The keys of a realm that brings none.
async fn make_keys(realm: String) -> Result<Vec<Component>, ImportError> {
    let made = making::make(move || {
        let made = cloakroom_oidc::keyring::generate::of_new_realm(&realm, now(), &mut random()?);
        made.map_err(Fault::corrupt)
    });
    Ok(made.await?)
}

/// What a key itself stands in with which tokens of others can be checked.
const OF_KEYS: [&str; 3] = ["ecdsaPrivateKey", "eddsaPrivateKey", "privateKey"];

/// The realm has keys of its own that sign, and they are not masked or left out.
fn brings_keys(sent: &Object) -> bool {
    let families = sent.get("components").and_then(|all| all.as_object());
    let keys = families.and_then(|all| all.get(key::PROVIDER_TYPE));
    let keys = keys.and_then(|list| list.as_array());
    keys.is_some_and(|list| {
        list.iter().any(|key| {
            let kind = key.get("providerId").and_then(|kind| kind.as_str());
            if kind.is_some_and(|kind| kind.starts_with("rsa-enc")) {
                return false;
            }
            let config = key.get("config").and_then(|config| config.as_object());
            config.is_some_and(|config| {
                let is_there = OF_KEYS.iter().any(|name| config.contains_key(*name));
                is_there && !config.values().any(is_masked) && !is_set_aside(config)
            })
        })
    })
}

/// A key that encrypts, or that signs no more, is no key to sign with.
fn is_set_aside(config: &Object) -> bool {
    let is = |name: &str, word: &str| {
        let values = config.get(name).and_then(|values| values.as_array());
        let first = values.and_then(|values| values.first());
        let text = match first {
            Some(serde_json::Value::Bool(on)) => on.to_string(),
            other => other
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned(),
        };
        text.eq_ignore_ascii_case(word)
    };
    is("keyUse", "enc") || is("active", "false") || is("enabled", "false")
}

fn is_masked(values: &serde_json::Value) -> bool {
    let mut values = values.as_array().into_iter().flatten();
    values.any(|value| value == cloakroom_keycloak::export::MASK)
}

impl Waiting {
    fn run(&self, cx: &mut Cx<'_>) -> Result<(), ImportError> {
        let mut report = Report::new(&self.name, Outcome::Created);
        let done = match self.manner.trial {
            true => cx.tried(|cx| self.write(cx, &mut report)),
            false => self.write(cx, &mut report),
        };
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
        done
    }

    fn write(&self, cx: &mut Cx<'_>, report: &mut Report) -> Result<(), ImportError> {
        cloakroom_model::db::administer(cx)?;
        let before = realm::find(&mut cx.db, &self.name)?;
        let mut version = None;
        if let Some(before) = before {
            match self.manner.policy {
                Policy::Fail => {
                    let why = format!("Realm {} already exists", self.name);
                    return Err(ImportError::taken(why));
                }
                Policy::Skip => {
                    report.outcome = Outcome::Skipped;
                    return Ok(());
                }
                Policy::Overwrite => {
                    report.outcome = Outcome::Overwritten;
                    version = Some(before.version);
                    remove(cx, before)?;
                }
            }
        }
        let rules = KnownRules;
        let ready = Ready {
            keys: &self.keys,
            hashes: &self.hashes,
            rules: &rules,
            is_https: self.is_https,
            may_grant: &|_, _| Ok(()),
        };
        let people = Watched {
            realm: &self.name,
            people: &*self.people,
        };
        let made =
            cx.with_room(|cx| import::import_realm(cx, (&self.sent, &people), &ready, report))?;
        if let Some(version) = version {
            // Whoever remembers the realm that was here has to see that this is another.
            realm::raise_version(&mut cx.in_realm(&made), version)?;
        }
        Ok(())
    }
}

/// After how many users the log says how far an import is.
const STEP: u64 = 10_000;

/// Users whose coming in is told in the log.
struct Watched<'a> {
    realm: &'a str,
    people: &'a dyn People,
}

impl People for Watched<'_> {
    fn each(
        &self,
        visit: &mut dyn FnMut(Object) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let mut count = 0;
        self.people.each(&mut |user| {
            visit(user)?;
            count += 1;
            if count % STEP == 0 {
                tracing::info!(realm = self.realm, users = count, "users have come in");
            }
            Ok(())
        })
    }

    fn unread(&self) -> Vec<Unread> {
        self.people.unread()
    }
}

/// Parts of a realm that wait for their transaction.
pub(crate) struct Part {
    sent: Object,
    people: InMemory,
    hashes: Hashes,
}

impl Part {
    /// Makes what takes long.
    pub(crate) async fn prepare(
        app: &App,
        sent: Object,
        people: InMemory,
        policy: Option<String>,
    ) -> Result<Self, ImportError> {
        let (_, plain) = import::plain_passwords(&people)?;
        let hashes = passwords::hash(app, plain, policy.as_deref()).await?;
        Ok(Self {
            sent,
            people,
            hashes,
        })
    }

    /// Brings them in, as far as the caller may hand on the roles in them.
    pub(crate) fn import(
        &self,
        cx: &mut Cx<'_>,
        policy: IfExists,
        grants: &Grants,
    ) -> Result<serde_json::Value, AdminError> {
        let rules = KnownRules;
        let ready = Ready {
            keys: &[],
            hashes: &self.hashes,
            rules: &rules,
            // The realm itself is there, and none of its settings comes in.
            is_https: true,
            may_grant: &|cx, role| match grants.check(cx, role) {
                Ok(()) => Ok(()),
                Err(AdminError::Fault(fault)) => Err(ImportError::Fault(fault)),
                Err(_) => Err(ImportError::forbidden()),
            },
        };
        let done = import::import_partial(cx, (&self.sent, &self.people), &ready, policy);
        Ok(done?)
    }
}

/// Removes a realm that another takes the place of. Who manages it from `master` stays.
fn remove(cx: &mut Cx<'_>, row: RealmRow) -> Result<(), Fault> {
    let gone = Arc::new(Realm::empty(row));
    realm::remove(&mut cx.in_realm(&gone))?;
    Ok(())
}
