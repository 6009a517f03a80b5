//! The schedule of a workflow: it looks through everybody, some at a time, for those whom it is for.

use std::rc::Rc;
use std::sync::Arc;

use cloakroom_keycloak::workflow::{Schedule, schedule, steps};
use cloakroom_model::client::{self, Query};
use cloakroom_model::workflow::walk::{self, Walk};
use cloakroom_model::workflow::{self, Resource, Workflow, run};
use cloakroom_model::{Cx, Door, Fault, Realm, Result, Timestamp, user};
use cloakroom_web::App;

use super::REST;
use super::begin::{self, later};
use super::condition::{Facts, Known};
use crate::api::clients::is_built_in;

/// As many are looked at in one unit of work.
const MOST: i64 = 100;

/// As many of these in one round.
const STRETCHES: usize = 10;

/// Goes on with a walk that is due.
pub(super) async fn some(
    app: &App,
    realm: &Arc<Realm>,
    id: &str,
) -> std::result::Result<(), Fault> {
    let named = id.to_owned();
    let work = move |cx: &mut Cx<'_>| go_on(cx, &named);
    for _ in 0..STRETCHES {
        let goes_on: bool = app.enter(realm, Door::Write, work.clone()).await?;
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// Looks through one stretch; true if another one follows at once.
fn go_on(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let Some(seen) = walk::find(cx, id)?.filter(|walk| walk.due_at <= cx.now) else {
        return Ok(false);
    };
    let Some(workflow) = workflow::find(cx, id)?.filter(Workflow::is_enabled) else {
        return Ok(false);
    };
    let Some(plan) = schedule(&workflow) else {
        return Ok(false);
    };
    let left = seen.left.or(plan.batch).unwrap_or(i64::MAX);
    let mut stretch = Stretch::look(cx, &workflow, &seen.walked_to)?;
    let chosen = stretch.choose(cx, &workflow, left)?;
    let next = stretch.next((plan, cx.now), left, chosen.len());
    // Of several nodes that have looked at the same, one goes on.
    if !walk::advance(cx, id, &seen, &next)? {
        return Ok(false);
    }
    let (steps, now) = (steps(&workflow), cx.now);
    for resource in chosen {
        begin::begin(cx, (&workflow, &steps), &resource, now, 0)?;
    }
    Ok(next.left.is_some())
}

/// Those that one unit of work looks at.
struct Stretch {
    all: Vec<(Facts, Resource)>,
    /// What says where each of them stands.
    places: Vec<String>,
    /// As many were looked at as are looked for, those among them who are passed over at once.
    count: usize,
    /// Where it begins, and where it has come to.
    at: String,
}

impl Stretch {
    /// Looks at those after a place.
    fn look(cx: &mut Cx<'_>, workflow: &Workflow, after: &str) -> Result<Self> {
        let mut stretch = Self {
            all: Vec::new(),
            places: Vec::new(),
            count: 0,
            at: after.to_owned(),
        };
        let known = Rc::new(Known::default());
        if steps(workflow).iter().any(|step| step.kind.is_of_clients()) {
            let first: i64 = after.parse().unwrap_or(0);
            let query = Query {
                first,
                max: MOST,
                ..Query::default()
            };
            for (client, at) in client::list(cx, &query)?.iter().zip(first + 1..) {
                let resource = Some(Resource::Client(client.id.clone()));
                let resource = resource.filter(|_| !is_built_in(cx, client));
                stretch.add(
                    at.to_string(),
                    resource.map(|one| (Facts::of(one.clone()), one)),
                );
            }
            return Ok(stretch);
        }
        for user in user::walk(cx, after, MOST)? {
            let (place, is_person) = (user.username.clone(), user.service_account_client.is_none());
            let resource = Resource::User(user.id.clone());
            let person = is_person.then(|| (Facts::of_user(user, &known), resource));
            stretch.add(place, person);
        }
        Ok(stretch)
    }

    fn add(&mut self, place: String, one: Option<(Facts, Resource)>) {
        self.count += 1;
        match one {
            Some(one) => {
                self.all.push(one);
                self.places.push(place);
            }
            // Whoever is passed over counts as seen with the one before.
            None => match self.places.last_mut() {
                Some(last) => *last = place,
                None => self.at = place,
            },
        }
    }

    /// Those whom the workflow is for and who are not in it yet, as many as it may take.
    fn choose(&mut self, cx: &mut Cx<'_>, workflow: &Workflow, left: i64) -> Result<Vec<Resource>> {
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let mut chosen = Vec::new();
        for ((facts, resource), place) in self.all.iter_mut().zip(&self.places) {
            if chosen.len() >= left {
                break;
            }
            if run::find_of(cx, &workflow.id, resource)?.is_none() && facts.are_for(cx, workflow)? {
                chosen.push(resource.clone());
            }
            self.at.clone_from(place);
        }
        Ok(chosen)
    }

    /// Where it goes on: at once, or after its rest; from where it has come to, or from the beginning.
    fn next(&self, (plan, now): (Schedule, Timestamp), left: i64, taken: usize) -> Walk {
        let left = left.saturating_sub(i64::try_from(taken).unwrap_or(i64::MAX));
        let is_seen = self.places.last().is_none_or(|last| last == &self.at);
        let is_over = is_seen && i64::try_from(self.count).is_ok_and(|count| count < MOST);
        let rests = left <= 0 || is_over;
        Walk {
            due_at: match rests {
                true => later(now, plan.after.max(REST)),
                false => now,
            },
            walked_to: match is_over {
                true => String::new(),
                false => self.at.clone(),
            },
            left: (!rests).then_some(left),
        }
    }
}
