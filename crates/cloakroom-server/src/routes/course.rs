//! Where a sign-in meets its flow: what an administrator has set is obeyed, and a step that is not here is named.

mod bar;
mod brought;
mod change;
mod passkey;

use cloakroom_federation::post_login::Asked;
use cloakroom_login::flow::{self as attempts, note};
use cloakroom_model::attempt::{Attempt, First, Proved};
use cloakroom_model::client::{self, Client};
use cloakroom_model::credential;
use cloakroom_model::flow::course::{self, Course, End, Facts, Person, Reached};
use cloakroom_model::flow::{Tree, Use};
use cloakroom_model::organization;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door, Fault, Realm};
use cloakroom_oidc::authorize::AuthorizationRequest;

pub(crate) use bar::{Bar, TOO_MANY};
pub(crate) use brought::{Brought, By, begin, judge as judge_brought, session_of};
pub(crate) use passkey::{judge as judge_passkey, stands_for_passwords};

use super::login;
use super::sign_in::{self, Onward};
use super::visit::{BROUGHT_BY, Visit};

/// What a flow asks for beside the first proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asks {
    /// The kinds of credentials, in their order.
    pub(crate) kinds: Vec<String>,
    /// The kinds of credentials that have to be set up, because the flow demands them.
    pub(crate) sets_up: Vec<String>,
    /// The levels of authentication that are reached by that.
    pub(crate) reached: Reached,
}

impl Asks {
    fn of(course: &Course, facts: &Facts) -> Result<Self, Bar> {
        match Bar::of(course.end.clone()) {
            Some(bar) => Err(bar),
            None => Ok(Self {
                kinds: course.kinds(facts),
                sets_up: course.missing().map(str::to_owned).collect(),
                reached: course.reached.clone(),
            }),
        }
    }
}

/// What the flow makes of somebody whose password is right: what more it asks for, or why it does not let them in.
pub(crate) fn judge(
    cx: &mut Cx<'_>,
    (to, client): (Use, &Client),
    user: &User,
    scope: &str,
) -> Result<Result<Asks, Bar>, Fault> {
    let judged = by_password(cx, (to, client), user, (scope, None, &[]))?;
    Ok(judged.map(|(asks, _)| asks))
}

/// The same at the form of an attempt, if these kinds are not asked for.
pub(crate) fn judge_in(
    cx: &mut Cx<'_>,
    (attempt, client): (&Attempt, &Client),
    user: &User,
    declined: &[String],
) -> Result<Result<Asks, Bar>, Fault> {
    let request = sign_in::request_of(attempt)?;
    let asked = (request.scope.as_str(), request.level.least(), declined);
    match by_password(cx, (Use::Browser, client), user, asked)? {
        Ok(judged) => change::add(cx, (attempt, client), user, judged).map(Ok),
        Err(bar) => Ok(Err(bar)),
    }
}

fn by_password(
    cx: &mut Cx<'_>,
    (to, client): (Use, &Client),
    user: &User,
    (scope, level, declined): (&str, Option<i64>, &[String]),
) -> Result<Result<(Asks, Facts), Bar>, Fault> {
    let flow = match cx.realm.bound(to, Some(client)) {
        Ok(flow) => flow,
        Err(gone) => return Ok(Err(Bar::gone(gone))),
    };
    let mut person = course::person(cx, user, &flow)?;
    person.credentials.insert("password".to_owned());
    let mut facts = Facts {
        has_organizations: organization::is_on(cx),
        scopes: scopes(cx.realm, client, scope),
        level,
        person: Some(person),
        declined: declined.iter().cloned().collect(),
        ..Facts::default()
    };
    let course = decide_typed(&flow, &mut facts);
    let asks = Asks::of(&course, &facts);
    Ok(asks.map(|asks| (asks, facts)))
}

/// What a flow makes of somebody who has typed a password.
///
/// Where that stands beside a passkey nobody is asked for one, unless there is no way in without it.
fn decide_typed(flow: &Tree, facts: &mut Facts) -> Course {
    let course = course::decide(flow, facts);
    if course.has_password() {
        return course;
    }
    let skipping = Facts {
        skips_passkey: true,
        ..facts.clone()
    };
    let other = course::decide(flow, &skipping);
    if other.end != End::In && course.asked().any(|kind| kind == credential::PASSKEY) {
        return course;
    }
    *facts = skipping;
    other
}

