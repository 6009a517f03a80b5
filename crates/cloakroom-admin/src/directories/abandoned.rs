//! Syncs that nobody goes on with, because the node that did them has stopped: they end, and say why.
//!
//! A sync begins from the start whenever it is asked for, so that there is nothing to go on with.

use cloakroom_model::id::ComponentId;
use cloakroom_model::job::{self, Line};
use cloakroom_model::{Cx, Door, Fault, Ttl, component, lease};
use cloakroom_web::App;
use cloakroom_web::app::random;
use serde_json::Value;

use super::sync::{JOB, lease_of};
use crate::jobs::in_no_realm;

/// Ends each sync whose directory nobody holds.
pub(super) async fn end(app: &App) -> Result<(), Fault> {
    let waiting = in_no_realm(app, |cx| job::unfinished(cx, JOB)).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut rng = random()?;
    let holder = cloakroom_model::Secret::random(&mut rng)
        .digest()
        .to_base64url();
    for (realm, id) in waiting {
        let Some(realm) = app.realm(&realm).await? else {
            continue;
        };
        let holder = holder.clone();
        let work = move |cx: &mut Cx<'_>| close(cx, &id, &holder);
        app.enter(&realm, Door::Write, work).await?;
    }
    Ok(())
}

fn close(cx: &mut Cx<'_>, id: &str, holder: &str) -> Result<(), Fault> {
    let Some(input) = job::input(cx, id)? else {
        return Ok(());
    };
    let directory = String::from_utf8_lossy(&input).into_owned();
    let name = lease_of(&directory);
    if !lease::take(cx, &name, holder, Ttl::seconds(5))? {
        return Ok(());
    }
    let found = component::find(cx, &ComponentId::new(directory))?;
    let shown = found.and_then(|one| one.name).unwrap_or_default();
    let Some(known) = job::find(cx, id)? else {
        return Ok(());
    };
    let why = Line {
        line: known.handled,
        name: shown,
        problem: "the server was stopped before the end".to_owned(),
        said: Value::Null,
    };
    job::progress(cx, id, (known.handled, known.failed), vec![why])?;
    job::end(cx, id, job::CANCELLED)?;
    lease::take(cx, &name, holder, Ttl::seconds(0))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use cloakroom_model::job::{Job, Wish};
    use cloakroom_testkit::World;

    use super::*;

    #[test]
    fn a_sync_that_nobody_goes_on_with_ends_and_says_why() {
        let world = World::new(Vec::new(), |_| {});
        let id = world.run(|cx| {
            let wish = Wish {
                kind: JOB,
                actor: "{}",
                input: b"a-directory",
                total: 0,
            };
            let name = lease_of("a-directory");
            lease::take(cx, &name, "the node that runs it", Ttl::seconds(60))?;
            job::insert(cx, wish)
        });
        let look = || -> Job {
            let id = id.clone();
            world.run(move |cx| {
                close(cx, &id, "another node")?;
                Ok::<_, Fault>(job::find(cx, &id)?.unwrap())
            })
        };

        assert_eq!(look().state, job::WAITING, "somebody is at it");
        world.wait(61);
        let over = look();
        assert_eq!(over.state, job::CANCELLED);
        let why = "the server was stopped before the end";
        assert_eq!(over.report.first().unwrap().problem, why);
        assert!(over.ended_at.is_some());
    }
}
