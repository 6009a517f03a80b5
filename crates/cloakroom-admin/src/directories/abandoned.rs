//! Syncs that nobody goes on with, because the node that did them has stopped: they end, say why, and begin again.

use std::sync::Arc;

use cloakroom_model::id::ComponentId;
use cloakroom_model::job::{self, Line};
use cloakroom_model::{Cx, Door, Fault, Realm, Ttl, component, lease};
use cloakroom_web::App;
use cloakroom_web::app::random;
use serde_json::Value;

use super::order::{self, Order};
use super::sync::{JOB, Wish, lease_of};
use crate::jobs::in_no_realm;

/// A sync to be begun again.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) realm: Arc<Realm>,
    pub(super) directory: ComponentId,
    pub(super) wish: Wish,
}

/// Ends each sync whose directory nobody holds; those that are to be begun again.
pub(super) async fn end(app: &App) -> Result<Vec<Left>, Fault> {
    let waiting = in_no_realm(app, |cx| job::unfinished(cx, JOB)).await?;
    let mut all = Vec::new();
    if waiting.is_empty() {
        return Ok(all);
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
        let left = app.enter(&realm, Door::Write, work).await?;
        all.extend(left.map(|(directory, wish)| Left {
            realm,
            directory,
            wish,
        }));
    }
    Ok(all)
}

/// Ends a sync, unless somebody is at it; what is to be begun again.
fn close(cx: &mut Cx<'_>, id: &str, holder: &str) -> Result<Option<(ComponentId, Wish)>, Fault> {
    let Some(input) = job::input(cx, id)? else {
        return Ok(None);
    };
    let order = Order::read(&input);
    let name = lease_of(&order.directory);
    if !lease::take(cx, &name, holder, Ttl::seconds(5))? {
        return Ok(None);
    }
    let directory = ComponentId::new(order.directory.clone());
    let found = component::find(cx, &directory)?;
    let Some(known) = job::find(cx, id)? else {
        return Ok(None);
    };
    let begins_again = found.is_some() && order.again < order::MOST;
    let problem = match begins_again {
        true => "the server was stopped before the end; it begins again",
        false => "the server was stopped before the end",
    };
    let why = Line {
        line: known.handled,
        name: found.and_then(|one| one.name).unwrap_or_default(),
        problem: problem.to_owned(),
        said: Value::Null,
    };
    job::progress(cx, id, (known.handled, known.failed), vec![why])?;
    job::end(cx, id, job::CANCELLED)?;
    lease::take(cx, &name, holder, Ttl::seconds(0))?;
    Ok(begins_again.then(|| (directory, order.once_more(&known.actor))))
}

#[cfg(test)]
mod tests {
    use cloakroom_federation::directory::Directory;
    use cloakroom_model::component::Component;
    use cloakroom_model::job::{Job, Wish};
    use cloakroom_testkit::World;

    use super::*;
    use crate::directories::Kind;

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

    #[test]
    fn a_sync_that_a_node_stopped_at_begins_again_and_not_for_ever() {
        let world = World::new(Vec::new(), |_| {});
        let directory = Component {
            id: ComponentId::new("a-directory"),
            parent_id: String::new(),
            name: Some("ldap".to_owned()),
            provider_id: "ldap".to_owned(),
            provider_type: "org.keycloak.storage.UserStorageProvider".to_owned(),
            sub_type: None,
            config: component::Config::new(),
            secrets: component::Config::new(),
        };
        let asked = super::Wish {
            kind: Kind::Changed,
            is_preview: false,
            may_remove_many: true,
            actor: "{}".to_owned(),
            again: 0,
        };
        let mut wish = Some(asked);
        let known = Directory::of(directory.clone(), &[]);
        let stored = directory.clone();
        world.run(move |cx| component::insert(cx, &stored));
        for again in 1..=order::MOST + 1 {
            let input = Order::of(&known, &wish.take().unwrap());
            let input = serde_json::to_vec(&input).unwrap();
            let left = world.run(move |cx| {
                let job = Wish {
                    kind: JOB,
                    actor: "{}",
                    input: &input,
                    total: 0,
                };
                let id = job::insert(cx, job)?;
                close(cx, &id, "another node")
            });
            if again > order::MOST {
                assert!(left.is_none());
                break;
            }
            let (id, once_more) = left.unwrap();
            assert_eq!(id, directory.id);
            assert_eq!((once_more.kind, once_more.again), (Kind::Changed, again));
            assert!(once_more.may_remove_many);
            wish = Some(once_more);
        }
    }
}
