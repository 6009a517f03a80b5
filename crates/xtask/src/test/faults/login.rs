//! A login of which every step may meet another node, and any node may be gone.
use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::nodes::Pair;
use super::work::{get, token};
use super::{Done, Stage};
use crate::api::{Api, patiently};
use crate::browser::Browser;
use crate::test::crash::load::code_grant;
use crate::test::crash::{CLIENT, REALM, VISIT};

/// The page, the password, the code, a refresh, userinfo, a second code of the session, the end.
const STEPS: usize = 7;

pub(super) fn killed_in_each_step(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("login")? else {
        return Ok(Done::LeftOut("there is no PostgreSQL"));
    };
    let mut pair = Pair::start(stage, stage.setup("login", Some(&url)))?;
    let mut current = 0;
    for killed in 0..STEPS {
        sign_in(&mut pair, &mut current, |step| step == killed)
            .with_context(|| format!("killed before step {}", killed + 1))?;
    }
    // And once with another node for every step.
    let mut number = 0;
    sign_in(&mut pair, &mut number, |_| true).context("another node for every step")?;
    Ok(Done::Held(format!(
        "{} logins, {} kills",
        STEPS + 1,
        2 * STEPS
    )))
}

/// Signs somebody in and out; before the steps that are said the node that was asked last is killed.
fn sign_in(pair: &mut Pair<'_>, current: &mut usize, kills: impl Fn(usize) -> bool) -> Result<()> {
    let base = pair.base.clone();
    // Each step has a connection of its own, as it would have after the loss of one.
    let api = || Api::new(&base);
    let mut before = |pair: &mut Pair<'_>, step: usize| -> Result<()> {
        if kills(step) {
            pair.kill(*current)?;
            *current = 1 - *current;
        }
        pair.lead_to(&[*current]);
        Ok(())
    };
    let mut browser = Browser::new(&api(), VISIT);
    before(pair, 0)?;
    let form = browser.open()?;
    before(pair, 1)?;
    browser = browser.elsewhere(&api());
    let code = browser.submit(&form)?;
    before(pair, 2)?;
    let tokens = patiently(|| api().token(REALM, &code_grant(&code)))?;
    let refresh = tokens.refresh.context("no refresh token")?;
    before(pair, 3)?;
    let form = format!("{CLIENT}&grant_type=refresh_token&refresh_token={refresh}");
    let (status, body) = token(&api(), REALM, &form)?;
    let newest = body
        .get("refresh_token")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if status != 200 {
        bail!("the refresh was answered with {status} {body}");
    }
    before(pair, 4)?;
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    if get(&base, &userinfo, Some(&tokens.access))? == 500 {
        bail!("userinfo failed");
    }
    before(pair, 5)?;
    browser = browser.elsewhere(&api());
    browser.code()?;
    before(pair, 6)?;
    let logout = format!("{base}/realms/{REALM}/protocol/openid-connect/logout");
    let answer = api()
        .agent
        .post(&logout)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send(format!("{CLIENT}&refresh_token={newest}"))?;
    if answer.status() != 204 {
        bail!("signing out was answered with {}", answer.status());
    }
    // What was spent on the node that is gone is spent on the one that is there.
    let (status, _) = token(&api(), REALM, &code_grant(&code))?;
    if status != 400 {
        bail!("a spent code is answered with {status}");
    }
    Ok(())
}
