//! What differs between the protocols that identity providers speak. To add one: a file in `connector/`, and its two
//! lines below.

pub(crate) mod codes;
pub(crate) mod saml;

use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest as Request, HttpResponse};
use cloakroom_federation::departure::{Marks, Wishes};
use cloakroom_federation::identity::Said;
use cloakroom_federation::preset::Protocol;
use cloakroom_federation::saml::binding::Outgoing;
use cloakroom_federation::{HttpRequest, Problem, Upstream};
use cloakroom_model::session::upstream::Upstream as CameFrom;
use cloakroom_model::{Fault, Realm, Secret};
use cloakroom_web::App;
use cloakroom_web::connector::Administered;
use cloakroom_web::web::ServiceConfig;
use serde_json::Value;

use crate::routes::visit::Visit;

/// Every connector.
static ALL: &[&dyn Connector] = &[&codes::Codes, &saml::Saml];

/// The rest of a step that may have to wait for the database, for keys or for the provider.
pub(crate) type Step<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What came to the address that a provider sends browsers back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming<'a> {
    /// The query of the address, as it was sent.
    pub(crate) query: &'a str,
    /// What was posted, and as what; `None` if nothing was.
    pub(crate) posted: Option<(&'a str, &'a [u8])>,
}

impl<'a> Incoming<'a> {
    /// What a request brings.
    pub(crate) fn of(request: &'a Request, body: Option<&'a [u8]>) -> Self {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        Self {
            query: request.query_string(),
            posted: body.map(|body| (kind, body)),
        }
    }

    /// One of these parameters is there: in the form if there is one, else in the address.
    pub(crate) fn has_one_of(&self, names: &[&str]) -> bool {
        let text = self.posted.map_or(self.query.as_bytes(), |(_, body)| body);
        let mut there = url::form_urlencoded::parse(text).map(|(name, _)| name);
        there.any(|name| names.contains(&&*name))
    }

    /// The refusal of what no provider takes, in the words of its protocol; `None` where a person may be looking, who gets
    /// a page.
    pub(crate) fn complaint(&self, status: StatusCode) -> Option<HttpResponse> {
        let mut all = ALL.iter();
        all.find_map(|connector| connector.complaint(self, status))
    }
}

/// The steps of a sign-in, and of its end, in which one protocol differs from another. What all of them share is
/// done around them: departures that count once, whose browser it is, first sign-ins, links, mappers and events.
pub(crate) trait Connector: Administered {
    /// It is the one for presets of this protocol.
    fn speaks(&self, protocol: Protocol) -> bool;

    /// Adds addresses that no other protocol has.
    fn configure(&self, cfg: &mut ServiceConfig);

    /// What a browser takes to the provider; the error says whose turn it is.
    fn depart<'a>(
        &'a self,
        visit: &'a Visit,
        upstream: &'a Upstream,
        marks: &'a Marks<'a>,
        wishes: &'a Wishes,
    ) -> Step<'a, Result<Result<Outgoing, Problem>, Fault>>;

    /// It is the kind of answer that such a provider sends, whatever it is worth.
    fn takes(&self, incoming: &Incoming<'_>) -> bool;

    /// The refusal of a message of this protocol that a program has sent, to a provider that there is not; `None` for
    /// everything else.
    fn complaint(&self, _: &Incoming<'_>, _: StatusCode) -> Option<HttpResponse> {
        None
    }

    /// Redeems an answer, or does what else the provider wants.
    fn receive<'a>(
        &'a self,
        visit: &'a Visit,
        alias: String,
        incoming: Incoming<'a>,
    ) -> Step<'a, HttpResponse>;

    /// The status of the page for an answer that is not believed: the provider's fault where it was asked, and that of
    /// the request where the browser itself brought the answer.
    fn unbelieved(&self) -> StatusCode;

    /// A logout here takes the browser to the provider, because the session came from there.
    fn is_left(&self, upstream: &Upstream, from: &CameFrom) -> bool;

    /// The page or redirect that ends a session at its provider, and the name that the answer has to bring; `None` if
    /// the browser has nowhere to go.
    fn leave<'a>(
        &'a self,
        visit: &'a Visit,
        upstream: &'a Upstream,
        from: &'a CameFrom,
    ) -> Step<'a, Result<Option<(HttpResponse, String)>, Fault>>;

    /// The request that ends a session at its provider without a browser, from what was kept of the session; `None` if
    /// there is nothing to send.
    fn tell<'a>(
        &'a self,
        at: (&'a App, &'a Arc<Realm>),
        upstream: &'a Upstream,
        kept: &'a Secret,
    ) -> Step<'a, Result<Option<HttpRequest>, Fault>>;

    /// Newer tokens for those that were kept, with the name of an assertion that nobody has used before; `None` where
    /// what is kept is as good as it gets.
    fn renew<'a>(
        &'a self,
        at: (&'a App, &'a Arc<Realm>),
        upstream: &'a Upstream,
        kept: (&'a Value, &'a str),
    ) -> Step<'a, Result<Result<Option<Value>, Problem>, Fault>>;

    /// What the provider said of somebody, as a trial shows it.
    fn shown(&self, said: &Said) -> Value;
}

/// The connector of a protocol; `None` if nobody speaks it, which no row of the presets means.
fn find(protocol: Protocol) -> Option<&'static dyn Connector> {
    let mut all = ALL.iter().copied();
    all.find(|connector| connector.speaks(protocol))
}

/// The connector of a provider.
///
/// # Errors
/// If there is none, which is a mistake in a row of the presets.
pub(crate) fn of(upstream: &Upstream) -> Result<&'static dyn Connector, Fault> {
    let missing = || Fault::corrupt("a preset names a protocol that no connector speaks");
    find(upstream.preset.protocol).ok_or_else(missing)
}

/// The same, for what the admin API asks of it.
pub(crate) fn administered(protocol: Protocol) -> Option<&'static dyn Administered> {
    let found = find(protocol)?;
    Some(found)
}

/// Adds the addresses that connectors have for themselves.
pub(super) fn configure(cfg: &mut ServiceConfig) {
    for connector in ALL {
        connector.configure(cfg);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloakroom_federation::preset;

    #[test]
    fn every_preset_has_one_connector() {
        for preset in preset::ALL {
            let speak = ALL.iter().filter(|one| one.speaks(preset.protocol));

            assert_eq!(speak.count(), 1, "{}", preset.id);
        }
    }
}
