//! Invitations to an organization: rows in the outbox, sent when the realm's mail server takes them.

use std::collections::HashMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::organization as shape;
use cloakroom_model::id::UserId;
use cloakroom_model::organization::{self, Invitation, Organization};
use cloakroom_model::{Cx, Ttl, outbox, user};
use cloakroom_web::web::{self, Form, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{BASE, MANAGE, found_by};
use crate::access::{Admin, Sway};
use crate::api::{Answer, Params, no_content, page};
use crate::audit;
use crate::error::{AdminError, Result};

type Fields = Form<HashMap<String, String>>;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = format!("{BASE}/{{organization}}");
    cfg.route(
        &format!("{base}/members/invite-user"),
        web::post().to(invite),
    );
    cfg.route(
        &format!("{base}/members/invite-existing-user"),
        web::post().to(invite_existing),
    );
    cfg.route(&format!("{base}/invitations"), web::get().to(list));
    let one = format!("{base}/invitations/{{invitation}}");
    cfg.route(&format!("{one}/resend"), web::post().to(resend));
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::delete().to(remove));
    cfg.service(one);
}

/// An organization that people can be asked to join.
fn open(cx: &mut Cx<'_>, id: &str, manages: &Sway) -> Result<Organization> {
    let one = found_by(cx, id, manages, "manage")?;
    if !one.enabled {
        return Err(AdminError::message(400, "Organization is disabled"));
    }
    Ok(one)
}

/// How long an invitation can be accepted, unless the realm says otherwise: 12 hours.
const SECONDS: i64 = 43_200;

fn send(cx: &mut Cx<'_>, invitation: &Invitation) -> Result<()> {
    organization::insert_invitation(cx, invitation)?;
    let payload = json!({
        "organization": invitation.organization,
        "invitation": invitation.id,
        "email": invitation.email,
    });
    Ok(outbox::insert(cx, "organization-invitation", &payload)?)
}

fn new(cx: &mut Cx<'_>, of: &Organization, email: &str) -> Invitation {
    let lifespan = cx
        .realm
        .settings
        .rest
        .get("actionTokenGeneratedByAdminLifespan");
    let seconds = lifespan.and_then(Value::as_i64).unwrap_or(SECONDS);
    Invitation {
        id: cx.new_id(),
        organization: of.id.clone(),
        email: email.to_owned(),
        first_name: None,
        last_name: None,
        created_at: cx.now,
        expires_at: cx.now.plus(Ttl::seconds(seconds)),
    }
}

async fn invite(admin: Admin, path: Path<(String, String)>, fields: Fields) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    let fields = fields.into_inner();
    admin
        .write(move |cx| {
            let of = open(cx, &id, &manages)?;
            let email = fields.get("email").map(|text| user::fold(text.trim()));
            let email = email.unwrap_or_default();
            if email.is_empty() {
                let why = "Email is required to invite a member";
                return Err(AdminError::message(400, why));
            }
            let is_address = email
                .split_once('@')
                .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty());
            if !is_address || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
                return Err(AdminError::message(400, "Invalid email format"));
            }
            let known = user::find_by_email(cx, &email)?;
            if let Some(user) = &known
                && organization::find_member(cx, &of.id, &user.id)?.is_some()
            {
                let why = "User already a member of the organization";
                return Err(AdminError::message(409, why));
            }
            let filled = |name: &str| fields.get(name).filter(|text| !text.is_empty()).cloned();
            let mut invitation = new(cx, &of, &email);
            invitation.first_name = filled("firstName");
            invitation.last_name = filled("lastName");
            send(cx, &invitation)?;
            let path = format!("organizations/{id}/invite-user");
            audit::record(cx, &actor, audit::ACTION, "ORGANIZATION_MEMBERSHIP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn invite_existing(admin: Admin, path: Path<(String, String)>, fields: Fields) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    let who = fields.into_inner().remove("id").unwrap_or_default();
    admin
        .write(move |cx| {
            let of = open(cx, &id, &manages)?;
            let refuse = |why: &str| Err(AdminError::message(400, why));
            if who.is_empty() {
                let why = "To invite a member you need to provide the user id";
                return Err(AdminError::error(400, why));
            }
            let Some(user) = user::find(cx, &UserId::new(who.clone()))? else {
                return refuse("User does not exist");
            };
            if organization::find_member(cx, &of.id, &user.id)?.is_some() {
                return refuse("User already a member of the organization");
            }
            let Some(email) = user.email else {
                return refuse("User does not have an email address");
            };
            let mut invitation = new(cx, &of, &email);
            invitation.first_name = user.first_name;
            invitation.last_name = user.last_name;
            send(cx, &invitation)?;
            let path = format!("organizations/{id}/invite-existing-user");
            audit::record(cx, &actor, audit::ACTION, "ORGANIZATION_MEMBERSHIP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn list(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let id = path.into_inner().1;
    let (first, max) = page(&params, 10)?;
    let query = params.clone();
    let shown = admin
        .read(move |cx| {
            let of = found_by(cx, &id, &manages, "manage")?;
            let text = |name: &str| query.get(name).map(|text| text.to_lowercase());
            let all = organization::list_invitations(cx, &of.id)?;
            let holds = |text: &Option<String>, part: &str| {
                text.as_ref()
                    .is_some_and(|text| text.to_lowercase().contains(part))
            };
            let fits = |one: &&Invitation| {
                text("search").is_none_or(|part| {
                    one.email.contains(&part)
                        || holds(&one.first_name, &part)
                        || holds(&one.last_name, &part)
                }) && text("email").is_none_or(|email| one.email == email)
                    && text("firstName").is_none_or(|part| holds(&one.first_name, &part))
                    && text("lastName").is_none_or(|part| holds(&one.last_name, &part))
            };
            let shown = all
                .iter()
                .filter(fits)
                .map(|one| shape::show_invitation(one, cx.now));
            let status = query.get("status");
            let shown = shown.filter(|one| {
                status.is_none_or(|status| one.get("status") == Some(&json!(status)))
            });
            let (first, max) = (usize::try_from(first), usize::try_from(max));
            let page = shown
                .skip(first.unwrap_or(0))
                .take(max.unwrap_or(usize::MAX));
            Ok(page.collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

fn invitation_found(
    cx: &mut Cx<'_>,
    organization: &str,
    id: &str,
    manages: &Sway,
) -> Result<Invitation> {
    let of = found_by(cx, organization, manages, "manage")?;
    let found = organization::find_invitation(cx, &of.id, id)?;
    found.ok_or_else(|| AdminError::message(404, "Invitation not found"))
}

async fn find_one(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (_, of, id) = path.into_inner();
    let shown = admin
        .read(move |cx| {
            let one = invitation_found(cx, &of, &id, &manages)?;
            Ok(shape::show_invitation(&one, cx.now))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The same invitation anew: it lives as long as a new one.
async fn resend(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (_, of, id) = path.into_inner();
    admin
        .write(move |cx| {
            let one = invitation_found(cx, &of, &id, &manages)?;
            let organization = open(cx, &of, &manages)?;
            let mut again = new(cx, &organization, &one.email);
            again.id = one.id;
            again.first_name = one.first_name;
            again.last_name = one.last_name;
            send(cx, &again)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (_, of, id) = path.into_inner();
    admin
        .write(move |cx| {
            let one = invitation_found(cx, &of, &id, &manages)?;
            organization::remove_invitation(cx, &one.organization, &one.id)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
