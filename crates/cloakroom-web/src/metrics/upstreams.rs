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

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Provider {
    realm: String,
    provider: String,
}

/// What of an identity provider ends, and when, in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Its realm.
    pub realm: String,
    /// Its alias.
    pub provider: String,
    /// The certificate of its settings that ends first.
    pub certificate: Option<i64>,
    /// Our secret there.
    pub secret: Option<i64>,
}

/// Sign-ins through identity providers, and hosts that do not answer.
#[derive(Clone, Debug, Default)]
pub struct Upstreams {
    arrivals: Family<Arrival, Counter>,
    last_success: Family<Provider, Gauge>,
    certificates_end: Family<Provider, Gauge>,
    secrets_end: Family<Provider, Gauge>,
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
            "provider_last_success_timestamp_seconds",
            "When an identity provider was last believed, on this node",
            self.last_success.clone(),
        );
        all.register(
            "provider_certificate_end_timestamp_seconds",
            "When the certificate of an identity provider ends that ends first",
            self.certificates_end.clone(),
        );
        all.register(
            "provider_secret_end_timestamp_seconds",
            "When the secret for an identity provider is over",
            self.secrets_end.clone(),
        );
        all.register(
            "hosts_resting",
            "Hosts that did not answer and are left alone",
            self.resting.clone(),
        );
    }

    /// Somebody came from an identity provider at this second, or did not get through it.
    pub fn arrived(&self, (realm, provider): (&str, &str), now: i64, is_well: bool) {
        if is_well {
            let labels = Provider {
                realm: realm.to_owned(),
                provider: provider.to_owned(),
            };
            self.last_success.get_or_create(&labels).set(now);
        }
        let labels = Arrival {
            realm: realm.to_owned(),
            provider: provider.to_owned(),
            result: if is_well { SUCCESS } else { ERROR },
        };
        self.arrivals.get_or_create(&labels).inc();
    }

    /// What ends of all identity providers of all realms.
    pub fn count_ends(&self, all: impl IntoIterator<Item = Ends>) {
        self.certificates_end.clear();
        self.secrets_end.clear();
        for one in all {
            let labels = Provider {
                realm: one.realm,
                provider: one.provider,
            };
            if let Some(end) = one.certificate {
                self.certificates_end.get_or_create(&labels).set(end);
            }
            if let Some(end) = one.secret {
                self.secrets_end.get_or_create(&labels).set(end);
            }
        }
    }

    /// How many hosts are left alone because they did not answer.
    pub fn count_resting(&self, hosts: usize) {
        self.resting.set(i64::try_from(hosts).unwrap_or(i64::MAX));
    }
}
