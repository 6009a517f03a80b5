//! What is counted of identity providers and other servers.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{ERROR, SUCCESS};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Arrival {
    realm: String,
    provider: String,
    result: &'static str,
}

/// Sign-ins through identity providers, and hosts that do not answer.
#[derive(Clone, Debug, Default)]
pub struct Upstreams {
    arrivals: Family<Arrival, Counter>,
    resting: Gauge,
}

impl Upstreams {
    pub(super) fn register(&self, all: &mut Registry) {
        all.register(
            "provider_sign_ins",
            "Sign-ins through identity providers",
            self.arrivals.clone(),
        );
        all.register(
            "hosts_resting",
            "Hosts that did not answer and are left alone",
            self.resting.clone(),
        );
    }

    /// Somebody came from an identity provider, or did not get through it.
    pub fn arrived(&self, realm: &str, provider: &str, is_well: bool) {
        let labels = Arrival {
            realm: realm.to_owned(),
            provider: provider.to_owned(),
            result: if is_well { SUCCESS } else { ERROR },
        };
        self.arrivals.get_or_create(&labels).inc();
    }

    /// How many hosts are left alone because they did not answer.
    pub fn count_resting(&self, hosts: usize) {
        self.resting.set(i64::try_from(hosts).unwrap_or(i64::MAX));
    }
}
