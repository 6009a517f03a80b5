//! The password of the sign-in form: found in one transaction, hashed outside of it, judged in another.

use std::time::Instant;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::directory::ask::{self, Question, Typed};
use cloakroom_login::flow::{self, note};
use cloakroom_login::known_device;
use cloakroom_login::proof::{self, Denied, Place, Refusal, TooMany, Who, Work};
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, First, Stage};
use cloakroom_model::lap::Step;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Digest, Door, Fault, Secret, client};
use cloakroom_oidc::{Form, Provider};
use cloakroom_web::App;
use cloakroom_web::app::random;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;
use cloakroom_web::request_id;
use serde_json::Value;

use super::further::{self, Answer};
use super::turned_away::{away, too_often};
use super::{Ticket, busy, known_user, login_page, organization, over, passkey, posted, show};
use crate::routes::course::{self, Asks};
use crate::routes::even;
use crate::routes::judge::{self, Looked, Unjudged};
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::{DEVICE, IDENTITY, Visit};

/// What the first step found.
enum Prepared {
    /// Something else than a password was answered; true where the browser has to keep what it is known by.
    Answered(Onward, bool),
    Verify(Box<Work>, Option<Box<Question>>),
    TooMany(Box<Attempt>, Option<User>, TooMany),
    Onward(Onward),
    /// What follows has to reach the disk, and was not begun.
    ToKeep,
}

/// What the last step found.
enum Judged {
    /// True where the browser has to keep what it is known by.
    Proved(Onward, bool),
    Onward(Onward),
    Denied(Box<Attempt>, Option<User>, Refusal, String),
}

/// The letters of a handle: 256 random bits.
const HANDLE: usize = 43;

/// What a browser keeps to be known by, or is to keep from now on.
struct Device {
    handle: String,
    digest: Digest,
    is_new: bool,
}

impl Device {
    fn of(visit: &Visit) -> Result<Self, Fault> {
        let is_ours = |handle: &String| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            handle.len() == HANDLE && handle.bytes().all(is_plain)
        };
        let kept = visit.cookie(DEVICE).filter(is_ours);
        let is_new = kept.is_none();
        let handle = match kept {
            Some(handle) => handle,
            None => Secret::random(&mut random()?).expose().to_owned(),
        };
        Ok(Self {
            digest: Digest::of(handle.as_bytes()),
            handle,
            is_new,
        })
    }
}

/// Everything of the request that the two transactions need.
#[derive(Clone)]
struct Post {
    provider: std::sync::Arc<Provider>,
    ticket: Ticket,
    form: Form,
    identity: Option<String>,
    origin: Origin,
    device: Digest,
    is_device_new: bool,
}

