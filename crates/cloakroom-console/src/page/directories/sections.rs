//! The settings of a directory, as its form asks for them, and what a new one begins with.

use cloakroom_admin::vendor;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::part::{Field, Input, Section, Shape};

/// A setting that is stored as a list of one text.
fn field(name: &str, key: &str, shape: Shape) -> Field {
    Field::new(&format!("config/{name}"), key, shape).listed()
}

pub(super) fn sections() -> Vec<Section> {
    let modes = &["READ_ONLY", "WRITABLE", "UNSYNCED"];
    let scopes = &["1", "2"];
    vec![
        Section::new(
            "directory-connection",
            vec![
                Field::new("name", "directory-name", Shape::Required),
                field("enabled", "directory-enabled", Shape::Switch(true)),
                field("vendor", "directory-vendor", Shape::Choice(VENDORS)),
                field("connectionUrl", "directory-url", Shape::Required),
                field("startTls", "directory-start-tls", Shape::Switch(true)),
                field("bindDn", "directory-bind-dn", Shape::Text),
                field("bindCredential", "directory-password", Shape::Secret),
            ],
        ),
        Section::new(
            "directory-searching",
            vec![
                field("editMode", "directory-mode", Shape::Choice(modes)),
                field("usersDn", "directory-users", Shape::Required),
                field("searchScope", "directory-scope", Shape::Choice(scopes)),
                field("usernameLDAPAttribute", "directory-username", Shape::Text),
                field("rdnLDAPAttribute", "directory-rdn", Shape::Text),
                field("uuidLDAPAttribute", "directory-uuid", Shape::Text),
                field("userObjectClasses", "directory-classes", Shape::Text),
                field("customUserSearchFilter", "directory-filter", Shape::Text),
            ],
        ),
        Section::new(
            "directory-taking",
            vec![
                field("importEnabled", "directory-import", Shape::Switch(true)),
                field("fullSyncPeriod", "directory-full-every", Shape::Text),
                field("changedSyncPeriod", "directory-changed-every", Shape::Text),
            ],
        ),
    ]
}

/// Keycloak's names of the vendors.
const VENDORS: &[&str] = &["", "ad", "rhds", "tivoli", "edirectory", "other"];

/// The question which vendor a new directory is of; the one that fits most is the first.
pub(super) fn vendors(desk: &Desk) -> Input {
    let mut all: Vec<&str> = vendor::ALL.iter().map(|vendor| vendor.name).collect();
    all.sort_by_key(|name| *name != "other");
    let each = all.into_iter();
    let each = each.map(|name| {
        let shown = desk.text(&format!("directory-vendor-{name}"));
        (name.to_owned(), shown)
    });
    Input::select("vendor", desk.text("directory-vendor"), each.collect())
}

/// What a directory of a vendor usually has.
pub(super) fn begin(vendor: &str) -> Value {
    let vendor = vendor::find(vendor);
    json!({
        "config": {
            "enabled": ["true"],
            "vendor": [vendor.name],
            "editMode": ["READ_ONLY"],
            "searchScope": ["2"],
            "importEnabled": ["true"],
            "authType": ["simple"],
            "usernameLDAPAttribute": [vendor.username],
            "rdnLDAPAttribute": [vendor.username],
            "uuidLDAPAttribute": [vendor.id],
            "userObjectClasses": [vendor.classes],
            "fullSyncPeriod": ["-1"],
            "changedSyncPeriod": ["-1"],
        },
    })
}
