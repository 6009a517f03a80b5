//! A connection to a directory as an administrator tries it, before or after its settings are stored.

use cloakroom_federation::Problem;
use cloakroom_federation::directory::Directory;
use cloakroom_federation::directory::line::{Line, Question};
use cloakroom_keycloak::identity_provider::MASK;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::component::{Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_web::App;
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::components::found;
use crate::error::{AdminError, Result};

/// How far a trial goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// The directory is reached, and its certificate is its own.
    Connect,
    /// It takes the name and password that searches are made with.
    Bind,
}

/// The settings that a trial takes.
const SETTINGS: [&str; 6] = [
    "connectionUrl",
    "authType",
    "bindDn",
    "bindCredential",
    "startTls",
    "connectionTimeout",
];

/// Makes a directory of what was sent. A masked password is the stored one, for the same server and the same name alone:
/// else it could be sent to anybody.
async fn directory(admin: &Admin, sent: &Object) -> Result<Directory> {
    let mut config = Config::new();
    for name in SETTINGS {
        let text = match sent.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(on)) => on.to_string(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        config.insert(name.to_owned(), vec![text]);
    }
    let masked = config.get("bindCredential") == Some(&vec![MASK.to_owned()]);
    if masked {
        let id = read::text(sent, "componentId")?
            .unwrap_or_default()
            .to_owned();
        let stored = admin.read(move |cx| found(cx, &id)).await?;
        let is_same = ["connectionUrl", "bindDn"].iter().all(|name| {
            let sent = config.get(*name).and_then(|all| all.first());
            sent.map(String::as_str) == stored.text(name)
        });
        if !is_same {
            let why = "Type the password again: the address or the name is another one";
            return Err(AdminError::message(400, why));
        }
        let password = stored.text("bindCredential").unwrap_or_default().to_owned();
        config.insert("bindCredential".to_owned(), vec![password]);
    }
    let component = Component {
        id: ComponentId::new("trial"),
        parent_id: String::new(),
        name: None,
        provider_id: "ldap".to_owned(),
        provider_type: cloakroom_federation::directory::FAMILY.to_owned(),
        sub_type: None,
        config,
        secrets: Config::new(),
    };
    Ok(Directory::of(component, &[]))
}

/// Keycloak's word for what went wrong. The log says more; whoever asks learns nothing of the network.
fn refused(problem: &Problem) -> AdminError {
    use cloakroom_federation::Blame;
    tracing::info!(%problem, "a directory was tried");
    let word = match problem.blame {
        Blame::Settings => "NamingError",
        Blame::Unreachable => "SocketReset",
        Blame::Refused => "AuthenticationFailure",
        Blame::Untrusted => "CommunicationError",
    };
    AdminError::message(400, word)
}

/// Tries a connection.
pub(crate) async fn connect(admin: &Admin, sent: &Object, trial: Trial) -> Result<()> {
    let directory = directory(admin, sent).await?;
    let network = &*admin.app.outbound;
    let done = match trial {
        Trial::Connect => Line::open(&directory, network).await,
        Trial::Bind => Line::open_to_search(&directory, network).await,
    };
    done.map(|_| ()).map_err(|problem| refused(&problem))
}

/// What a directory says that it can do (RFC 4512 §5.1).
pub(crate) async fn capabilities(admin: &Admin, sent: &Object) -> Result<Vec<Value>> {
    const KINDS: [(&str, &str); 3] = [
        ("supportedControl", "CONTROL"),
        ("supportedExtension", "EXTENSION"),
        ("supportedFeatures", "FEATURE"),
    ];
    let directory = directory(admin, sent).await?;
    let root = ask_root(&admin.app, &directory, &KINDS.map(|(name, _)| name)).await;
    // Keycloak has one word for all that can go wrong here.
    let root = root.map_err(|problem| {
        tracing::info!(%problem, "a directory was asked what it can do");
        AdminError::message(400, "ldapServerCapabilities error")
    })?;
    let mut all = Vec::new();
    for (attribute, kind) in KINDS {
        let known = root.iter().flat_map(|entry| entry.texts(attribute));
        all.extend(known.map(|oid| json!({"oid": oid, "type": kind})));
    }
    Ok(all)
}

async fn ask_root(
    app: &App,
    directory: &Directory,
    attributes: &[&str],
) -> std::result::Result<Vec<cloakroom_federation::directory::entry::Entry>, Problem> {
    let mut line = Line::open_to_search(directory, &*app.outbound).await?;
    let question = Question::about_root(attributes);
    Ok(line.search(&question, (0, Vec::new()), 1).await?.entries)
}
