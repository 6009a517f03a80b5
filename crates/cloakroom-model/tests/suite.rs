//! Everything the storage promises, asked of each database.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where it fails, in its helpers as well"
)]

#[path = "suite/administrators.rs"]
mod administrators;
#[path = "suite/alerts.rs"]
mod alerts;
#[path = "suite/devices.rs"]
mod devices;
#[path = "suite/fetchers.rs"]
mod fetchers;
#[path = "suite/lists.rs"]
mod lists;
#[path = "suite/narrowing.rs"]
mod narrowing;
#[path = "suite/nodes.rs"]
mod nodes;
#[path = "suite/people.rs"]
mod people;
#[path = "suite/plans.rs"]
mod plans;
#[path = "suite/profiles.rs"]
mod profiles;
#[path = "suite/searches.rs"]
mod searches;
#[path = "suite/settings.rs"]
mod settings;
#[path = "suite/single_use.rs"]
mod single_use;
#[path = "suite/start.rs"]
mod start;
#[path = "suite/store.rs"]
mod store;
#[path = "suite/sweep.rs"]
mod sweep;
#[path = "suite/together.rs"]
mod together;
#[path = "suite/trail.rs"]
mod trail;
#[path = "suite/workflows.rs"]
mod workflows;
#[path = "suite/writer.rs"]
mod writer;
