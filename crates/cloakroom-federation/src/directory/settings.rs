//! A directory as its components describe it, in Keycloak's names.

use std::fmt;
use std::time::Duration;

use cloakroom_model::Secret;
use cloakroom_model::component::Component;
use cloakroom_model::id::ComponentId;
use url::Url;

use super::dial::Place;
use super::escape;
use super::mapper::Configured;
use super::person::ACCOUNT_NAME;
use super::vendor::{self, IdForm, Vendor};
use crate::{Problem, Result};

/// What may change a person who comes from a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditMode {
    /// Nothing here.
    ReadOnly,
    /// What is changed here is changed in the directory first.
    Writable,
    /// What is changed here stays here.
    Unsynced,
}

/// An LDAP server and how people are found in it.
#[derive(Clone)]
pub struct Directory {
    /// The component's id.
    pub id: ComponentId,
    /// What people call it.
    pub name: String,
    /// People may come from it.
    pub is_on: bool,
    /// Lower ones are asked first.
    pub priority: i64,
    /// What may change its people.
    pub edit_mode: EditMode,
    /// People are stored here under an id of their own.
    pub is_imported: bool,
    /// It is an Active Directory.
    pub is_active_directory: bool,
    /// Whose it is.
    pub vendor: &'static Vendor,
    /// The mappers, in the order in which they run.
    pub mappers: Vec<Configured>,
    component: Component,
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The longest that reaching a directory, or one answer of it, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take where the settings do not say.
const USUAL: Duration = Duration::from_secs(5);
/// The most entries that one page of results is asked for.
const LARGEST_PAGE: i32 = 1000;

impl Directory {
    /// Takes a component of the kind `ldap`, and those of `mappers` that belong to it.
    pub fn of(component: Component, mappers: &[Component]) -> Self {
        let own = mappers
            .iter()
            .filter(|one| one.parent_id == component.id.as_str());
        let mut mappers: Vec<Configured> = own.map(Configured::of).collect();
        mappers.sort_by(|a, b| a.name.cmp(&b.name));
        let text = |name: &str| component.text(name).unwrap_or_default().trim();
        let vendor = vendor::find(text("vendor"));
        let edit_mode = match text("editMode") {
            "WRITABLE" => EditMode::Writable,
            "UNSYNCED" => EditMode::Unsynced,
            _ => EditMode::ReadOnly,
        };
        let shown = component.name.clone().filter(|name| !name.is_empty());
        Self {
            name: shown.unwrap_or_else(|| component.provider_id.clone()),
            is_on: text("enabled") != "false",
            priority: text("priority").parse().unwrap_or(0),
            edit_mode,
            is_imported: text("importEnabled") != "false",
            is_active_directory: vendor.is_active_directory(),
            vendor,
            mappers,
            id: component.id.clone(),
            component,
        }
    }

