//! The first start: the master realm, the first administrator, and the way back in.

use std::sync::{Arc, Mutex, PoisonError};

use cloakroom_keycloak::blueprint::{self, NewRealm};
use cloakroom_login::password::{self, HashPolicy, Plain, Salt, Stored};
use cloakroom_model::credential::{self, Credential};
use cloakroom_model::id::{CredentialId, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Door, Fault, Realm, Secret, Timestamp, Ttl, role};
use cloakroom_web::App;
use cloakroom_web::app::random;
use rand::Rng as _;

/// The realm of those who administer all others.
pub(crate) const MASTER: &str = "master";

/// Wrong codes in a row before a minute's pause.
const GUESSES: u32 = 5;
const PAUSE: Ttl = Ttl::seconds(60);

/// Whether the first administrator is still to be made, and the code that proves who may.
#[derive(Debug)]
pub(crate) struct Setup(Mutex<State>);

#[derive(Debug)]
struct State {
    code: Option<Secret>,
    wrong: u32,
    paused_until: Timestamp,
}

/// What a code was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is the code.
    Right,
    /// It is not.
    Wrong,
    /// Too many were wrong: none counts for a minute.
    Paused,
}

impl Setup {
    fn new(code: Option<Secret>) -> Self {
        let state = State {
            code,
            wrong: 0,
            paused_until: Timestamp::from_millis(0),
        };
        Self(Mutex::new(state))
    }

    /// The code, for the log of the first start; `None` once there is an administrator.
    pub(crate) fn code(&self) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.code.as_ref().map(|code| code.expose().to_owned())
    }

    /// The set-up page is still to be shown.
    pub(crate) fn is_open(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .code
            .is_some()
    }

    /// Compares a typed code, in any case and with or without its dash.
    pub(crate) fn check(&self, typed: &str, now: Timestamp) -> Checked {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(code) = &state.code else {
            return Checked::Wrong;
        };
        if now < state.paused_until {
            return Checked::Paused;
        }
        if plain(typed).matches(&plain(code.expose())) {
            return Checked::Right;
        }
        state.wrong += 1;
        if state.wrong >= GUESSES {
            state.wrong = 0;
            state.paused_until = now.plus(PAUSE);
        }
        Checked::Wrong
    }

    /// Spends the code: of two calls at once, exactly one gets it. The page is gone.
    pub(crate) fn spend(&self) -> Option<Secret> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .code
            .take()
    }

    /// Gives the code back, because no administrator could be made.
    pub(crate) fn give_back(&self, code: Secret) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).code = Some(code);
    }
}

fn plain(code: &str) -> Digest {
    let letters: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    Digest::of(letters.to_ascii_uppercase().as_bytes())
}

/// Makes the master realm if there is none, and the first administrator if one is given.
pub(crate) async fn prepare(app: &App, given: Option<&(String, Secret)>) -> Result<Setup, String> {
    if has_administrator(app).await? {
        return Ok(Setup::new(None));
    }
    if let Some((username, password)) = given {
        make_administrator(app, username, password).await?;
        tracing::info!(username, "the first administrator was made");
        return Ok(Setup::new(None));
    }
    Ok(Setup::new(Some(new_code()?)))
}

/// Gives whoever has the machine an administrator with the given name and password.
pub(crate) async fn recover(app: &App, given: Option<&(String, Secret)>) -> Result<(), String> {
    master(app).await?;
    let Some((username, password)) = given else {
        return Err("set CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME and \
                    CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD (or its _FILE) to the administrator you want"
            .to_owned());
    };
    make_administrator(app, username, password).await?;
    tracing::info!(
        username,
        "the administrator can sign in with the given password"
    );
    Ok(())
}

/// Letters and digits that cannot be mistaken for one another, in two groups of four.
fn new_code() -> Result<Secret, String> {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut rng = random().map_err(text)?;
    let mut bytes = [0u8; 8];
    rng.fill_bytes(&mut bytes);
    let letters = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte & 31)));
    let mut code: String = letters.map(|letter| char::from(*letter)).collect();
    code.insert(4, '-');
    Ok(Secret::new(code))
}

