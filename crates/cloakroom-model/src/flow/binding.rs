//! Which flow a client's people sign in by: the client's own, or else the realm's.

use std::sync::Arc;

use super::Tree;
use crate::client::Client;
use crate::id::FlowId;
use crate::realm;
use crate::snapshot::Realm;

/// The realm's settings that name a flow by its alias, each with the flow that it means where it is not set.
pub const BINDINGS: [(&str, &str); 7] = [
    ("browserFlow", "browser"),
    ("registrationFlow", "registration"),
    ("directGrantFlow", "direct grant"),
    ("resetCredentialsFlow", "reset credentials"),
    ("clientAuthenticationFlow", "clients"),
    ("dockerAuthenticationFlow", "docker auth"),
    ("firstBrokerLoginFlow", "first broker login"),
];

/// What kind the flow has to be of that a realm uses for this: made of steps for clients, or for people.
#[must_use]
pub fn kind_for(binding: &str) -> &'static str {
    match binding {
        "clientAuthenticationFlow" => "client-flow",
        _ => "basic-flow",
    }
}

/// The name of the flow that a realm uses for this; an empty text counts as nothing that is set.
#[must_use]
pub fn bound_alias<'a>(settings: &'a realm::Settings, binding: &str) -> &'a str {
    let set = settings.rest.get(binding).and_then(|alias| alias.as_str());
    let default = BINDINGS.iter().find(|(name, _)| *name == binding);
    match set.filter(|alias| !alias.is_empty()) {
        Some(alias) => alias,
        None => default.map_or("", |(_, default)| default),
    }
}

/// What a flow is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Somebody is at a browser.
    Browser,
    /// A client sends a name and a password.
    DirectGrant,
}

impl Use {
    /// The realm's setting, and the client's.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Browser => ("browserFlow", "browser"),
            Self::DirectGrant => ("directGrantFlow", "direct_grant"),
        }
    }
}

/// A client or a realm is bound to a flow that is gone: its id or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone(pub String);

impl Realm {
    /// The flow that a client's people sign in by. Where it is gone no other takes its place: that might ask for less.
    pub fn bound(&self, to: Use, client: Option<&Client>) -> Result<Arc<Tree>, Gone> {
        let (setting, own) = to.names();
        let overrides = client.and_then(|client| {
            client
                .settings
                .rest
                .get("authenticationFlowBindingOverrides")
        });
        let own = overrides.and_then(|all| all.get(own)?.as_str());
        if let Some(id) = own.filter(|id| !id.is_empty()) {
            let found = self.flows.tree(&FlowId::new(id));
            return found.ok_or_else(|| Gone(id.to_owned()));
        }
        let alias = bound_alias(&self.settings, setting);
        let found = self.flows.named(alias);
        found.ok_or_else(|| Gone(alias.to_owned()))
    }

    /// A client's people may meet this step at a browser.
    #[must_use]
    pub fn has_browser_step(&self, client: Option<&Client>, authenticator: &str) -> bool {
        let flow = self.bound(Use::Browser, client);
        flow.is_ok_and(|flow| flow.step(authenticator).is_some())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flow::{Book, Flow, Shelf};
    use crate::id::RealmId;
    use crate::realm::{RealmRow, Settings};

    /// A realm with flows of these names, and this setting.
    fn realm(flows: &[&str], browser: Option<&str>) -> Realm {
        let mut settings = Settings::default();
        if let Some(alias) = browser {
            let alias = json!(alias);
            settings.rest.insert("browserFlow".to_owned(), alias);
        }
        let flow = |alias: &&str| Flow {
            id: FlowId::new(*alias),
            alias: (*alias).to_owned(),
            description: None,
            provider_id: "basic-flow".to_owned(),
            top_level: true,
            built_in: false,
        };
        let row = RealmRow {
            id: RealmId::new("1"),
            name: "acme".to_owned(),
            enabled: true,
            version: 1,
            settings,
        };
        Realm {
            flows: Shelf::of(Book::of(flows.iter().map(flow).collect())),
            ..Realm::empty(row)
        }
    }

    #[test]
    fn no_other_flow_takes_the_place_of_one_that_is_gone() {
        let bound = |flows: &[&str], browser: Option<&str>| {
            let found = realm(flows, browser).bound(Use::Browser, None);
            found.map(|flow| flow.alias.clone())
        };
        let gone = |alias: &str| Err(Gone(alias.to_owned()));
        let there = |alias: &str| Ok(alias.to_owned());
        let both = ["browser", "strict"];
        assert_eq!(bound(&both, Some("strict")), there("strict"));
        assert_eq!(bound(&both, None), there("browser"));
        assert_eq!(bound(&both, Some("")), there("browser"));
        assert_eq!(bound(&["browser"], Some("strict")), gone("strict"));
        assert_eq!(bound(&["strict"], Some("")), gone("browser"));
        assert_eq!(bound(&[], None), gone("browser"));
        let nowhere = realm(&both, Some("nowhere"));
        assert!(!nowhere.has_browser_step(None, "auth-cookie"));
    }
}
