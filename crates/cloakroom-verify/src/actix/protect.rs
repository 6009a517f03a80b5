//! What a scope of routes demands: the middleware.
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpRequest};

use super::{Caller, Refusal};

/// A middleware that lets nobody pass without an accepted token, and what else is demanded.
///
/// ```
/// use actix_web::web;
/// use cloakroom_verify::actix::Protect;
///
/// let orders = web::scope("/orders").wrap(Protect::any().scope("orders:read").realm_role("staff"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Protect {
    demands: Rc<Vec<Demand>>,
}

#[derive(Clone, Debug)]
enum Demand {
    Scope(String),
    RealmRole(String),
    ClientRole(String, String),
}

impl Protect {
    /// Takes any token that is accepted.
    pub fn any() -> Self {
        Self::default()
    }

    /// Demands a scope as well.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.and(Demand::Scope(scope.to_owned()))
    }

    /// Demands a role of the realm as well.
    #[must_use]
    pub fn realm_role(self, role: &str) -> Self {
        self.and(Demand::RealmRole(role.to_owned()))
    }

    /// Demands a role of a client as well.
    #[must_use]
    pub fn client_role(self, client_id: &str, role: &str) -> Self {
        self.and(Demand::ClientRole(client_id.to_owned(), role.to_owned()))
    }

    fn and(mut self, demand: Demand) -> Self {
        Rc::make_mut(&mut self.demands).push(demand);
        self
    }
}

impl Demand {
    fn check(&self, caller: &Caller) -> Result<(), Refusal> {
        match self {
            Self::Scope(scope) => caller.need_scope(scope),
            Self::RealmRole(role) => caller.need_realm_role(role),
            Self::ClientRole(client, role) => caller.need_client_role(client, role),
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Protect
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Protected<S>;
    type InitError = ();
    type Future = Ready<Result<Protected<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Protected {
            service: Rc::new(service),
            demands: Rc::clone(&self.demands),
        }))
    }
}

/// The routes behind the middleware.
#[derive(Debug)]
pub struct Protected<S> {
    service: Rc<S>,
    demands: Rc<Vec<Demand>>,
}

impl<S, B> Service<ServiceRequest> for Protected<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (service, demands) = (Rc::clone(&self.service), Rc::clone(&self.demands));
        Box::pin(async move {
            // An answer and not an error, so that what is wrapped around, such as CORS, adds to it.
            if let Err(refused) = check(request.request(), &demands).await {
                return Ok(request.error_response(refused).map_into_right_body());
            }
            let answer = service.call(request).await?;
            Ok(answer.map_into_left_body())
        })
    }
}

async fn check(request: &HttpRequest, demands: &[Demand]) -> Result<(), Error> {
    let caller = Caller::of(request).await?;
    for demand in demands {
        demand.check(&caller)?;
    }
    Ok(())
}
