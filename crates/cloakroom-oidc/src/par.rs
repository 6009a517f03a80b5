//! Pushed authorization requests (RFC 9126): the client sends the request itself, and the browser
//! carries a reference to it.

use std::borrow::Cow;
use std::sync::Arc;

use cloakroom_model::client::Client;
use cloakroom_model::pushed_request::{self, Pushed};
use cloakroom_model::{Cx, Ttl};
use serde_json::{Value, json};

use crate::authorize::{Decision, Fetched, PageError, Pushing, find_client};
use crate::client_auth::{self, Credentials};
use crate::dpop::Proof;
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::provider::Provider;

/// What every reference begins with (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Parameters that prove the client, which have no place in an authorization request.
const PROOFS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// Marks a request that an administrator tries a client with. It is kept in what is stored alone: whoever sends it is not
/// heard.
const TRIAL: &str = "cloakroom.trial";

/// The client may send a browser only with a request that it pushed.
pub(crate) fn is_required(client: &Client) -> bool {
    client.settings.has("require.pushed.authorization.requests")
}

/// The reference was made here.
pub fn is_reference(request_uri: &str) -> bool {
    request_uri.starts_with(PREFIX)
}

/// The refusal of a request that the browser carries itself.
pub(crate) fn required() -> (&'static str, Option<String>) {
    let text = "Pushed Authorization Request is only allowed.";
    ("invalid_request", Some(text.to_owned()))
}

impl Provider {
    /// Takes a request from a client, checked like one from a browser. The code will be bound to the key that came with it.
    /// Writes.
    pub fn push(
        &self,
        cx: &mut Cx<'_>,
        (credentials, proof): (&Credentials, &Proof),
        form: &Form,
        fetched: &Fetched,
    ) -> Result<Value> {
        let client = client_auth::prove(self, cx, credentials, form).map_err(refused)?;
        let way = Pushing {
            fetched,
            is_trial: false,
            key: proof.spend(cx)?,
        };
        self.keep(cx, client.client(), form, &way)
    }

    /// The same for an administrator who tries a client, and may change it: the answer goes to `redirect_uri`, a page of
    /// the console, whether or not the client has it. No other request may go there because of it. Whoever calls has
    /// looked at the right; the client proves itself where there are credentials. Writes.
    pub fn push_trial(
        &self,
        cx: &mut Cx<'_>,
        credentials: Option<&Credentials>,
        form: &Form,
    ) -> Result<Value> {
        let client = match credentials {
            Some(credentials) => {
                let proven = client_auth::prove(self, cx, credentials, form).map_err(refused)?;
                Arc::clone(proven.client())
            }
            None => find_client(cx, form)?.map_err(refusal)?,
        };
        let console = format!("{}/admin/", self.admin_url());
        let to = form.get("redirect_uri").unwrap_or_default();
        if !to.starts_with(&console) {
            return Err(refusal(PageError::InvalidRedirectUri));
        }
        let way = Pushing {
            fetched: &Fetched::default(),
            is_trial: true,
            key: None,
        };
        self.keep(cx, &client, form, &way)
    }

    fn keep(
        &self,
        cx: &mut Cx<'_>,
        client: &Arc<Client>,
        form: &Form,
        way: &Pushing<'_>,
    ) -> Result<Value> {
        if form.has("request_uri") {
            // RFC 9126 §2.1: a reference to another request is refused.
            let text = "It is not allowed to include request_uri to PAR.";
            return Err(OAuthError::invalid_request(text).into());
        }
        if form
            .get("client_id")
            .is_some_and(|id| id != client.client_id)
        {
            return Err(OAuthError::invalid_request("Invalid parameter: client_id").into());
        }
        let form = form.without(&PROOFS).with("client_id", &client.client_id);
        let form = self.check_pushed(cx, client, form, way)?;
        // What the client has signed may name it as well.
        let form = form.without(&[TRIAL]);
        let form = match way.is_trial {
            true => form.with(TRIAL, "true"),
            false => form,
        };
        let seconds = cx.realm.settings.attribute("parRequestUriLifespan");
        let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(60);
        let life = Ttl::seconds(i64::clamp(seconds, 5, 600));
        let pushed = Pushed {
            client: client.id.clone(),
            parameters: form.encode(),
        };
        let reference = pushed_request::insert(cx, &pushed, cx.now.plus(life))?;
        Ok(json!({
            "request_uri": format!("{PREFIX}{}", reference.expose()),
            "expires_in": life.as_seconds(),
        }))
    }

    /// RFC 9126 §2.1: what the authorization endpoint would refuse is refused at once.
    fn check_pushed(
        &self,
        cx: &mut Cx<'_>,
        client: &Arc<Client>,
        form: Form,
        way: &Pushing<'_>,
    ) -> Result<Form> {
        match self.authorize_pushed(cx, Arc::clone(client), form, way)? {
            (Decision::Ask(..), form) => Ok(form),
            (Decision::Page(error), _) => Err(refusal(error)),
            (Decision::Redirect(response), _) => {
                let said = |name: &str| {
                    let mut pairs = response.parameters.iter();
                    pairs
                        .find(|(own, _)| *own == name)
                        .map(|(_, text)| text.clone())
                };
                let code = said("error").unwrap_or_default();
                let text = Cow::Owned(said("error_description").unwrap_or_default());
                Err(OAuthError::new(known(&code), text).with_status(400).into())
            }
        }
    }

    /// The request that a browser's reference stands for, and whether it is an administrator's trial; `None` if there is
    /// none for this client.
    pub(crate) fn pulled(
        &self,
        cx: &mut Cx<'_>,
        client: &Client,
        request_uri: &str,
    ) -> Result<Option<(Form, bool)>> {
        let Some(reference) = request_uri.strip_prefix(PREFIX) else {
            return Ok(None);
        };
        match pushed_request::redeem(cx, &client.id, reference)? {
            Some(pushed) => {
                let form = Form::parse(pushed.parameters.as_bytes())?;
                Ok(Some((form.without(&[TRIAL]), form.has(TRIAL))))
            }
            None => Ok(None),
        }
    }
}

/// What a browser would be shown, for a client.
fn refusal(error: PageError) -> Error {
    let text = match error {
        PageError::MissingParameter(name) => format!("Missing parameter: {name}"),
        PageError::InvalidParameter(name) => format!("Invalid parameter: {name}"),
        PageError::InvalidRedirectUri => "Invalid parameter: redirect_uri".to_owned(),
        PageError::InvalidRequest => "Invalid request".to_owned(),
        PageError::ClientNotFound | PageError::ClientDisabled => {
            "Invalid parameter: client_id".to_owned()
        }
        PageError::BearerOnly => "Bearer-only not allowed".to_owned(),
    };
    OAuthError::invalid_request(text).into()
}

/// The codes of the authorization endpoint, for an error that a browser would have carried.
fn known(code: &str) -> &'static str {
    const CODES: [&str; 7] = [
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "login_required",
        "unmet_authentication_requirements",
        "invalid_request_object",
    ];
    let mut codes = CODES.into_iter();
    codes
        .find(|known| *known == code)
        .unwrap_or("invalid_request")
}

/// Keycloak's words for a client that did not prove itself here.
fn refused(error: Error) -> Error {
    match error {
        Error::Denied(denied) if denied.status == 401 => {
            let denied = OAuthError::invalid_request("Authentication failed.");
            denied.with_status(401).into()
        }
        other => other,
    }
}
