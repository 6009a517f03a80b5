//! How long answers take, read back from what is counted of them.

use std::collections::BTreeMap;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::Metrics;

/// A name of its own, for the one family that is read.
const NAME: &str = "took";

impl Metrics {
    /// The time, in seconds, within which this share of the answers of some routes came, and how many answers there were
    /// since the start of this node; `None` while there is none. The time is estimated inside its bucket, as
    /// Prometheus' `histogram_quantile` does.
    #[must_use]
    pub fn answered_within(
        &self,
        share: f64,
        is_counted: impl Fn(&str) -> bool,
    ) -> Option<(f64, u64)> {
        let mut registry = Registry::default();
        registry.register(NAME, "", self.request_seconds.clone());
        let mut text = String::new();
        encode(&mut text, &registry).ok()?;
        let mut buckets: BTreeMap<u64, (f64, u64)> = BTreeMap::new();
        for line in text.lines() {
            let Some((route, bound, count)) = bucket(line) else {
                continue;
            };
            if is_counted(route) {
                // Positive numbers sort as their bits do.
                buckets.entry(bound.to_bits()).or_insert((bound, 0)).1 += count;
            }
        }
        quantile(share, &buckets.into_values().collect::<Vec<_>>())
    }
}

/// A line of a bucket: the route, the upper bound, and how many answers came within it.
fn bucket(line: &str) -> Option<(&str, f64, u64)> {
    let labels = line.strip_prefix(NAME)?.strip_prefix("_bucket{")?;
    let (labels, count) = labels.rsplit_once("} ")?;
    let label = |name: &str| {
        let (_, rest) = labels.split_once(name)?;
        rest.split('"').next()
    };
    let bound = label("le=\"")?;
    let bound = match bound {
        "+Inf" => f64::INFINITY,
        bound => bound.parse().ok()?,
    };
    Some((label("route=\"")?, bound, count.trim().parse().ok()?))
}

/// Buckets hold all that came within their bound, the smallest bound first.
fn quantile(share: f64, buckets: &[(f64, u64)]) -> Option<(f64, u64)> {
    let all = buckets.last().map(|(_, count)| *count)?;
    if all == 0 {
        return None;
    }
    let number = |count: u64| u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
    let rank = share * number(all);
    let (mut below, mut before) = (0.0, 0.0);
    for (bound, count) in buckets {
        let count = number(*count);
        if count >= rank && count > before {
            if bound.is_infinite() {
                return Some((below, all));
            }
            let part = (rank - before) / (count - before);
            return Some((below + (bound - below) * part, all));
        }
        if bound.is_finite() {
            (below, before) = (*bound, count);
        }
    }
    Some((below, all))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::series::Series;
    use super::*;

    #[test]
    fn what_is_counted_says_how_long_answers_take() {
        let metrics = Metrics::default();
        let series = Series::default();
        let answered = |route: &str, millis| {
            let took = Duration::from_millis(millis);
            series.answered(&metrics, Some(&route.into()), ("GET", 200), took);
        };
        let tokens = |route: &str| route.ends_with("/token");
        assert_eq!(metrics.answered_within(0.95, tokens), None);
        for _ in 0..90 {
            answered("/realms/{realm}/token", 4);
        }
        for _ in 0..10 {
            answered("/realms/{realm}/token", 200);
        }
        answered("/elsewhere", 4_000);

        let (seconds, count) = metrics.answered_within(0.95, tokens).unwrap();

        assert_eq!(count, 100);
        assert!(seconds > 0.1 && seconds <= 0.25, "{seconds}");
        assert!(metrics.answered_within(0.5, tokens).unwrap().0 <= 0.005);
    }

    #[test]
    fn what_is_beyond_the_last_bound_took_that_long_at_least() {
        let buckets = [(1.0, 1), (5.0, 1), (f64::INFINITY, 10)];

        assert_eq!(quantile(0.95, &buckets), Some((5.0, 10)));
    }
}
