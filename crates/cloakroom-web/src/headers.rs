//! The headers that keep a page to itself: what it may load, who may frame it, where its forms go.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "publickey-credentials-get=(self), publickey-credentials-create=(self), \
     camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
);
const PAGE_CACHING: HeaderValue = HeaderValue::from_static("no-store, must-revalidate, max-age=0");
const FRAME_CACHING: HeaderValue =
    HeaderValue::from_static("no-cache, must-revalidate, no-transform, no-store");
/// Two years, the least that browsers take into their built-in lists.
pub(crate) const HSTS: HeaderValue =
    HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Where a page may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a window of its own.
    Window,
    /// Hidden in a page of a client (the session iframe and its kin).
    ClientFrame,
    /// In a page of this server, as an example that nothing can be done with.
    Example,
}

/// What a page is allowed; it becomes the response's security headers.
#[derive(Clone, Debug)]
pub struct Security {
    place: Place,
    is_https: bool,
    keeps_opener: bool,
    form_targets: Vec<String>,
    frames: Vec<String>,
}

impl Security {
    /// Starts from a page that stands alone and posts to this server only.
    /// `is_https` says how the browser reached us; only then does HSTS mean anything (RFC 6797, 7.2).
    #[must_use]
    pub fn page(is_https: bool) -> Self {
        Self {
            place: Place::Window,
            is_https,
            keeps_opener: false,
            form_targets: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Starts from a page that clients frame, and that has no form.
    #[must_use]
    pub fn client_frame(is_https: bool) -> Self {
        Self {
            place: Place::ClientFrame,
            ..Self::page(is_https)
        }
    }

    /// Starts from a page that is shown as an example: pages of this server may frame it, no script runs in it, and no form
    /// leaves it.
    #[must_use]
    pub fn example(is_https: bool) -> Self {
        Self {
            place: Place::Example,
            ..Self::page(is_https)
        }
    }

    /// Lets the page frame pages of this server that allow it.
    #[must_use]
    pub fn with_own_frames(mut self) -> Self {
        self.frames.push("'self'".to_owned());
        self
    }

    /// Lets forms end at this registered URI: a browser holds `form-action` against
    /// the redirect that answers a form, too (CSP Level 3, 6.4.1), so a sign-in form needs
    /// the redirect URI of its client.
    ///
    /// The browser holds it against every further redirect as well. A client on the web may send the browser on to
    /// places that nobody here knows: one that is itself an identity provider sends it to its own client.
    #[must_use]
    pub fn with_form_target(mut self, uri: &str) -> Self {
        let source = form_source(uri);
        let is_web = source
            .as_ref()
            .is_some_and(|source| source.starts_with("http"));
        self.form_targets.extend(source);
        match is_web {
            true => self.with_onward_forms(),
            false => self,
        }
    }

    /// Lets forms end at another address of this server too, and nowhere else.
    #[must_use]
    pub fn with_forms_at(mut self, own: &str) -> Self {
        let source = form_source(own);
        let is_new = |source: &String| !self.form_targets.contains(source);
        let source = source.filter(is_new);
        self.form_targets.extend(source);
        self
    }

    /// Lets forms end at any web server: the answer to them may be a redirect to an identity provider. Behind https
    /// that is https alone.
    #[must_use]
    pub fn with_onward_forms(mut self) -> Self {
        self.form_targets.push("https:".to_owned());
        if !self.is_https {
            self.form_targets.push("http:".to_owned());
        }
        self
    }

    /// Lets the page frame this address of a client, and what else is at its origin.
    #[must_use]
    pub fn with_frame(mut self, address: &Url) -> Self {
        let origin = source_of(address);
        if let Some(origin) = origin.filter(|origin| !self.frames.contains(origin)) {
            self.frames.push(origin);
        }
        self
    }

    /// Keeps the tie to the window that opened this page: a client that signs in through
    /// a popup (`display=popup`) is told the outcome over it.
    #[must_use]
    pub fn with_opener(mut self) -> Self {
        self.keeps_opener = true;
        self
    }

    /// Writes the headers, in place of those of the same names.
    pub fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
        headers.insert(X_ROBOTS_TAG, HeaderValue::from_static("none"));
        headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
        if let Ok(policy) = HeaderValue::try_from(self.content_security_policy()) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.is_https {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
        match self.place {
            Place::Window => self.apply_for_window(headers),
            Place::Example => {
                self.apply_for_window(headers);
                let own = HeaderValue::from_static("SAMEORIGIN");
                headers.insert(header::X_FRAME_OPTIONS, own);
            }
            Place::ClientFrame => {
                headers.insert(header::CACHE_CONTROL, FRAME_CACHING);
                let anywhere = HeaderValue::from_static("cross-origin");
                headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, anywhere);
            }
        }
    }

    fn apply_for_window(&self, headers: &mut HeaderMap) {
        headers.insert(header::CACHE_CONTROL, PAGE_CACHING);
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let same_origin = HeaderValue::from_static("same-origin");
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, same_origin.clone());
        if !self.keeps_opener {
            headers.insert(CROSS_ORIGIN_OPENER_POLICY, same_origin);
        }
    }

