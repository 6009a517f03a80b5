//! What the server still knows after it was killed, against what its clients were told before.
use std::collections::HashSet;

use anyhow::Result;
use serde_json::Value;

use super::load::{Told, code_grant};
use super::{CLIENT, REALM};
use crate::api::Api;

/// Everything that is not as the clients were told, in words.
pub(super) fn wrong(api: &Api, told: &Told) -> Result<Vec<String>> {
    let mut wrong = told.surprises.clone();
    check_users(api, told, &mut wrong)?;
    check_chains(api, told, &mut wrong)?;
    check_codes(api, told, &mut wrong)?;
    Ok(wrong)
}

fn check_users(api: &Api, told: &Told, wrong: &mut Vec<String>) -> Result<()> {
    let path = format!("/admin/realms/{REALM}/users?max=1000000&briefRepresentation=true");
    let all = api.get(&api.admin_token()?, &path)?;
    let names = all.as_array().into_iter().flatten();
    let names: Vec<&str> = names
        .filter_map(|user| user.get("username").and_then(Value::as_str))
        .collect();
    let known: HashSet<&str> = names.iter().copied().collect();
    if known.len() != names.len() {
        wrong.push("a user is there twice".to_owned());
    }
    let lost = told
        .users
        .iter()
        .filter(|name| !known.contains(name.as_str()));
    wrong.extend(lost.map(|name| format!("user {name} was acknowledged, and is gone")));
    Ok(())
}

/// How often a form succeeds when it is sent twice at once.
fn successes(api: &Api, form: &str) -> Result<usize> {
    let answers: Vec<Result<(u16, Value)>> = std::thread::scope(|scope| {
        let ask = || Api::new(&api.base).post_token(REALM, form);
        let both = [scope.spawn(ask), scope.spawn(ask)];
        let joined = both.into_iter().filter_map(|one| one.join().ok());
        joined.collect()
    });
    let mut successes = 0;
    for answer in answers {
        successes += usize::from(answer?.0 == 200);
    }
    Ok(successes)
}

fn check_chains(api: &Api, told: &Told, wrong: &mut Vec<String>) -> Result<()> {
    let form = |token: &str| format!("{CLIENT}&grant_type=refresh_token&refresh_token={token}");
    for chain in &told.chains {
        if chain.in_flight {
            if successes(api, &form(&chain.last))? > 1 {
                wrong.push("a refresh token was good twice".to_owned());
            }
        } else if api.post_token(REALM, &form(&chain.last))?.0 != 200 {
            wrong.push("a refresh token was given out, and is not good any more".to_owned());
        }
        // The one before the last: to send it ends the chain, so this comes after.
        if let Some(spent) = chain.spent.last()
            && api.post_token(REALM, &form(spent))?.0 != 400
        {
            wrong.push("a refresh token was traded in, and is good again".to_owned());
        }
    }
    Ok(())
}

fn check_codes(api: &Api, told: &Told, wrong: &mut Vec<String>) -> Result<()> {
    for code in &told.kept {
        match successes(api, &code_grant(code))? {
            0 => wrong.push("a code was given out, and is not good any more".to_owned()),
            1 => {}
            _ => wrong.push("a code was good twice".to_owned()),
        }
    }
    for code in &told.in_flight {
        if successes(api, &code_grant(code))? > 1 {
            wrong.push("a code in flight was good twice".to_owned());
        }
    }
    for code in &told.redeemed {
        if api.post_token(REALM, &code_grant(code))?.0 != 400 {
            wrong.push("a code was redeemed, and is good again".to_owned());
        }
    }
    Ok(())
}
