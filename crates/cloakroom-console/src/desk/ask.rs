//! Asking the admin API, as the administrator who is signed in.

use actix_web::http::Method;
use cloakroom_admin::inside::{Call, Reply};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{Desk, encode};
use crate::problem::Problem;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The longest address that the API is asked at, in bytes.
const LONGEST: usize = 32 * 1024;

impl Desk {
    /// What the API shows at a path below the realm; the path is percent-encoded.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Problem> {
        Ok(self.reply(Method::GET, path, None, None).await?.json)
    }

    /// The same with the state that it is in.
    pub(crate) async fn get_tagged(&self, path: &str) -> Result<Reply, Problem> {
        self.reply(Method::GET, path, None, None).await
    }

    /// The same, or nothing where the administrator may not see it or where there is none.
    pub(crate) async fn get_if_allowed(&self, path: &str) -> Result<Option<Value>, Problem> {
        match self.get(path).await {
            Ok(shown) => Ok(Some(shown)),
            Err(problem) if matches!(problem.status, 403 | 404) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Makes something; answers with where it is.
    pub(crate) async fn post(&self, path: &str, sent: &Value) -> Result<Reply, Problem> {
        self.reply(Method::POST, path, Some(sent), None).await
    }

    /// Sends a form, where the API takes no JSON.
    pub(crate) async fn post_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Reply, Problem> {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields);
        let body = Some((FORM, form.finish().into_bytes()));
        let target = self.target(path);
        self.ask(Method::POST, &target, body, None).await
    }

    /// Replaces something.
    pub(crate) async fn put(&self, path: &str, sent: &Value) -> Result<Reply, Problem> {
        self.reply(Method::PUT, path, Some(sent), None).await
    }

    /// Replaces something that is still in the state that was seen.
    pub(crate) async fn put_if(
        &self,
        path: &str,
        sent: &Value,
        etag: Option<&str>,
    ) -> Result<Reply, Problem> {
        self.reply(Method::PUT, path, Some(sent), etag).await
    }

    /// Removes something.
    pub(crate) async fn delete(&self, path: &str) -> Result<Reply, Problem> {
        self.reply(Method::DELETE, path, None, None).await
    }

    /// Removes what is named in a body.
    pub(crate) async fn delete_named(&self, path: &str, sent: &Value) -> Result<Reply, Problem> {
        self.reply(Method::DELETE, path, Some(sent), None).await
    }

    async fn reply(
        &self,
        method: Method,
        path: &str,
        sent: Option<&Value>,
        etag: Option<&str>,
    ) -> Result<Reply, Problem> {
        let body = sent.map(|sent| (JSON, sent.to_string().into_bytes()));
        let target = self.target(path);
        self.ask(method, &target, body, etag).await
    }

    /// The address of a path below the realm.
    fn target(&self, path: &str) -> String {
        let slash = if path.is_empty() { "" } else { "/" };
        format!("/admin/realms/{}{slash}{path}", encode(&self.realm))
    }

    /// Asks at any address of the API.
    pub(crate) async fn ask(
        &self,
        method: Method,
        target: &str,
        body: Option<(&str, Vec<u8>)>,
        if_match: Option<&str>,
    ) -> Result<Reply, Problem> {
        // Nothing has a name that makes an address this long, and none longer can be written down.
        if target.len() > LONGEST {
            return Err(Problem::not_found());
        }
        let call = Call {
            seat: &self.seat,
            method,
            target,
            body,
            if_match,
            behind: &self.request,
        };
        let reply = self.inside.call(&self.app, call).await;
        let reply = reply.map_err(Problem::broken)?;
        match reply.status {
            200..300 => Ok(reply),
            _ => Err(Problem::of(&reply, &self.locale)),
        }
    }
}

/// A text inside JSON, by the names that lead to it with slashes between; empty if there is none. Numbers and switches
/// are written out.
pub(crate) fn text_of(json: &Value, path: &str) -> String {
    let mut here = Some(json);
    for name in path.split('/') {
        here = here.and_then(|value| value.get(name));
    }
    match here {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(on)) => on.to_string(),
        _ => String::new(),
    }
}
