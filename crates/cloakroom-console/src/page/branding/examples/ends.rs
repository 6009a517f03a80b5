//! The pages on which people allow something, and those on which a way ends.

use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{
    ConsentPage, ErrorPage, Hidden, InfoPage, Link, LogoutConfirmPage, Moment, PageExpiredPage,
    SignedOutPage, TermsPage,
};

use super::{Look, back, client, nowhere, somebody};

pub(super) fn terms(look: &Look) -> TermsPage {
    TermsPage {
        // The realm's own are no secret, and how they stand on the page is what one wants to see.
        paragraphs: look.layout.locale().terms(),
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
    }
}

pub(super) fn consent(look: &Look) -> ConsentPage {
    let locale = look.layout.locale();
    let scopes = ["${profileScopeConsentText}", "${emailScopeConsentText}"];
    ConsentPage {
        scopes: scopes.map(|text| locale.resolve(text)).into(),
        layout: look.layout.clone(),
        action: nowhere(),
        code: Hidden::new(""),
        client: client(),
        username: somebody(),
        claims: Vec::new(),
        policy: Link::parse("https://grafana.example.org/privacy"),
        terms: Link::parse("https://grafana.example.org/terms"),
    }
}

pub(super) fn info(look: &Look) -> InfoPage {
    InfoPage {
        layout: look.layout.clone(),
        notice: Notice::ResetRequested,
        back: None,
        sign_in: Link::parse("/"),
    }
}

pub(super) fn error(look: &Look) -> ErrorPage {
    ErrorPage {
        layout: look.layout.clone(),
        notice: Notice::InvalidRedirectUri,
        code: Some("E-7F3K-2Q".to_owned()),
        request: Some("5d41402abc4b2a76".to_owned()),
        time: Some(Moment::from_unix_seconds(1_795_000_000)),
        back: back(),
    }
}

pub(super) fn expired(look: &Look) -> PageExpiredPage {
    PageExpiredPage {
        layout: look.layout.clone(),
        restart_url: nowhere(),
        continue_url: nowhere(),
    }
}

pub(super) fn logout(look: &Look) -> LogoutConfirmPage {
    LogoutConfirmPage {
        layout: look.layout.clone(),
        action: nowhere(),
        session_code: Hidden::new(""),
        username: Some(somebody()),
        client: Some(client()),
    }
}

pub(super) fn signed_out(look: &Look) -> SignedOutPage {
    SignedOutPage {
        layout: look.layout.clone(),
        back: back(),
        sign_in: Link::parse("/"),
    }
}
