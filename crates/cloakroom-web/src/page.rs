//! Pages: what every page knows, and how one becomes a response.
//!
//! A page is a struct of plain data in a file beside this one, and a template of the same
//! purpose in `web/templates/`. Every choice is made before the template sees it.

mod account;
mod broker;
mod consent;
mod device;
mod further;
mod key;
mod login;
mod logout;
mod message;
mod parts;
mod protocol;
mod qr;
mod required_action;
mod setup;

pub use account::{
    AccountApplication, AccountCredential, AccountOffer, AccountPage, AccountProvider,
    AccountSession, AccountSignedOutPage,
};
pub use broker::{LinkConfirmPage, LinkProviderPage, ProviderLink};
pub use consent::{ConsentPage, PreviewedClaim};
pub use device::DevicePage;
pub use further::{OtpDevice, OtpPage, RecoveryCodePage};
pub use key::{KeyLine, KeyPage, KeyRequest, RegisterKeyPage};
pub use login::{
    LoginPage, OrganizationChoice, RegisterPage, ResetCredentialsPage, ReturningUser,
    SelectOrganizationPage, UsernameLabel, UsernamePage,
};
pub use logout::{FarewellPage, LogoutConfirmPage, SignedOutPage};
pub use message::{AlreadySignedInPage, ErrorPage, InfoPage, PageExpiredPage};
pub use parts::{Alert, ClientShown, Field, FieldProblem, Hidden, Link, Moment, ProfileField};
pub use protocol::{
    FormPostPage, LoginStatusFrame, ThirdPartyCookiesCheckFrame, ThirdPartyCookiesSetFrame,
};
pub use required_action::{
    ConfigureTotpPage, RecoveryCodesPage, RemoveCredentialPage, TermsPage, UpdatePasswordPage,
    UpdateProfilePage,
};
pub use setup::{SetupDonePage, SetupPage, WelcomePage};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use url::form_urlencoded;

use crate::assets;
use crate::brand::Brand;
use crate::headers::Security;
use crate::i18n::{Argument, Locale, Locales, Notice, clean};

/// What every page knows: its language, its realm, and where the server's own files are.
#[derive(Clone, Debug)]
pub struct Layout {
    locale: Locale,
    realm: String,
    base_path: String,
    languages: Vec<LanguageLink>,
    brand: Option<BrandLinks>,
    /// `light` or `dark`; empty where the reader's machine decides.
    theme: &'static str,
    /// The direction, where the language does not decide.
    dir: Option<&'static str>,
}

/// Where the realm's own look is.
#[derive(Clone, Debug)]
pub(crate) struct BrandLinks {
    style: String,
    /// Empty where the realm has no logo of its own.
    logo: String,
    /// Empty where dark pages show the other one.
    logo_dark: String,
}

/// One entry of the language switch.
#[derive(Clone, Debug)]
pub(crate) struct LanguageLink {
    tag: &'static str,
    name: String,
    url: String,
    is_current: bool,
}

impl Layout {
    /// Starts a layout; `realm` is the name the realm shows, or the product's outside of realms.
    #[must_use]
    pub fn new(locale: Locale, realm: &str) -> Self {
        let realm = clean(realm).into_owned();
        Self {
            locale,
            realm,
            base_path: String::new(),
            languages: Vec::new(),
            brand: None,
            theme: "",
            dir: None,
        }
    }

    /// Shows the page in this theme, whatever the reader's machine prefers, and from right to left where that is asked for.
    #[must_use]
    pub fn shown_as(mut self, is_dark: bool, is_mirrored: bool) -> Self {
        self.theme = if is_dark { "dark" } else { "light" };
        self.dir = is_mirrored.then_some("rtl");
        if let Some(brand) = &mut self.brand {
            let dark = std::mem::take(&mut brand.logo_dark);
            if is_dark && !dark.is_empty() && !brand.logo.is_empty() {
                brand.logo = dark;
            }
        }
        self
    }

