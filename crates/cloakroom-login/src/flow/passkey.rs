//! A passkey as the first proof of somebody: what the attempt remembers of it.

use cloakroom_model::Cx;
use cloakroom_model::attempt::{Attempt, First, Stage};
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::user::User;

use super::{note, prove, prove_in_part, second, stand_on_key};

/// Takes somebody as proved by a passkey, whose credential is named; in part where the flow asks for more.
///
/// That the person was verified by their authenticator counts for no second proof: whether one is asked for is the flow's to say.
pub fn prove_by_passkey(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    (credential, is_whole): (&str, bool),
) {
    let kinds = vec![PASSKEY.to_owned()];
    if is_whole {
        prove(cx, attempt, user, false);
        if let Stage::Act { amr, .. } = &mut attempt.stage {
            *amr = vec![second::KEY.to_owned()];
        }
        attempt.notes.insert(note::PROVED.to_owned(), kinds.into());
    } else {
        prove_in_part(cx, attempt, user, (First::Passkey, false));
        if let Stage::Further { proved, .. } = &mut attempt.stage {
            proved.kinds = kinds;
        }
    }
    stand_on_key(attempt, credential);
}
