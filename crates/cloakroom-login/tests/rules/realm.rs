//! A realm in a fresh database with two people, and the words in which the tests speak about it.

use std::ops::Deref;

use cloakroom_login::proof::{self, Denied, TooMany, Who, Work};
use cloakroom_login::required;
use cloakroom_model::realm::Settings;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result};

/// Where most attempts come from.
pub(crate) const HOME: &str = "192.0.2.7";

/// What every person of the realm types.
pub(crate) const PASSWORD: &str = "correct horse";

/// A realm with alice, and bob, who is disabled.
pub(crate) struct World(cloakroom_testkit::World);

impl Deref for World {
    type Target = cloakroom_testkit::World;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Proved,
    Denied(Denied),
    TooMany(TooMany),
}

impl Ended {
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Proved => "",
            Self::Denied(denied) => denied.reason,
            Self::TooMany(_) => "too_many",
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: fn(&mut Settings)) -> Self {
        let world = Self(cloakroom_testkit::World::new(Vec::new(), change));
        for (name, enabled) in [("alice", true), ("bob", false)] {
            let user = world.add_user(name, enabled);
            world.run(move |cx| set_password(cx, &user));
        }
        world
    }

    /// Runs a unit of work.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.0.run(work)
    }

    /// Begins an attempt: counted, and not hashed yet.
    pub(crate) fn begin(
        &self,
        name: &'static str,
        password: &'static str,
        ip: &'static str,
    ) -> std::result::Result<Work, TooMany> {
        self.run(move |cx| proof::prepare(cx, Who::Named(name), password, ip))
    }

    /// An attempt from beginning to end.
    pub(crate) fn sign_in(
        &self,
        name: &'static str,
        password: &'static str,
        ip: &'static str,
    ) -> Ended {
        let work = match self.begin(name, password, ip) {
            Ok(work) => work,
            Err(too_many) => return Ended::TooMany(too_many),
        };
        let checked = work.run();
        match self.run(move |cx| proof::conclude(cx, &checked)) {
            Ok(_) => Ended::Proved,
            Err(denied) => Ended::Denied(denied),
        }
    }
}

fn set_password(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    let Ok(new) = required::prepare_password(cx, &user.username, None, None, PASSWORD)? else {
        panic!("the password is against the policy");
    };
    let Ok(hashed) = new.run() else {
        panic!("the password was used before");
    };
    required::store_password(cx, user, &hashed)
}
