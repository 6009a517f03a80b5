//! The draft of a flow: its steps are changed while the flow goes on as it is, tried in the simulator, and published.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{MANAGE, compare, level, requirement, requirements, simulator, steps_of, ways_card};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

/// Where the API has it.
pub(super) fn path(desk: &Desk) -> String {
    format!("ui-ext/flows/{}/draft", encode(&desk.part("alias")))
}

fn page(desk: &Desk) -> String {
    format!("/flows/{}/draft", encode(&desk.part("alias")))
}

pub(super) fn tabs(desk: &Desk, has_draft: bool, is_draft: bool) -> Vec<Step> {
    if !has_draft {
        return Vec::new();
    }
    let live = desk.url(&format!("/flows/{}", encode(&desk.part("alias"))));
    vec![
        Step::new(desk.text("flow-live"), live).current(!is_draft),
        Step::new(desk.text("flow-draft"), desk.url(&page(desk))).current(is_draft),
    ]
}

/// The button that begins one.
pub(super) fn begin_action(desk: &Desk) -> Action {
    let url = desk.url(&format!("{}/begin", page(desk)));
    Action::button(desk.text("flow-draft-begin"), url).primary()
}

pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.post(&path(&desk), &json!({})).await?;
    desk.go(&page(&desk), &Flash::done("done-flow-draft-begun"))
}

pub(super) async fn discard(desk: Rc<Desk>) -> Shown {
    let alias = desk.part("alias");
    desk.delete(&path(&desk)).await?;
    let then = format!("/flows/{}", encode(&alias));
    desk.go(&then, &Flash::done("done-flow-draft-discarded"))
}

pub(super) async fn publish(desk: Rc<Desk>) -> Shown {
    let alias = desk.part("alias");
    let revision: Option<i64> = desk.form.trimmed("revision").parse().ok();
    let overwrites = desk.form.get("overwrite").is_some();
    let forces = desk.form.get("force").is_some();
    let sent = json!({"revision": revision, "overwrite": overwrites, "force": forces});
    match desk.post(&format!("{}/publish", path(&desk)), &sent).await {
        Ok(reply) => {
            let version = text_of(&reply.json, "version");
            let then = format!("/flows/{}", encode(&alias));
            desk.go(&then, &Flash::done("done-flow-published").about(&version))
        }
        Err(problem) if problem.status == 409 => shown(&desk, &problem.text).await,
        Err(problem) => Err(problem),
    }
}

/// One change of the steps.
pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let mut sent = Map::new();
    let names = ["change", "step", "into", "provider", "alias", "requirement"];
    for name in names {
        if let Some(value) = desk.form.get(name) {
            sent.insert(name.to_owned(), json!(value.trim()));
        }
    }
    let revision: Option<i64> = desk.form.trimmed("revision").parse().ok();
    sent.insert("revision".to_owned(), json!(revision));
    if let Some(settings) = desk.form.get("settings") {
        sent.insert("config".to_owned(), settings_of(settings));
    }
    let path = format!("{}/changes", path(&desk));
    match desk.post(&path, &Value::Object(sent)).await {
        Ok(_) => desk.go(&page(&desk), &Flash::done("done-saved")),
        Err(problem) if matches!(problem.status, 400 | 409) => shown(&desk, &problem.text).await,
        Err(problem) => Err(problem),
    }
}

/// A setting a line, its name before the first `=`.
fn settings_of(lines: &str) -> Value {
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    let pairs = pairs.map(|(name, value)| (name.trim().to_owned(), json!(value.trim())));
    Value::Object(pairs.collect())
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    shown(&desk, "").await
}

