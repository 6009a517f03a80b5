//! What happens around every request of the public port: its id, its line in the log, its count,
//! and an answer even where its handler panics.

use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Instant;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use actix_web::{Error, HttpResponse, ResponseError};
use cloakroom_web::App;
use cloakroom_web::request_id::{self, Current, X_REQUEST_ID};

use crate::front;

/// Wraps a request.
pub(crate) async fn observe(
    front: Rc<front::Inner>,
    request: ServiceRequest,
) -> Result<ServiceResponse, Error> {
    let started = Instant::now();
    let app = request.app_data::<Data<App>>().cloned();
    let Some(app) = app else {
        return front.answer(request, false, &mut None).await;
    };
    let current = Current::of(&app, request.request());
    let id = current.header();
    let method = request.method().clone();
    let work = async {
        let mut route = None;
        let mut done = caught(front.answer(request, app.is_https, &mut route)).await;
        let status = match &done {
            Ok(answer) => answer.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        let took = started.elapsed();
        tracing::debug!(
            target: "cloakroom::request",
            %method,
            route = route.as_deref().unwrap_or("none"),
            status = status.as_u16(),
            dur_ms = took.as_secs_f64() * 1000.0,
            "answered"
        );
        let what = (method.as_str(), status.as_u16());
        front
            .series
            .answered(&app.metrics, route.as_ref(), what, took);
        if let Ok(answer) = &mut done {
            answer.headers_mut().insert(X_REQUEST_ID, id);
        }
        done
    };
    current.scope(work).await
}

/// A panic costs one request its answer, and not its connection or its worker.
async fn caught<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut work = pin!(work);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Panicked.into())))
    })
    .await
}

/// A handler panicked; where, is in the log.
#[derive(Debug)]
struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler panicked")
    }
}

impl ResponseError for Panicked {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::InternalServerError().json(serde_json::json!({
            "error": "server_error",
            "error_description": "The server could not do its part.",
            "request_id": request_id::current(),
        }))
    }
}

/// Logs where a thread panics. What it says may hold a value, so that is left out.
pub(crate) fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
}

#[cfg(test)]
mod tests;