    /// Lets the page look as its realm wants; `at` is the address below which the style and the logos are.
    #[must_use]
    pub fn with_brand(mut self, brand: &Brand, at: &str) -> Self {
        if brand.is_plain() {
            return self;
        }
        let at = format!("{at}/{}", brand.hash());
        let file = |is_dark, name| match brand.logo(is_dark) {
            Some(_) => format!("{at}/{name}"),
            None => String::new(),
        };
        self.brand = Some(BrandLinks {
            logo: file(false, "logo"),
            logo_dark: file(true, "logo-dark"),
            style: format!("{at}/style.css"),
        });
        self
    }

    /// Sets the path under which a proxy shows this server (`/auth`), empty for none.
    #[must_use]
    pub fn with_base_path(mut self, base_path: &str) -> Self {
        self.base_path = base_path.trim_end_matches('/').to_owned();
        self
    }

    /// Adds the language switch: links that open `url` again with `kc_locale`.
    /// `url` must answer GET with this same page; one language alone needs no switch.
    #[must_use]
    pub fn with_languages<T: AsRef<str>>(mut self, supported: &[T], url: &str) -> Self {
        let links: Vec<LanguageLink> = Locales::embedded()
            .supported(supported)
            .map(|locale| LanguageLink {
                tag: locale.tag(),
                name: locale.text("language-name"),
                url: with_locale(url, locale.tag()),
                is_current: locale.tag() == self.locale.tag(),
            })
            .collect();
        self.languages = if links.len() > 1 { links } else { Vec::new() };
        self
    }

    /// Returns the language of the page.
    #[must_use]
    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    fn lang(&self) -> &'static str {
        self.locale.tag()
    }

    fn dir(&self) -> &'static str {
        self.dir.unwrap_or_else(|| self.locale.direction())
    }

    fn text(&self, key: &str) -> String {
        self.locale.text(key)
    }

    fn text_with(&self, key: &str, name: &str, value: impl Argument) -> String {
        self.locale.text_with(key, name, value)
    }

    /// What people call this kind of credential.
    fn credential(&self, kind: &str) -> String {
        self.text(match kind {
            "otp" => "method-otp",
            "recovery-authn-codes" => "method-recovery",
            "webauthn" => "method-webauthn",
            "webauthn-passwordless" => "method-passkey",
            _ => "method-other",
        })
    }

    fn notice(&self, notice: &Notice) -> String {
        self.locale.notice(notice)
    }

    fn style(&self) -> &str {
        self.brand.as_ref().map_or("", |brand| &brand.style)
    }

    fn logo(&self) -> &str {
        self.brand.as_ref().map_or("", |brand| &brand.logo)
    }

    fn logo_dark(&self) -> &str {
        self.brand.as_ref().map_or("", |brand| &brand.logo_dark)
    }

    fn asset(&self, name: &str) -> String {
        assets::url(&self.base_path, name)
    }
}

/// Returns the URL with `kc_locale` set once, its other parameters kept as they are.
fn with_locale(url: &str, tag: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "kc_locale" {
            pairs.append_pair(&name, &value);
        }
    }
    pairs.append_pair("kc_locale", tag);
    format!("{path}?{}", pairs.finish())
}

/// Turns a page into a response with its security headers.
pub fn render(status: StatusCode, page: &impl Template, security: &Security) -> HttpResponse {
    let mut response = match page.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(with_named_ampersands(&html)),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    };
    security.apply(response.headers_mut());
    response
}

/// Writes `&amp;` where the templates' escaping writes `&#38;`. To a browser both are the same. Scripts that sign in
/// without one cut the form's address out of the page, and undo `&amp;` alone, because Keycloak's pages have it.
fn with_named_ampersands(html: &str) -> String {
    html.replace("&#38;", "&amp;")
}

#[cfg(test)]
mod tests;
