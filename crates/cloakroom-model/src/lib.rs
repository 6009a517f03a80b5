//! What the system remembers, and the questions one may ask of it.
//!
//! The glossary, one sentence each:
//! - A [realm](realm) is a tenant: its settings, keys, clients, roles and people.
//! - A [client](client) is an application that asks for tokens.
//! - A [scope](scope) is a named bundle of [mappers](mapper) and roles that a client may ask for.
//! - A [component](component) is a configured provider: keys, registration policies, the user profile.
//! - A [key](key) signs, encrypts or derives for one realm.
//! - A [flow](flow) says which steps a sign-in takes, as data.
//! - An [identity provider](identity_provider) is another server that people may sign in with.
//! - A client's [authorization](authorization) services say what it protects, and who may do what with it.
//! - An [organization](organization) is a firm whose people are users of the realm.
//! - An [initial access](initial_access) is a right to register clients.
//! - A [user](user) is a person or a client's service account, with [credentials](credential),
//!   [groups](group) and [roles](role); the [user profile](user_profile) says which attributes they have.
//! - A [consent](consent) is what a user allowed a client.
//! - An [attempt](attempt) is a login on its way; a [session](session) is a login that succeeded.
//! - A [lap](lap) is how long the server worked at one step of a login.
//! - A [departure] is a browser that was sent to an identity provider and has not come back.
//! - A [trial] is a sign-in at an identity provider that an administrator begins to see what it says.
//! - A [sign-in](sign_in) is when a user was last here.
//! - A [console session](console_session) is a browser in which an administrator uses the console, and a
//!   [saved view](saved_view) a list there that they come back to.
//! - An [alert rule](alert) is a search of events that somebody has to look at once it finds too many.
//! - A [known device](known_device) is a browser in which a user has signed in before.
//! - A [code](code) is traded once for tokens; a [refresh token](refresh) is traded for newer ones.
//! - A [device](device) without a browser asks, and somebody decides in a browser of their own.
//! - A [pushed request](pushed_request) is an authorization request that a client sent itself.
//! - A [replay](replay) mark makes a value single-use; an [opaque](opaque) token is an access token
//!   that only this server can read.
//! - A [workflow](workflow) says what happens when something else does.
//! - A [job](job) is work that takes longer than a request.
//! - The [recycle bin](recycle_bin) holds what was deleted and may be wanted back.
//! - An [event](event) is a line of the audit trail; the [outbox](outbox) holds what leaves the
//!   system later, and a [lease](lease) says which [node] does background work.
#![recursion_limit = "256"]

pub mod alert;
pub mod attempt;
pub mod authorization;
pub mod client;
pub mod client_policy;
pub mod client_use;
pub mod code;
pub mod component;
mod conn;
pub mod consent;
pub mod console_session;
pub mod copy;
pub mod credential;
pub mod cx;
pub mod db;
pub mod default_group;
pub mod departure;
pub mod device;
pub mod event;
pub mod fault;
pub mod flow;
pub mod goodbye;
pub mod group;
mod hidden;
pub mod id;
pub mod identity_provider;
pub mod initial_access;
pub mod inspect;
pub mod job;
pub mod key;
pub mod known_device;
pub mod lap;
pub mod lease;
pub mod localization;
pub mod lockout;
pub mod login_limit;
pub mod mapper;
pub mod migrate;
pub mod node;
pub mod opaque;
pub mod organization;
pub mod outbox;
mod pairs;
pub mod pushed_request;
pub mod realm;
pub mod recycle_bin;
pub mod refresh;
pub mod replay;
pub mod role;
pub mod saved_view;
mod schema;
pub mod scope;
pub mod secret;
pub mod server_state;
pub mod session;
pub mod sign_in;
pub mod snapshot;
mod sql;
mod swept;
pub mod time;
mod together;
pub mod trial;
pub mod user;
pub mod user_profile;
pub mod whole;
pub mod workflow;

pub use conn::Conn;
pub use cx::{Changes, Cx, Link};
pub use db::{Db, Door};
pub use fault::{Fault, Verdict};
pub use secret::{Digest, Sealed, Secret, Vault};
pub use snapshot::Realm;
pub use time::{Timestamp, Ttl};
pub use together::Together;

/// What every question of this crate answers with.
pub type Result<T> = std::result::Result<T, Fault>;
