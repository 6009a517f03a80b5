//! Credentials in all the forms that Keycloak's files have had.

use cloakroom_model::credential::{
    self, Credential, PASSKEY, PASSWORD, PASSWORD_HISTORY, RECOVERY_CODES, SECURITY_KEY,
};
use cloakroom_model::id::{CredentialId, UserId};
use cloakroom_model::user::fold;
use cloakroom_model::{Cx, Secret, Timestamp};
use serde_json::json;

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::unknown;
use crate::read::Object;

/// All members that a credential's representation has.
const FIELDS: &[&str] = &[
    "algorithm",
    "config",
    "counter",
    "createdDate",
    "credentialData",
    "device",
    "digits",
    "federationLink",
    "hashIterations",
    "hashedSaltedValue",
    "id",
    "period",
    "priority",
    "salt",
    "secretData",
    "temporary",
    "type",
    "userLabel",
    "value",
];

/// What a credential was made of before it had `credentialData` and `secretData`.
const OLD: [&str; 8] = [
    "algorithm",
    "counter",
    "digits",
    "hashIterations",
    "hashedSaltedValue",
    "period",
    "salt",
    "value",
];

/// What makes codes, under the names that it has had.
const CODES: [&str; 3] = ["otp", "totp", "hotp"];

/// What else has a name and is no password.
const ELSE: [&str; 4] = [PASSKEY, PASSWORD_HISTORY, RECOVERY_CODES, SECURITY_KEY];

/// The first credential's place in the order, and the distance between two, as in Keycloak.
const STEP: i64 = 10;

/// Stores a user's credentials, in the order of the file; true if a password is to be changed.
pub(super) fn import(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    user: &UserId,
    parent: &Part<'_>,
) -> Result<bool> {
    let mut temporary = false;
    let mut priority = 0;
    let sent = parent.objects("credentials")?;
    let counts = sent.iter().rposition(|one| is_plain(one));
    for (place, object) in sent.into_iter().enumerate() {
        let part = Part::new(object, "users[].credentials[]", parent.who);
        part.report_unknown(FIELDS, import.report);
        if is_plain(object) && counts != Some(place) {
            let why = "another password in the clear stands behind it, and the last one counts";
            import.report.drop(part.place, part.who, why);
            continue;
        }
        for member in ["device", "config", "federationLink"] {
            let why = "has no meaning for the credentials of Keycloak 8 and later";
            part.report_dropped(member, why, import.report);
        }
        priority += STEP;
        if part
            .number("priority")?
            .is_some_and(|said| said != priority)
        {
            let how = "the order of the file counts";
            let place = part.place_of("priority");
            import.report.approximate(&place, part.who, how);
        }
        let Some((kind, credential_data, secret_data)) = texts(import, &part)? else {
            continue;
        };
        if kind == PASSWORD {
            temporary |= part.switch("temporary")?.unwrap_or(false);
            if let Err(why) = import
                .ready
                .rules
                .check_hash(&credential_data, &secret_data)
            {
                let how = format!("kept, but no sign-in can verify it: {why}");
                import.report.approximate(part.place, part.who, how);
            }
        }
        let is_key = [SECURITY_KEY, PASSKEY].contains(&kind.as_str());
        if is_key && let Err(why) = import.ready.rules.check_public_key(&credential_data) {
            let how = format!("kept, but no sign-in can verify it: {why}");
            import.report.approximate(part.place, part.who, how);
        }
        unknown::credential(import, &part, &kind);
        let created = part.number("createdDate")?.filter(|millis| *millis >= 0);
        let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
        let stored = Credential {
            id: CredentialId::new(id),
            kind,
            label: part.text("userLabel")?,
            created_at: created.map_or(cx.now, Timestamp::from_millis),
            priority,
            credential_data,
            secret_data: Secret::new(secret_data),
        };
        if !credential::insert_new(cx, user, &stored)? {
            let why = format!("the id of a credential of user {} is in use", part.who);
            return Err(ImportError::taken(why));
        }
        import.report.map("credentials");
    }
    Ok(temporary)
}