    fn content_security_policy(&self) -> String {
        match self.place {
            Place::Window => {
                let mut targets = String::from("'self'");
                for target in &self.form_targets {
                    targets.push(' ');
                    targets.push_str(target);
                }
                let frames = match self.frames.is_empty() {
                    true => String::new(),
                    false => format!("frame-src {}; ", self.frames.join(" ")),
                };
                format!(
                    "default-src 'none'; script-src 'self'; style-src 'self'; \
                     img-src 'self' data:; connect-src 'self'; {frames}form-action {targets}; \
                     frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
                )
            }
            Place::Example => "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                 form-action 'none'; frame-ancestors 'self'; base-uri 'none'; \
                 require-trusted-types-for 'script'"
                .to_owned(),
            // Which origins may frame it is known only when its script asks, at `…/init`.
            Place::ClientFrame => "default-src 'none'; script-src 'self'; connect-src 'self'; \
                 form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'"
                .to_owned(),
        }
    }
}

/// The origin of a web address as a source; `None` where the host has letters that would end the source or its directive, which the
/// WHATWG's rules for hosts allow.
fn source_of(address: &Url) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._:[]".contains(letter);
    let host = address.host_str()?;
    let is_web = matches!(address.scheme(), "http" | "https");
    (is_web && host.chars().all(is_plain)).then(|| address.origin().ascii_serialization())
}

