//! The components of a realm that take people by Kerberos: directories that allow it, and providers of nothing else.

use cloakroom_model::component::{self, Component};
use cloakroom_model::{Cx, Fault};

use super::principal::Principal;
use crate::directory::{self, Directory, FAMILY};

/// The kind of component that knows people by Kerberos alone.
pub const KIND: &str = "kerberos";

/// A component that takes people by Kerberos.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Where its people are, or what stands for that where they are nowhere but in Kerberos.
    pub directory: Directory,
    /// Its people are looked up in the directory.
    pub has_entries: bool,
    /// The service that this server is to Kerberos.
    pub service: Principal,
    /// The file with the service's keys.
    pub keytab: String,
}

/// Those of a realm, in the order in which they are asked. One that is not set up wholly takes nobody.
///
/// # Errors
/// If the database cannot be asked.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Provider>, Fault> {
    let found = directory::list(cx)?.into_iter();
    let mut all: Vec<Provider> = found
        .filter(|one| one.has("allowKerberosAuthentication"))
        .filter_map(|one| read(one, true))
        .collect();
    let alone = component::list(cx, Some(FAMILY))?.into_iter();
    let alone = alone.filter(|one: &Component| one.provider_id == KIND);
    let alone = alone.map(|one| Directory::of(one, &[]));
    all.extend(
        alone
            .filter(|one| one.is_on)
            .filter_map(|one| read(one, false)),
    );
    all.sort_by_key(|one| one.directory.priority);
    Ok(all)
}

fn read(directory: Directory, has_entries: bool) -> Option<Provider> {
    let realm = directory.text("kerberosRealm")?;
    let service = Principal::parse(directory.text("serverPrincipal")?, realm)?;
    let keytab = directory.text("keyTab")?.to_owned();
    // A service of another realm would be told of that realm's people.
    (service.realm == realm).then(|| Provider {
        service: service.clone(),
        keytab,
        has_entries,
        directory,
    })
}