/// The master realm, made at the first start. Two nodes that start at once make one.
async fn master(app: &App) -> Result<Arc<Realm>, String> {
    if let Some(master) = app.realm(MASTER).await.map_err(text)? {
        return Ok(master);
    }
    let draft = NewRealm {
        id: None,
        name: MASTER.to_owned(),
        enabled: true,
        settings: blueprint::settings::master().map_err(text)?,
        keys: crate::keys::of_new_realm(MASTER)?,
    };
    let nobody = Arc::new(Realm::nobody());
    let made: Result<bool, Fault> = app
        .enter(&nobody, Door::Write, move |cx| {
            Ok(blueprint::create_master(cx, draft.clone())?.is_some())
        })
        .await;
    if made.map_err(text)? {
        tracing::info!("the master realm was made");
    }
    let master = app.realm(MASTER).await.map_err(text)?;
    master.ok_or_else(|| "the master realm could not be made".to_owned())
}

/// Somebody administers this server already, be it through another node.
pub(crate) async fn has_administrator(app: &App) -> Result<bool, String> {
    let master = master(app).await?;
    let asked: Result<bool, Fault> = app
        .enter(&master, Door::Read, |cx| {
            let container = cx.realm.id.as_str().to_owned();
            let Some(admin) = role::find_named(cx, &container, "admin")? else {
                return Ok(false);
            };
            Ok(!user::list_with_role(cx, &admin.id, 0, 1)?.is_empty())
        })
        .await;
    asked.map_err(text)
}

/// Makes an administrator of everything, or gives the one of this name a new password.
pub(crate) async fn make_administrator(
    app: &App,
    username: &str,
    password: &Secret,
) -> Result<(), String> {
    let master = master(app).await?;
    let plain = Plain::new(password.expose().to_owned()).map_err(|error| error.to_string())?;
    let salt = Salt::new(&mut random().map_err(text)?);
    let hashed = app
        .hash(move || password::hash(&plain, &HashPolicy::default(), &salt))
        .await;
    let stored = hashed
        .map_err(|_| "the server is too busy to hash a password".to_owned())?
        .map_err(|error| error.to_string())?;
    let username = username.to_owned();
    let made: Result<(), Fault> = app
        .enter(&master, Door::Write, move |cx| {
            store_administrator(cx, &username, &stored)
        })
        .await;
    made.map_err(text)
}

fn store_administrator(cx: &mut Cx<'_>, username: &str, stored: &Stored) -> Result<(), Fault> {
    let id = match user::find_by_username(cx, username)? {
        Some(mut known) => {
            known.enabled = true;
            user::update(cx, &known)?;
            known.id
        }
        None => {
            let fresh = new_user(cx, username);
            user::insert(cx, &fresh)?;
            fresh.id
        }
    };
    let container = cx.realm.id.as_str().to_owned();
    let defaults = format!("default-roles-{}", cx.realm.name);
    for name in ["admin", defaults.as_str()] {
        if let Some(role) = role::find_named(cx, &container, name)? {
            user::grant_role(cx, &id, &role.id)?;
        }
    }
    let password = Credential {
        id: CredentialId::new(cx.new_id()),
        kind: credential::PASSWORD.to_owned(),
        label: None,
        created_at: cx.now,
        priority: 10,
        credential_data: stored.credential_data.clone(),
        secret_data: Secret::new(stored.secret_data.clone()),
    };
    credential::replace_password(cx, &id, &password, 0)
}

fn new_user(cx: &mut Cx<'_>, username: &str) -> User {
    User {
        id: UserId::new(cx.new_id()),
        username: username.to_owned(),
        email: None,
        email_verified: false,
        first_name: None,
        last_name: None,
        enabled: true,
        created_at: cx.now,
        not_before: 0,
        service_account_client: None,
        attributes: user::Attributes::new(),
        required_actions: Vec::new(),
    }
}

fn text(fault: Fault) -> String {
    fault.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_codes_pause_for_a_minute() {
        let setup = Setup::new(Some(Secret::new("ABCD-2345")));
        let start = Timestamp::from_seconds(1000);

        let wrong: Vec<_> = (0..5).map(|_| setup.check("ZZZZ-ZZZZ", start)).collect();
        let paused = setup.check("ABCD-2345", start);
        let later = setup.check("abcd2345", start.plus(PAUSE));

        assert_eq!(wrong, [Checked::Wrong; 5]);
        assert_eq!(paused, Checked::Paused);
        assert_eq!(later, Checked::Right);
    }

    #[test]
    fn a_closed_set_up_takes_no_code() {
        let setup = Setup::new(Some(Secret::new("ABCD-2345")));
        setup.spend();

        assert_eq!(
            setup.check("ABCD-2345", Timestamp::from_seconds(1)),
            Checked::Wrong
        );
        assert!(!setup.is_open() && setup.code().is_none());
    }
}
