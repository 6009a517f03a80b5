//! `notify-user`: a letter to somebody, which waits in the outbox.

use cloakroom_keycloak::workflow::Step;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, outbox};
use serde_json::json;

use crate::access::Actor;
use crate::api::users::mail::has_sender;
use crate::audit;
use crate::error::{AdminError, Result};

/// Writes the letter. Nobody is written to who has no address, as Keycloak has it.
pub(super) fn write(cx: &mut Cx<'_>, step: &Step, user: &User, actor: &Actor) -> Result<()> {
    let to = step.text("to").filter(|to| !to.trim().is_empty());
    let Some(to) = to.or(user.email.as_deref()) else {
        tracing::warn!(realm = %cx.realm.name, user = %user.id, "somebody without an address is not notified");
        return Ok(());
    };
    if !has_sender(&cx.realm.settings) {
        let why = "Failed to send email: the realm has no sender address";
        return Err(AdminError::message(400, why));
    }
    let payload = json!({
        "template": "workflow-notice",
        "user": user.id,
        "to": to,
        "subject": step.text("subject").map(|text| filled(cx, user, text, str::to_owned)),
        "message": step.text("message").map(|text| filled(cx, user, text, escaped)),
    });
    outbox::insert(cx, "mail", &payload)?;
    let place = format!("users/{}/workflow-notice-email", user.id);
    audit::record(cx, actor, audit::ACTION, "USER", place)?;
    Ok(())
}

/// A text in which `${user.firstName}` and the like are what they name. One that nobody knows stays as it is.
fn filled(cx: &Cx<'_>, user: &User, text: &str, write: fn(&str) -> String) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        done.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            done.push_str("${");
            rest = behind;
            continue;
        };
        match value(cx, user, name) {
            Some(value) => done.push_str(&write(value)),
            None => {
                done.push_str("${");
                done.push_str(name);
                done.push('}');
            }
        }
        rest = after;
    }
    done.push_str(rest);
    done
}

fn value<'a>(cx: &'a Cx<'_>, user: &'a User, name: &str) -> Option<&'a str> {
    let or_nothing = |text: &'a Option<String>| text.as_deref().unwrap_or_default();
    Some(match name.trim() {
        "user.id" => user.id.as_str(),
        "user.username" => &user.username,
        "user.email" => or_nothing(&user.email),
        "user.firstName" => or_nothing(&user.first_name),
        "user.lastName" => or_nothing(&user.last_name),
        "realm.name" => &cx.realm.name,
        "realm.displayName" => cx.realm.display_name(),
        other => {
            let name = other.strip_prefix("user.attributes.")?;
            user.attributes.get(name)?.first()?
        }
    })
}

/// A message is HTML; what people call themselves is not.
fn escaped(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => done.push_str("&amp;"),
            '<' => done.push_str("&lt;"),
            '>' => done.push_str("&gt;"),
            '"' => done.push_str("&quot;"),
            '\'' => done.push_str("&#39;"),
            other => done.push(other),
        }
    }
    done
}
