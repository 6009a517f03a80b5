//! The HTTP kit: state, extractors, errors, pages, assets.

pub mod assets;
pub mod headers;
pub mod i18n;
pub mod page;
