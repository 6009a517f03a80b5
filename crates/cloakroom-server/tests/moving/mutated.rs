//! A real realm changed at random places and posted: it comes in whole, or is refused with nothing left of it.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::server::{Installation, json as file};

/// How many changes are tried, and how long at most.
const CHANGES: u64 = 150;
const LONGEST: Duration = Duration::from_secs(30);

/// Values that nobody expects, whatever they stand for.
fn strange(dice: &mut StdRng) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!(" "),
        json!("true"),
        json!("a\u{0}b"),
        json!("x".repeat(300)),
        json!("x".repeat(70_000)),
        json!("\u{1f600}".repeat(200)),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!({"a": null}),
        json!({"": ""}),
        json!("${x"),
        json!("**********"),
        json!("../.."),
        json!("a/b"),
        json!("%00"),
        json!("'; DROP"),
        json!("-1"),
        json!({"id": "x", "name": "y"}),
    ];
    all[dice.random_range(0..all.len())].clone()
}

/// The places of a value, by JSON pointer.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| (name.replace('~', "~0").replace('/', "~1"), inner))
            .collect(),
        Value::Array(list) => (0..)
            .zip(list)
            .map(|(at, inner): (usize, &Value)| (at.to_string(), inner))
            .collect(),
        _ => Vec::new(),
    };
    for (name, inner) in inside {
        let place = format!("{here}/{name}");
        found.push(place.clone());
        places(inner, &place, found);
    }
}

/// Changes one to three places: another value, one from elsewhere, nothing, or the same once more.
fn change(dice: &mut StdRng, realm: &mut Value) {
    for _ in 0..dice.random_range(1..4) {
        let mut all = Vec::new();
        places(realm, "", &mut all);
        let any = |dice: &mut StdRng| all[dice.random_range(0..all.len())].clone();
        let (place, other) = (any(dice), any(dice));
        let (parent, name) = place.rsplit_once('/').unwrap();
        let last = &place[parent.len()..];
        let name = name.replace("~1", "/").replace("~0", "~");
        let new = match dice.random_range(0..4) {
            0 => realm.pointer(&other).unwrap().clone(),
            _ => strange(dice),
        };
        match (realm.pointer_mut(parent).unwrap(), dice.random_range(0..5)) {
            (Value::Object(members), 0) => drop(members.remove(&name)),
            (Value::Array(list), 0) => list.push(list[name.parse::<usize>().unwrap()].clone()),
            (outside, _) => *outside.pointer_mut(last).unwrap() = new,
        }
    }
}

#[tokio::test]
async fn a_changed_realm_comes_in_whole_or_not_at_all() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let begin = Instant::now();
    let (mut came, mut refused) = (0, 0);
    let mut token = server.administrator().await;
    for seed in 0..CHANGES {
        if begin.elapsed() > LONGEST {
            break;
        }
        if seed % 20 == 0 {
            // A token of an administrator lasts for a minute.
            token = server.administrator().await;
        }
        let mut realm = file("acme-realm.json");
        change(&mut StdRng::seed_from_u64(seed), &mut realm);
        let asked = Instant::now();

        let (status, answer) = server
            .admin(&token, ("POST", ""), Some(&realm.to_string()))
            .await;

        let said = answer.to_string();
        assert!(
            status < 500 && status != 401,
            "seed {seed}: {status} {said}"
        );
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(20), "seed {seed}: {took:?}");
        let name = realm["realm"].as_str().unwrap_or_default().to_owned();
        if name.is_empty() || name.len() > 50 || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            assert!(status != 201 || !name.is_empty(), "seed {seed}: {said}");
            continue;
        }
        let path = format!("/{name}");
        if status == 201 {
            came += 1;
            let export =
                format!("{path}/partial-export?exportClients=true&exportGroupsAndRoles=true");
            let (exported, why) = server.admin(&token, ("POST", &export), Some("")).await;
            assert_eq!(exported, 200, "seed {seed}: {why:.300}");
            let (gone, why) = server.admin(&token, ("DELETE", &path), None).await;
            assert_eq!(gone, 204, "seed {seed}: {why}");
        } else {
            refused += 1;
            let (there, _) = server.admin(&token, ("GET", &path), None).await;
            let manager = format!("/master/clients?clientId={name}-realm");
            let (_, manager) = server.admin(&token, ("GET", &manager), None).await;
            assert_eq!(
                (there, manager),
                (404, json!([])),
                "seed {seed}: {status} {said}"
            );
        }
    }
    assert!(
        came > 3 && refused > 3,
        "{came} came in, {refused} were refused"
    );
}