/// What the flow of an attempt asks for whose first proof is given, if these kinds are not asked for; decided anew each time,
/// from what is stored.
pub(crate) fn further(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    (user, proved): (&User, &Proved),
    declined: &[String],
) -> Result<Result<Asks, Bar>, Fault> {
    let Some(client) = client::find_by_id(cx, &attempt.client)? else {
        return Ok(Err(Bar::Refused("nobody".to_owned())));
    };
    let (flow, is_known) = match &proved.by {
        First::Password(_) => return judge_in(cx, (attempt, &client), user, declined),
        First::Passkey => return judge_passkey(cx, (attempt, &client), user, declined),
        First::Ticket | First::Session(_) => match cx.realm.bound(Use::Browser, Some(&client)) {
            Ok(flow) => (flow, false),
            Err(gone) => return Ok(Err(Bar::gone(gone))),
        },
        First::Provider(alias) => match cx.realm.flows.named(alias) {
            Some(flow) => (flow, true),
            None => return Ok(Err(Bar::Missing(alias.clone()))),
        },
    };
    let request = sign_in::request_of(attempt)?;
    let mut facts = Facts {
        has_ticket: proved.by == First::Ticket,
        has_organizations: organization::is_on(cx),
        scopes: scopes(cx.realm, &client, &request.scope),
        level: request.level.least(),
        is_known,
        asks_nothing: is_known,
        person: Some(course::person(cx, user, &flow)?),
        declined: declined.iter().cloned().collect(),
        ..Facts::default()
    };
    if let First::Session(id) = &proved.by {
        facts.has_session = true;
        facts.had = attempts::levels_behind(cx, attempt, id)?;
    }
    let course = course::decide(&flow, &facts);
    // Neither a ticket nor a session stands for a password that nobody has typed.
    let wants_password = |stride: &&course::Stride| stride.because.why == "password";
    if !is_known && let Some(stride) = course.strides.iter().find(wants_password) {
        return Ok(Err(Bar::Refused(stride.name.clone())));
    }
    // What follows a provider has nothing against anybody if nothing in it counts.
    if is_known && matches!(&course.end, End::Nothing(alias) if *alias == flow.alias) {
        return Ok(Ok(Asks::default()));
    }
    match Asks::of(&course, &facts) {
        Ok(asks) if !is_known => change::add(cx, (attempt, &client), user, (asks, facts)).map(Ok),
        asks => Ok(asks),
    }
}

