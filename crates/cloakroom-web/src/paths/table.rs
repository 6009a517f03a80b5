//! The handlers of all paths, and the way of a request to its own.

use std::fmt;
use std::rc::Rc;

use actix_service::{Service, ServiceFactory};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{Error, HttpMessage as _, HttpResponse, Route};

use super::Resource;
use super::tree::Tree;

/// A handler with its guards, ready to be called.
type Handler = <Route as ServiceFactory<ServiceRequest>>::Service;

/// What answers, once a handler was found.
type Answering = <Handler as Service<ServiceRequest>>::Future;

/// The methods that a path may take.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// The paths of a worker before their handlers are made.
pub struct TableFactory {
    places: Vec<Resource>,
    other: Route,
}

impl fmt::Debug for TableFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableFactory").finish_non_exhaustive()
    }
}

impl TableFactory {
    pub(super) fn new(places: Vec<Resource>, other: Route) -> Self {
        Self { places, other }
    }

    /// Makes the handlers.
    ///
    /// # Errors
    ///
    /// A handler cannot be made; actix-web says nothing more about it.
    #[expect(
        clippy::future_not_send,
        reason = "handlers stay on the thread of their worker"
    )]
    pub async fn make(self) -> Result<Table, ()> {
        let mut tree = Tree::default();
        let mut places = Vec::with_capacity(self.places.len());
        for (number, resource) in self.places.into_iter().enumerate() {
            for pattern in &resource.patterns {
                tree.insert(pattern, number);
            }
            let mut routes = Vec::with_capacity(resource.routes.len());
            for route in &resource.routes {
                routes.push(route.new_service(()).await?);
            }
            let other = match &resource.other {
                Some(other) => Some(other.new_service(()).await?),
                None => None,
            };
            places.push(Place {
                pattern: resource
                    .patterns
                    .into_iter()
                    .next()
                    .unwrap_or_default()
                    .into(),
                routes,
                other,
                data: resource.data.map(Rc::new),
                passes_on: resource.passes_on,
            });
        }
        let other = self.other.new_service(()).await?;
        Ok(Table {
            tree,
            places,
            other,
        })
    }
}

/// A path with its handlers.
struct Place {
    pattern: Rc<str>,
    routes: Vec<Handler>,
    other: Option<Handler>,
    data: Option<Rc<Extensions>>,
    passes_on: bool,
}

impl Place {
    /// The handler of a request, which is looked for as GET where it is HEAD and nothing takes that.
    fn handler(&self, request: &mut ServiceRequest) -> Option<&Handler> {
        let fitting = self.routes.iter().find(|route| route.check(request));
        let is_safe = request.match_info().as_str().starts_with("/admin/realms");
        if fitting.is_some() || request.method() != Method::HEAD || !is_safe {
            return fitting;
        }
        // RFC 9110 §9.3.2: HEAD is answered as GET is, without the content, which is left out as it is sent.
        request.head_mut().method = Method::GET;
        self.routes.iter().find(|route| route.check(request))
    }
}

/// All paths of a worker with their handlers.
pub struct Table {
    tree: Tree,
    places: Vec<Place>,
    other: Handler,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

impl Table {
    /// Looks for the handler of a request's path, and gives the request what the path says and the handler needs.
    pub fn find(&self, request: &mut ServiceRequest) -> Found<'_> {
        let mut after = None;
        let mut refusing = None;
        while let Some(end) = self.tree.find(request.match_info().as_str(), after) {
            after = Some(end.place);
            let Some(place) = self.places.get(end.place) else {
                break;
            };
            let handler = place.handler(request).or(place.other.as_ref());
            if handler.is_none() {
                // Whoever asks for the methods of a path is told them, wherever another one would be passed on to.
                if place.passes_on && request.method() != Method::OPTIONS {
                    continue;
                }
                refusing = Some(&place.pattern);
                break;
            }
            for number in 0..end.count() {
                let part = end.part(request.match_info().as_str(), number);
                if let Some((name, text)) = part {
                    let text = text.to_owned();
                    request.match_info_mut().add_static(name, text);
                }
            }
            if let Some(data) = &place.data {
                request.add_data_container(Rc::clone(data));
            }
            let leads = Leads::To(handler.unwrap_or(&self.other));
            let pattern = Some(&place.pattern);
            return Found { pattern, leads };
        }
        match refusing {
            Some(pattern) => Found {
                pattern: Some(pattern),
                leads: Leads::Nowhere(self.methods(request)),
            },
            None => Found {
                pattern: None,
                leads: Leads::To(&self.other),
            },
        }
    }

    /// The methods that a request's path takes, as `Allow` names them (RFC 9110 §10.2.1).
    fn methods(&self, request: &mut ServiceRequest) -> String {
        let asked = request.method().clone();
        let mut taken = Vec::new();
        for method in &METHODS {
            request.head_mut().method = method.clone();
            let mut after = None;
            while let Some(end) = self.tree.find(request.match_info().as_str(), after) {
                after = Some(end.place);
                let Some(place) = self.places.get(end.place) else {
                    break;
                };
                if place.handler(request).is_some() || *method == Method::OPTIONS {
                    taken.push(method.as_str());
                    break;
                }
                if !place.passes_on {
                    break;
                }
            }
        }
        request.head_mut().method = asked;
        taken.join(", ")
    }
}

/// Where a request's path leads.
pub struct Found<'a> {
    /// The pattern that the path has; `None` where it is no path of ours.
    pub pattern: Option<&'a Rc<str>>,
    leads: Leads<'a>,
}

/// What answers a request.
enum Leads<'a> {
    /// A handler.
    To(&'a Handler),
    /// The path takes these methods, and not the one that was asked for.
    Nowhere(String),
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("pattern", &self.pattern)
            .finish_non_exhaustive()
    }
}

impl Found<'_> {
    /// Lets the handler answer.
    pub fn answer(&self, request: ServiceRequest) -> Answering {
        let allowed = match &self.leads {
            Leads::To(handler) => return handler.call(request),
            Leads::Nowhere(allowed) => allowed.clone(),
        };
        Box::pin(async {
            // RFC 9110 §9.3.7: who asks for the methods of a path is told them.
            let answer = match *request.method() == Method::OPTIONS {
                true => HttpResponse::Ok().insert_header((ALLOW, allowed)).finish(),
                // Keycloak's words for a method that an address does not take. RFC 9110 §15.5.6 demands the others.
                false => HttpResponse::MethodNotAllowed()
                    .insert_header((ALLOW, allowed))
                    .json(serde_json::json!({"error": "HTTP 405 Method Not Allowed"})),
            };
            Ok(request.into_response(answer))
        })
    }
}

/// A table that several share, as a service of its own. The pattern that fits is left in the request's extensions.
#[derive(Clone, Debug)]
pub struct Shared(pub Rc<Table>);

/// The pattern of the path that a request has.
#[derive(Clone, Debug)]
pub struct Matched(pub Rc<str>);

impl Service<ServiceRequest> for Shared {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Answering;

    actix_service::always_ready!();

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let found = self.0.find(&mut request);
        if let Some(pattern) = found.pattern {
            let matched = Matched(Rc::clone(pattern));
            request.extensions_mut().insert(matched);
        }
        found.answer(request)
    }
}