    /// A setting with something in it.
    pub fn text(&self, name: &str) -> Option<&str> {
        let value = self.component.text(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// A switch that is on.
    pub fn has(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Its people are entries, and not names of Kerberos alone.
    pub fn has_entries(&self) -> bool {
        self.component.provider_id != crate::kerberos::provider::KIND
    }

    /// Passwords of its people are proved to a centre of keys.
    pub fn asks_centre(&self) -> bool {
        match self.has_entries() {
            true => {
                self.has("allowKerberosAuthentication")
                    && self.has("useKerberosForPasswordAuthentication")
            }
            false => self.has("allowPasswordAuthentication"),
        }
    }

    /// Where it listens: each address of the setting, in the order in which they are tried.
    ///
    /// # Errors
    /// If there is none, or one that is no address of an LDAP server.
    pub fn places(&self) -> Result<Vec<Place>> {
        let listed = self.text("connectionUrl").unwrap_or_default();
        let patience = self.wait("connectionTimeout");
        let each = listed.split_whitespace().take(8);
        let read = |text| {
            let mut place = place(text, patience)?;
            place.stays_plain = !place.is_secure && !self.starts_tls();
            Ok(place)
        };
        let places: Result<Vec<Place>> = each.map(read).collect();
        let mut places = places?;
        if places.is_empty() {
            return Err(Problem::settings("connectionUrl is not set"));
        }
        places.retain(Place::has_possible_port);
        match places.is_empty() {
            false => Ok(places),
            // Whoever tries it out is told what Keycloak says of a port where nobody answers.
            true => Err(Problem::unreachable(
                "connectionUrl has a port that no directory is asked at: 389, 636 and those from 1024 on are possible",
            )),
        }
    }

    fn wait(&self, name: &str) -> Duration {
        let millis = self.text(name).and_then(|text| text.parse().ok());
        let wanted = millis
            .filter(|millis| *millis > 0)
            .map(Duration::from_millis);
        wanted.unwrap_or(USUAL).min(PATIENCE)
    }

    /// The longest that one answer may take.
    pub fn patience(&self) -> Duration {
        self.wait("readTimeout")
    }

    /// TLS is asked for on a plain connection.
    pub fn starts_tls(&self) -> bool {
        self.has("startTls")
    }

    /// Who searches: a name in the directory and its password; `None` if anybody may search.
    pub fn service(&self) -> Option<(&str, Secret)> {
        if self.text("authType") == Some("none") {
            return None;
        }
        let name = self.text("bindDn")?;
        let password = self.component.text("bindCredential").unwrap_or_default();
        Some((name, Secret::new(password.to_owned())))
    }

    /// Under which entry people are.
    ///
    /// # Errors
    /// If the setting is empty.
    pub fn users_dn(&self) -> Result<&str> {
        self.text("usersDn")
            .ok_or_else(|| Problem::settings("usersDn is not set"))
    }

    /// People are at any depth below, not only right below.
    pub fn is_deep(&self) -> bool {
        self.text("searchScope").is_none_or(|scope| scope != "1")
    }

    /// The attribute that holds the name that people sign in with.
    pub fn username_attribute(&self) -> &str {
        self.text("usernameLDAPAttribute")
            .unwrap_or(self.vendor.username)
    }

    /// The attribute that entries are named by.
    pub fn rdn_attribute(&self) -> &str {
        // An Active Directory names no entry by the name that people sign in with.
        let usual = || match self.username_attribute() {
            name if name.eq_ignore_ascii_case(ACCOUNT_NAME) => "cn",
            name => name,
        };
        self.text("rdnLDAPAttribute").unwrap_or_else(usual)
    }

    /// The attribute that never changes.
    pub fn id_attribute(&self) -> &str {
        self.text("uuidLDAPAttribute").unwrap_or(self.vendor.id)
    }

    /// How that attribute holds the id.
    pub fn id_form(&self) -> IdForm {
        self.vendor.form(self.id_attribute())
    }

    /// The classes that people have.
    pub fn classes(&self) -> Vec<&str> {
        // Keycloak has the same usual ones for every vendor; its console fills in those of an Active Directory.
        let usual = vendor::find("other").classes;
        let listed = self.text("userObjectClasses").unwrap_or(usual);
        let each = listed.split(',').map(str::trim);
        each.filter(|class| escape::is_plain(class)).collect()
    }

    /// How many entries a page of results has.
    pub fn page(&self) -> i32 {
        let asked = self
            .text("batchSizeForSync")
            .and_then(|text| text.parse().ok());
        asked.unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE)
    }

    /// Its flags of accounts are looked at, and set.
    pub fn has_account_control(&self) -> bool {
        let mut mappers = self.mappers.iter();
        mappers.any(|own| own.kind == "msad-user-account-control-mapper")
    }

    /// The directory's word for an e-mail address counts.
    pub fn trusts_email(&self) -> bool {
        self.has("trustEmail")
    }
}

/// Reads `ldap://host:port` or `ldaps://host:port`.
fn place(text: &str, patience: Duration) -> Result<Place> {
    let wrong = || Problem::settings("connectionUrl is no address of an LDAP server");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_secure = match url.scheme() {
        "ldap" => false,
        "ldaps" => true,
        _ => return Err(wrong()),
    };
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    let usual = if is_secure { 636 } else { 389 };
    Ok(Place {
        host,
        port: url.port().unwrap_or(usual),
        is_secure,
        stays_plain: !is_secure,
        is_centre: false,
        patience,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_where_no_directory_is_leaves_the_others() {
        let rows = [
            (
                "ldap://a.test:25 ldap://b.test ldaps://c.test",
                vec![389, 636],
            ),
            ("ldap://a.test:3890 ldap://a.test:22", vec![3890]),
            ("ldap://a.test:25 ldap://a.test:22", vec![]),
            ("http://a.test ldap://b.test", vec![]),
            ("", vec![]),
        ];
        for (listed, expected) in rows {
            let directory = Directory::of(
                Component {
                    id: ComponentId::new("dir"),
                    parent_id: "realm".to_owned(),
                    name: None,
                    provider_id: "ldap".to_owned(),
                    provider_type: super::super::FAMILY.to_owned(),
                    sub_type: None,
                    config: [("connectionUrl".to_owned(), vec![listed.to_owned()])].into(),
                    secrets: Default::default(),
                },
                &[],
            );

            let places = directory.places();

            assert_eq!(places.is_err(), expected.is_empty(), "{listed}");
            let ports: Vec<u16> = places.iter().flatten().map(|place| place.port).collect();
            assert_eq!(ports, expected, "{listed}");
        }
    }
}
