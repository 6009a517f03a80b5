//! Every path of the console, and the way of a request to its page.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_admin::inside::Inside;
use cloakroom_web::App;
use cloakroom_web::web::{self, Bytes, Data, PayloadConfig, ServiceConfig};

use crate::desk::{self, Desk};
use crate::problem::Problem;
use crate::{page, sign_in};

/// What a page answers with; a problem becomes a page of its own.
pub(crate) type Shown = Result<HttpResponse, Problem>;

/// What a page does.
pub(crate) type Work = fn(Rc<Desk>) -> Pin<Box<dyn Future<Output = Shown>>>;

/// The largest form, in bytes.
const FORM: usize = 1024 * 1024;
/// The largest form with a file in it: a realm with its people.
const FILE: usize = 64 * 1024 * 1024;

/// One address of a page below the realm that it is about.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    show: Option<Work>,
    change: Option<Work>,
    most: usize,
}

impl Route {
    /// An address that shows something.
    pub(crate) const fn show(path: &'static str, work: Work) -> Self {
        Self {
            path,
            show: Some(work),
            change: None,
            most: FORM,
        }
    }

    /// An address that changes something.
    pub(crate) const fn change(path: &'static str, work: Work) -> Self {
        Self {
            path,
            show: None,
            change: Some(work),
            most: FORM,
        }
    }

    /// The form that is sent here changes something.
    pub(crate) const fn and_change(mut self, work: Work) -> Self {
        self.change = Some(work);
        self
    }

    /// The form holds a file.
    pub(crate) const fn with_file(mut self) -> Self {
        self.most = FILE;
        self
    }
}

/// Adds the console.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.app_data(Data::new(Inside::default()));
    for path in ["/admin", "/admin/"] {
        cfg.route(path, web::get().to(front_door));
    }
    sign_in::configure(cfg);
    for route in page::ALL.iter().flat_map(|pages| pages.iter().copied()) {
        let path = format!("/admin/{{home}}/console/{{realm}}{}", route.path);
        let mut resource = web::resource(path).app_data(PayloadConfig::new(route.most));
        if let Some(work) = route.show {
            let serve = move |request, body| serve(request, body, work);
            resource = resource.route(web::get().to(serve));
        }
        if let Some(work) = route.change {
            let serve = move |request, body| serve(request, body, work);
            resource = resource.route(web::post().to(serve));
        }
        cfg.service(resource);
    }
    let lost = move |request, body| {
        serve(request, body, |_| {
            Box::pin(async { Err(Problem::not_found()) })
        })
    };
    cfg.route(
        "/admin/{home}/console/{realm}/{rest:.*}",
        web::get().to(lost),
    );
}

/// What an address says in the places that a route names, still percent-encoded.
pub(crate) type Parts = Vec<(&'static str, String)>;

/// What shows the page at a path below the realm, with the parts of that.
pub(crate) fn page_at(path: &str) -> Option<(Work, Parts)> {
    let mut routes = page::ALL.iter().flat_map(|pages| pages.iter());
    routes.find_map(|route| Some((route.show?, parts(route.path, path)?)))
}

/// The parts of a path that has the form of a route's.
fn parts(route: &'static str, path: &str) -> Option<Parts> {
    if route.split('/').count() != path.split('/').count() {
        return None;
    }
    let mut found = Parts::new();
    for (known, part) in route.split('/').zip(path.split('/')) {
        let named = known
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        let Some(named) = named else {
            if known == part {
                continue;
            }
            return None;
        };
        let (name, choice) = named.split_once(':').unwrap_or((named, ""));
        let is_one = choice.is_empty() || choice.split('|').any(|one| one == part);
        if part.is_empty() || !is_one {
            return None;
        }
        found.push((name, part.to_owned()));
    }
    Some(found)
}

/// Keycloak's front door: the console of `master`.
async fn front_door(app: Data<App>) -> HttpResponse {
    let base = crate::frame::base_path(&app);
    let to = format!("{base}/admin/master/console");
    HttpResponse::Found().insert_header((LOCATION, to)).finish()
}

async fn serve(request: HttpRequest, body: Bytes, work: Work) -> HttpResponse {
    let is_change = request.method() == Method::POST;
    let desk = match Desk::open(request, &body).await {
        Ok(desk) => Rc::new(desk),
        Err(answer) => return answer,
    };
    if is_change && !desk.is_own_form() {
        return Problem::foreign().page(&desk);
    }
    match work(Rc::clone(&desk)).await {
        Ok(answer) => answer,
        Err(problem) if is_change => desk::again(desk, &problem).await,
        Err(problem) => problem.page(&desk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_form_of_a_route_or_not() {
        for (route, path, expected) in [
            ("/groups", "/groups", Some(vec![])),
            ("/groups", "/roles", None),
            ("/groups", "/groups/", None),
            ("/groups/{id}", "/groups/a%20b", Some(vec![("id", "a%20b")])),
            ("/groups/{id}", "/groups/", None),
            ("/groups/{id}", "/groups/a/b", None),
            (
                "/{owner:clients|client-scopes}/{id}/mappers",
                "/clients/a/mappers",
                Some(vec![("owner", "clients"), ("id", "a")]),
            ),
            (
                "/{owner:clients|client-scopes}/{id}/mappers",
                "/groups/a/mappers",
                None,
            ),
            // What stands for anything may have a bar in it.
            ("/groups/{id}", "/groups/a|b", Some(vec![("id", "a|b")])),
        ] {
            let owned = |found: Vec<(&'static str, &str)>| {
                let pairs = found.into_iter();
                pairs.map(|(name, part)| (name, part.to_owned())).collect()
            };
            assert_eq!(parts(route, path), expected.map(owned), "{route} {path}");
        }
    }

    #[test]
    fn of_two_routes_the_first_counts() {
        let (_, found) = page_at("/users/new").unwrap();

        assert_eq!(found, Parts::new());
        assert!(page_at("/users/bulk").is_some_and(|(_, parts)| parts.len() == 1));
        assert!(page_at("/nothing").is_none());
    }
}
