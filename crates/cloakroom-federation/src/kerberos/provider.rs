//! The components of a realm that take people by Kerberos: directories that allow it, and providers of nothing else.

use cloakroom_model::component::{self, Component};
use cloakroom_model::{Cx, Fault};

use super::principal::Principal;
use crate::Problem;
use crate::directory::{self, Directory, FAMILY};

/// The kind of component that knows people by Kerberos alone.
pub const KIND: &str = "kerberos";

/// A component that takes people by Kerberos.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Where its people are, or what stands for that where they are nowhere but in Kerberos.
    pub directory: Directory,
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
        .filter_map(read)
        .collect();
    all.extend(list_alone(cx)?.into_iter().filter_map(read));
    all.sort_by_key(|one| one.directory.priority);
    Ok(all)
}

/// Those of a realm that know people by Kerberos alone, and are switched on.
///
/// # Errors
/// If the database cannot be asked.
pub(crate) fn list_alone(cx: &mut Cx<'_>) -> Result<Vec<Directory>, Fault> {
    let all = component::list(cx, Some(FAMILY))?.into_iter();
    let alone = all.filter(|one: &Component| one.provider_id == KIND);
    let alone = alone.map(|one| Directory::of(one, &[]));
    Ok(alone.filter(|one| one.is_on).collect())
}

/// What a component says of Kerberos; `None` if that is not enough.
pub(crate) fn read(directory: Directory) -> Option<Provider> {
    let realm = directory.text("kerberosRealm")?;
    let service = Principal::parse(directory.text("serverPrincipal")?, realm)?;
    let keytab = directory.text("keyTab")?.to_owned();
    // A service of another realm would be told of that realm's people.
    (service.realm == realm).then(|| Provider {
        service: service.clone(),
        keytab,
        directory,
    })
}

/// What proves the passwords of a component's people.
///
/// # Errors
/// If its settings do not say which service and which keys.
pub(crate) fn of_passwords(directory: &Directory) -> crate::Result<Provider> {
    read(directory.clone()).ok_or_else(|| {
        let why = "kerberosRealm, serverPrincipal (of that realm) and keyTab have to be set";
        Problem::settings(why)
    })
}
