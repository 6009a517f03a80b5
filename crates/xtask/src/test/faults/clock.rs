//! Clocks that are set forwards and back, differ between nodes, or show a year far away.
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::work::{get, token, tokens};
use super::{Done, Stage};
use crate::api::{Api, patiently};
use crate::browser::Browser;
use crate::machine;
use crate::server::{Place, Server};
use crate::test::crash::load::code_grant;
use crate::test::crash::{self, CLIENT, REALM, VISIT};

const NO_LIBRARY: Done = Done::LeftOut("libfaketime is not installed");

/// What a server's clock shows: a file that says how far it is off.
struct Clock(PathBuf);

impl Clock {
    fn set(&self, offset: &str) -> Result<()> {
        let part = self.0.with_extension("part");
        std::fs::write(&part, format!("{offset}\n"))?;
        Ok(std::fs::rename(part, &self.0)?)
    }
}

/// A server whose clock is told what to show. What it waits for runs at its own pace.
fn server(stage: &Stage<'_>, library: &Path, name: &str, offset: &str) -> Result<(Server, Clock)> {
    let place = Place::new()?;
    std::fs::create_dir_all(place.data())?;
    let clock = Clock(place.data().with_extension("clock"));
    clock.set(offset)?;
    let setup = stage.setup(name, None);
    let (library, file) = (library.display().to_string(), clock.0.display().to_string());
    let settings = settings(&library, &file);
    let server = stage.server_with(place, &setup, &settings)?;
    Ok((server, clock))
}

fn settings<'a>(library: &'a str, file: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("LD_PRELOAD", library),
        ("FAKETIME_TIMESTAMP_FILE", file),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]
}

fn status_of(base: &str, form: &str) -> Result<u16> {
    let (status, body) = token(&Api::new(base), REALM, form)?;
    if status >= 500 {
        bail!("{status} {body}");
    }
    Ok(status)
}

pub(super) fn set(stage: &Stage<'_>) -> Result<Done> {
    let Some(library) = machine::faketime() else {
        return Ok(NO_LIBRARY);
    };
    let (server, clock) = server(stage, &library, "clock", "+0")?;
    let base = &server.base;
    crash::prepare(&Api::new(base))?;
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    let refresh = |token: &str| format!("{CLIENT}&grant_type=refresh_token&refresh_token={token}");
    let mut browser = Browser::sign_in(&Api::new(base), VISIT)?;
    let (spent, kept) = (browser.code()?, browser.code()?);
    let (access, first) = tokens(base)?;
    let traded = (
        status_of(base, &code_grant(&spent))?,
        status_of(base, &refresh(&first))?,
    );
    let now = (traded, get(base, &userinfo, Some(&access))?);
    if now != ((200, 200), 200) {
        bail!("before anything: {now:?}");
    }

    clock.set("+3600")?;
    let late = (
        get(base, &userinfo, Some(&access))?,
        status_of(base, &code_grant(&kept))?,
    );
    if late != (401, 400) {
        bail!("an hour later: {late:?}");
    }
    tokens(base).context("an hour later")?;

    for (offset, what) in [("+0", "back again"), ("-600", "ten minutes before")] {
        clock.set(offset)?;
        for form in [code_grant(&spent), code_grant(&kept), refresh(&first)] {
            let status = status_of(base, &form)?;
            let is_kept = form == code_grant(&kept);
            // A code that ran out while the clock was ahead may count as what it is by the clock.
            if status != 400 && !(is_kept && status == 200) {
                bail!("{what}: {status} for something that was spent");
            }
        }
        if status_of(base, &code_grant(&kept))? != 400 {
            bail!("{what}: a code is good twice");
        }
        let (access, next) = tokens(base).with_context(|| what.to_owned())?;
        let fresh = (
            get(base, &userinfo, Some(&access))?,
            status_of(base, &refresh(&next))?,
        );
        if fresh != (200, 200) {
            bail!("{what}: {fresh:?} for new tokens");
        }
    }
    Ok(Done::Held(
        "an hour ahead, back, ten minutes behind".to_owned(),
    ))
}

pub(super) fn far_years(stage: &Stage<'_>) -> Result<Done> {
    let Some(library) = machine::faketime() else {
        return Ok(NO_LIBRARY);
    };
    // The second after this one has no room in 32 bits.
    for (name, instant) in [
        ("2038", "@2038-01-19 03:14:05"),
        ("9999", "@9999-12-30 12:00:00"),
    ] {
        let (server, _clock) = server(stage, &library, &format!("year-{name}"), instant)?;
        let base = &server.base;
        crash::prepare(&Api::new(base)).with_context(|| format!("in {name}"))?;
        let mut browser =
            Browser::sign_in(&Api::new(base), VISIT).with_context(|| format!("in {name}"))?;
        let code = browser.code()?;
        let answered = patiently(|| Api::new(base).token(REALM, &code_grant(&code)))?;
        std::thread::sleep(Duration::from_secs(3));
        let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
        let (fresh, _) = tokens(base)?;
        let seen = (
            get(base, &userinfo, Some(&answered.access))?,
            get(base, &userinfo, Some(&fresh))?,
        );
        // A bearer of this scope may be refused there, and is answered all the same.
        if seen.0 >= 500 || seen.1 != 200 {
            bail!("in {name}: {seen:?}");
        }
    }
    Ok(Done::Held("a sign-in in each".to_owned()))
}

pub(super) fn skew(stage: &Stage<'_>) -> Result<Done> {
    let Some(library) = machine::faketime() else {
        return Ok(NO_LIBRARY);
    };
    let Some(url) = stage.database("skew")? else {
        return Ok(Done::LeftOut("there is no PostgreSQL"));
    };
    let setup = stage.setup("skew", Some(&url));
    let first = stage.server(&setup)?;
    let key = std::fs::read_to_string(first.place().data().join("master.key"))?;
    let place = Place::new()?;
    std::fs::create_dir_all(place.data())?;
    let clock = Clock(place.data().with_extension("clock"));
    clock.set("-5")?;
    let (library, file) = (library.display().to_string(), clock.0.display().to_string());
    let mut settings = settings(&library, &file).to_vec();
    settings.push(("CLOAKROOM_MASTER_KEY", key.trim()));
    settings.push(("CLOAKROOM_PUBLIC_URL", &first.base));
    let second = stage.server_with(place, &setup, &settings)?;
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    for (from, to) in [(&first.base, &second.base), (&second.base, &first.base)] {
        let code = Browser::sign_in(&Api::new(from), VISIT)?.code()?;
        let answered = patiently(|| Api::new(to).token(REALM, &code_grant(&code)))?;
        let (access, refresh) = tokens(from)?;
        let form = format!("{CLIENT}&grant_type=refresh_token&refresh_token={refresh}");
        let seen = (get(to, &userinfo, Some(&access))?, status_of(to, &form)?);
        if seen != (200, 200) || answered.access.is_empty() {
            bail!("from {from} to {to}: {seen:?}");
        }
    }
    Ok(Done::Held(
        "codes, tokens and refresh tokens, both ways".to_owned(),
    ))
}
