//! Every page of the console: one file each, with its addresses in `ROUTES`.

mod admin_events;
mod dashboard;
mod events;
mod history;
mod preferences;
mod realm_settings;
mod realms;
mod role_choice;
mod search;
mod user;
mod users;

use crate::routes::Route;

/// The addresses of all pages below the realm that they are about.
pub(crate) const ALL: &[&[Route]] = &[
    dashboard::ROUTES,
    events::ROUTES,
    admin_events::ROUTES,
    preferences::ROUTES,
    realm_settings::ROUTES,
    realms::ROUTES,
    search::ROUTES,
    users::ROUTES,
    user::ROUTES,
];
