//! An invented population: a realm with people, applications, groups and what they did, the same
//! at each call but for its ids.

pub(crate) mod history;
mod names;
mod people;
pub(crate) mod profile;
pub(crate) mod realms;

use std::sync::Arc;

use cloakroom_keycloak::read::Object;
use cloakroom_login::password::{self, HashPolicy, Plain, Salt, Stored};
use cloakroom_web::app::random;
use rand::Rng as _;
use serde_json::{Value, json};

/// The attribute of a realm that was invented here.
pub(crate) const MARK: &str = "cloakroom.demo";

/// How many of each kind there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) users: u32,
    pub(crate) clients: u32,
    pub(crate) groups: u32,
    pub(crate) sessions: u32,
    pub(crate) tokens: u32,
    pub(crate) events: u32,
}

/// The stored forms of the one password. Hashing takes long, so that many people share a few.
#[derive(Clone)]
pub(crate) struct Credentials(Arc<Vec<Stored>>);

/// How many different hashes there are.
const HASHES: usize = 8;

impl Credentials {
    pub(crate) fn prepare(plain: &str) -> Result<Self, String> {
        let plain = Plain::new(plain.to_owned()).map_err(|error| error.to_string())?;
        let mut rng = random().map_err(|fault| fault.to_string())?;
        let mut all = Vec::new();
        for _ in 0..HASHES {
            let made = password::hash(&plain, &HashPolicy::default(), &Salt::new(&mut rng));
            all.push(made.map_err(|error| error.to_string())?);
        }
        Ok(Self(Arc::new(all)))
    }

    fn of(&self, number: u32) -> Option<&Stored> {
        let at = usize::try_from(number).unwrap_or_default() % self.0.len().max(1);
        self.0.get(at)
    }
}

/// What an id is for: the same number is another thing in another family.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Family {
    User = 1,
    Client = 2,
    Choice = 3,
}

/// The whole population; it is made anew, person by person, whenever it is asked for.
#[derive(Clone)]
pub(crate) struct Population {
    pub(crate) name: String,
    pub(crate) size: Size,
    credentials: Credentials,
    /// Makes the ids of one call differ from those of another.
    seed: u64,
    /// When the newest of the people came, in milliseconds since 1970.
    now: i64,
}

impl Population {
    pub(crate) fn new(name: &str, size: Size, credentials: Credentials) -> Result<Self, String> {
        let mut rng = random().map_err(|fault| fault.to_string())?;
        Ok(Self {
            name: name.to_owned(),
            size,
            credentials,
            seed: rng.next_u64(),
            now: cloakroom_web::app::now().millis(),
        })
    }

    /// An id, the same each time.
    pub(crate) fn id(&self, family: Family, number: u32) -> String {
        let tag = (family as u64) << 32 | u64::from(number);
        let (high, low) = (mix(self.seed ^ tag), mix(self.seed.wrapping_add(mix(tag))));
        let both = u128::from(high) << 64 | u128::from(low);
        uuid::Builder::from_random_bytes(both.to_be_bytes())
            .into_uuid()
            .to_string()
    }

    /// The realm without its people.
    pub(crate) fn realm(&self) -> Object {
        let realm = json!({
            "realm": self.name,
            "displayName": "Harbour Works",
            "enabled": true,
            "registrationAllowed": true,
            "resetPasswordAllowed": true,
            "rememberMe": true,
            "eventsEnabled": true,
            "adminEventsEnabled": true,
            "attributes": {MARK: "true"},
            "roles": {"realm": self.roles(), "client": self.client_roles()},
            "clients": (0..self.size.clients).map(|n| self.client(n)).collect::<Vec<_>>(),
            "groups": self.groups(),
        });
        match realm {
            Value::Object(members) => members,
            _ => Object::new(),
        }
    }

    fn roles(&self) -> Vec<Value> {
        let role = |(name, about): &(&str, &str)| json!({"name": name, "description": about});
        names::ROLES.iter().map(role).collect()
    }

    /// One application of ten has roles of its own.
    fn client_roles(&self) -> Value {
        let mut all = Object::new();
        for number in (0..self.size.clients).step_by(10) {
            let roles = json!([{"name": "reader"}, {"name": "editor"}]);
            all.insert(self.client_id(number), roles);
        }
        Value::Object(all)
    }

    pub(crate) fn client_id(&self, number: u32) -> String {
        numbered(
            &names::pick(names::APPLICATIONS, number).to_lowercase(),
            names::APPLICATIONS,
            number,
        )
    }

    fn client(&self, number: u32) -> Value {
        let client_id = self.client_id(number);
        let home = format!("https://{client_id}.harbour.example");
        json!({
            "id": self.id(Family::Client, number),
            "clientId": client_id,
            "name": format!("{} {}", names::pick(names::APPLICATIONS, number), number),
            "enabled": number % 25 != 24,
            "protocol": "openid-connect",
            "publicClient": true,
            "baseUrl": home,
            "redirectUris": [format!("{home}/*")],
            "webOrigins": ["+"],
            "directAccessGrantsEnabled": number == 0,
        })
    }

    /// Departments at the top, teams inside them.
    fn groups(&self) -> Vec<Value> {
        let tops = self.departments();
        let top = |top: u32| {
            let teams = (tops..self.size.groups).filter(|number| number % tops == top);
            let inside: Vec<Value> = teams
                .map(|number| json!({"name": self.team(number)}))
                .collect();
            json!({
                "name": self.department(top),
                "attributes": {"building": [format!("B{}", top % 9 + 1)]},
                "realmRoles": if top == 0 { vec!["auditor"] } else { Vec::new() },
                "subGroups": inside,
            })
        };
        (0..tops).map(top).collect()
    }

    fn departments(&self) -> u32 {
        self.size.groups.min(20 + self.size.groups / 50)
    }

    fn department(&self, number: u32) -> String {
        numbered(
            names::pick(names::DEPARTMENTS, number),
            names::DEPARTMENTS,
            number,
        )
    }

    fn team(&self, number: u32) -> String {
        format!("Team {number}")
    }

    /// The path of the group with this number.
    fn group_path(&self, number: u32) -> String {
        let tops = self.departments();
        let department = self.department(number % tops);
        if number < tops {
            format!("/{department}")
        } else {
            format!("/{department}/{}", self.team(number))
        }
    }

    /// A number below `most` that looks like chance, the same each time.
    fn choose(&self, number: u32, what: u64, most: u32) -> u32 {
        let tag = (Family::Choice as u64) << 48 | what << 32 | u64::from(number);
        u32::try_from(mix(tag) % u64::from(most.max(1))).unwrap_or_default()
    }
}

/// The name, and a number where the list has been gone through once.
fn numbered(name: &str, list: &[&str], number: u32) -> String {
    let length = u32::try_from(list.len()).unwrap_or(1).max(1);
    match number / length {
        0 => name.to_owned(),
        round => format!("{name}-{}", round + 1),
    }
}

/// Spreads the bits of a number (the finalizer of `SplitMix64`).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
