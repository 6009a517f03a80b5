//! Styles, scripts and images: embedded in the binary, served under a URL that names their content.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use crate::web;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use flate2::Compression;
use flate2::write::GzEncoder;

/// One file as it is embedded.
struct Source {
    name: &'static str,
    content_type: &'static str,
    body: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Lists files of `web/` by the name they are served under; several are served as one, in this order.
macro_rules! sources {
    ($( $name:literal, $($path:literal)&+, $content_type:expr; )+) => {
        &[ $( Source {
            name: $name,
            content_type: $content_type,
            body: concat!($( include_str!(concat!("../../../web/", $path)) ),+).as_bytes(),
        }, )+ ]
    };
}

const SOURCES: &[Source] = sources! {
    "tokens.css", "styles/tokens.css", CSS;
    "base.css", "styles/elements.css" & "styles/base.css", CSS;
    "branding.js", "scripts/branding.js", JAVASCRIPT;
    "console.css", "styles/elements.css" & "styles/console.css", CSS;
    "console.js", "scripts/console.js", JAVASCRIPT;
    "copy.js", "scripts/copy.js", JAVASCRIPT;
    "farewell.js", "scripts/farewell.js", JAVASCRIPT;
    "form-post.js", "scripts/form-post.js", JAVASCRIPT;
    "job-progress.js", "scripts/job-progress.js", JAVASCRIPT;
    "live-events.js", "scripts/live-events.js", JAVASCRIPT;
    "local-time.js", "scripts/local-time.js", JAVASCRIPT;
    "login-status-iframe.js", "scripts/login-status-iframe.js", JAVASCRIPT;
    "palette.js", "scripts/palette.js", JAVASCRIPT;
    "password.js", "scripts/password.js", JAVASCRIPT;
    "sheet.js", "scripts/sheet.js", JAVASCRIPT;
    "table.js", "scripts/table.js", JAVASCRIPT;
    "third-party-cookies-set.js", "scripts/third-party-cookies-set.js", JAVASCRIPT;
    "third-party-cookies-check.js", "scripts/third-party-cookies-check.js", JAVASCRIPT;
    "webauthn.js", "scripts/webauthn.js", JAVASCRIPT;
    "favicon.svg", "images/favicon.svg", SVG;
    "logo.svg", "images/logo.svg", SVG;
};

static ASSETS: LazyLock<Vec<Asset>> =
    LazyLock::new(|| SOURCES.iter().map(Asset::from_source).collect());

/// A file that a browser may fetch.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    content_type: &'static str,
    body: &'static [u8],
    /// The same in the form that every browser takes (RFC 9110, 8.4.1.3).
    gzip: Vec<u8>,
    hash: String,
}

impl Asset {
    fn from_source(source: &Source) -> Self {
        let mut hash = String::with_capacity(16);
        for byte in digest(&SHA256, source.body).as_ref().iter().take(8) {
            // Writing to a `String` cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Self {
            name: source.name,
            content_type: source.content_type,
            body: source.body,
            gzip: compressed(source.body),
            hash,
        }
    }

    /// Returns the path it is served under, below the server's base path.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", self.hash, self.name)
    }
}

/// Nothing of a reader is in an asset, so what it shrinks to tells nobody anything; pages are sent as they are.
fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    // Writing to memory does not fail; the file would be sent as it is.
    written.unwrap_or_default()
}

/// Finds an asset by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Returns the URL of an asset; `base_path` is empty or begins with a slash.
/// An unknown name gives a URL that answers 404; a test keeps templates from naming one.
#[must_use]
pub fn url(base_path: &str, name: &str) -> String {
    match find(name) {
        Some(asset) => format!("{base_path}{}", asset.path()),
        None => format!("{base_path}/assets/none/{name}"),
    }
}

/// Adds the route `/assets/{hash}/{name}`.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/assets/{hash}/{name}", web::get().to(serve));
    config.route("/assets/{hash}/{name}", web::head().to(serve));
}

async fn serve(request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(asset) = find(&name) else {
        return HttpResponse::NotFound()
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .finish();
    };
    let is_short = takes_gzip(&request) && !asset.gzip.is_empty();
    // RFC 9110, 8.8.3.3: each encoding has a tag of its own.
    let tag = match is_short {
        true => format!("\"{}-gzip\"", asset.hash),
        false => format!("\"{}\"", asset.hash),
    };
    let is_known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| is_same_tag(one, &tag)));
    let status = if is_known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let mut response = HttpResponse::build(status);
    // While two versions run side by side, a page of one may ask the other for its style:
    // it gets the one there is, but must not keep it under that address.
    let caching = if hash == asset.hash {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, tag))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ))
        .insert_header(("cross-origin-resource-policy", "same-origin"));
    response.insert_header((header::VARY, "accept-encoding"));
    if is_known {
        return response.finish();
    }
    response.content_type(HeaderValue::from_static(asset.content_type));
    match is_short {
        true => response
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .body(asset.gzip.as_slice()),
        false => response.body(asset.body),
    }
}

