//! The first start: the master realm, the first administrator, and the way back in.

mod flows;

use std::sync::Arc;

use cloakroom_keycloak::blueprint::{self, NewRealm};
use cloakroom_login::password::{self, HashPolicy, Plain, Salt, Stored};
use cloakroom_model::credential::{self, Credential};
use cloakroom_model::id::{CredentialId, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Door, Fault, Realm, Secret, lockout, role};
use cloakroom_web::App;
use cloakroom_web::app::random;

use crate::setup_code::{self, Setup};

pub(crate) use flows::recover as recover_flows;

/// The realm of those who administer all others.
pub(crate) const MASTER: &str = "master";

/// Makes the master realm if there is none, and the first administrator if one is given.
pub(crate) async fn prepare(app: &App, given: Option<&(String, Secret)>) -> Result<Setup, String> {
    flows::put_in_lacking(app).await?;
    let Some(code) = offer_code(app).await? else {
        return Ok(Setup::new(None));
    };
    let Some((username, password)) = given else {
        return Ok(Setup::new(Some(code)));
    };
    // If not, another node that starts now has made one.
    if first_administrator(app, username, password).await? {
        tracing::info!(username, "the first administrator was made");
    }
    Ok(Setup::new(None))
}

/// The set-up code, the same on every node; `None` if there is an administrator.
async fn offer_code(app: &App) -> Result<Option<Secret>, String> {
    let master = master(app).await?;
    let offered: Result<Option<Secret>, Fault> = app
        .enter(&master, Door::Write, |cx| {
            let code = setup_code::offer(cx)?;
            // Asked after the row is there: whoever makes an administrator removes it.
            if has_administrator(cx)? {
                setup_code::spend(cx)?;
                return Ok(None);
            }
            Ok(Some(code))
        })
        .await;
    offered.map_err(text)
}

/// Somebody administers this server already.
fn has_administrator(cx: &mut Cx<'_>) -> Result<bool, Fault> {
    let container = cx.realm.id.as_str().to_owned();
    let Some(admin) = role::find_named(cx, &container, "admin")? else {
        return Ok(false);
    };
    Ok(!user::list_with_role(cx, &admin.id, 0, 1)?.is_empty())
}

/// The set-up is not over yet, be it through another node.
pub(crate) async fn is_open(app: &App, setup: &Setup) -> Result<bool, String> {
    if !setup.is_open() {
        return Ok(false);
    }
    let master = master(app).await?;
    let offered = app.enter(&master, Door::Read, setup_code::is_offered).await;
    let is_open = offered.map_err(text)?;
    if !is_open {
        setup.close();
    }
    Ok(is_open)
}

/// Spends the set-up code for an administrator of everything; false if it was spent already.
pub(crate) async fn first_administrator(
    app: &App,
    username: &str,
    password: &Secret,
) -> Result<bool, String> {
    let stored = hashed(app, password).await?;
    let (master, username) = (master(app).await?, username.to_owned());
    let made: Result<bool, Fault> = app
        .enter(&master, Door::Write, move |cx| {
            if !setup_code::spend(cx)? {
                return Ok(false);
            }
            store_administrator(cx, &username, &stored)?;
            Ok(true)
        })
        .await;
    made.map_err(text)
}

/// Gives whoever has the machine an administrator with the given name and password; one who is
/// there already is enabled, unlocked and given the password.
pub(crate) async fn recover(app: &App, username: &str, password: &Secret) -> Result<(), String> {
    let stored = hashed(app, password).await?;
    let (master, name) = (master(app).await?, username.to_owned());
    let made: Result<(), Fault> = app
        .enter(&master, Door::Write, move |cx| {
            // An administrator ends the set-up, whichever way he came.
            setup_code::spend(cx)?;
            store_administrator(cx, &name, &stored)
        })
        .await;
    made.map_err(text)
}

/// The master realm, made at the first start. Two nodes that start at once make one.
pub(crate) async fn master(app: &App) -> Result<Arc<Realm>, String> {
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

async fn hashed(app: &App, password: &Secret) -> Result<Stored, String> {
    let plain = Plain::new(password.expose().to_owned()).map_err(|error| error.to_string())?;
    let salt = Salt::new(&mut random().map_err(text)?);
    let hashed = app
        .hash(move || password::hash(&plain, &HashPolicy::default(), &salt))
        .await;
    hashed
        .map_err(|_| "the server is too busy to hash a password".to_owned())?
        .map_err(|error| error.to_string())
}

fn store_administrator(cx: &mut Cx<'_>, username: &str, stored: &Stored) -> Result<(), Fault> {
    let id = match user::find_by_username(cx, username)? {
        Some(mut known) => {
            known.enabled = true;
            user::update(cx, &known)?;
            lockout::clear(cx, &known.id)?;
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
