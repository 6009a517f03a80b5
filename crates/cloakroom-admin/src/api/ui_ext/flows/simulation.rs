//! What would come of somebody in a flow: the decision that the sign-in takes, with facts that an administrator gives.

use actix_web::HttpResponse;
use cloakroom_keycloak::catalog;
use cloakroom_login::further::webauthn::Policy;
use cloakroom_model::client;
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::flow::course::{self, Course, End, Facts, Stride};
use cloakroom_model::flow::{Tree, version};
use cloakroom_model::user::{self, directory};
use cloakroom_model::{Cx, organization};
use serde_json::{Value, json};

use super::{draft_of, live};
use crate::access::Admin;
use crate::api::ui_ext::VIEW_REALM;
use crate::api::{Answer, Names, Params, clients, users};
use crate::error::{AdminError, Result};

/// `of` says which steps are taken: those of the `draft`, of the version with this number, or else the live ones.
pub(super) async fn show(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW_REALM)?;
    let text = |name: &str| params.get(name).map_or("", |text| text.trim()).to_owned();
    let (username, client_id) = (text("user"), text("client"));
    if !username.is_empty() {
        admin.check(users::VIEW)?;
    }
    if !client_id.is_empty() {
        admin.check(clients::VIEW)?;
    }
    let is_on = |name: &str| params.get(name).is_some_and(|value| value == "true");
    let asked = Asked {
        of: text("of"),
        username,
        client_id,
        scope: text("scope"),
        facts: Facts {
            has_session: is_on("session"),
            has_ticket: is_on("ticket"),
            has_passkey: is_on("passkey"),
            hint: Some(text("hint")).filter(|hint| !hint.is_empty()),
            level: text("level").parse().ok(),
            ..Facts::default()
        },
    };
    let course = admin
        .read(move |cx| asked.answer(cx, path.part("flow")))
        .await?;
    Ok(HttpResponse::Ok().json(shown(&course)))
}

#[derive(Clone)]
struct Asked {
    of: String,
    username: String,
    client_id: String,
    scope: String,
    facts: Facts,
}

impl Asked {
    fn answer(&self, cx: &mut Cx<'_>, alias: &str) -> Result<Course> {
        let flow = self.tree(cx, alias)?;
        let mut facts = self.facts.clone();
        facts.has_organizations = organization::is_on(cx);
        facts.takes_passkeys = Policy::of(&cx.realm.settings, PASSKEY, "").asks_with_name;
        facts.providers = cx
            .realm
            .providers
            .iter()
            .map(|one| one.alias.clone())
            .collect();
        facts.scopes = self.scopes(cx)?;
        if !self.username.is_empty() {
            let who = user::find_for_login(cx, &self.username)?;
            let who = who.ok_or_else(|| AdminError::error(404, "User not found"))?;
            let mut person = course::person(cx, &who, &flow)?;
            if directory::find(cx, &who.id)?.is_some() {
                person.credentials.insert("password".to_owned());
            }
            facts.person = Some(person);
        }
        Ok(course::decide(&flow, &facts))
    }

    fn tree(&self, cx: &mut Cx<'_>, alias: &str) -> Result<Tree> {
        let flow = live(cx, alias)?;
        match self.of.as_str() {
            "" | "live" => Ok(flow),
            "draft" => Ok(draft_of(cx, &flow)?.tree),
            number => {
                let found = match number.parse() {
                    Ok(number) => version::find(cx, &flow.id, number)?,
                    Err(_) => None,
                };
                found.ok_or_else(|| AdminError::error(404, "The flow has no such version"))
            }
        }
    }

    /// The names of the client scopes that the client has by default, and of those that are asked for.
    fn scopes(&self, cx: &mut Cx<'_>) -> Result<Vec<String>> {
        let asked = self.scope.split_whitespace().map(str::to_owned);
        if self.client_id.is_empty() {
            return Ok(asked.collect());
        }
        let client = client::find(cx, &self.client_id)?;
        let client = client.ok_or_else(|| AdminError::error(404, "Client not found"))?;
        let named = |id| cx.realm.scope(id).map(|scope| scope.name.clone());
        let by_default = client.default_scopes.iter().filter_map(named);
        Ok(by_default.chain(asked).collect())
    }
}

fn shown(course: &Course) -> Value {
    let (end, about) = match &course.end {
        End::In => ("in", ""),
        End::Sent(alias) => ("sent", alias.as_str()),
        End::Nobody => ("nobody", ""),
        End::Refused(step) => ("refused", step.as_str()),
        End::Nothing(flow) => ("nothing", flow.as_str()),
        End::CannotRun(step) => ("cannot-run", step.as_str()),
    };
    let stride = |one: &Stride| {
        let entry = catalog::authenticator(&one.name).filter(|_| !one.is_flow);
        json!({
            "depth": one.depth,
            "name": one.name,
            "displayName": entry.map_or(one.name.as_str(), |entry| entry.name.as_str()),
            "isFlow": one.is_flow,
            "requirement": one.requirement,
            "verdict": one.verdict.name(),
            "because": one.because.why,
            "about": one.because.about,
            "isCarriedOut": one.is_flow || course::is_carried_out(&one.name),
        })
    };
    let strides: Vec<Value> = course.strides.iter().map(stride).collect();
    json!({"steps": strides, "end": end, "about": about})
}
