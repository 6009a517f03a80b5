//! Realms without people, as a server for many tenants has them.

use cloakroom_jose::Alg;
use cloakroom_keycloak::blueprint::{self, NewRealm};
use cloakroom_model::component::Component;
use cloakroom_model::{Cx, Door, Fault};
use cloakroom_oidc::keyring::generate::{Purpose, generate};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

use super::MARK;
use crate::bootstrap;

/// What is made in one transaction.
const BATCH: u32 = 20;

/// Makes realms called `PREFIX-1` and so on.
pub(crate) async fn make(app: &App, prefix: &str, many: u32) -> Result<(), String> {
    for from in (0..many).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let to = from.saturating_add(BATCH).min(many);
        let drafts: Result<Vec<NewRealm>, String> = (from..to)
            .map(|n| draft(&format!("{prefix}-{}", n + 1)))
            .collect();
        let drafts = drafts?;
        // Each batch changes the realm master, so it is read anew.
        let master = bootstrap::master(app).await?;
        let work = move |cx: &mut Cx<'_>| -> Result<Option<String>, Fault> {
            for draft in &drafts {
                if blueprint::insert_realm(cx, draft.clone())?.is_none() {
                    return Ok(Some(draft.name.clone()));
                }
            }
            Ok(None)
        };
        let done = app.enter(&master, Door::Write, work).await;
        if let Some(name) = done.map_err(|fault| fault.to_string())? {
            return Err(format!("there is a realm {name} already"));
        }
    }
    Ok(())
}

/// Its keys are of elliptic curves: those of RSA take long to make.
fn draft(name: &str) -> Result<NewRealm, String> {
    let mut settings = blueprint::settings::defaults().map_err(|fault| fault.to_string())?;
    settings
        .attributes
        .insert(MARK.to_owned(), "true".to_owned());
    Alg::ES256
        .name()
        .clone_into(&mut settings.default_signature_algorithm);
    let mut rng = random().map_err(|fault| fault.to_string())?;
    let purposes = [
        Purpose::Sign(Alg::ES256),
        Purpose::Sign(Alg::HS512),
        Purpose::Internal,
    ];
    let keys: Result<Vec<Component>, _> = purposes
        .into_iter()
        .map(|purpose| generate(purpose, name, now(), &mut rng))
        .collect();
    Ok(NewRealm {
        id: None,
        name: name.to_owned(),
        enabled: true,
        settings,
        keys: keys.map_err(|error| error.to_string())?,
    })
}
