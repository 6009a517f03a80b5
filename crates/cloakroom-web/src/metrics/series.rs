//! The series of requests as one worker knows them: found once by their labels, and counted without.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;

use super::{Metrics, known_method};

/// The route of an address that is none: as many as anybody types, and one label.
const NO_ROUTE: &str = "none";

type Known = HashMap<(Rc<str>, &'static str, u16), (Counter, Histogram)>;

/// What a worker has counted before.
pub struct Series {
    known: RefCell<Known>,
    no_route: Rc<str>,
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").finish_non_exhaustive()
    }
}

impl Default for Series {
    fn default() -> Self {
        Self {
            known: RefCell::default(),
            no_route: NO_ROUTE.into(),
        }
    }
}

impl Series {
    /// A request was answered: its route, its method and the status.
    pub fn answered(
        &self,
        metrics: &Metrics,
        route: Option<&Rc<str>>,
        (method, status): (&str, u16),
        took: Duration,
    ) {
        let key = (
            Rc::clone(route.unwrap_or(&self.no_route)),
            known_method(method),
            status,
        );
        let mut known = self.known.borrow_mut();
        let (count, seconds) = known
            .entry(key)
            .or_insert_with_key(|(route, method, status)| metrics.series(route, method, *status));
        count.inc();
        seconds.observe(took.as_secs_f64());
    }
}