/// Turns a URI into a source of `form-action`: its origin, or its scheme for a native app.
/// Schemes that run code or hold the page themselves are no targets.
fn form_source(uri: &str) -> Option<String> {
    let uri = Url::parse(uri).ok()?;
    match uri.scheme() {
        "http" | "https" => source_of(&uri),
        "javascript" | "data" | "blob" | "about" | "file" | "filesystem" | "vbscript" => None,
        scheme => Some(format!("{scheme}:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(security: &Security) -> HeaderMap {
        let mut headers = HeaderMap::new();
        security.apply(&mut headers);
        headers
    }

    #[test]
    fn a_page_has_every_header_that_the_security_design_names() {
        let security = Security::page(true).with_form_target("https://app.example/cb?x=1");

        let headers = headers(&security);

        let expected = [
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                 connect-src 'self'; form-action 'self' https://app.example https:; \
                 frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'",
            ),
            (
                "strict-transport-security",
                "max-age=63072000; includeSubDomains",
            ),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("x-robots-tag", "none"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store, must-revalidate, max-age=0"),
        ];
        for (name, value) in expected {
            assert_eq!(headers.get(name).unwrap(), value, "{name}");
        }
        assert!(headers.contains_key("permissions-policy"));
    }

    #[test]
    fn a_native_app_opens_no_more_than_its_scheme() {
        let security = Security::page(true).with_form_target("com.example.app:/oauth");

        let headers = headers(&security);

        let policy = headers.get("content-security-policy").unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("form-action 'self' com.example.app:; "));
    }

    #[test]
    fn a_form_leads_to_no_host_that_would_end_the_directive() {
        for uri in ["https://app;sandbox/", "https://app,sandbox/cb"] {
            assert_eq!(form_source(uri), None, "{uri}");
        }
        assert_eq!(
            form_source("https://[::1]:8443/cb").as_deref(),
            Some("https://[::1]:8443")
        );
    }

    #[test]
    fn a_page_frames_the_origins_that_it_names_and_no_other() {
        let frames = [
            "https://app.example/bye?x=;script-src",
            "https://app.example/bye",
            "http://127.0.0.1:3000/bye",
            "data:text/html,x",
            "https://app;sandbox/",
            "https://app,sandbox/",
        ];
        let security = frames.iter().fold(Security::page(true), |security, frame| {
            security.with_frame(&Url::parse(frame).unwrap())
        });

        let headers = headers(&security);

        let policy = headers.get("content-security-policy").unwrap();
        let policy = policy.to_str().unwrap();
        let wanted = "; frame-src https://app.example http://127.0.0.1:3000; ";
        assert!(policy.contains(wanted), "{policy}");
    }

    #[test]
    fn plain_http_gets_no_hsts() {
        let headers = headers(&Security::page(false));

        assert!(!headers.contains_key("strict-transport-security"));
    }

    #[test]
    fn a_popup_keeps_its_opener() {
        let headers = headers(&Security::page(true).with_opener());

        assert!(!headers.contains_key("cross-origin-opener-policy"));
        assert_eq!(headers.get("x-frame-options").unwrap(), "DENY");
    }

    #[test]
    fn a_frame_for_clients_may_be_framed_and_has_no_form() {
        let headers = headers(&Security::client_frame(true));

        let policy = headers
            .get("content-security-policy")
            .unwrap()
            .to_str()
            .unwrap();
        assert!(!policy.contains("frame-ancestors"));
        assert!(policy.contains("form-action 'none'"));
        assert!(!headers.contains_key("x-frame-options"));
        assert_eq!(
            headers.get("cross-origin-resource-policy").unwrap(),
            "cross-origin"
        );
    }

    #[test]
    fn an_example_is_framed_by_this_server_alone_and_does_nothing() {
        let example = headers(&Security::example(true));
        let around = headers(&Security::page(true).with_own_frames());

        let policy = |headers: &HeaderMap| {
            let policy = headers.get("content-security-policy").unwrap();
            policy.to_str().unwrap().to_owned()
        };
        for part in [
            "default-src 'none'; ",
            "form-action 'none'; ",
            "frame-ancestors 'self'; ",
        ] {
            assert!(policy(&example).contains(part), "{part}");
        }
        assert!(!policy(&example).contains("script-src"));
        assert_eq!(example.get("x-frame-options").unwrap(), "SAMEORIGIN");
        let caching = example.get("cache-control").unwrap();
        assert_eq!(caching, "no-store, must-revalidate, max-age=0");
        assert!(policy(&around).contains("; frame-src 'self'; form-action 'self'; "));
        assert!(policy(&around).contains("frame-ancestors 'none'"));
    }

    #[test]
    fn a_form_target_never_adds_more_than_one_origin_or_scheme() {
        for (uri, source) in [
            ("https://app.example/cb", Some("https://app.example")),
            ("http://127.0.0.1:3000/cb", Some("http://127.0.0.1:3000")),
            ("https://app.example:443/", Some("https://app.example")),
            ("https://user:pw@app.example/", Some("https://app.example")),
            ("https://[::1]:8080/cb", Some("https://[::1]:8080")),
            ("com.example.app:/oauth", Some("com.example.app:")),
            ("urn:ietf:wg:oauth:2.0:oob", Some("urn:")),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("/relative", None),
            ("https://app.example; script-src *", None),
            ("", None),
        ] {
            assert_eq!(form_source(uri).as_deref(), source, "{uri}");
        }
        let hostile = form_source("https://ex.ample/;%20script-src%20*");
        assert_eq!(hostile.as_deref(), Some("https://ex.ample"));
    }
}