async fn shown(desk: &Desk, problem: &str) -> Shown {
    let alias = desk.part("alias");
    let draft = desk.get(&path(desk)).await?;
    let live = desk.get(&steps_of(&alias)).await?;
    let steps = draft.get("steps").cloned().unwrap_or_default();
    let is = |name: &str| draft.get(name).and_then(Value::as_bool) == Some(true);
    let may_manage = desk.may(MANAGE);
    let mut heading = Heading::new(&alias)
        .under(desk.text("nav-flows"), desk.url("/flows"))
        .lead(desk.text("flow-draft-lead"))
        .pill(Pill::info(desk.text("flow-draft")))
        .tabs(tabs(desk, true, true));
    if is("isBehind") {
        heading = heading.pill(Pill::warn(desk.text("flow-draft-behind")));
    }
    let mut card = steps_card(desk, &draft, &steps, may_manage);
    if !problem.is_empty() {
        card = card.problem(problem.to_owned());
    }
    let revision = text_of(&draft, "revision");
    let mut publish = Ask::new(
        desk,
        "publish",
        desk.url(&format!("{}/publish", page(desk))),
        desk.text("flow-publish"),
    )
    .primary()
    .input(Input::hidden("revision", &revision));
    if is("isBehind") {
        let words = desk.text("flow-publish-over");
        publish = publish.input(Input::check("overwrite", words, false));
    }
    if is("locksOut") {
        let words = desk.text("flow-locks-out-anyway");
        publish = publish.input(Input::check("force", words, false));
    }
    let discard = Ask::new(
        desk,
        "discard",
        desk.url(&format!("{}/discard", page(desk))),
        desk.text("flow-draft-discard"),
    )
    .danger();
    let compared = Card::new("compare", desk.text("flow-compare"))
        .lead(desk.text("flow-compare-lead"))
        .table(
            compare::table(desk, &live, &steps),
            desk.text("flow-compare-same"),
        )
        .ask(may_manage && is("isChanged"), publish)
        .ask(may_manage, discard);
    Stack::new(desk.frame(heading))
        .card(card)
        .card(simulator::card(desk, "draft").await?)
        .card(compared)
        .card(add_card(desk, &revision, &steps).await?)
        .card(ways_card(desk, &steps))
        .show(desk)
}