/// Kind, `credentialData` and `secretData`; `None` if there is nothing to store.
fn texts(import: &mut Import<'_>, part: &Part<'_>) -> Result<Option<(String, String, String)>> {
    if is_plain(part.object) {
        return plain(import, part).map(Some);
    }
    let kind = part.name("type")?;
    let data = (text(part, "credentialData")?, text(part, "secretData")?);
    if let (Some(data), secret) = data {
        // The members of a credential before Keycloak 8, which stand beside those of now in no file that Keycloak writes.
        for member in OLD {
            let why = "credentialData and secretData say it";
            part.report_dropped(member, why, import.report);
        }
        let secret = secret.unwrap_or_else(|| "{}".to_owned());
        if secret.contains(super::clients::MASK) {
            import
                .report
                .drop(part.place, part.who, "it is masked in the file");
            return Ok(None);
        }
        return Ok(Some((kind, data, secret)));
    }
    let is_code = CODES.contains(&kind.as_str());
    if let Some(hash) = part.text("hashedSaltedValue")? {
        // Before Keycloak 8 the secret that codes are made of stood where the hash of a password does.
        return match is_code {
            true => old_otp(part, &kind, &hash).map(Some),
            false => old_hash(part, &kind, &hash).map(Some),
        };
    }
    let value = part.text("value")?;
    match value.filter(|text| !text.is_empty()) {
        Some(value) if is_code => old_otp(part, &kind, &value).map(Some),
        Some(_) => {
            let why = format!("a credential of type {kind} has no value of its own");
            import.report.drop(part.place, part.who, why);
            Ok(None)
        }
        None => {
            let why = "it has neither a hash nor a value";
            import.report.drop(part.place, part.who, why);
            Ok(None)
        }
    }
}

/// A password in the clear, which was hashed before the transaction.
fn plain(import: &mut Import<'_>, part: &Part<'_>) -> Result<(String, String, String)> {
    let hashed = import.ready.hashes.get(&fold(part.who));
    let hashed = hashed.ok_or_else(|| part.wrong("value", "the user's only password"))?;
    let how = "it stands in the file in the clear, and was hashed";
    import.report.approximate(part.place, part.who, how);
    let kind = part.text("type")?.unwrap_or_default();
    if kind != PASSWORD {
        let how = match kind.as_str() {
            "" => "none is given; it became a password, as Keycloak takes any value in the clear"
                .to_owned(),
            kind => format!("{kind} became a password, as Keycloak takes any value in the clear"),
        };
        let place = part.place_of("type");
        import.report.approximate(&place, part.who, how);
    }
    let hashed = hashed.clone();
    Ok((
        PASSWORD.to_owned(),
        hashed.credential_data,
        hashed.secret_data,
    ))
}

/// A text that holds JSON; some tools write the JSON itself.
fn text(part: &Part<'_>, member: &str) -> Result<Option<String>> {
    match part.object.get(member) {
        Some(value @ serde_json::Value::Object(_)) => Ok(Some(value.to_string())),
        _ => Ok(part.text(member)?.filter(|text| !text.is_empty())),
    }
}

/// The form of files from before Keycloak 8: hash, salt, iterations and algorithm are members of the
/// credential itself.
fn old_hash(part: &Part<'_>, kind: &str, hash: &str) -> Result<(String, String, String)> {
    let algorithm = part
        .text("algorithm")?
        .unwrap_or_else(|| "pbkdf2".to_owned());
    let data = json!({
        "hashIterations": part.number("hashIterations")?.unwrap_or(1),
        "algorithm": algorithm,
        "additionalParameters": {},
    });
    let secret = json!({
        "value": hash,
        "salt": part.text("salt")?.unwrap_or_default(),
        "additionalParameters": {},
    });
    Ok((kind.to_owned(), data.to_string(), secret.to_string()))
}

fn old_otp(part: &Part<'_>, kind: &str, value: &str) -> Result<(String, String, String)> {
    let sub_type = if kind == "hotp" { "hotp" } else { "totp" };
    let data = json!({
        "subType": sub_type,
        "digits": part.number("digits")?.unwrap_or(6),
        "counter": part.number("counter")?.unwrap_or(0),
        "period": part.number("period")?.unwrap_or(30),
        "algorithm": part.text("algorithm")?.unwrap_or_else(|| "HmacSHA1".to_owned()),
    });
    let secret = json!({"value": value});
    Ok(("otp".to_owned(), data.to_string(), secret.to_string()))
}

/// A credential that stands in the file as a password in the clear: Keycloak takes any value for one. One that says that it
/// is something else that is known is taken at its word.
pub(super) fn is_plain(credential: &Object) -> bool {
    let is = |member: &str| credential.get(member).is_some_and(|value| !value.is_null());
    let kind = credential.get("type").and_then(|kind| kind.as_str());
    let is_else = kind.is_some_and(|kind| CODES.contains(&kind) || ELSE.contains(&kind));
    let is_value = match credential.get("value") {
        None | Some(serde_json::Value::Null) => false,
        Some(serde_json::Value::String(text)) => !text.is_empty(),
        Some(value) => value.is_number() || value.is_boolean(),
    };
    is_value && !is_else && !is("credentialData") && !is("hashedSaltedValue")
}
