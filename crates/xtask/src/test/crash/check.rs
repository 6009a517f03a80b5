//! What the server still knows after it was killed, against what its clients were told before.
use std::collections::HashSet;

use anyhow::Result;
use serde_json::Value;

use super::load::{Told, code_grant};
use super::{CLIENT, REALM};
use crate::api::{Api, is_broken, patiently};

/// Everything that is not as the clients were told, in words.
pub(in crate::test) fn wrong(api: &Api, told: &Told) -> Result<Vec<String>> {
    let mut wrong = told.surprises.clone();
    check_users(api, told, &mut wrong)?;
    check_chains(api, told, &mut wrong)?;
    check_codes(api, told, &mut wrong)?;
    Ok(wrong)
}

fn check_users(api: &Api, told: &Told, wrong: &mut Vec<String>) -> Result<()> {
    let path = format!("/admin/realms/{REALM}/users?max=1000000&briefRepresentation=true");
    let token = api.admin_token()?;
    let all = patiently(|| api.get(&token, &path))?;
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

/// What became of a form that was sent twice at once.
struct Twice {
    successes: usize,
    /// A connection broke before its answer: it may have been a success or not.
    unknown: usize,
}

fn twice(api: &Api, form: &str) -> Result<Twice> {
    let answers: Vec<Result<Option<u16>>> = std::thread::scope(|scope| {
        let ask = || once(&Api::new(&api.base), form);
        let both = [scope.spawn(ask), scope.spawn(ask)];
        let joined = both.into_iter().filter_map(|one| one.join().ok());
        joined.collect()
    });
    let mut twice = Twice {
        successes: 0,
        unknown: 0,
    };
    for answer in answers {
        match answer? {
            Some(200) => twice.successes += 1,
            Some(_) => {}
            None => twice.unknown += 1,
        }
    }
    Ok(twice)
}

/// The status of an answer that may be asked for once; nothing if the connection broke before it came.
///
/// Whoever is told to come back has spent nothing, and comes back.
fn once(api: &Api, form: &str) -> Result<Option<u16>> {
    patiently(|| match api.post_token(REALM, form) {
        Ok((status, _)) => Ok(Some(status)),
        Err(error) if is_broken(&error) => Ok(None),
        Err(error) => Err(error),
    })
}

fn check_chains(api: &Api, told: &Told, wrong: &mut Vec<String>) -> Result<()> {
    let form = |token: &str| format!("{CLIENT}&grant_type=refresh_token&refresh_token={token}");
    for chain in &told.chains {
        if chain.in_flight {
            if twice(api, &form(&chain.last))?.successes > 1 {
                wrong.push("a refresh token was good twice".to_owned());
            }
        } else if once(api, &form(&chain.last))?.is_some_and(|status| status != 200) {
            wrong.push("a refresh token was given out, and is not good any more".to_owned());
        }
        // The one before the last: to send it ends the chain, so this comes after.
        if let Some(spent) = chain.spent.last()
            && once(api, &form(spent))?.is_some_and(|status| status != 400)
        {
            wrong.push("a refresh token was traded in, and is good again".to_owned());
        }
    }
    Ok(())
}

fn check_codes(api: &Api, told: &Told, wrong: &mut Vec<String>) -> Result<()> {
    for code in &told.kept {
        let twice = twice(api, &code_grant(code))?;
        match twice.successes {
            0 if twice.unknown == 0 => {
                wrong.push("a code was given out, and is not good any more".to_owned());
            }
            0 | 1 => {}
            _ => wrong.push("a code was good twice".to_owned()),
        }
    }
    for code in &told.in_flight {
        if twice(api, &code_grant(code))?.successes > 1 {
            wrong.push("a code in flight was good twice".to_owned());
        }
    }
    for code in &told.redeemed {
        if once(api, &code_grant(code))?.is_some_and(|status| status != 400) {
            wrong.push("a code was redeemed, and is good again".to_owned());
        }
    }
    Ok(())
}
