//! Client scopes, and which of them new clients get. The client templates of old files become scopes.

use cloakroom_model::Cx;
use cloakroom_model::id::ScopeId;
use cloakroom_model::scope::{self, Scope};

use super::Import;
use super::error::{ImportError, Result};
use super::known::KnownScope;
use super::lenient::Part;
use super::mappers;
use crate::blueprint;
use crate::client::PROTOCOLS;
use crate::client_scope as shape;
use crate::read::Object;

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    let given = sent
        .object
        .get("clientScopes")
        .is_some_and(|list| !list.is_null());
    if given {
        for object in sent.objects("clientScopes")? {
            insert(cx, import, object, "clientScopes[]")?;
        }
    } else {
        for made in blueprint::insert_scopes(cx)? {
            import.known.add_made_scope(&made);
        }
    }
    for object in sent.objects("clientTemplates")? {
        let name = insert(cx, import, object, "clientTemplates[]")?;
        let how = "became a client scope that its clients have by default";
        import.report.approximate("clientTemplates[]", &name, how);
    }
    let lists = [
        ("defaultDefaultClientScopes", true),
        ("defaultOptionalClientScopes", false),
    ];
    for (member, is_default) in lists {
        let Some(names) = sent.texts_if_given(member)? else {
            continue;
        };
        for name in names {
            give(cx, import, (member, &name), is_default)?;
        }
    }
    Ok(())
}

/// Lets new clients have a scope.
fn give(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    named: (&str, &str),
    is_default: bool,
) -> Result<()> {
    let (member, name) = named;
    let Some(known) = import.known.scopes.get_mut(name) else {
        let why = "there is no client scope of this name in the file";
        import.report.drop(member, name, why);
        return Ok(());
    };
    known.given = Some(is_default);
    let realm = cx.realm.id.as_str().to_owned();
    Ok(scope::link(cx, &realm, &known.id.clone(), is_default)?)
}

fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    object: &Object,
    place: &str,
) -> Result<String> {
    // The spaces of a template's name would be several scopes in a request.
    let name = Part::new(object, place, "").name("name")?;
    let name = if place.starts_with("clientTemplates") {
        name.replace(' ', "_")
    } else {
        name
    };
    let part = Part::new(object, place, &name);
    if import.known.scopes.contains_key(&name) {
        return Err(ImportError::taken(format!(
            "client scope {name} stands there twice"
        )));
    }
    let template = TEMPLATE
        .iter()
        .filter(|_| place.starts_with("clientTemplates"));
    let known: Vec<&str> = shape::FIELDS.iter().chain(template).copied().collect();
    part.report_unknown(&known, import.report);
    for member in TEMPLATE {
        let why = "a setting of client templates, which Keycloak 4 replaced by client scopes";
        part.report_dropped(member, why, import.report);
    }
    let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
    let scope = Scope {
        id: ScopeId::new(id),
        name: name.clone(),
        protocol: part
            .text("protocol")?
            .unwrap_or_else(|| "openid-connect".to_owned()),
        description: part.text("description")?,
        attributes: part.text_map("attributes")?,
        mappers: Vec::new(),
        scope_mappings: Vec::new(),
    };
    if !scope::insert(cx, &scope)? {
        return Err(ImportError::taken(format!(
            "the id of client scope {name} is in use"
        )));
    }
    if !PROTOCOLS.contains(&scope.protocol.as_str()) {
        let how = format!("kept, but {} is not spoken here", scope.protocol);
        let place = part.place_of("protocol");
        import.report.approximate(&place, &name, how);
    }
    mappers::import(cx, import, (scope.id.as_str(), &scope.protocol), &part)?;
    import.report.map("client scopes");
    let known = KnownScope {
        id: scope.id,
        protocol: scope.protocol,
        given: None,
    };
    import.known.scopes.insert(name.clone(), known);
    Ok(name)
}

/// What a client template had and a client scope has not.
const TEMPLATE: [&str; 9] = [
    "bearerOnly",
    "consentRequired",
    "directAccessGrantsEnabled",
    "frontchannelLogout",
    "fullScopeAllowed",
    "implicitFlowEnabled",
    "publicClient",
    "serviceAccountsEnabled",
    "standardFlowEnabled",
];
