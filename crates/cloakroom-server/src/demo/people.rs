//! The people of an invented population, one at a time.

use cloakroom_keycloak::import::{ImportError, People};
use cloakroom_keycloak::read::Object;
use serde_json::{Value, json};

use super::names::{FIRST, LAST, pick};
use super::{Family, Population};

/// The oldest account, before now: three years in milliseconds.
const OLDEST: i64 = 3 * 365 * 86_400_000;

impl People for Population {
    fn each(
        &self,
        visit: &mut dyn FnMut(Object) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        (0..self.size.users).try_for_each(|number| visit(self.user(number)))
    }
}

impl Population {
    /// Given name, family name, and how many had the same before.
    fn name_of(&self, number: u32) -> (&'static str, &'static str, u32) {
        let (first, last) = (length(FIRST), length(LAST));
        // Neighbours in the list have neither name in common.
        let at = number % (first * last);
        let family = (at / first + at % first * 7) % last;
        (pick(FIRST, at), pick(LAST, family), number / (first * last))
    }

    pub(crate) fn username(&self, number: u32) -> String {
        let (first, last, round) = self.name_of(number);
        let name = format!("{first}.{last}").to_lowercase();
        match round {
            0 => name,
            round => format!("{name}{}", round + 1),
        }
    }

    fn user(&self, number: u32) -> Object {
        let (first, last, _) = self.name_of(number);
        let username = self.username(number);
        let age = i64::from(self.size.users - number) * OLDEST / i64::from(self.size.users.max(1));
        let mut roles = vec![
            format!("default-roles-{}", self.name),
            "employee".to_owned(),
        ];
        for (what, role, of) in [(1, "manager", 12), (2, "support", 40), (3, "contractor", 9)] {
            if self.choose(number, what, of) == 0 {
                roles.push(role.to_owned());
            }
        }
        let group = self.choose(number, 4, self.size.groups);
        let stored = self.credentials.of(number);
        let user = json!({
            "id": self.id(Family::User, number),
            "username": username,
            "email": format!("{username}@harbour.example"),
            "emailVerified": self.choose(number, 5, 10) != 0,
            "firstName": first,
            "lastName": last,
            "enabled": self.choose(number, 6, 33) != 0,
            "createdTimestamp": self.now - age,
            "attributes": {
                "locale": [if self.choose(number, 7, 3) == 0 { "de" } else { "en" }],
                "department": [format!("d{}", self.choose(number, 8, 50))],
                "employeeNumber": [format!("{number:07}")],
            },
            "credentials": stored.map(|stored| json!([{
                "type": "password",
                "createdDate": self.now - age,
                "credentialData": stored.credential_data,
                "secretData": stored.secret_data,
            }])),
            "realmRoles": roles,
            "groups": [self.group_path(group)],
        });
        match user {
            Value::Object(members) => members,
            _ => Object::new(),
        }
    }
}

fn length(list: &[&str]) -> u32 {
    u32::try_from(list.len()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::{Credentials, Size};

    #[test]
    fn everybody_has_a_name_and_an_id_of_their_own() {
        let size = Size {
            users: 12_000,
            clients: 100,
            groups: 300,
            sessions: 0,
            tokens: 0,
            events: 0,
        };
        let credentials = Credentials(std::sync::Arc::default());
        let all = Population::new("demo", size, credentials).unwrap();
        let mut seen = BTreeSet::new();
        all.each(&mut |user| {
            for member in ["id", "username"] {
                assert!(seen.insert(user[member].to_string()), "{}", user[member]);
            }
            Ok(())
        })
        .unwrap();
        let clients: BTreeSet<String> = (0..size.clients).map(|n| all.client_id(n)).collect();

        assert_eq!(seen.len(), 24_000);
        assert_eq!(clients.len(), 100);
    }
}
