//! Every path of the admin API on one screen.

use cloakroom_web::web;

use crate::{api, protection, registration};

/// All paths below `/admin`, and those by which clients register themselves.
pub fn configure(cfg: &mut web::ServiceConfig) {
    // Fixed names come before the names of realms and of things in them.
    api::server_info::configure(cfg);
    api::authentication::configure(cfg);
    api::identity_providers::configure(cfg);
    api::console::configure(cfg);
    api::authorization::configure(cfg);
    api::organizations::configure(cfg);
    api::client_policies::configure(cfg);
    api::initial_access::configure(cfg);
    api::user_storage::configure(cfg);
    api::permissions::configure(cfg);
    api::workflows::configure(cfg);
    api::client_certificates::configure(cfg);
    api::role_mappings::configure(cfg);
    api::credentials::configure(cfg);
    api::sessions::configure(cfg);
    api::consents::configure(cfg);
    api::ui_ext::configure(cfg);
    api::user_profile::configure(cfg);
    api::groups::configure(cfg);
    api::users::configure(cfg);
    api::roles::configure(cfg);
    api::keys::configure(cfg);
    api::mappers::configure(cfg);
    api::scope_links::configure(cfg);
    api::client_scopes::configure(cfg);
    api::clients::configure(cfg);
    api::partial::configure(cfg);
    api::default_groups::configure(cfg);
    api::events::configure(cfg);
    api::localization::configure(cfg);
    api::realm_actions::configure(cfg);
    api::components::configure(cfg);
    api::realms::configure(cfg);
    registration::configure(cfg);
    protection::configure(cfg);
}
