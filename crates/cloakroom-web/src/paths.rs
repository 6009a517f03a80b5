//! Which handler has which path: registered as with actix-web, found in a tree of segments.
//!
//! actix-web compares a path with its patterns one after the other, and each worker compiles them all; with hundreds of paths
//! that is most of an idle server's memory, and much of a short answer's time. What may be written in a path is the same:
//! `{name}` for a segment, `{name:one|other}` for one of these, and `{name:.*}` at the end for all of the rest.

use std::fmt;
use std::rc::Rc;

use actix_web::dev::Extensions;
use actix_web::web::to;
use actix_web::{HttpResponse, Route};

mod table;
mod tree;

pub use table::{Found, Matched, Shared, Table, TableFactory};

/// Takes paths and their handlers.
#[derive(Default)]
pub struct ServiceConfig {
    places: Vec<Resource>,
    /// What every path of a scope begins with.
    prefix: String,
    data: Extensions,
}

impl fmt::Debug for ServiceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceConfig").finish_non_exhaustive()
    }
}

impl ServiceConfig {
    /// A handler for a path. What its guards refuse goes on to whatever else has this path.
    pub fn route(&mut self, path: &str, route: Route) -> &mut Self {
        let mut place = resource(path).route(route);
        place.passes_on = true;
        self.service(place)
    }

    /// A path with all its handlers. What none of them takes is refused there.
    pub fn service(&mut self, mut resource: Resource) -> &mut Self {
        for pattern in &mut resource.patterns {
            pattern.insert_str(0, &self.prefix);
        }
        self.places.push(resource);
        self
    }

    /// Takes what `configure` registers.
    pub fn configure(&mut self, configure: impl FnOnce(&mut Self)) -> &mut Self {
        configure(self);
        self
    }

    /// Takes what `configure` registers, below a common beginning.
    pub fn scope(&mut self, prefix: &str, configure: impl FnOnce(&mut Self)) -> &mut Self {
        let length = self.prefix.len();
        self.prefix.push_str(prefix);
        configure(self);
        self.prefix.truncate(length);
        self
    }

    /// Something that handlers find beside their request.
    pub fn app_data<T: 'static>(&mut self, data: T) -> &mut Self {
        self.data.insert(data);
        self
    }

    /// What was registered, with `other` for a path that is none, and what handlers find beside their request.
    pub fn finish(self, other: Route) -> (TableFactory, Extensions) {
        (TableFactory::new(self.places, other), self.data)
    }
}

/// Only the paths that `configure` registers, as a service; any other one is not found.
///
/// # Errors
///
/// A handler cannot be made; actix-web says nothing more about it.
pub async fn only(configure: fn(&mut ServiceConfig)) -> Result<Shared, ()> {
    let mut config = ServiceConfig::default();
    config.configure(configure);
    let (paths, _) = config.finish(to(async || HttpResponse::NotFound()));
    Ok(Shared(Rc::new(paths.make().await?)))
}

/// A path, or several that are the same, with its handlers.
pub struct Resource {
    patterns: Vec<String>,
    routes: Vec<Route>,
    other: Option<Route>,
    data: Option<Extensions>,
    /// Whether a request that no handler takes may be another place's.
    passes_on: bool,
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("patterns", &self.patterns)
            .finish_non_exhaustive()
    }
}

/// Begins a path that takes nothing yet.
pub fn resource(paths: impl Patterns) -> Resource {
    Resource {
        patterns: paths.into_patterns(),
        routes: Vec::new(),
        other: None,
        data: None,
        passes_on: false,
    }
}

impl Resource {
    /// A handler; the first whose guards agree is asked.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// The handler of what no other one takes.
    #[must_use]
    pub fn default_service(mut self, route: Route) -> Self {
        self.other = Some(route);
        self
    }

    /// Something that the handlers of this path find beside their request.
    #[must_use]
    pub fn app_data<T: 'static>(mut self, data: T) -> Self {
        self.data.get_or_insert_default().insert(data);
        self
    }
}

/// One path or several.
pub trait Patterns {
    /// The paths in the order in which they were written.
    fn into_patterns(self) -> Vec<String>;
}

impl Patterns for &str {
    fn into_patterns(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl Patterns for &String {
    fn into_patterns(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl Patterns for String {
    fn into_patterns(self) -> Vec<String> {
        vec![self]
    }
}

impl<T: Into<String>, const N: usize> Patterns for [T; N] {
    fn into_patterns(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}