fn steps_card(desk: &Desk, draft: &Value, steps: &Value, may_manage: bool) -> Card {
    let revision = text_of(draft, "revision");
    let url = desk.url(&page(desk));
    let all: Vec<&Value> = steps.as_array().into_iter().flatten().collect();
    let rows = all.iter().map(|one| {
        let mut cells = vec![
            Cell::inset(level(one), text_of(one, "displayName"), ""),
            Cell::Pills(vec![requirement(one)]),
            Cell::muted(sentence(desk, one)),
        ];
        if may_manage {
            let id = text_of(one, "id");
            let buttons = [
                ("raise", "flow-earlier"),
                ("lower", "flow-later"),
                ("duplicate", "flow-duplicate"),
                ("remove", "flow-remove"),
            ];
            for (change, key) in buttons {
                let fields = [
                    ("step", id.as_str()),
                    ("change", change),
                    ("revision", &revision),
                ];
                cells.push(Cell::button(desk.text(key), url.clone(), &fields));
            }
        }
        Row::of(cells)
    });
    let mut columns = vec!["flow-step", "flow-requirement", "flow-condition"];
    if may_manage {
        columns.extend([
            "flow-earlier",
            "flow-later",
            "flow-duplicate",
            "flow-remove",
        ]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("flow-steps"), columns, rows.collect());
    let card = Card::new("steps", desk.text("flow-steps"))
        .table(table.with_token(desk.csrf()), desk.text("flow-empty"));
    if all.is_empty() {
        return card;
    }
    let require = Ask::new(desk, "require", url, desk.text("save"))
        .input(Input::hidden("change", "require"))
        .input(Input::hidden("revision", &revision))
        .input(Input::select("step", desk.text("flow-step"), names(&all)))
        .input(Input::select(
            "requirement",
            desk.text("flow-requirement"),
            requirements(),
        ));
    card.ask(may_manage, require)
}

/// The steps by what they are called, those inside others after dashes.
fn names(all: &[&Value]) -> Vec<(String, String)> {
    let name = |one: &&Value| {
        let dashes = "– ".repeat(level(one));
        let words = format!("{dashes}{}", text_of(one, "displayName"));
        (text_of(one, "id"), words)
    };
    all.iter().map(name).collect()
}

/// What a condition looks at, or which settings a step has.
fn sentence(desk: &Desk, one: &Value) -> String {
    let set = |name: &str| text_of(one, &format!("config/{name}"));
    let negated = |name: &str| set(name) == "true";
    let (key, about) = match text_of(one, "providerId").as_str() {
        "conditional-user-role" if negated("negate") => ("flow-if-role-not", set("condUserRole")),
        "conditional-user-role" => ("flow-if-role", set("condUserRole")),
        "conditional-user-attribute" if negated("not") => {
            ("flow-if-attribute-not", set("attribute_name"))
        }
        "conditional-user-attribute" => ("flow-if-attribute", set("attribute_name")),
        "conditional-client-scope" if negated("negate") => {
            ("flow-if-scope-not", set("client_scope"))
        }
        "conditional-client-scope" => ("flow-if-scope", set("client_scope")),
        "conditional-level-of-authentication" => ("flow-if-level", set("loa-condition-level")),
        "conditional-sub-flow-executed" => ("flow-if-sub-flow", set("flow_to_check")),
        "conditional-user-configured" => ("flow-if-configured", String::new()),
        "conditional-credential" => ("flow-if-credential", set("credentials")),
        _ => {
            let config = one.get("config").and_then(Value::as_object);
            let pairs = config.into_iter().flatten();
            let pairs = pairs
                .map(|(name, value)| format!("{name} = {}", value.as_str().unwrap_or_default()));
            return pairs.collect::<Vec<_>>().join(", ");
        }
    };
    desk.text_with(key, "about", about)
}

/// The forms by which a draft gets more steps, flows and settings.
async fn add_card(desk: &Desk, revision: &str, steps: &Value) -> Result<Card, Problem> {
    let may_manage = desk.may(MANAGE);
    let known = desk.get("authentication/authenticator-providers").await?;
    let known = known.as_array().into_iter().flatten();
    let known = known.map(|one| (text_of(one, "id"), text_of(one, "displayName")));
    let mut known: Vec<(String, String)> = known.collect();
    known.sort_by(|one, other| one.1.cmp(&other.1));
    let all: Vec<&Value> = steps.as_array().into_iter().flatten().collect();
    let is_flow = |one: &&&Value| one.get("authenticationFlow") == Some(&Value::Bool(true));
    let flows: Vec<&Value> = all.iter().filter(is_flow).copied().collect();
    let mut into = vec![(String::new(), desk.part("alias"))];
    into.extend(names(&flows));
    let ask = |id: &'static str, change: &str, key: &str| {
        Ask::new(desk, id, desk.url(&page(desk)), desk.text(key))
            .input(Input::hidden("change", change))
            .input(Input::hidden("revision", revision))
    };
    let requirement =
        || Input::select("requirement", desk.text("flow-requirement"), requirements());
    let within = || Input::select("into", desk.text("flow-into"), into.clone());
    let add = ask("add", "add", "flow-add")
        .input(Input::select("provider", desk.text("flow-step"), known))
        .input(within())
        .input(requirement());
    let add_flow = ask("add-flow", "add-flow", "flow-add-flow")
        .input(Input::text("alias", desk.text("column-name"), ""))
        .input(within())
        .input(requirement());
    let single: Vec<&Value> = all.iter().filter(|one| !is_flow(one)).copied().collect();
    let card = Card::new("add-card", desk.text("flow-add")).lead(desk.text("flow-add-lead"));
    let card = card.ask(may_manage, add).ask(may_manage, add_flow);
    if single.is_empty() {
        return Ok(card);
    }
    let configure = ask("configure", "configure", "flow-configure")
        .input(Input::select(
            "step",
            desk.text("flow-step"),
            names(&single),
        ))
        .input(Input::long("settings", desk.text("flow-settings"), ""));
    Ok(card.ask(may_manage, configure))
}