/// What the post login flow of a provider may ask about the sign-in of an attempt.
pub(crate) fn asked(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<Asked, Fault> {
    let request = sign_in::request_of(attempt)?;
    let client = client::find_by_id(cx, &attempt.client)?;
    Ok(Asked {
        scopes: client.map_or_else(Vec::new, |client| scopes(cx.realm, &client, &request.scope)),
        has_organizations: organization::is_on(cx),
        level: request.level.least(),
    })
}

/// The names of the client scopes of a request.
pub(crate) fn scopes(realm: &Realm, client: &Client, asked: &str) -> Vec<String> {
    let named = |id| realm.scope(id).map(|scope| scope.name.clone());
    let by_default = client.default_scopes.iter().filter_map(named);
    let asked = asked.split(' ').filter(|one| !one.is_empty());
    by_default.chain(asked.map(str::to_owned)).collect()
}

/// Notes what the client's flow leaves out of a sign-in that is about to begin.
pub(crate) fn prepare(realm: &Realm, client: &Client, attempt: &mut Attempt) {
    let flow = match realm.bound(Use::Browser, Some(client)) {
        Ok(flow) => flow,
        Err(gone) => {
            attempts::mark(attempt, note::STAYS);
            let bar = Bar::gone(gone).to_note();
            attempt.notes.insert(note::BARRED.to_owned(), bar);
            return;
        }
    };
    if flow.step("identity-provider-redirector").is_none() {
        attempts::mark(attempt, note::STAYS);
    }
    if flow.step("auth-spnego").is_some() {
        attempts::mark(attempt, note::NEGOTIATES);
    }
    let takes_passkeys = passkey::is_taken(realm, &flow);
    if takes_passkeys {
        attempts::mark(attempt, note::PASSKEYS);
    }
    let course = typed(&flow);
    if names_first(&course) {
        attempts::mark(attempt, note::NAMES_FIRST);
    }
    match asks_nobody(course) {
        Some(_) if takes_passkeys => attempts::mark(attempt, note::PASSKEYS_ALONE),
        Some(bar) => {
            attempt.notes.insert(note::BARRED.to_owned(), bar.to_note());
        }
        None => {}
    }
}

/// The course of somebody with a password and nothing else.
fn typed(flow: &Tree) -> Course {
    let person = Person {
        credentials: ["password".to_owned()].into(),
        ..Person::default()
    };
    let facts = Facts {
        person: Some(person),
        ..Facts::default()
    };
    course::decide(flow, &facts)
}

/// Why nobody is asked for a password on this course; `None` if they are.
fn asks_nobody(course: Course) -> Option<Bar> {
    match course.has_password() {
        true => None,
        false => Bar::of(course.end),
    }
}

/// The name is asked for by a step of its own before the password is.
fn names_first(course: &Course) -> bool {
    let asks = |stride: &&course::Stride| ["named", "password"].contains(&stride.because.why);
    let first = course.strides.iter().find(asks);
    course.has_password() && first.is_some_and(|stride| stride.because.why == "named")
}

/// The highest level that somebody may reach who signs in to a client; a password alone is level 1 where the flow knows no levels.
pub(crate) fn highest_level(realm: &Realm, client: &Client) -> i64 {
    let flow = realm.bound(Use::Browser, Some(client));
    let known = flow.ok().and_then(|flow| course::highest_level(&flow));
    known.unwrap_or(1)
}

/// Why an attempt that has come to the password asks for none.
fn bar_of(attempt: &Attempt) -> Option<Bar> {
    Bar::of_note(attempts::text(attempt, note::BARRED))
}

/// How an attempt ends whose flow asks nobody for a password, where nothing else may take its place: a provider, or the
/// name of somebody who may come from one. `None` if it goes on.
pub(crate) async fn barred(visit: &Visit, attempt: &Attempt) -> Result<Option<Onward>, Fault> {
    let Some(bar) = bar_of(attempt) else {
        return Ok(None);
    };
    if led_to(visit, attempt).is_some() || login::asks_else(visit, attempt) {
        return Ok(None);
    }
    let client_id = sign_in::request_of(attempt)?.client_id;
    let ip = visit.origin.ip.clone();
    let end = move |cx: &mut Cx<'_>| bar.clone().end(cx, (&client_id, &ip), None);
    let onward = visit.app.enter(&visit.realm, Door::Write, end).await?;
    Ok(Some(onward))
}

/// The provider that the application sends its user to, or that the browser has just come from, or else the realm
/// everybody, if people can come from it.
pub(crate) fn led_to(visit: &Visit, attempt: &Attempt) -> Option<String> {
    if attempts::has(attempt, note::STAYS) {
        return None;
    }
    let hint = sign_in::request_of(attempt).ok()?.idp_hint;
    let by_default = || attempts::text(attempt, note::DEFAULT_PROVIDER).to_owned();
    let hint = hint.or_else(|| visit.cookie(BROUGHT_BY));
    let hint = hint.unwrap_or_else(by_default);
    let known = visit
        .realm
        .providers
        .iter()
        .any(|known| known.alias == hint);
    known.then_some(hint)
}

/// The application names a provider that may be asked without the user seeing anything.
pub(crate) fn is_passed_on(cx: &Cx<'_>, request: &AuthorizationRequest, client: &Client) -> bool {
    if !(cx.realm).has_browser_step(Some(client), "identity-provider-redirector") {
        return false;
    }
    let hint = request.idp_hint.as_deref();
    let mut known = cx.realm.providers.iter();
    known.any(|known| hint == Some(known.alias.as_str()) && known.may_ask_nothing)
}
