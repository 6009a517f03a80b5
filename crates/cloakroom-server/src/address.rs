//! The addresses that the server answers under: the public one, and on one's own machine its other names.

use std::fmt;
use std::rc::Rc;

use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::http::header::HOST;
use actix_web::web::Data;
use cloakroom_web::App;
use url::Url;

/// The other names of this server, each with the app that answers under it.
#[derive(Clone)]
pub(crate) struct Names(Vec<(String, Rc<Extensions>)>);

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Names {
    /// One for each worker: what a request carries of them never leaves its thread.
    pub(crate) fn new(others: &[(String, Data<App>)]) -> Self {
        let of = |(host, app): &(String, Data<App>)| {
            let mut data = Extensions::new();
            data.insert(app.clone());
            (host.clone(), Rc::new(data))
        };
        Self(others.iter().map(of).collect())
    }

    /// Lets the app that has the name in the request's `Host` answer it.
    ///
    /// The paths are the same under every name, so they are known once and not once for each.
    pub(crate) fn choose(&self, request: &mut ServiceRequest) {
        let Some(host) = request.headers().get(HOST) else {
            return;
        };
        let mut all = self.0.iter();
        let named = all.find(|(name, _)| name.as_bytes() == host.as_bytes());
        if let Some((_, app)) = named {
            request.add_data_container(Rc::clone(app));
        }
    }
}

/// The other names of a server whose public address is `localhost`, as host and base URL.
///
/// Clients on the same machine write any of the three, and each of them compares the issuer with
/// what it wrote. No other name is answered for: a `Host` header is the caller's to choose, and
/// would end up in links and tokens.
pub(crate) fn loopback_names(public_url: &str) -> Vec<(String, String)> {
    let Ok(url) = Url::parse(public_url) else {
        return Vec::new();
    };
    if url.scheme() != "http" || url.host_str() != Some("localhost") {
        return Vec::new();
    }
    let path = url.path().trim_end_matches('/');
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let names = ["127.0.0.1", "[::1]"].map(|name| format!("{name}{port}"));
    names
        .into_iter()
        .map(|host| (host.clone(), format!("http://{host}{path}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_on_localhost_has_other_names() {
        for (public, first) in [
            ("http://localhost:8080", Some("http://127.0.0.1:8080")),
            ("http://localhost", Some("http://127.0.0.1")),
            (
                "http://localhost:8080/auth",
                Some("http://127.0.0.1:8080/auth"),
            ),
            ("https://localhost:8443", None),
            ("https://id.example.com", None),
            ("http://localhost.example.com", None),
        ] {
            let names = loopback_names(public);

            let found = names.first().map(|(_, url)| url.as_str());
            assert_eq!(found, first, "{public}");
        }
    }
}
