//! The same for many users: those that a list showed when it was asked for.

use std::time::Instant;

use cloakroom_model::Cx;
use cloakroom_model::job::Line;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ROWS;
use super::people::words;
use crate::access::{Actor, Grants};
use crate::api::users::many::{self, Act, Errand};
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

    /// What has to be done in a directory before the next one is handled.
    pub(super) fn errand(
        &self,
        cx: &mut Cx<'_>,
        done: usize,
        grants: &Grants,
    ) -> Result<Option<Errand>> {
        match self.ids.get(done) {
            Some(id) => many::errand(cx, self.act, id, grants),
            None => Ok(None),
        }
    }

    /// Handles some after those that were handled before, until a moment: how many it was, and what went wrong. Nobody is
    /// handled of whom a directory has to be told first, but the first one, if that was done.
    pub(super) fn some(
        &self,
        cx: &mut Cx<'_>,
        (done, until): (usize, Instant),
        is_told: bool,
        (grants, actor): (&Grants, &Actor),
    ) -> Result<(usize, Vec<Line>)> {
        let (mut tried, mut wrong) = (0, Vec::new());
        for (at, id) in self.ids.iter().enumerate().skip(done).take(ROWS) {
            let is_late = tried > 0 && Instant::now() >= until;
            let was_told = is_told && tried == 0;
            if is_late || (!was_told && many::errand(cx, self.act, id, grants)?.is_some()) {
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

    /// The next one is not handled, because the directory that has to be told first does not take it.
    pub(super) fn skip(
        &self,
        cx: &mut Cx<'_>,
        done: usize,
        problem: &str,
    ) -> Result<(usize, Vec<Line>)> {
        let Some(id) = self.ids.get(done) else {
            return Ok((0, Vec::new()));
        };
        let wrong = Line {
            line: i64::try_from(done + 1).unwrap_or(i64::MAX),
            name: many::name(cx, id)?,
            problem: problem.to_owned(),
            said: Value::Null,
        };
        Ok((1, vec![wrong]))
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
