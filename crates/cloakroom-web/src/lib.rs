//! The HTTP kit: state, extractors, errors, pages, assets.

pub mod app;
pub mod assets;
pub mod headers;
pub mod i18n;
pub mod page;
pub mod proxy;

pub use app::App;