/// The browser names the encoding, and does not refuse it (RFC 9110, 12.5.3).
fn takes_gzip(request: &HttpRequest) -> bool {
    let named = request.headers().get(header::ACCEPT_ENCODING);
    let named = named
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    named.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_it = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = |part: &str| {
            let weight = part.strip_prefix("q=").map(str::parse::<f32>);
            weight.is_some_and(|weight| weight.is_ok_and(|weight| weight <= 0.0))
        };
        is_it && !parts.any(is_refused)
    })
}

/// Compares weakly, as RFC 9110, 13.1.2 says for `If-None-Match`.
fn is_same_tag(sent: &str, tag: &str) -> bool {
    let sent = sent.trim();
    sent == "*" || sent.strip_prefix("W/").unwrap_or(sent) == tag
}

#[cfg(test)]
mod tests {
    use actix_service::fn_factory;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, http::StatusCode};

    use super::*;
    use crate::paths::only;

    #[actix_web::test]
    async fn an_asset_is_served_with_its_type_and_may_be_kept_for_good() {
        let app = init_service(App::new().default_service(fn_factory(|| only(configure)))).await;
        for source in SOURCES {
            let uri = url("", source.name);

            let answer = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;

            assert_eq!(answer.status(), StatusCode::OK, "{uri}");
            let headers = answer.headers();
            assert_eq!(headers.get("content-type").unwrap(), source.content_type);
            assert_eq!(
                headers.get("cache-control").unwrap(),
                "public, max-age=31536000, immutable"
            );
            assert_eq!(headers.get("x-content-type-options").unwrap(), "nosniff");
            assert_eq!(read_body(answer).await, source.body);
        }
    }

    #[actix_web::test]
    async fn a_browser_that_has_the_asset_gets_no_body() {
        let app = init_service(App::new().default_service(fn_factory(|| only(configure)))).await;
        let uri = url("", "base.css");
        let first = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;
        let tag = first
            .headers()
            .get("etag")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();

        for sent in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".into(),
        ] {
            let request = TestRequest::get()
                .uri(&uri)
                .insert_header(("if-none-match", sent));
            let again = call_service(&app, request.to_request()).await;

            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert!(read_body(again).await.is_empty());
        }
    }

    #[actix_web::test]
    async fn a_browser_that_takes_gzip_gets_the_same_in_fewer_bytes() {
        let app = init_service(App::new().default_service(fn_factory(|| only(configure)))).await;
        let uri = url("", "console.css");
        for (accepted, is_short) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0, br", false),
            ("br", false),
            ("", false),
        ] {
            let request = TestRequest::get()
                .uri(&uri)
                .insert_header(("accept-encoding", accepted));
            let answer = call_service(&app, request.to_request()).await;

            assert_eq!(answer.headers().get("vary").unwrap(), "accept-encoding");
            assert_eq!(
                answer.headers().contains_key("content-encoding"),
                is_short,
                "{accepted}"
            );
            let body = read_body(answer).await;
            let plain = find("console.css").unwrap().body;
            if is_short {
                let mut read = Vec::new();
                std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&body[..]), &mut read)
                    .unwrap();
                assert!(body.len() * 3 < plain.len() && read == plain);
            } else {
                assert_eq!(body, plain);
            }
        }
    }

    #[actix_web::test]
    async fn the_address_of_another_version_gives_the_present_file_for_now_only() {
        let app = init_service(App::new().default_service(fn_factory(|| only(configure)))).await;

        let request = TestRequest::get().uri("/assets/0000000000000000/base.css");
        let answer = call_service(&app, request.to_request()).await;

        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers().get("cache-control").unwrap(), "no-cache");
    }

    #[actix_web::test]
    async fn names_that_are_no_asset_are_not_found() {
        let app = init_service(App::new().default_service(fn_factory(|| only(configure)))).await;
        for name in [
            "nothing.css",
            "..%2f..%2fCargo.toml",
            "base.css%00",
            "BASE.CSS",
        ] {
            let uri = format!("/assets/0/{name}");

            let answer = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;

            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn every_file_of_the_asset_folders_is_listed() {
        for folder in ["styles", "scripts", "images"] {
            let path = format!("{}/../../web/{folder}", env!("CARGO_MANIFEST_DIR"));

            for file in std::fs::read_dir(path).unwrap() {
                let file = file.unwrap();
                let (name, body) = (file.file_name(), std::fs::read(file.path()).unwrap());
                let name = name.into_string().unwrap();

                // By its name, or as the beginning of another.
                let begins_another = SOURCES.iter().any(|source| source.body.starts_with(&body));
                let is_listed = find(&name).is_some() || begins_another;
                assert!(is_listed, "{folder}/{name} is not in SOURCES");
            }
        }
    }
}
