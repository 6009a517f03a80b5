//! Signing in through SAML providers: the ways that work, and each mistake of `hostile`.

mod hostile;
mod idp;
mod sign_in;

pub(super) use hostile::{ROWS, play};

use super::Story;

pub(super) const STORIES: &[&[Story]] = &[hostile::STORIES, sign_in::STORIES];
