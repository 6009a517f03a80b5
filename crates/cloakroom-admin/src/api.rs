//! The calls of the admin API, a file for each kind of thing.

pub(crate) mod authentication;
pub(crate) mod authorization;
pub(crate) mod client_certificates;
pub(crate) mod client_policies;
pub(crate) mod client_scopes;
pub(crate) mod clients;
pub(crate) mod components;
pub(crate) mod consents;
pub(crate) mod console;
pub(crate) mod credentials;
pub(crate) mod default_groups;
pub(crate) mod events;
pub(crate) mod groups;
pub(crate) mod identity_providers;
pub(crate) mod initial_access;
pub(crate) mod keys;
pub(crate) mod localization;
pub(crate) mod mappers;
pub(crate) mod organizations;
pub(crate) mod partial;
pub(crate) mod permissions;
pub(crate) mod realm_actions;
pub(crate) mod realms;
pub(crate) mod role_mappings;
pub(crate) mod roles;
pub(crate) mod scope_links;
pub(crate) mod server_info;
pub(crate) mod sessions;
pub(crate) mod ui_ext;
pub(crate) mod user_profile;
pub(crate) mod user_storage;
pub(crate) mod users;
pub(crate) mod workflows;

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header::ContentType;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use crate::access::decode;
use crate::error::{AdminError, Result};

/// What a handler answers with.
pub(crate) type Answer = Result<HttpResponse>;

/// The parameters of a query.
pub(crate) type Params = Query<HashMap<String, String>>;

/// The parts of an address by name, for handlers that serve several addresses.
#[derive(Clone)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// The part with this name; empty if the address has none.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl Deref for Names {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromRequest for Names {
    type Error = Infallible;
    type Future = Ready<std::result::Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = request.match_info().iter();
        ready(Ok(Self(
            parts
                .map(|(name, part)| (name.to_owned(), decode(part)))
                .collect(),
        )))
    }
}

/// `first` and `max`; what is negative or absent does not limit beyond `most`.
pub(crate) fn page(params: &Params, most: i64) -> Result<(i64, i64)> {
    let number = |name: &str| -> Result<Option<i64>> {
        let Some(text) = params.get(name) else {
            return Ok(None);
        };
        let number = text.parse::<i32>().map_err(|_| AdminError::not_found())?;
        Ok(Some(i64::from(number)))
    };
    let first = number("first")?.unwrap_or(0).max(0);
    let max = number("max")?.unwrap_or(most);
    Ok((first, if max < 0 { i64::from(i32::MAX) } else { max }))
}

/// How many of something are told where the caller sets no limit.
const USUAL: i64 = 100;

/// No limit.
pub(crate) const ALL: i64 = i32::MAX as i64;

pub(crate) fn is_on(params: &Params, name: &str) -> bool {
    switch(params, name) == Some(true)
}

/// The short form is asked for, or is what there is without a word.
fn is_brief(params: &Params, usual: bool) -> bool {
    switch(params, "briefRepresentation").unwrap_or(usual)
}

fn switch(params: &Params, name: &str) -> Option<bool> {
    let value = params.get(name)?;
    // Python writes `True`.
    Some(value.eq_ignore_ascii_case("true"))
}

/// Answers with a list that is written already.
pub(crate) fn listed(text: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(text)
}

pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