pub(super) async fn authenticate(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, form) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    let device = match Device::of(&visit) {
        Ok(device) => device,
        Err(fault) => return visit.fault(&fault),
    };
    let post = Post {
        provider: visit.app.provider.clone(),
        ticket,
        form,
        identity: visit.cookie(IDENTITY),
        origin: visit.origin.clone(),
        device: device.digest,
        is_device_new: device.is_new,
    };
    let find = |door: Door| {
        let post = post.clone();
        move |cx: &mut Cx<'_>| post.find_work(cx, door)
    };
    let (app, realm, began) = (&visit.app, &visit.realm, Instant::now());
    let mut prepared = app.enter(realm, Door::Passing, find(Door::Passing)).await;
    if matches!(prepared, Ok(Prepared::ToKeep)) {
        prepared = app.enter(realm, Door::Write, find(Door::Write)).await;
    }
    let (work, question) = match prepared {
        Ok(Prepared::Verify(work, question)) => (work, question),
        Ok(Prepared::Onward(onward)) => return show(&visit, onward).await,
        Ok(Prepared::ToKeep) => return over(&visit),
        Ok(Prepared::Answered(onward, is_remembered)) => {
            let judged = Judged::Proved(onward, is_remembered);
            return answer(&visit, judged, &device.handle).await;
        }
        Ok(Prepared::TooMany(attempt, known, too_many)) => {
            return too_often(&visit, &attempt, known.as_ref(), too_many);
        }
        Err(fault) => return visit.fault(&fault),
    };
    let ticket = post.ticket.clone();
    match verified(&visit, post, (*work, question)).await {
        Ok(Ok(judged)) => {
            if matches!(judged, Judged::Denied(..)) {
                even::wait(realm, began).await;
            }
            answer(&visit, judged, &device.handle).await
        }
        Ok(Err(Unjudged::Busy(too_much))) => busy(&visit, too_much),
        Ok(Err(Unjudged::Away(directory))) => away(&visit, ticket, directory).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// Hashes, asks directories, and judges. Whoever goes away in the middle has guessed all the same.
async fn verified(
    visit: &Visit,
    post: Post,
    (work, question): (Work, Option<Box<Question>>),
) -> Result<Result<Judged, Unjudged>, Fault> {
    let (app, realm) = (visit.app.clone(), visit.realm.clone());
    let done = request_id::outlive(async move {
        let asked = (work, question.map(|question| *question));
        let looked = match judge::look((&app, &realm), &post.origin.ip, asked).await? {
            Ok(looked) => looked,
            Err(unjudged) => return Ok(Err(unjudged)),
        };
        let judge = move |cx: &mut Cx<'_>| post.judge(cx, &looked);
        app.enter(&realm, Door::Write, judge).await.map(Ok)
    });
    done.await.unwrap_or_else(|| Err(Fault::busy()))
}

async fn answer(visit: &Visit, judged: Judged, handle: &str) -> HttpResponse {
    match judged {
        Judged::Proved(onward, is_remembered) => {
            let mut response = show(visit, onward).await;
            if is_remembered {
                visit.set_device(&mut response, handle);
            }
            response
        }
        Judged::Onward(onward) => show(visit, onward).await,
        Judged::Denied(attempt, known, refusal, code) => {
            let notice = match (refusal, &known) {
                (Refusal::Disabled, _) => Notice::AccountDisabled,
                (_, Some(_)) => Notice::InvalidPassword,
                (_, None) => Notice::InvalidCredentials,
            };
            let alert = Alert::error(notice).with_code(&code);
            login_page(visit, &attempt, known.as_ref(), Some(alert))
        }
    }
}

impl Post {
    /// Finds what the hashing threads have to do, and counts the attempt.
    fn find_work(&self, cx: &mut Cx<'_>, door: Door) -> Result<Prepared, Fault> {
        let Some(mut attempt) = self.ticket.claim(cx)? else {
            return Ok(Prepared::Onward(Onward::Over));
        };
        let is_named = !organization::is_name_wanted(cx.realm, &attempt);
        let is_passkey = passkey::is_taken(&attempt, &self.form);
        if door == Door::Passing && (attempt.stage != Stage::Prove || !is_named || is_passkey) {
            return Ok(Prepared::ToKeep);
        }
        if matches!(attempt.stage, Stage::Further { .. }) {
            let (onward, is_remembered) = further::answer(cx, self.answer(), attempt)?;
            return Ok(Prepared::Answered(onward, is_remembered));
        }
        if attempt.stage != Stage::Prove {
            // The form was posted twice: the first post has proved the user.
            return self.proceed(cx, attempt).map(Prepared::Onward);
        }
        if is_passkey {
            let (onward, is_remembered) = passkey::answer(cx, self.answer(), attempt)?;
            return Ok(Prepared::Answered(onward, is_remembered));
        }
        if !is_named {
            let typed = self.form.get("username").unwrap_or_default();
            return organization::name(cx, attempt, typed).map(Prepared::Onward);
        }
        if flow::has(&attempt, note::PASSKEYS_ALONE) {
            // Nobody is asked for a password, whatever the form says.
            return self.proceed(cx, attempt).map(Prepared::Onward);
        }
        let typed = self.typed(&attempt);
        let work = self.prepare(cx, &mut attempt, &typed)?;
        attempt::advance(cx, &attempt)?;
        match work {
            Ok(work) => {
                let question = self.question(cx, &work, &typed)?;
                Ok(Prepared::Verify(Box::new(work), question.map(Box::new)))
            }
            Err(too_many) => {
                let known = known_user(cx, &attempt)?;
                Ok(Prepared::TooMany(Box::new(attempt), known, too_many))
            }
        }
    }

    /// The name that goes with the password: the one of this form, or the one that was asked for before it.
    fn typed(&self, attempt: &Attempt) -> String {
        let here = self.form.get("username").unwrap_or_default().trim();
        let before = flow::text(attempt, note::USERNAME);
        let is_before = here.is_empty() && flow::has(attempt, note::NAMED);
        if is_before { before } else { here }.to_owned()
    }

    fn prepare(
        &self,
        cx: &mut Cx<'_>,
        attempt: &mut Attempt,
        username: &str,
    ) -> Result<Result<Work, TooMany>, Fault> {
        let place = Place {
            ip: &self.origin.ip,
            device: (!self.is_device_new).then_some(&self.device),
            is_for_many: false,
        };
        let password = self.form.get("password").unwrap_or_default();
        // Whom a session of the browser has named is not asked for a name again.
        if let Some(known) = &attempt.user {
            return proof::prepare(cx, Who::Known(known), password, place);
        }
        let shown: String = username.chars().take(255).filter(|c| *c != '\0').collect();
        attempt
            .notes
            .insert(note::USERNAME.to_owned(), Value::String(shown));
        proof::prepare(cx, Who::Named(username), password, place)
    }

    /// Which directories have to be asked.
    fn question(
        &self,
        cx: &mut Cx<'_>,
        work: &Work,
        name: &str,
    ) -> Result<Option<Question>, Fault> {
        let typed = Typed {
            name,
            password: self.form.get("password").unwrap_or_default(),
            user: work.user(),
            has_password: work.has_password(),
            is_refused: work.is_refused(),
        };
        ask::question(cx, typed)
    }

    fn judge(&self, cx: &mut Cx<'_>, looked: &Looked) -> Result<Judged, Fault> {
        let Some(mut attempt) = self.ticket.claim(cx)? else {
            return Ok(Judged::Onward(Onward::Over));
        };
        let checked = looked.settle(cx)?;
        let concluded = proof::conclude_in_part(cx, &checked)?;
        cx.lap(Step::Account);
        match concluded {
            Ok(user) => {
                let asks = match self.asks(cx, &attempt, &user)? {
                    Ok(asks) => asks,
                    Err(barred) => return Ok(Judged::Onward(barred)),
                };
                let remember_me = self.form.get("rememberMe");
                let remember_me = remember_me.is_some_and(|value| value != "off");
                let mut is_remembered = false;
                if asks.kinds.is_empty() {
                    proof::forgive(cx, &checked)?;
                    is_remembered = known_device::remember(cx, &user.id, &self.device)?;
                    flow::prove(cx, &mut attempt, &user, remember_me);
                    flow::demand(&mut attempt, &asks.sets_up);
                    flow::reach(&mut attempt, &asks.reached);
                } else {
                    let by = First::Password(flow::password_of(cx, &user.id)?);
                    flow::prove_in_part(cx, &mut attempt, &user, (by, remember_me));
                }
                attempt::advance(cx, &attempt)?;
                let next = self.proceed(cx, attempt)?;
                Ok(Judged::Proved(next, is_remembered))
            }
            Err(denied) => self.deny(cx, attempt, &denied),
        }
    }

    /// What the flow asks of somebody whose password is right; the error is the end of the sign-in.
    fn asks(
        &self,
        cx: &mut Cx<'_>,
        attempt: &Attempt,
        user: &User,
    ) -> Result<Result<Asks, Onward>, Fault> {
        let Some(client) = client::find_by_id(cx, &attempt.client)? else {
            return Ok(Ok(Asks::default()));
        };
        let judged = course::judge_in(cx, (attempt, &client), user, &[])?;
        cx.lap(Step::Flow);
        let bar = match judged {
            Ok(asks) => return Ok(Ok(asks)),
            Err(bar) => bar,
        };
        let place = (client.client_id.as_str(), self.origin.ip.as_str());
        bar.end(cx, place, Some(user)).map(Err)
    }

    fn answer(&self) -> Answer<'_> {
        Answer {
            provider: &self.provider,
            form: &self.form,
            identity: self.identity.as_deref(),
            origin: &self.origin,
            device: &self.device,
            is_device_new: self.is_device_new,
        }
    }

    fn deny(&self, cx: &mut Cx<'_>, attempt: Attempt, denied: &Denied) -> Result<Judged, Fault> {
        let client = client::find_by_id(cx, &attempt.client)?;
        let client_id = client
            .map(|client| client.client_id.clone())
            .unwrap_or_default();
        let code = proof::report(cx, denied, &client_id, &self.origin.ip)?;
        let known = known_user(cx, &attempt)?;
        Ok(Judged::Denied(
            Box::new(attempt),
            known,
            denied.refusal,
            code.to_string(),
        ))
    }

    fn proceed(&self, cx: &mut Cx<'_>, attempt: Attempt) -> Result<Onward, Fault> {
        let identity = self.identity.as_deref();
        sign_in::proceed(cx, &self.provider, attempt, identity, &self.origin)
    }
}
