//! Codes on paper: the page that shows a new list, once, and the form that says that its owner has it.

use cloakroom_login::further::paper;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, Hidden, Layout, RecoveryCodesPage};

use super::enrol;
use super::fields::Problems;
use crate::routes::visit::Visit;

/// Stores the list that was shown; the codes in the form, whose names are Keycloak's, count for nothing here.
pub(super) fn enrol(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    sent: (&Form, Option<&str>, &str),
) -> Result<Problems, Fault> {
    let label = sent.0.get("userLabel").unwrap_or_default();
    match paper::finish(cx, attempt, user, label)? {
        Some(list) => {
            enrol::close(cx, (attempt, user), sent, (&["UPDATE_CREDENTIAL"], &list))?;
            Ok(Problems::default())
        }
        // What was not shown is shown now.
        None => Ok(Problems::asked_again()),
    }
}

/// The page; `None` while there are no codes to show.
pub(super) fn page(
    visit: &Visit,
    attempt: &Attempt,
    user: &User,
    (layout, action): (Layout, String),
    can_cancel: bool,
) -> Option<RecoveryCodesPage> {
    let codes = paper::codes_of(&visit.app.vault(), attempt)?;
    let grouped = codes.iter().map(|code| {
        let letters: Vec<char> = code.expose().chars().collect();
        let groups = letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>());
        Hidden::new(&groups.collect::<Vec<_>>().join("-"))
    });
    Some(RecoveryCodesPage {
        layout,
        action,
        alert: Some(Alert::info(Notice::SetUpCodes)),
        username: user.username.clone(),
        codes: grouped.collect(),
        can_cancel,
    })
}
