//! The same for many users: those that a list showed when it was asked for.

use std::time::Instant;

use cloakroom_model::Cx;
use cloakroom_model::job::Line;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ROWS;
use super::people::words;
use crate::access::{Actor, Grants};
use crate::api::users::many::{self, Act};
use crate::error::{AdminError, Result};

/// The most users that one job is about.
const MOST: usize = 100_000;

/// What is done, and with whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Many {
    act: Act,
    ids: Vec<String>,
}

impl Many {
    /// Takes the name of what is done and the ids of the users, and tells how many they are.
    pub(crate) fn new(act: &str, ids: Vec<String>) -> Result<(Self, usize)> {
        let refuse = |why: &str| AdminError::message(400, why);
        let act = serde_json::from_value(Value::from(act))
            .map_err(|_| refuse("act is enable, disable, sign-out or delete"))?;
        let count = ids.len();
        if count == 0 || count > MOST {
            let why = format!("The job is about {count} users: it may be about 1 to {MOST}");
            return Err(refuse(&why));
        }
        if ids.iter().any(|id| id.is_empty() || id.len() > 64) {
            return Err(refuse("ids are those of users"));
        }
        Ok((Self { act, ids }, count))
    }

    /// Handles some after those that were handled before, until a moment: how many it was, and what went wrong.
    pub(super) fn some(
        &self,
        cx: &mut Cx<'_>,
        (done, until): (usize, Instant),
        grants: &Grants,
        actor: &Actor,
    ) -> Result<(usize, Vec<Line>)> {
        let (mut tried, mut wrong) = (0, Vec::new());
        for (at, id) in self.ids.iter().enumerate().skip(done).take(ROWS) {
            if tried > 0 && Instant::now() >= until {
                break;
            }
            tried += 1;
            match many::act(cx, self.act, id, (grants, actor)) {
                Ok(()) => {}
                Err(AdminError::Refused { body, .. }) => wrong.push(Line {
                    line: i64::try_from(at + 1).unwrap_or(i64::MAX),
                    name: many::name(cx, id)?,
                    problem: words(&body),
                    said: Value::Null,
                }),
                Err(other) => return Err(other),
            }
        }
        Ok((tried, wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_about_somebody_and_does_something_that_is_known() {
        for (act, ids, is_good) in [
            ("enable", vec!["a"], true),
            ("sign-out", vec!["a", "b"], true),
            ("Delete", vec!["a"], false),
            ("explode", vec!["a"], false),
            ("delete", vec![], false),
            ("delete", vec![""], false),
        ] {
            let ids = ids.into_iter().map(str::to_owned).collect();
            assert_eq!(Many::new(act, ids).is_ok(), is_good, "{act}");
        }
    }
}
