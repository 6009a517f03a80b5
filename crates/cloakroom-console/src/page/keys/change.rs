//! What is changed about keys: a new one, the next step of one, its rank, its replacement in an emergency.

use std::rc::Rc;

use serde_json::{Value, json};

use super::ring::{Key, Ring, Step};
use super::{MANAGE, page};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::problem::Problem;
use crate::routes::Shown;

/// The kinds of key that can be made: the provider, the name of the setting that says which, its value, the algorithm.
pub(super) const KINDS: [(&str, &str, &str, &str); 10] = [
    ("rsa-generated", "algorithm", "RS256", "RS256"),
    ("rsa-generated", "algorithm", "PS256", "PS256"),
    ("ecdsa-generated", "ecdsaEllipticCurveKey", "P-256", "ES256"),
    ("ecdsa-generated", "ecdsaEllipticCurveKey", "P-384", "ES384"),
    ("ecdsa-generated", "ecdsaEllipticCurveKey", "P-521", "ES512"),
    (
        "eddsa-generated",
        "eddsaEllipticCurveKey",
        "Ed25519",
        "EdDSA",
    ),
    ("rsa-enc-generated", "algorithm", "RSA-OAEP", "RSA-OAEP"),
    (
        "rsa-enc-generated",
        "algorithm",
        "RSA-OAEP-256",
        "RSA-OAEP-256",
    ),
    ("hmac-generated", "algorithm", "HS512", "HS512"),
    ("aes-generated", "secretSize", "16", "AES"),
];

/// Makes a key of an algorithm that comes before all others; it signs at once or not yet.
async fn make(desk: &Desk, ring: &Ring, algorithm: &str, signs: bool) -> Result<(), Problem> {
    let kind = KINDS.iter().find(|(.., own)| *own == algorithm);
    let (provider, name, value, words) = kind.ok_or_else(Problem::not_found)?;
    let realm = desk.get("").await?;
    let highest = ring.keys.iter().map(|key| key.priority).max();
    let priority = highest.unwrap_or(0).saturating_add(10);
    let component = json!({
        "name": format!("{words} {priority}"),
        "providerId": provider,
        "providerType": "org.keycloak.keys.KeyProvider",
        "parentId": realm.get("id"),
        "config": {
            *name: [value],
            "priority": [priority.to_string()],
            "enabled": ["true"],
            "active": [signs.to_string()],
        },
    });
    desk.post("components", &component).await?;
    Ok(())
}

/// Makes a key that is published and does not sign yet.
pub(super) async fn publish(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let ring = Ring::read(&desk).await?;
    let algorithm = desk.form.get("algorithm").unwrap_or_default();
    make(&desk, &ring, algorithm, false).await?;
    desk.go("/keys", &Flash::done("done-published"))
}

/// Takes a key to its next state; where somebody would notice, only if its id was typed.
pub(super) async fn step(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let ring = Ring::read(&desk).await?;
    let key = ring.find(&desk.part("id"))?;
    let step = Step::of(desk.form.get("step").unwrap_or_default());
    let step = step.ok_or_else(Problem::not_found)?;
    if ring.ready_at(key, step).is_some() && !is_sure(&desk, key) {
        return unsure(&desk, key);
    }
    bring(&desk, key, step).await?;
    match step {
        Step::Delete => desk.go("/keys", &Flash::done("done-removed")),
        _ => desk.go("/keys", &Flash::done("done-saved")),
    }
}

fn is_sure(desk: &Desk, key: &Key) -> bool {
    desk.form.trimmed("sure") == key.kid
}

fn unsure(desk: &Desk, key: &Key) -> Shown {
    desk.go(&page(&key.id, ""), &Flash::failed("done-key-unsure"))
}

fn path(key: &Key) -> String {
    format!("components/{}", encode(&key.id))
}

async fn bring(desk: &Desk, key: &Key, step: Step) -> Result<(), Problem> {
    let (enabled, active) = match step {
        Step::Active => ("true", "true"),
        Step::Passive => ("true", "false"),
        Step::Disabled => ("false", "false"),
        Step::Delete => {
            desk.delete(&path(key)).await?;
            return Ok(());
        }
    };
    set(desk, key, &[("enabled", enabled), ("active", active)]).await
}

async fn set(desk: &Desk, key: &Key, settings: &[(&str, &str)]) -> Result<(), Problem> {
    let now = desk.get_tagged(&path(key)).await?;
    let mut component = now.json;
    if let Some(config) = component.get_mut("config").and_then(Value::as_object_mut) {
        for (name, value) in settings {
            config.insert((*name).to_owned(), json!([value]));
        }
    }
    desk.put_if(&path(key), &component, now.etag.as_deref())
        .await?;
    Ok(())
}

/// Of one algorithm, the active key with the greatest number signs.
pub(super) async fn rank(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let ring = Ring::read(&desk).await?;
    let key = ring.find(&desk.part("id"))?;
    let number: Result<i64, _> = desk.form.trimmed("priority").parse();
    let number = number.map_err(|_| Problem::invalid(desk.text("keys-priority-number")))?;
    set(&desk, key, &[("priority", &number.to_string())]).await?;
    desk.go(&page(&key.id, ""), &Flash::done("done-saved"))
}

/// Puts a new key in a key's place at once: what the old one has signed is refused from now on.
pub(super) async fn replace(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let ring = Ring::read(&desk).await?;
    let key = ring.find(&desk.part("id"))?;
    if !is_sure(&desk, key) {
        return unsure(&desk, key);
    }
    let component = desk.get(&path(key)).await?;
    let is_known = KINDS.iter().any(|(.., own)| *own == key.algorithm);
    let algorithm = match is_known {
        true => key.algorithm.clone(),
        false => text_of(&component, "providerId"),
    };
    // In this order the realm is never without a key that signs.
    make(&desk, &ring, &algorithm, true).await?;
    bring(&desk, key, Step::Disabled).await?;
    desk.go("/keys", &Flash::done("done-key-replaced"))
}
