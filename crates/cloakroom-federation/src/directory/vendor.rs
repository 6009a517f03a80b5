//! What differs between the vendors of directories, each a row: what they call ids and names, and how an id is written.
//!
//! A provider's own settings come before its row's, as in Keycloak.

/// How an id is stored in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdForm {
    /// As the text that it is.
    Text,
    /// Sixteen bytes, the first three groups of which are in reverse (MS-DTYP §2.3.4.2).
    Windows,
    /// Sixteen bytes in the order in which they are written.
    Octets,
}

/// A vendor, with what its directories usually have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// Keycloak's name of the vendor.
    pub name: &'static str,
    /// The attribute that never changes.
    pub id: &'static str,
    /// The attribute that holds the name that people sign in with.
    pub username: &'static str,
    /// The attribute that holds the principal of Kerberos.
    pub principal: &'static str,
    /// The classes that people have.
    pub classes: &'static str,
    /// When an entry was made, and when it was changed last.
    pub times: (&'static str, &'static str),
}

/// The one that every setting may be made for, and each of which nothing else is known.
const OTHER: Vendor = Vendor {
    name: "other",
    id: "entryUUID",
    username: "uid",
    principal: "krb5PrincipalName",
    classes: "inetOrgPerson, organizationalPerson",
    times: ("createTimestamp", "modifyTimestamp"),
};

/// Every vendor that Keycloak knows.
pub const ALL: &[Vendor] = &[
    Vendor {
        name: "ad",
        id: "objectGUID",
        username: "cn",
        principal: "userPrincipalName",
        classes: "person, organizationalPerson, user",
        times: ("whenCreated", "whenChanged"),
    },
    Vendor {
        name: "rhds",
        id: "nsuniqueid",
        principal: "krbPrincipalName",
        ..OTHER
    },
    Vendor {
        name: "tivoli",
        id: "uniqueidentifier",
        ..OTHER
    },
    Vendor {
        name: EDIRECTORY,
        id: "guid",
        ..OTHER
    },
    OTHER,
];

const EDIRECTORY: &str = "edirectory";

/// The vendor of this name; one of whom nothing is known for any other name.
pub fn find(name: &str) -> &'static Vendor {
    let known = ALL.iter().find(|vendor| vendor.name == name);
    known.unwrap_or(&OTHER)
}

impl Vendor {
    /// It is an Active Directory.
    pub fn is_active_directory(&self) -> bool {
        self.name == "ad"
    }

    /// How an attribute holds an id. `objectGUID` is what it is whoever says they have it; `guid` is a text elsewhere.
    pub fn form(&self, attribute: &str) -> IdForm {
        if attribute.eq_ignore_ascii_case("objectGUID") {
            return IdForm::Windows;
        }
        match self.name == EDIRECTORY && attribute.eq_ignore_ascii_case(self.id) {
            true => IdForm::Octets,
            false => IdForm::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_vendor_has_the_names_that_keycloak_has_for_it() {
        let rows = [
            ("ad", "objectGUID", "cn", "userPrincipalName"),
            ("rhds", "nsuniqueid", "uid", "krbPrincipalName"),
            ("tivoli", "uniqueidentifier", "uid", "krb5PrincipalName"),
            ("edirectory", "guid", "uid", "krb5PrincipalName"),
            ("other", "entryUUID", "uid", "krb5PrincipalName"),
            ("nobody's", "entryUUID", "uid", "krb5PrincipalName"),
            ("", "entryUUID", "uid", "krb5PrincipalName"),
        ];
        for (name, id, username, principal) in rows {
            let vendor = find(name);
            let found = (vendor.id, vendor.username, vendor.principal);
            assert_eq!(found, (id, username, principal), "{name}");
        }
    }

    #[test]
    fn an_id_is_bytes_where_the_vendor_stores_bytes() {
        let rows = [
            ("ad", "objectguid", IdForm::Windows),
            ("other", "objectGUID", IdForm::Windows),
            ("edirectory", "GUID", IdForm::Octets),
            ("edirectory", "uid", IdForm::Text),
            ("other", "guid", IdForm::Text),
            ("rhds", "nsuniqueid", IdForm::Text),
        ];
        for (name, attribute, form) in rows {
            assert_eq!(find(name).form(attribute), form, "{name} {attribute}");
        }
    }
}
