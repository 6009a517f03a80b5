//! The way of every request of the public port to its handler and back, in one pass: what programs ask most is answered in
//! less time than a stack of layers takes.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;

use actix_service::boxed::{self, BoxService};
use actix_service::{Service, ServiceFactory, apply, fn_factory};
use actix_web::Error;
use actix_web::HttpMessage as _;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use cloakroom_admin::{cors, etag, sent};
use cloakroom_web::answer;
use cloakroom_web::metrics::series::Series;
use cloakroom_web::paths::{Matched, Shared};
use cloakroom_web::web::{self, ServiceConfig};

use crate::address::Names;
use crate::stop::Stopping;
use crate::{mount, routes};

mod slashes;

/// Makes the front of a worker.
pub(crate) struct FrontFactory {
    mount: String,
    names: Names,
    stopping: Data<Stopping>,
    configure: fn(&mut ServiceConfig),
}

impl fmt::Debug for FrontFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrontFactory").finish_non_exhaustive()
    }
}

impl FrontFactory {
    /// The path that all addresses begin with, the names of this server, whether it ends, and what registers its paths.
    pub(crate) fn new(
        mount: String,
        names: Names,
        stopping: Data<Stopping>,
        configure: fn(&mut ServiceConfig),
    ) -> Self {
        Self {
            mount,
            names,
            stopping,
            configure,
        }
    }
}

/// Something that ends, and stays on its thread until then.
type Ends<T> = Pin<Box<dyn Future<Output = T>>>;

impl ServiceFactory<ServiceRequest> for FrontFactory {
    type Response = ServiceResponse;
    type Error = Error;
    type Config = ();
    type Service = Front;
    type InitError = ();
    type Future = Ends<Result<Front, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let (mount, names) = (self.mount.clone(), self.names.clone());
        let stopping = self.stopping.clone();
        let mut config = ServiceConfig::default();
        config.configure(self.configure);
        Box::pin(async move {
            let (paths, mut data) = config.finish(web::to(routes::not_found));
            let paths = Shared(Rc::new(paths.make().await?));
            data.insert(paths.clone());
            let inner = paths.clone();
            let api = fn_factory(move || ready(Ok::<_, ()>(inner.clone())));
            let api = apply(from_fn(sent::keep), api);
            let api = apply(from_fn(etag::guard), api);
            let api = apply(from_fn(cors::guard), api);
            let api = boxed::service(api.new_service(()).await?);
            Ok(Front(Rc::new(Inner {
                mount,
                names,
                stopping,
                paths,
                data: Rc::new(data),
                api,
                series: Series::default(),
            })))
        })
    }
}

/// What takes the requests of a worker.
#[derive(Clone)]
pub(crate) struct Front(Rc<Inner>);

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    mount: String,
    names: Names,
    stopping: Data<Stopping>,
    paths: Shared,
    /// What handlers find beside their request.
    data: Rc<Extensions>,
    /// The same paths, with the guards of the admin API around them.
    api: BoxService<ServiceRequest, ServiceResponse, Error>,
    pub(crate) series: Series,
}

impl Service<ServiceRequest> for Front {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Ends<Result<ServiceResponse, Error>>;

    actix_service::always_ready!();

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let inner = &self.0;
        request.add_data_container(Rc::clone(&inner.data));
        mount::enter(&inner.mount, &mut request);
        inner.names.choose(&mut request);
        slashes::normalize(&mut request);
        Box::pin(crate::observe::observe(Rc::clone(inner), request))
    }
}

impl Inner {
    /// Answers a request; the pattern of its path is left in `pattern`.
    pub(crate) async fn answer(
        &self,
        request: ServiceRequest,
        is_https: bool,
        pattern: &mut Option<Rc<str>>,
    ) -> Result<ServiceResponse, Error> {
        let (mut request, body) = match answer::begin(request, is_https) {
            Ok(begun) => begun,
            Err(refusal) => return Ok(refusal),
        };
        let path = request.path();
        let is_api = path.starts_with("/admin/") || path.starts_with("/resources/");
        let answer = if let Some(refusal) = slashes::refuse(path) {
            request.into_response(refusal)
        } else if is_api {
            let answer = self.api.call(request).await?;
            let matched = answer.request().extensions().get::<Matched>().cloned();
            *pattern = matched.map(|Matched(pattern)| pattern);
            answer
        } else {
            let found = self.paths.0.find(&mut request);
            *pattern = found.pattern.cloned();
            found.answer(request).await?
        };
        let mut answer = answer::end(answer, body, is_https);
        if self.stopping.has_begun() {
            // A client that keeps its connection would send the next request into its end.
            let head = answer.response_mut().head_mut();
            head.set_connection_type(ConnectionType::Close);
        }
        Ok(answer)
    }
}
