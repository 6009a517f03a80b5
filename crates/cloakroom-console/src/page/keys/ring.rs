//! The keys with the times of their steps, and when a next step goes unnoticed.

use cloakroom_web::app::now;
use serde_json::Value;

use crate::desk::{Desk, text_of};
use crate::problem::Problem;

/// How long a client may keep the published keys, in milliseconds.
const CACHE: i64 = 60 * 60 * 1000;

/// A key where it stands on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It signs.
    Signing,
    /// It could sign, but another one of its algorithm has a higher priority.
    Behind,
    /// It is published and has signed nothing yet.
    Published,
    /// It has signed, and only verifies now.
    Verifying,
    /// It is used for nothing.
    Off,
}

/// What can be made of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It may sign.
    Active,
    /// It only verifies.
    Passive,
    /// It is used for nothing.
    Disabled,
    /// It is gone.
    Delete,
}

impl Step {
    /// Its name in forms.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::Disabled => "disabled",
            Self::Delete => "delete",
        }
    }

    /// The step of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let all = [Self::Active, Self::Passive, Self::Disabled, Self::Delete];
        all.into_iter().find(|step| step.name() == name)
    }
}

/// One key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// Its component.
    pub(super) id: String,
    pub(super) kid: String,
    pub(super) algorithm: String,
    pub(super) usage: String,
    pub(super) priority: i64,
    pub(super) public_key: String,
    pub(super) certificate: String,
    /// When its certificate ends.
    pub(super) valid_to: Option<i64>,
    /// What it began to be and when, in milliseconds since 1970, the oldest first.
    pub(super) steps: Vec<(String, i64)>,
    status: String,
    signs: bool,
}

impl Key {
    /// Where it stands.
    pub(super) fn stage(&self) -> Stage {
        let was_active = self.steps.iter().any(|(status, _)| status == "active");
        match self.status.as_str() {
            "ACTIVE" if self.signs => Stage::Signing,
            "ACTIVE" => Stage::Behind,
            "PASSIVE" if self.steps.is_empty() || was_active => Stage::Verifying,
            "PASSIVE" => Stage::Published,
            _ => Stage::Off,
        }
    }

    /// It signs; the others encrypt.
    pub(super) fn is_for_signatures(&self) -> bool {
        self.usage == "SIG"
    }

    /// The step that a staged change takes next; nothing for the one that signs.
    pub(super) fn next(&self) -> Option<Step> {
        match self.stage() {
            Stage::Signing => None,
            Stage::Behind => Some(Step::Passive),
            Stage::Published => Some(Step::Active),
            Stage::Verifying => Some(Step::Disabled),
            Stage::Off => Some(Step::Delete),
        }
    }

    /// Since when it is what it is; nothing is known of keys from before that was written down.
    pub(super) fn since(&self) -> Option<i64> {
        self.steps.last().map(|(_, at)| *at)
    }

    /// When it last stopped being able to sign.
    fn stopped(&self) -> Option<i64> {
        let last = self
            .steps
            .iter()
            .rposition(|(status, _)| status == "active");
        match last {
            Some(index) => self.steps.get(index + 1).map(|(_, at)| *at),
            None => self.steps.first().map(|(_, at)| *at),
        }
    }
}

/// The keys of a realm.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    /// The best first.
    pub(super) keys: Vec<Key>,
    /// The longest that a token can live, in milliseconds.
    pub(super) lifespan: i64,
    /// Milliseconds since 1970.
    pub(super) now: i64,
}

impl Ring {
    /// Asks the API.
    pub(super) async fn read(desk: &Desk) -> Result<Self, Problem> {
        let found = desk.get("keys").await?;
        let steps = desk.get("ui-ext/key-steps").await?;
        let realm = desk.get("").await?;
        let all = found.get("keys").and_then(Value::as_array);
        let keys = all.into_iter().flatten().map(|one| {
            let (kid, algorithm) = (text_of(one, "kid"), text_of(one, "algorithm"));
            let id = text_of(one, "providerId");
            let number = |name: &str| one.get(name).and_then(Value::as_i64);
            let active = found.get("active").and_then(|all| all.get(&algorithm));
            Key {
                signs: active.and_then(Value::as_str) == Some(kid.as_str()),
                steps: steps_of(&steps, &id),
                usage: text_of(one, "use"),
                status: text_of(one, "status"),
                priority: number("providerPriority").unwrap_or(0),
                public_key: text_of(one, "publicKey"),
                certificate: text_of(one, "certificate"),
                valid_to: number("validTo"),
                id,
                kid,
                algorithm,
            }
        });
        Ok(Self {
            keys: keys.collect(),
            lifespan: lifespan(&realm),
            now: now().millis(),
        })
    }

    /// The key of a component.
    pub(super) fn find(&self, id: &str) -> Result<&Key, Problem> {
        let found = self.keys.iter().find(|key| key.id == id);
        found.ok_or_else(Problem::not_found)
    }

    /// When the last token ends that a key has signed which signs no more; `None` where that is not known.
    pub(super) fn last_token(&self, key: &Key) -> Option<i64> {
        let stopped = match key.stage() {
            // Another one signs since it became the better one, which nobody wrote down: from now on is safe.
            Stage::Behind => Some(self.now),
            _ => key.stopped(),
        };
        stopped.map(|at| at.saturating_add(self.lifespan))
    }

    /// From when on a step goes unnoticed: `None` for at once.
    pub(super) fn ready_at(&self, key: &Key, step: Step) -> Option<i64> {
        let ready = match (key.stage(), step) {
            (Stage::Published, Step::Active) => key.since().map(|at| at.saturating_add(CACHE)),
            // Where it is not known since when it only verifies, it may have been until now.
            (Stage::Verifying, Step::Disabled | Step::Delete) => Some(
                self.last_token(key)
                    .unwrap_or_else(|| self.now.saturating_add(self.lifespan)),
            ),
            // What signed or could sign until now has to go the whole way.
            (Stage::Signing | Stage::Behind, Step::Disabled | Step::Delete) => {
                Some(self.now.saturating_add(self.lifespan))
            }
            // Nobody has fetched it yet.
            (Stage::Off, Step::Active) => Some(self.now.saturating_add(CACHE)),
            _ => None,
        };
        ready.filter(|at| *at > self.now)
    }
}

fn steps_of(all: &Value, id: &str) -> Vec<(String, i64)> {
    let mine = all.as_array().into_iter().flatten();
    let mine = mine.filter(|one| text_of(one, "providerId") == id);
    mine.filter_map(|one| {
        let at = one.get("beganAt").and_then(Value::as_i64)?;
        Some((text_of(one, "status"), at))
    })
    .collect()
}

/// No token outlives its session, whatever a client is set to; those without a session live as long as access tokens.
fn lifespan(realm: &Value) -> i64 {
    let names = [
        "accessTokenLifespan",
        "accessTokenLifespanForImplicitFlow",
        "ssoSessionMaxLifespan",
        "ssoSessionMaxLifespanRememberMe",
    ];
    let seconds = names
        .iter()
        .filter_map(|name| realm.get(*name).and_then(Value::as_i64));
    seconds.max().unwrap_or(0).saturating_mul(1000)
}
