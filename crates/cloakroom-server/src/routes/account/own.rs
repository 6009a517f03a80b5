//! A person's own profile over the account API: what they may see of it, and what they change.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::directory;
use cloakroom_keycloak::read::{self, Object, Unreadable, set};
use cloakroom_keycloak::{user as shape, user_profile as profile_shape};
use cloakroom_login::profile::{self, Occasion, Violation};
use cloakroom_model::event::{self, Event};
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::user_profile::{ROOT, Side};
use cloakroom_model::{Cx, Door};
use cloakroom_oidc::{Error, Form};
use cloakroom_web::App;
use cloakroom_web::web::{Bytes, Data, Path};
use serde_json::{Value, json};

use super::api::{Answered, Asker, READ, serve};

/// The role that lets the profile be changed.
pub(super) const MANAGE: &[&str] = &["manage-account"];

pub(super) async fn show(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
) -> HttpResponse {
    let query = Form::parse(request.query_string().as_bytes()).unwrap_or_default();
    let with_metadata = query.get("userProfileMetadata") != Some("false");
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        Ok(Answered::ok(describe(cx, asker.user, with_metadata)))
    };
    serve(app, &request, &realm, (READ, Door::Read), work).await
}

/// The person as they may see themselves.
fn describe(cx: &Cx<'_>, user: &User, with_metadata: bool) -> Value {
    let realm = cx.realm;
    let seen = profile::visible(&realm.profile, Side::User, user);
    let mut shown = json!({
        "id": seen.id,
        "username": seen.username,
        "emailVerified": seen.email_verified,
    });
    for (name, text) in [
        ("email", &seen.email),
        ("firstName", &seen.first_name),
        ("lastName", &seen.last_name),
    ] {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    if !seen.attributes.is_empty() {
        set(&mut shown, "attributes", json!(seen.attributes));
    }
    if with_metadata {
        let metadata = profile_shape::metadata(&realm.profile, &realm.settings, Side::User, false);
        set(&mut shown, "userProfileMetadata", metadata);
    }
    shown
}

pub(super) async fn change(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| match read(&body) {
        Ok((_, wanted)) if has_too_many(&wanted) => Ok(Answered::refused(
            StatusCode::BAD_REQUEST,
            "There are more values of attributes than a person may have",
        )),
        Ok((sent, wanted)) => store(cx, asker, &sent, &wanted),
        Err(why) => Ok(unreadable(&why)),
    };
    serve(app, &request, &realm, (MANAGE, Door::Write), work).await
}

type Attributes = BTreeMap<String, Vec<String>>;

/// More values than people have. Each is a row, and all the others who store something wait for them.
const MOST: usize = 500;

fn has_too_many(wanted: &Attributes) -> bool {
    wanted.values().map(Vec::len).sum::<usize>() > MOST
}

/// What was sent, with the attributes beside names and address.
fn read(body: &[u8]) -> Result<(Object, Attributes), Unreadable> {
    let sent = read::object(body, "UserRepresentation", shape::FIELDS)?;
    for name in ["username", "email", "firstName", "lastName"] {
        read::text(&sent, name)?;
    }
    let wanted = read::member(&sent, "attributes")?.unwrap_or_default();
    Ok((sent, wanted))
}

fn unreadable(why: &Unreadable) -> Answered {
    Answered::refused(StatusCode::BAD_REQUEST, &why.to_string())
}

/// What was sent of a name or of the address, as a member or, as Keycloak takes it too, as an attribute.
fn said<'a>(sent: &'a Object, wanted: &'a Attributes, name: &str) -> Option<&'a str> {
    let member = sent.get(name).and_then(Value::as_str);
    let others = wanted.get(name).into_iter().flatten();
    let mut all = member.into_iter().chain(others.map(String::as_str));
    all.find_map(|text| Some(text.trim()).filter(|text| !text.is_empty()))
}

/// Puts what was sent in the place of what was there, unless the profile refuses it.
fn store(
    cx: &mut Cx<'_>,
    asker: &Asker<'_>,
    sent: &Object,
    wanted: &Attributes,
) -> Result<Answered, Error> {
    let before = asker.user;
    if directory::home(cx, before)?.is_some() {
        // What is changed of them goes to the directory first, which a page of a sign-in does.
        return Ok(message("readOnlyUserMessage"));
    }
    let said = |name: &str| said(sent, wanted, name);
    let mut changed = before.clone();
    changed.first_name = said("firstName").map(str::to_owned);
    changed.last_name = said("lastName").map(str::to_owned);
    changed.email = said("email").map(user::fold);
    changed.attributes.clone_from(wanted);
    // What is a member says nothing beside it: nobody would hold that against the rules for names and addresses.
    changed
        .attributes
        .retain(|name, _| !ROOT.contains(&name.as_str()));
    let mut found = rename(cx, said("username"), before, &mut changed);
    found.extend(profile::check(
        cx.realm,
        Occasion::ACCOUNT,
        Some(before),
        &mut changed,
    ));
    // A new address has not been proved; one that the profile has put back is not new.
    changed.email_verified &= changed.email == before.email;
    if !found.is_empty() {
        return Ok(refused(cx, StatusCode::BAD_REQUEST, &found));
    }
    if let Some(taken) = taken(cx, before, &changed)? {
        return Ok(refused(cx, StatusCode::CONFLICT, &[taken]));
    }
    if user::update_profile(cx, &changed)? == Stored::Taken {
        let taken = violation("email", "emailExistsMessage");
        return Ok(refused(cx, StatusCode::CONFLICT, &[taken]));
    }
    cx.people_changed();
    report(cx, asker, &changed)?;
    Ok(Answered::done())
}

/// Takes over a name, or the address that stands for it, and says what may not be changed of them.
fn rename(cx: &Cx<'_>, name: Option<&str>, before: &User, changed: &mut User) -> Vec<Violation> {
    let settings = &cx.realm.settings;
    let may_rename = settings.edit_username_allowed;
    if settings.registration_email_as_username {
        if changed.email == before.email {
            return Vec::new();
        }
        let Some(email) = &changed.email else {
            // Whoever takes the address away keeps the name that it was. Where it may not change, it stays.
            if !may_rename {
                changed.email.clone_from(&before.email);
            }
            return Vec::new();
        };
        if !may_rename {
            return vec![violation("email", "error-user-attribute-read-only")];
        }
        changed.username.clone_from(email);
        return Vec::new();
    }
    let Some(name) = name.map(user::fold).filter(|name| *name != before.username) else {
        return Vec::new();
    };
    if may_rename {
        changed.username = name;
        return Vec::new();
    }
    vec![
        violation("username", "error-user-attribute-read-only"),
        violation("username", "readOnlyUsernameMessage"),
    ]
}

/// Somebody else has the name or the address, or signs in by it.
fn taken(cx: &mut Cx<'_>, before: &User, changed: &User) -> Result<Option<Violation>, Error> {
    if changed.username != before.username
        && let Some(other) = user::find_by_username(cx, &changed.username)?
        && other.id != before.id
    {
        return Ok(Some(violation("username", "usernameExistsMessage")));
    }
    let is_free_for_all = cx.realm.settings.duplicate_emails_allowed;
    if let Some(email) = changed.email.as_deref()
        && changed.email != before.email
        && !is_free_for_all
        && let Some(other) = user::find_by_email(cx, email)?
        && other.id != before.id
    {
        return Ok(Some(violation("email", "emailExistsMessage")));
    }
    let is_new = changed.username != before.username || changed.email != before.email;
    if is_new && user::shares_a_name(cx, changed)? {
        return Ok(Some(violation("email", "emailExistsMessage")));
    }
    Ok(None)
}

fn report(cx: &mut Cx<'_>, asker: &Asker<'_>, changed: &User) -> Result<(), Error> {
    let kind = "UPDATE_PROFILE";
    let mut details = BTreeMap::new();
    details.insert("context".to_owned(), "ACCOUNT".to_owned());
    details.insert("username".to_owned(), changed.username.clone());
    let happened = Event {
        kind: kind.to_owned(),
        client_id: Some(asker.client.to_owned()),
        user: Some(changed.id.clone()),
        session: asker.session.map(|session| session.id.clone()),
        ip: asker.ip.to_owned(),
        details,
        ..Event::default()
    };
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, happened, is_kept)?;
    Ok(())
}

fn violation(attribute: &str, message: &str) -> Violation {
    Violation {
        attribute: attribute.to_owned(),
        message: message.to_owned(),
        params: vec![json!(attribute)],
    }
}

pub(super) fn message(said: &str) -> Answered {
    Answered::new(StatusCode::BAD_REQUEST, json!({ "errorMessage": said }))
}

/// Keycloak says a single mistake twice: as itself, and as a list of one. It names the attribute as people see it.
fn refused(cx: &Cx<'_>, status: StatusCode, found: &[Violation]) -> Answered {
    let show = |one: &Violation| {
        let attribute = cx.realm.profile.attribute(&one.attribute);
        let named = attribute.map(profile_shape::display_name);
        let named = named.unwrap_or_else(|| one.attribute.clone());
        let rest = one.params.iter().skip(1).cloned();
        let params: Vec<Value> = std::iter::once(json!(named)).chain(rest).collect();
        json!({"field": one.attribute, "errorMessage": one.message, "params": params})
    };
    let all: Vec<Value> = found.iter().map(show).collect();
    let mut body = match found {
        [one] => show(one),
        _ => json!({}),
    };
    set(&mut body, "errors", json!(all));
    Answered::new(status, body)
}
