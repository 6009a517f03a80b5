//! Realms that nobody can sign in to, because the flow is not there by which people do.

use cloakroom_keycloak::blueprint;
use cloakroom_model::{Db, Fault, Link};

use super::Finding::{self, Well, Wrong};

/// What is found in all realms.
pub(super) fn look(db: &Db) -> Vec<Finding> {
    let found = db.write_blocking(|conn| {
        let link = &mut Link::Open(conn);
        Ok::<_, Fault>((blueprint::list_lacking(link)?, blueprint::list_gone(link)?))
    });
    let (lacking, gone) = match found {
        Ok(found) => found,
        Err(fault) => {
            let fix = "look at the database server and at its log";
            return vec![Wrong(format!("flows: {fault}"), fix.to_owned())];
        }
    };
    if lacking.is_empty() && gone.is_empty() {
        let what = "flows: each realm has those by which its people sign in";
        return vec![Well(what.to_owned())];
    }
    let lacking = lacking.into_iter().map(|(realm, setting, flow)| {
        let what = format!(
            "flows: realm {realm} lacks the flow {flow}, and its {setting} names no other, so that nobody comes in by it"
        );
        let fix = "start the server again: it puts in the flow that a new realm has";
        Wrong(what, fix.to_owned())
    });
    let gone = gone.into_iter().map(|(realm, setting, flow)| {
        let what = format!(
            "flows: {setting} of realm {realm} names the flow {flow}, which is gone, so that nobody comes in by it"
        );
        let fix = format!("bind another in the console, or: cloakroom recover flows --realm {realm}");
        Wrong(what, fix)
    });
    lacking.chain(gone).collect()
}
