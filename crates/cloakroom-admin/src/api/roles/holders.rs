//! Who was given a role directly: users and groups.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use cloakroom_model::{group, user};

use super::super::groups::show::{self, Shown};
use super::super::users::{self, find::show_all};
use super::super::{Answer, Names, Params, USUAL, is_brief, page};
use super::{check, found};
use crate::access::Admin;

pub(super) fn configure(cfg: &mut ServiceConfig, role: &str) {
    cfg.route(&format!("{role}/users"), web::get().to(users));
    cfg.route(&format!("{role}/groups"), web::get().to(groups));
}

async fn users(admin: Admin, path: Names, params: Params) -> Answer {
    let may = check(&admin, &path, false)?;
    admin.check(users::VIEW)?;
    let (first, max) = page(&params, USUAL)?;
    let brief = is_brief(&params, false);
    let shown = admin
        .read(move |cx| {
            let role = found(cx, &path, may)?;
            let people = user::list_with_role(cx, &role.id, first, max)?;
            show_all(cx, &people, brief)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn groups(admin: Admin, path: Names, params: Params) -> Answer {
    let may = check(&admin, &path, false)?;
    admin.check(users::VIEW)?;
    let (first, max) = page(&params, USUAL)?;
    let how = Shown {
        brief: is_brief(&params, true),
        count: false,
        access: None,
    };
    let shown = admin
        .read(move |cx| {
            let role = found(cx, &path, may)?;
            let all = group::list_with_role(cx, &role.id, first, max)?;
            show::list(cx, &all, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
