//! Hashes the passwords that stand in a file in the clear, before the transaction: on the threads that hash for everybody,
//! all but one, so that people can sign in meanwhile.

use std::collections::VecDeque;
use std::time::Duration;

use cloakroom_keycloak::import::{Hashed, Hashes, ImportError, Plain as Sent};
use cloakroom_login::hasher::Asker;
use cloakroom_login::password::{self, HashPolicy, Plain, Salt};
use cloakroom_login::policy::Policy;
use cloakroom_model::Fault;
use cloakroom_web::App;
use cloakroom_web::app::random;
use tokio::sync::oneshot;

/// When it is asked again whether the threads have room. A file can wait.
const AGAIN: Duration = Duration::from_millis(250);

/// A user's name, and what became of their password.
type Done = Result<(String, Hashed), ImportError>;

/// Hashes as the realm's own policy wants it.
pub(super) async fn hash(
    app: &App,
    sent: Vec<Sent>,
    policy: Option<&str>,
) -> Result<Hashes, ImportError> {
    let policy = policy.and_then(|text| Policy::parse(text).ok());
    let policy = policy.map(|policy| policy.hashing()).unwrap_or_default();
    let at_once = app.hasher.threads().saturating_sub(1).max(1);
    let (mut all, mut under_way) = (Hashes::new(), VecDeque::new());
    let asker = Asker::default();
    for one in sent {
        if under_way.len() >= at_once {
            take(under_way.pop_front(), &mut all).await?;
        }
        under_way.push_back(begin(app, &asker, &one, &policy).await);
    }
    while let Some(first) = under_way.pop_front() {
        take(Some(first), &mut all).await?;
    }
    Ok(all)
}

/// Waits for a thread that takes the password on.
async fn begin(
    app: &App,
    asker: &Asker,
    one: &Sent,
    policy: &HashPolicy,
) -> oneshot::Receiver<Done> {
    loop {
        let (one, policy) = (one.clone(), policy.clone());
        let (sender, answer) = oneshot::channel();
        let job = move || hash_one(&one, &policy);
        // Whoever waits for it goes away at the first error.
        let done = move |made| drop(sender.send(made));
        let began = app.hasher.submit(asker, job, done);
        if began.is_ok() {
            return answer;
        }
        actix_web::rt::time::sleep(AGAIN).await;
    }
}

async fn take(first: Option<oneshot::Receiver<Done>>, all: &mut Hashes) -> Result<(), ImportError> {
    let Some(first) = first else { return Ok(()) };
    let made = first.await;
    let (username, hashed) = made.map_err(|_| Fault::corrupt("a hashing thread ended"))??;
    all.insert(username, hashed);
    Ok(())
}

fn hash_one(one: &Sent, policy: &HashPolicy) -> Done {
    let wrong = |error| {
        let why = format!("users[{}].credentials: {error}", one.username);
        ImportError::invalid(why)
    };
    let plain = Plain::new(one.password.expose().to_owned()).map_err(wrong)?;
    let stored = password::hash(&plain, policy, &Salt::new(&mut random()?)).map_err(wrong)?;
    let hashed = Hashed {
        credential_data: stored.credential_data,
        secret_data: stored.secret_data,
    };
    Ok((one.username.clone(), hashed))
}
