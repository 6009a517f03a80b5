//! The rows of the tables: what is sent, what differs from an honest request, and what is expected.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::scene::Scene;
use super::{invariant, outcome};
use crate::http::Request;

/// A new row in one of these files is a new test.
const TABLES: &[&str] = &[
    include_str!("authorize.toml"),
    include_str!("par.toml"),
    include_str!("token.toml"),
    include_str!("exchange.toml"),
    include_str!("inspect.toml"),
    include_str!("uma.toml"),
    include_str!("logout.toml"),
    include_str!("login.toml"),
    include_str!("admin.toml"),
    include_str!("wire.toml"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    request: Vec<Row>,
}

/// One hostile request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The number of the catalogue, with a letter where it names several.
    pub(super) id: String,
    /// What is wrong with the request.
    pub(super) why: String,
    /// The honest request that this one differs from: a name of [`Scene::honest`].
    to: String,
    /// Another method.
    method: Option<String>,
    /// Another path, and perhaps a query. The parameters are added to it as before.
    path: Option<String>,
    /// Parameters in place of the honest ones, or more.
    #[serde(default)]
    set: BTreeMap<String, Value>,
    /// Parameters that are not sent.
    #[serde(default)]
    remove: Vec<String>,
    /// Header lines in place of the honest ones, or more. `Name: None` takes one away.
    #[serde(default)]
    headers: Vec<String>,
    /// Another body, whatever the parameters are.
    body: Option<Value>,
    /// The user has a session in this browser.
    #[serde(default)]
    signed_in: bool,
    /// Any one of these is right; the words are those of [`outcome::is`].
    expect: Vec<String>,
    /// The answer holds all of these.
    #[serde(default)]
    shows: Vec<String>,
    /// Headers that the answer may not have.
    #[serde(default)]
    lacks_headers: Vec<String>,
    /// The right answer lets somebody in: the request was strange, and not wrong.
    #[serde(default)]
    issues: bool,
}

/// A value of a parameter. `${NAME}` in a text is replaced by what the scene has under that name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    /// The parameter is there as often.
    Several(Vec<String>),
    /// The same text many times over.
    Repeated {
        repeat: String,
        times: usize,
        /// Not repeated, before it.
        #[serde(default)]
        after: String,
    },
}

/// All rows of all tables.
pub(super) fn rows() -> Vec<Row> {
    let tables = TABLES.iter().map(|text| toml::from_str::<Table>(text));
    tables
        .flat_map(|table| table.expect("the table can be read").request)
        .collect()
}

impl Value {
    fn texts(&self, scene: &Scene) -> Vec<String> {
        match self {
            Self::Text(text) => vec![scene.filled(text)],
            Self::Several(texts) => texts.iter().map(|text| scene.filled(text)).collect(),
            Self::Repeated {
                repeat,
                times,
                after,
            } => vec![format!("{after}{}", repeat.repeat(*times))],
        }
    }
}

impl Row {
    /// Sends the request and checks the answer.
    pub(super) fn play(&self, scene: &Scene) {
        let mut answer = self.send(scene);
        for _ in 0..2 {
            if answer.took > invariant::SLOWEST {
                answer = self.send(scene);
            }
        }
        assert!(answer.took <= invariant::SLOWEST, "{:?}", answer.took);
        let is_expected = self.expect.iter().any(|words| outcome::is(words, &answer));
        assert!(is_expected, "not {:?}: {answer:?}", self.expect);
        for shown in &self.shows {
            let shown = scene.filled(shown);
            assert!(
                answer.body.contains(&shown),
                "{shown} is not in {}",
                answer.body
            );
        }
        for name in &self.lacks_headers {
            assert_eq!(answer.header(name), None, "{name}");
        }
        if !self.issues {
            invariant::check_nothing_issued(&answer);
        }
    }

    fn send(&self, scene: &Scene) -> crate::http::Answer {
        let mut honest = scene.honest(&self.to);
        let mut sent = Vec::new();
        for name in &self.remove {
            honest.parameters.retain(|(known, _)| known != name);
        }
        for (name, value) in &self.set {
            honest.parameters.retain(|(known, _)| known != name);
            for text in value.texts(scene) {
                sent.push(text.clone());
                honest.parameters.push((name.clone(), text));
            }
        }
        if let Some(path) = &self.path {
            honest.path = scene.filled(path);
            sent.push(honest.path.clone());
        }
        if let Some(method) = &self.method {
            honest.method.clone_from(method);
        }
        let mut request: Request = honest.request();
        let lines: Vec<String> = self.headers.iter().map(|line| scene.filled(line)).collect();
        let split = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header is `Name: value`");
            (name.to_owned(), value.to_owned())
        };
        let lines: Vec<(String, String)> = lines.iter().map(|line| split(line)).collect();
        let is_replaced = |name: &str| lines.iter().any(|(new, _)| new.eq_ignore_ascii_case(name));
        request.headers.retain(|(name, _)| !is_replaced(name));
        // `Name: None` takes a header away.
        request
            .headers
            .extend(lines.into_iter().filter(|(_, value)| value != "None"));
        sent.extend(request.headers.iter().map(|(_, value)| value.clone()));
        if let Some(body) = &self.body {
            request.body = body.texts(scene).pop().map(String::into_bytes);
        }
        if self.signed_in {
            request = request.with("Cookie", &scene.cookies());
        }
        scene.send(&request, &sent)
    }
}
