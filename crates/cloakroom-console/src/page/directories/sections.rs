//! The settings of a directory, as its form asks for them, and what a new one begins with.

use serde_json::{Value, json};

use crate::part::{Field, Section, Shape};

/// A setting that is stored as a list of one text.
fn field(name: &str, key: &str, shape: Shape) -> Field {
    Field::new(&format!("config/{name}"), key, shape).listed()
}

pub(super) fn sections() -> Vec<Section> {
    let vendors = &["", "ad", "rhds", "tivoli", "edirectory", "other"];
    let modes = &["READ_ONLY", "WRITABLE", "UNSYNCED"];
    let scopes = &["1", "2"];
    vec![
        Section::new(
            "directory-connection",
            vec![
                Field::new("name", "directory-name", Shape::Required),
                field("enabled", "directory-enabled", Shape::Switch(true)),
                field("vendor", "directory-vendor", Shape::Choice(vendors)),
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

/// What an `OpenLDAP` usually has.
pub(super) fn begin() -> Value {
    json!({
        "config": {
            "enabled": ["true"],
            "vendor": ["other"],
            "editMode": ["READ_ONLY"],
            "searchScope": ["2"],
            "importEnabled": ["true"],
            "authType": ["simple"],
            "usernameLDAPAttribute": ["uid"],
            "rdnLDAPAttribute": ["uid"],
            "uuidLDAPAttribute": ["entryUUID"],
            "userObjectClasses": ["inetOrgPerson, organizationalPerson"],
            "fullSyncPeriod": ["-1"],
            "changedSyncPeriod": ["-1"],
        },
    })
}
