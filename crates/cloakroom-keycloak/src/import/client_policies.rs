//! Client policies and their profiles. What demands something of clients and is not obeyed here is named.

use cloakroom_model::realm::Settings;
use serde_json::Value;

use super::error::{ImportError, Result};
use super::lenient::Part;
use super::report::Report;
use super::{Ready, Rules};
use crate::client_policy::{can_rotate, global_profiles};
use crate::read::Object;

/// Reads what the realm keeps of them; a list that is of another form would be no policy at all to those who obey it.
pub(super) fn check(settings: &Settings, ready: &Ready<'_>, report: &mut Report) -> Result<()> {
    let member = |name: &str| settings.rest.get(name).filter(|value| !value.is_null());
    let mut known: Vec<String> = global_profiles().iter().filter_map(name_of).collect();
    if let Some(sent) = member("clientProfiles") {
        let sent = object(sent, "clientProfiles")?;
        known.extend(profiles(sent, ready.rules, report)?);
    }
    if let Some(sent) = member("clientPolicies") {
        policies(object(sent, "clientPolicies")?, &known, ready.rules, report)?;
    }
    Ok(())
}

fn name_of(profile: &Value) -> Option<String> {
    Some(profile.get("name")?.as_str()?.to_owned())
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Object> {
    let wrong = || ImportError::invalid(format!("{place} must be an object"));
    value.as_object().ok_or_else(wrong)
}

/// The names of the realm's own profiles.
fn profiles(sent: &Object, rules: &dyn Rules, report: &mut Report) -> Result<Vec<String>> {
    let part = Part::new(sent, "clientProfiles", "");
    part.report_unknown(&["profiles", "globalProfiles"], report);
    let why = "every server has the global profiles of its own version";
    part.report_dropped("globalProfiles", why, report);
    let mut names: Vec<String> = Vec::new();
    for object in part.objects("profiles")? {
        let place = "clientProfiles.profiles[]";
        let name = Part::new(object, place, "").name("name")?;
        let part = Part::new(object, place, &name);
        part.report_unknown(&["name", "description", "executors"], report);
        part.text("description")?;
        if names.contains(&name)
            || global_profiles()
                .iter()
                .any(|one| name_of(one).as_ref() == Some(&name))
        {
            return Err(ImportError::taken(format!(
                "client profile {name} stands there twice"
            )));
        }
        for executor in part.objects("executors")? {
            let place = "clientProfiles.profiles[].executors[]";
            let kind = kind_of(executor, (place, "executor"), &name, report)?;
            let who = format!("{name}/{kind}");
            if !rules.is_executor(&kind) {
                let how = format!(
                    "kept, but nothing here does what {kind} demands, and no client is held to it"
                );
                report.approximate(place, &who, how);
            } else if !can_rotate(&Value::Object(executor.clone())) {
                let how =
                    "kept, but its periods do not fit together, and no secret is rotated by them";
                report.approximate(place, &who, how);
            }
        }
        names.push(name);
    }
    Ok(names)
}

fn policies(
    sent: &Object,
    profiles: &[String],
    rules: &dyn Rules,
    report: &mut Report,
) -> Result<()> {
    let part = Part::new(sent, "clientPolicies", "");
    part.report_unknown(&["policies", "globalPolicies"], report);
    let why = "every server has the global policies of its own version";
    part.report_dropped("globalPolicies", why, report);
    let mut names: Vec<String> = Vec::new();
    for object in part.objects("policies")? {
        let place = "clientPolicies.policies[]";
        let name = Part::new(object, place, "").name("name")?;
        let part = Part::new(object, place, &name);
        part.report_unknown(
            &[
                "name",
                "description",
                "enabled",
                "mode",
                "conditions",
                "profiles",
            ],
            report,
        );
        if names.contains(&name) {
            return Err(ImportError::taken(format!(
                "client policy {name} stands there twice"
            )));
        }
        for member in ["description", "mode"] {
            part.text(member)?;
        }
        if !matches!(
            object.get("enabled"),
            None | Some(Value::Null | Value::Bool(_))
        ) {
            return Err(part.wrong("enabled", "true or false"));
        }
        for condition in part.objects("conditions")? {
            let place = "clientPolicies.policies[].conditions[]";
            let kind = kind_of(condition, (place, "condition"), &name, report)?;
            if !rules.is_condition(&kind) {
                let how = format!(
                    "kept, but nothing here knows when {kind} holds, and it has no say in when the policy applies"
                );
                report.approximate(place, &format!("{name}/{kind}"), how);
            }
        }
        for wanted in part.texts("profiles")? {
            if !profiles.contains(&wanted) {
                let how =
                    format!("kept, but there is no profile {wanted}, and no client is held to it");
                report.approximate("clientPolicies.policies[].profiles", &name, how);
            }
        }
        names.push(name);
    }
    Ok(())
}

/// The kind of an executor or a condition, whose settings are an object.
fn kind_of(object: &Object, named: (&str, &str), who: &str, report: &mut Report) -> Result<String> {
    let (place, member) = named;
    let part = Part::new(object, place, who);
    part.report_unknown(&[member, "configuration"], report);
    part.object("configuration")?;
    part.name(member)
}
