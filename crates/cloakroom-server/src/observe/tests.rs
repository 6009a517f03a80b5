//! Requests around which something goes wrong.

use std::sync::Arc;

use actix_web::App as Server;
use actix_web::test::{TestRequest, init_service, read_body_json};
use cloakroom_login::further::webauthn::Makers;
use cloakroom_login::hasher::Hasher;
use cloakroom_model::{Db, Fault, Vault, db};
use cloakroom_web::app::Parts;
use cloakroom_web::copies::Copies;
use cloakroom_web::kerberos::Kerberos;
use cloakroom_web::outbound::Outbound;
use cloakroom_web::outbound::address::Listed;
use cloakroom_web::proxy::TrustedProxies;
use cloakroom_web::web;
use serde_json::Value;

use super::*;
use crate::address::Names;
use crate::front::FrontFactory;
use crate::routes::protocol::fault_answer;

fn app(proxies: &str) -> (Data<App>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let copies = Copies::new(folder.path().to_owned(), None, Arc::new(|_| Ok(())));
    let url = format!("sqlite://{}", folder.path().join("db").display());
    let app = App::new(Parts {
        db: Db::open(db::Settings { url, readers: 1 }).unwrap(),
        vault: Vault::new(&[7; 32]).unwrap(),
        hasher: Hasher::start(None).unwrap(),
        base_url: "http://localhost:8080".to_owned(),
        proxies: TrustedProxies::parse(proxies).unwrap(),
        outbound: Outbound::new(Listed::default()).unwrap(),
        kerberos: Kerberos::default(),
        makers: Makers::default(),
        connectors: crate::routes::broker::administered,
        copies,
        node: crate::worker::beat::name(8080).unwrap(),
    });
    (Data::new(app), folder)
}

async fn panics() -> HttpResponse {
    Vec::new().remove("hush".len())
}

async fn faults() -> HttpResponse {
    fault_answer(&Fault::corrupt("hush"))
}

fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/realms/{realm}/panics", web::get().to(panics));
    cfg.route("/realms/{realm}/faults", web::get().to(faults));
}

/// Status, the id in the header, and the body of one call.
async fn call(app: &Data<App>, path: &str, given: Option<&str>) -> (u16, Option<String>, Value) {
    let server = Server::new()
        .app_data(app.clone())
        .default_service(FrontFactory::new(
            String::new(),
            Names::new(&[]),
            Data::default(),
            configure,
        ));
    let server = init_service(server).await;
    let mut request = TestRequest::get()
        .uri(path)
        .peer_addr("192.0.2.1:5".parse().unwrap());
    if let Some(id) = given {
        request = request.insert_header((X_REQUEST_ID, id));
    }
    let answer = match actix_web::dev::Service::call(&server, request.to_request()).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => {
            let body = actix_web::body::to_bytes(error.error_response().into_body());
            let body = serde_json::from_slice(&body.await.unwrap()).unwrap();
            return (error.as_response_error().status_code().as_u16(), None, body);
        }
    };
    let header = answer.headers().get(X_REQUEST_ID);
    let id = header.map(|id| id.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let body = match status {
        404 => Value::Null,
        _ => read_body_json(answer).await,
    };
    (status, id, body)
}

#[actix_web::test]
async fn what_goes_wrong_is_answered_with_the_id_of_its_request_and_nothing_else() {
    let (app, _folder) = app("");

    let (faulted, id, body) = call(&app, "/realms/shop/faults", None).await;
    assert_eq!(faulted, 500);
    assert_eq!(body["request_id"].as_str(), id.as_deref());
    assert_eq!(id.unwrap().len(), 16);
    assert!(!body.to_string().contains("hush"));

    let (panicked, _, body) = call(&app, "/realms/shop/panics", None).await;
    assert_eq!(
        (panicked, body["error"].as_str()),
        (500, Some("server_error"))
    );
    assert!(!body.to_string().contains("hush"));
}

#[actix_web::test]
async fn an_id_counts_from_a_trusted_proxy_alone() {
    let cases = [
        ("", Some("from-outside"), false),
        ("192.0.2.0/24", Some("from-the-proxy"), true),
        ("192.0.2.0/24", Some("not an id"), false),
        ("192.0.2.0/24", None, false),
    ];
    for (trusted, given, counts) in cases {
        let (app, _folder) = app(trusted);

        let (_, id, _) = call(&app, "/realms/shop/faults", given).await;

        assert_eq!(id.as_deref() == given, counts, "{trusted} {given:?}");
    }
}

#[actix_web::test]
async fn routes_are_counted_by_their_patterns() {
    let (app, _folder) = app("");
    call(&app, "/realms/shop/faults", None).await;
    call(&app, "/realms/other/faults", None).await;
    call(&app, "/typed/by/anybody", None).await;

    let text = app.metrics.text().unwrap();

    let faults = r#"requests_total{route="/realms/{realm}/faults",method="GET",status="500"} 2"#;
    let none = r#"requests_total{route="none",method="GET",status="404"} 1"#;
    assert!(text.contains(faults) && text.contains(none), "{text}");
    assert!(!text.contains("typed") && !text.contains("shop"));
}
