//! Every path of the console, and the way of a request to its page.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::LazyLock;

use actix_web::dev::{Path, ResourceDef, Url};
use actix_web::http::header::LOCATION;
use actix_web::http::{Method, Uri};
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
        let path = address(&route);
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

/// The address of a route as actix knows it.
fn address(route: &Route) -> String {
    format!("/admin/{{home}}/console/{{realm}}{}", route.path)
}

/// What shows each page, in the order in which addresses are told apart.
static PAGES: LazyLock<Vec<(ResourceDef, Work)>> = LazyLock::new(|| {
    let routes = page::ALL.iter().flat_map(|pages| pages.iter());
    let shown = routes.filter_map(|route| Some((ResourceDef::new(address(route)), route.show?)));
    shown.collect()
});

/// The page at an address, with the parts of that.
pub(crate) fn page_at(address: &Uri) -> Option<(Work, Path<Url>)> {
    let mut parts = Path::new(Url::new(address.clone()));
    let mut pages = PAGES.iter();
    let (_, work) = pages.find(|(known, _)| known.capture_match_info(&mut parts))?;
    Some((*work, parts))
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
