//! A password between its two transactions: directories are asked, it is hashed, and guesses at whom a directory knows are counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloakroom_federation::directory::Directory;
use cloakroom_federation::directory::ask::{self, Meant, Question, Unasked, Verdict};
use cloakroom_federation::directory::person::Person;
use cloakroom_federation::kerberos::Ways;
use cloakroom_keycloak::blueprint;
use cloakroom_login::hasher::Busy;
use cloakroom_login::proof::{self, Checked, Reservation, Work};
use cloakroom_model::lap::Step;
use cloakroom_model::{Cx, Door, Fault, Realm};
use cloakroom_web::App;

use super::kerberos::Centres;

/// A directory that is slow makes whoever is not its own wait no longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a password was not judged. It counts for nothing then.
#[derive(Debug)]
pub(super) enum Unjudged {
    /// The hashing threads have too much to do.
    Busy(Busy),
    /// The directory that has to be asked does not answer.
    Away(String),
}

/// What was found out about a password.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    checked: Checked,
    /// `None` if a stored hash says it all.
    word: Option<Verdict>,
    /// How long that took, with what was waited for.
    took: Duration,
}

impl Looked {
    /// Stores whoever a directory says it is, and lets its word count.
    pub(super) fn settle(&self, cx: &mut Cx<'_>) -> Result<Checked, Fault> {
        let mut checked = self.checked.clone();
        cx.changes.laps.add(Step::Password, self.took);
        if let Some(word) = &self.word {
            let default_role = blueprint::default_role(&cx.realm.settings);
            let user = ask::settle(cx, word, default_role.as_ref())?;
            let is_right = user.is_some();
            checked.decide(user, is_right);
            if let Verdict::Wrong(Some(why)) = word {
                checked.explain(why);
            }
        }
        Ok(checked)
    }
}

/// Looks at a password.
///
/// Who is asked about is hashed as well, and a wrong password of the realm's own users costs the directories as many questions as
/// any other, so that the time of an answer does not tell who comes from where.
pub(super) async fn look(
    (app, realm): (&App, &Arc<Realm>),
    ip: &str,
    (mut work, question): (Work, Option<Question>),
) -> Result<Result<Looked, Unjudged>, Fault> {
    let began = Instant::now();
    let centres = Centres(app);
    let ways = Ways {
        dial: &*app.outbound,
        centre: &centres,
    };
    let before = work.reservation();
    let mut met: Vec<proof::Meant> = Vec::new();
    let mut word = None;
    let foreign = question.as_ref().filter(|question| !question.is_of_here());
    if let Some(question) = foreign {
        let may = async |directory: &Directory, person: &Person| {
            let counted = meet((app, realm), &before, (directory, person), ip).await?;
            let goes_on = counted.as_ref().is_some_and(proof::Meant::may_go_on);
            met.extend(counted);
            Ok(goes_on)
        };
        let with = (&app.federation.health, ways);
        let said = question.ask(&realm.name, with, may).await;
        // The last one has judged it, or was away; those before it have not.
        let judged = met.pop();
        for passed in met {
            let back = move |cx: &mut Cx<'_>| passed.take_back(cx);
            app.enter(realm, Door::Write, back).await?;
        }
        if let Some(judged) = judged {
            work.is_at(judged);
        }
        match said {
            Ok(said) => word = Some(said),
            Err(Unasked::Fault(fault)) => {
                // The fault is what is told, whether this succeeds or not.
                let _ = give_back((app, realm), work.reservation()).await;
                return Err(fault);
            }
            Err(Unasked::Away(name)) => {
                give_back((app, realm), work.reservation()).await?;
                return Ok(Err(Unjudged::Away(name)));
            }
        }
    }
    let reservation = work.reservation();
    let checked = match app.hash(move || work.run()).await {
        Ok(checked) => checked,
        Err(busy) => {
            give_back((app, realm), reservation).await?;
            return Ok(Err(Unjudged::Busy(busy)));
        }
    };
    if let Some(question) = question.filter(|one| one.is_of_here() && !checked.is_right()) {
        let with = (&app.federation.health, ways);
        let asked = question.ask(&realm.name, with, async |_, _| Ok(false));
        // Nobody is asked about, and no directory has a say.
        let _ = tokio::time::timeout(PATIENCE, asked).await;
    }
    Ok(Ok(Looked {
        checked,
        word,
        took: began.elapsed(),
    }))
}

/// Counts a guess at somebody whom a directory knows; `None` if that is nobody who could ever sign in.
async fn meet(
    (app, realm): (&App, &Arc<Realm>),
    before: &Reservation,
    (directory, person): (&Directory, &Person),
    ip: &str,
) -> Result<Option<proof::Meant>, Fault> {
    let (directory, person) = (directory.clone(), person.clone());
    let (before, ip) = (before.clone(), ip.to_owned());
    let count = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
        let default_role = blueprint::default_role(&cx.realm.settings);
        let whom = match ask::meant(cx, &directory, &person, default_role.as_ref())? {
            Meant::User(user) => (Some(user), String::new()),
            Meant::Unseen(subject) => (None, subject),
            Meant::Nobody => return Ok(None),
        };
        let whom = (whom.0.as_deref(), whom.1.as_str());
        proof::meant(cx, &before, whom, &ip).map(Some)
    };
    app.enter(realm, Door::Write, count).await
}

async fn give_back(
    (app, realm): (&App, &Arc<Realm>),
    reservation: Reservation,
) -> Result<(), Fault> {
    let back = move |cx: &mut Cx<'_>| reservation.give_back(cx);
    app.enter(realm, Door::Write, back).await
}
