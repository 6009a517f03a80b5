//! Every page of the console: one file each, with its addresses in `ROUTES`.

mod admin_events;
mod administrators;
mod branding;
mod client;
mod client_scopes;
mod clients;
mod dashboard;
mod directories;
mod events;
mod explain;
mod flows;
mod group_choice;
mod groups;
mod history;
mod identity_providers;
mod inspector;
mod jobs;
mod keys;
mod mappers;
mod organization;
mod organizations;
mod preferences;
mod profile;
mod realm_settings;
mod realms;
mod recycle_bin;
mod role_choice;
mod roles;
mod search;
mod sessions;
mod system;
mod test_client;
mod transfer;
mod user;
mod users;
mod views;

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
    groups::ROUTES,
    roles::ROUTES,
    profile::ROUTES,
    organizations::ROUTES,
    organization::ROUTES,
    clients::ROUTES,
    client::ROUTES,
    client_scopes::ROUTES,
    mappers::ROUTES,
    sessions::ROUTES,
    keys::ROUTES,
    inspector::ROUTES,
    explain::ROUTES,
    test_client::ROUTES,
    administrators::ROUTES,
    branding::ROUTES,
    system::ROUTES,
    recycle_bin::ROUTES,
    history::ROUTES,
    views::ROUTES,
    jobs::ROUTES,
    transfer::ROUTES,
    flows::ROUTES,
    identity_providers::ROUTES,
    directories::ROUTES,
];
