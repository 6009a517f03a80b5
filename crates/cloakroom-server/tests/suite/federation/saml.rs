//! Signing in through SAML providers: the ways that work, and each mistake of `hostile`.

mod forged;
mod hostile;
pub(super) mod idp;
mod initiated;
mod names;
mod rows;
mod sign_in;
mod without_browser;

pub(super) use hostile::play;
pub(super) use rows::ROWS;

use super::Story;

pub(super) const STORIES: &[&[Story]] = &[
    hostile::STORIES,
    initiated::STORIES,
    names::STORIES,
    sign_in::STORIES,
    without_browser::STORIES,
];
