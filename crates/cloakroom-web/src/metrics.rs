//! What is counted, under the names that the management port answers with.
//!
//! No label is the name of a user or a client: their number has no limit.

mod latency;
pub mod series;
mod upstreams;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cloakroom_model::event::Event;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub use upstreams::{Ends, Upstreams};

const SUCCESS: &str = "success";
const ERROR: &str = "error";

/// Bounds of what a request takes, in seconds.
const REQUEST: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// Bounds of what a password's hash takes, in seconds.
const HASH: [f64; 8] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
/// Bounds of a token's size, in bytes: headers of 4, 8 and 16 KiB are common limits.
const TOKEN: [f64; 7] = [256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfRoute {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Login {
    realm: String,
    result: &'static str,
    reason: String,
    method: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Alert {
    realm: String,
    rule: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Issued {
    grant: &'static str,
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Sessions {
    realm: String,
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Keys {
    realm: String,
    kind: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Job {
    job: String,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Connections {
    state: &'static str,
}

/// What is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_seconds: Family<OfRoute, Histogram, fn() -> Histogram>,
    logins: Family<Login, Counter>,
    tokens: Family<Issued, Counter>,
    token_bytes: Family<OfKind, Histogram, fn() -> Histogram>,
    hash_seconds: Histogram,
    hash_queue: Gauge,
    sessions: Family<Sessions, Gauge>,
    key_age: Family<Keys, Gauge>,
    jobs: Family<Job, Counter>,
    alerts: Family<Alert, Counter>,
    pool: Family<Connections, Gauge>,
    writer_queue: Gauge,
    commits: Counter<u64, AtomicU64>,
    units: Counter<u64, AtomicU64>,
    /// What is counted of identity providers.
    pub upstreams: Upstreams,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("cloakroom"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(|| Histogram::new(REQUEST)),
            logins: Family::default(),
            tokens: Family::default(),
            token_bytes: Family::new_with_constructor(|| Histogram::new(TOKEN)),
            hash_seconds: Histogram::new(HASH),
            hash_queue: Gauge::default(),
            sessions: Family::default(),
            key_age: Family::default(),
            jobs: Family::default(),
            alerts: Family::default(),
            pool: Family::default(),
            writer_queue: Gauge::default(),
            commits: Counter::default(),
            units: Counter::default(),
            upstreams: Upstreams::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let all = &mut self.registry;
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        all.register("build", "The program", version);
        let requests = self.requests.clone();
        all.register("http_requests", "Requests answered", requests);
        let seconds = self.request_seconds.clone();
        all.register("http_request_seconds", "From request to answer", seconds);
        let logins = self.logins.clone();
        all.register(
            "logins",
            "Sign-ins, with the reason of those refused",
            logins,
        );
        let tokens = self.tokens.clone();
        all.register("tokens_issued", "Tokens that clients were given", tokens);
        let bytes = self.token_bytes.clone();
        all.register("token_bytes", "Sizes of the tokens issued", bytes);
        let hashing = self.hash_seconds.clone();
        all.register("password_hash_seconds", "Hashing one password", hashing);
        let waiting = self.hash_queue.clone();
        all.register(
            "password_hash_queue",
            "Passwords that wait for a thread",
            waiting,
        );
        let sessions = self.sessions.clone();
        all.register("sessions", "Sessions that are not over", sessions);
        let ages = self.key_age.clone();
        all.register("key_age_seconds", "The oldest active key of a kind", ages);
        let jobs = self.jobs.clone();
        all.register("jobs", "Rounds of the workers", jobs);
        let alerts = self.alerts.clone();
        all.register("alerts", "Alert rules that fired", alerts);
        let pool = self.pool.clone();
        all.register("db_pool", "Connections that read", pool);
        let queue = self.writer_queue.clone();
        all.register(
            "db_writer_queue",
            "Units of work that wait for the writer",
            queue,
        );
        let commits = self.commits.clone();
        all.register("db_commits", "Transactions of the writer", commits);
        let units = self.units.clone();
        all.register("db_units", "Units of work in those transactions", units);
        self.upstreams.register(all);
    }

    /// What counts the requests of a route that are answered so.
    pub fn series(&self, route: &str, method: &'static str, status: u16) -> (Counter, Histogram) {
        let route = route.to_owned();
        let labels = OfRoute { route };
        let seconds = self.request_seconds.get_or_create_owned(&labels);
        let labels = Answered {
            route: labels.route,
            method,
            status,
        };
        (self.requests.get_or_create_owned(&labels), seconds)
    }

    /// Something happened in a realm, and is committed.
    pub fn happened(&self, realm: &str, event: &Event) {
        let result = match event.kind.as_str() {
            "LOGIN" => SUCCESS,
            "LOGIN_ERROR" => ERROR,
            _ => return,
        };
        let grant = event.details.get("grant_type").map(String::as_str);
        let login = Login {
            realm: realm.to_owned(),
            result,
            reason: event.error.clone().unwrap_or_default(),
            method: if grant == Some("password") {
                "password grant"
            } else {
                "page"
            },
        };
        self.logins.get_or_create(&login).inc();
    }

    /// The token endpoint answered with these tokens, told by their sizes.
    pub fn issued(&self, grant: &str, tokens: &[(&'static str, usize)]) {
        let grant = known_grant(grant);
        for &(kind, size) in tokens {
            self.tokens.get_or_create(&Issued { grant, kind }).inc();
            let size = u32::try_from(size).map_or(f64::MAX, f64::from);
            let bytes = self.token_bytes.get_or_create(&OfKind { kind });
            bytes.observe(size);
        }
    }

    /// A password was hashed.
    pub fn hashed(&self, took: Duration) {
        self.hash_seconds.observe(took.as_secs_f64());
    }

    /// A worker did a round.
    pub fn worked(&self, job: &str, is_well: bool) {
        let labels = Job {
            job: job.to_owned(),
            result: if is_well { SUCCESS } else { ERROR },
        };
        self.jobs.get_or_create(&labels).inc();
    }

    /// An alert rule of a realm has fired.
    pub fn alerted(&self, realm: &str, rule: &str) {
        let labels = Alert {
            realm: realm.to_owned(),
            rule: rule.to_owned(),
        };
        self.alerts.get_or_create(&labels).inc();
    }

    /// How many sessions each realm has: its name, offline or not, number.
    pub fn count_sessions(&self, counts: Vec<(String, bool, i64)>) {
        self.sessions.clear();
        for (realm, offline, number) in counts {
            let kind = if offline { "offline" } else { "online" };
            self.sessions
                .get_or_create(&Sessions { realm, kind })
                .set(number);
        }
    }

    /// How old each realm's oldest active key of each kind is, in seconds: realm, kind, age.
    pub fn count_key_ages(&self, ages: impl IntoIterator<Item = ((String, String), i64)>) {
        self.key_age.clear();
        for ((realm, kind), age) in ages {
            self.key_age.get_or_create(&Keys { realm, kind }).set(age);
        }
    }

    /// What the database's doors are doing, and how many passwords wait.
    pub fn count_queues(&self, stats: &cloakroom_model::db::Stats, passwords: usize) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.hash_queue.set(number(passwords));
        self.writer_queue.set(number(stats.waiting));
        self.commits.inner().store(stats.commits, Ordering::Relaxed);
        self.units.inner().store(stats.units, Ordering::Relaxed);
        for (state, count) in [("busy", stats.busy_readers), ("free", stats.free_readers)] {
            self.pool
                .get_or_create(&Connections { state })
                .set(number(count));
        }
    }

    /// Everything in the text form of `OpenMetrics`.
    pub fn text(&self) -> Option<String> {
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

/// A caller may send any word as its method, and each would be a series of its own.
pub(crate) fn known_method(method: &str) -> &'static str {
    let known = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
    let found = known.into_iter().find(|known| *known == method);
    found.unwrap_or("other")
}

fn known_grant(grant: &str) -> &'static str {
    let known = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "implicit",
        "password",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:uma-ticket",
    ];
    let found = known.into_iter().find(|known| *known == grant);
    found.unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::series::Series;
    use super::*;

    /// One of each.
    fn busy() -> Metrics {
        let metrics = Metrics::default();
        let took = Duration::from_millis(3);
        Series::default().answered(
            &metrics,
            Some(&"/realms/{realm}".into()),
            ("BREW", 200),
            took,
        );
        metrics.issued("password", &[("access", 700), ("refresh", 400)]);
        let refused = Event {
            kind: "LOGIN_ERROR".to_owned(),
            error: Some("user_not_found".to_owned()),
            ..Event::default()
        };
        metrics.happened("shop", &refused);
        metrics.count_sessions(vec![("shop".to_owned(), true, 4)]);
        let key = ("shop".to_owned(), "rsa-generated".to_owned());
        metrics.count_key_ages([(key, 86_400)]);
        metrics.worked("sweep", true);
        metrics.alerted("shop", "guessing");
        metrics.upstreams.arrived(("shop", "github"), 1, true);
        metrics.upstreams.count_ends([Ends {
            certificate: Some(2),
            secret: Some(3),
            ..Ends::default()
        }]);
        metrics.count_queues(&cloakroom_model::db::Stats::default(), 0);
        metrics
    }

    #[test]
    fn the_document_lists_every_metric_with_its_kind() {
        let document = include_str!("../../../docs/METRICS.md");
        let rows = document
            .lines()
            .filter_map(|line| line.strip_prefix("| `cloakroom_"));
        let documented: BTreeSet<(String, String)> = rows
            .map(|row| {
                let mut cells = row.split(" | ");
                let name = cells.next().unwrap().trim_end_matches('`');
                let bare = name.trim_end_matches("_total").trim_end_matches("_info");
                (bare.to_owned(), cells.next().unwrap().to_owned())
            })
            .collect();

        let text = busy().text().unwrap();

        let types = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE cloakroom_"));
        let counted: BTreeSet<(String, String)> = types
            .map(|line| line.split_once(' ').unwrap())
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .collect();
        assert_eq!(documented, counted);
    }

    #[test]
    fn what_is_counted_is_answered_under_its_name() {
        let text = busy().text().unwrap();

        for line in [
            r#"cloakroom_http_requests_total{route="/realms/{realm}",method="other",status="200"} 1"#,
            r#"cloakroom_http_request_seconds_bucket{le="0.005",route="/realms/{realm}"} 1"#,
            r#"cloakroom_tokens_issued_total{grant="password",kind="refresh"} 1"#,
            r#"cloakroom_token_bytes_bucket{le="1024.0",kind="access"} 1"#,
            r#"cloakroom_logins_total{realm="shop",result="error",reason="user_not_found",method="page"} 1"#,
            r#"cloakroom_sessions{realm="shop",kind="offline"} 4"#,
            r#"cloakroom_key_age_seconds{realm="shop",kind="rsa-generated"} 86400"#,
            r#"cloakroom_alerts_total{realm="shop",rule="guessing"} 1"#,
            "cloakroom_db_commits_total 0",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
