//! The HTTP kit: state, extractors, errors, pages, assets.

pub mod address;
pub mod answer;
pub mod answers;
pub mod app;
pub mod assets;
pub mod body;
pub mod brand;
pub mod connector;
pub mod cookie;
pub mod copies;
pub mod cors;
pub mod device;
pub mod headers;
pub mod i18n;
pub mod kerberos;
pub mod key_fetches;
pub mod limit;
pub mod metrics;
pub mod outbound;
pub mod page;
pub mod paths;
pub mod possession;
pub mod proxy;
pub mod request_id;
mod transport;
pub mod uses;
pub mod web;

pub use app::App;
