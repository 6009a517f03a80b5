//! Whoever is gone from a directory goes here too, except whom the realms would have no administrator without.

use cloakroom_model::id::{ComponentId, UserId};
use cloakroom_model::job::{self, Line as Report};
use cloakroom_model::realm::{self, MASTER};
use cloakroom_model::user::directory as link;
use cloakroom_model::{Cx, Door, Timestamp, lease, user};
use serde_json::Value;

use super::{ROWS, Run, TURN, lease_of};
use crate::error::Result;

/// What the report says of the last administrator.
pub(super) const KEPT: &str = "the last administrator of the realm master stays, though the directory says otherwise: \
                               give the role admin to somebody else first";

/// What became of some who are gone.
#[derive(Debug, Default)]
struct Removed {
    /// How many there were.
    seen: usize,
    /// The last administrator, who stays.
    kept: Option<UserId>,
}

impl Run<'_> {
    /// Removes those whom a whole look at the directory has not seen, unless they are too many to be true.
    pub(super) async fn remove_the_gone(&mut self) -> Result<()> {
        let (id, started) = (self.directory.id.clone(), self.started);
        let counted = self
            .enter(Door::Read, move |cx| {
                let unseen = link::count_unseen(cx, &id, started)?;
                Ok((unseen, link::count(cx, &id)?))
            })
            .await?;
        let (gone, all) = match self.wish.is_preview {
            // Nobody was marked as seen: whoever is not among those who would be updated is gone.
            true => (counted.1.saturating_sub(self.tally.updated), counted.1),
            false => counted,
        };
        // One may always go; more than a tenth are a wrong filter or a broken directory.
        if gone > 1 && gone.saturating_mul(10) > all && !self.wish.may_remove_many {
            let why = format!("{gone} of {all} users would be removed, so none was");
            return self.stop(&why);
        }
        if self.wish.is_preview {
            self.tally.removed = gone.max(0);
            return Ok(());
        }
        loop {
            let (id, started) = (self.directory.id.clone(), self.started);
            let (name, holder) = (lease_of(id.as_str()), self.holder.clone());
            let done = self
                .enter(Door::Write, move |cx| {
                    hold_master(cx)?;
                    lease::take(cx, &name, &holder, TURN)?;
                    remove_some(cx, &id, started)
                })
                .await?;
            let removed = done.seen.saturating_sub(usize::from(done.kept.is_some()));
            self.tally.removed += i64::try_from(removed).unwrap_or(0);
            // Whoever stays is found again each time.
            if done.seen < ROWS {
                return match done.kept {
                    Some(kept) => self.report_kept(kept).await,
                    None => Ok(()),
                };
            }
        }
    }

    async fn report_kept(&mut self, kept: UserId) -> Result<()> {
        let (provider, realm) = (&self.directory.name, &self.realm.name);
        tracing::warn!(%realm, %provider, id = %kept, "{KEPT}");
        self.tally.failed += 1;
        let (Some(job), counts) = (self.job.clone(), (self.tally.seen, self.tally.failed)) else {
            return Ok(());
        };
        self.enter(Door::Write, move |cx| {
            let named = user::find(cx, &kept)?.map(|user| user.username);
            let line = Report {
                line: 0,
                name: named.unwrap_or_default(),
                problem: KEPT.to_owned(),
                said: Value::Null,
            };
            Ok(job::progress(cx, &job, counts, vec![line])?)
        })
        .await
    }
}

/// Nobody else takes the other administrators away meanwhile.
pub(super) fn hold_master(cx: &mut Cx<'_>) -> Result<()> {
    if cx.realm.name == MASTER {
        realm::hold(cx)?;
    }
    Ok(())
}

/// Removes some who were not seen since an instant.
fn remove_some(cx: &mut Cx<'_>, id: &ComponentId, since: Timestamp) -> Result<Removed> {
    let most = i64::try_from(ROWS).unwrap_or(1);
    let some = link::list_unseen(cx, id, Some(since), most)?;
    let mut done = Removed {
        seen: some.len(),
        kept: None,
    };
    for user in some {
        if user::is_last_administrator(cx, &user)? {
            done.kept = Some(user);
        } else {
            user::remove(cx, &user)?;
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use cloakroom_model::Fault;
    use cloakroom_model::component::{self, Component, Config};
    use cloakroom_model::user::directory::Link;
    use cloakroom_testkit::World;

    use super::*;
    use crate::error::AdminError;

    #[test]
    fn the_last_administrator_is_not_removed_by_a_sync() {
        let world = World::new(Vec::new(), |_| {});
        let ids = ["ada", "bob", "eve"].map(|name| world.add_user(name, true).id);
        let (administrators, component) = (ids.clone(), ComponentId::new("dir"));
        let of = component.clone();
        world.run(move |cx| {
            let settings = cx.realm.settings.clone();
            realm::update(cx, MASTER, true, &settings)?;
            component::insert(
                cx,
                &Component {
                    id: of.clone(),
                    parent_id: cx.realm.id.as_str().to_owned(),
                    name: None,
                    provider_id: "ldap".to_owned(),
                    provider_type: cloakroom_federation::directory::FAMILY.to_owned(),
                    sub_type: None,
                    config: Config::new(),
                    secrets: Config::new(),
                },
            )?;
            for id in &administrators {
                let entry = Link {
                    component: of.clone(),
                    external_id: id.as_str().to_owned(),
                    dn: String::new(),
                };
                link::insert(cx, id, &entry)?;
            }
            Ok::<_, Fault>(())
        });
        let administrators = ids.clone();
        let done = world.enter(move |cx| {
            let role = user::administering_role(cx)?.expect("master has its role");
            for id in administrators.iter().take(2) {
                user::grant_role(cx, id, &role)?;
            }
            let later = Timestamp::from_seconds(cx.now.seconds() + 1);
            let done = remove_some(cx, &component, later)?;
            let stays = match &done.kept {
                Some(kept) => user::find(cx, kept)?.is_some(),
                None => false,
            };
            Ok::<_, AdminError>((done, stays, link::count(cx, &component)?))
        });

        let (done, stays, left) = done.expect("the database answers");
        assert_eq!((done.seen, stays, left), (3, true, 1));
        assert!(ids.iter().take(2).any(|id| Some(id) == done.kept.as_ref()));
    }
}
