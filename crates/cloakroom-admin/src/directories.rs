//! What is done with a directory as a whole: its people taken over, all or those who changed, and the connection tried.
//!
//! Pages of entries are read outside of any transaction, and stored a few people at a time, so that neither memory nor
//! other requests feel how many there are.

mod abandoned;
mod order;
mod pages;
mod periodic;
mod sync;
mod tally;
mod test;

pub use periodic::round;
pub(crate) use sync::{JOB, Kind, Wish, run};
pub(crate) use test::{Trial, capabilities, connect};
