//! A realm in a fresh database with two people, and the words in which the tests speak about it.

use std::ops::Deref;

use cloakroom_login::proof::{self, Denied, Place, TooMany, Who, Work};
use cloakroom_login::{direct, known_device, required};
use cloakroom_model::realm::Settings;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Result};

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

    /// Adds somebody who types what everybody types.
    pub(crate) fn add_user_with_password(&self, name: &'static str) {
        let user = self.add_user(name, true);
        self.run(move |cx| set_password(cx, &user));
    }

    /// Sets the same password anew, as somebody who changes it does.
    pub(crate) fn set_password(&self, name: &'static str) {
        self.run(move |cx| match user::find_by_username(cx, name)? {
            Some(user) => set_password(cx, &user),
            None => panic!("there is no {name}"),
        });
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
        self.begin_on(name, password, (ip, None))
    }

    fn begin_on(
        &self,
        name: &'static str,
        password: &'static str,
        (ip, device): (&'static str, Option<&'static str>),
    ) -> std::result::Result<Work, TooMany> {
        self.run(move |cx| {
            let device = device.map(|handle| Digest::of(handle.as_bytes()));
            let place = Place {
                ip,
                device: device.as_ref(),
                is_for_many: false,
            };
            proof::prepare(cx, Who::Named(name), password, place)
        })
    }

    /// An attempt from beginning to end.
    pub(crate) fn sign_in(
        &self,
        name: &'static str,
        password: &'static str,
        ip: &'static str,
    ) -> Ended {
        self.sign_in_on(name, password, (ip, None))
    }

    /// The same in a browser that keeps something to be known by.
    pub(crate) fn sign_in_on(
        &self,
        name: &'static str,
        password: &'static str,
        from: (&'static str, Option<&'static str>),
    ) -> Ended {
        let work = match self.begin_on(name, password, from) {
            Ok(work) => work,
            Err(too_many) => return Ended::TooMany(too_many),
        };
        let checked = work.run();
        match self.run(move |cx| proof::conclude(cx, &checked)) {
            Ok(user) => {
                if let Some(handle) = from.1 {
                    self.run(move |cx| {
                        let device = Digest::of(handle.as_bytes());
                        known_device::remember(cx, &user.id, &device)
                    });
                }
                Ended::Proved
            }
            Err(denied) => Ended::Denied(denied),
        }
    }
}

impl World {
    /// The password grant of a client that has proved itself; the reason of a refusal.
    pub(crate) fn sign_in_by_application(
        &self,
        name: &'static str,
        password: &'static str,
    ) -> &'static str {
        let begun = self.run(move |cx| {
            let place = Place {
                ip: HOME,
                device: None,
                is_for_many: true,
            };
            direct::prepare(cx, name, password, place)
        });
        let Ok(work) = begun else {
            return "too_many";
        };
        let checked = work.run();
        let ended = self.run(move |cx| {
            Ok(match direct::judge(cx, &checked, "web", HOME)? {
                Ok(user) => direct::finish(cx, &checked, (&user, &[], false), ("web", HOME))?,
                Err(why) => Err(why),
            })
        });
        ended.err().unwrap_or_default()
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
