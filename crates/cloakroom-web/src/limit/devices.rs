//! How many device codes an address may ask for: each is a row that lies there for minutes, and whoever asks for one of
//! a public client has proved nothing. As many wrong codes may be typed: a code is eight letters of twenty, and a few
//! hundred guesses in the minutes that it lives find none.

/// At once.
const MOST: i64 = 300;

/// One more for each of these.
const REFILL_MILLIS: i64 = 1000;

/// What an address may still ask for, told by the time at which nothing is left to pay back.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket {
    even_at: i64,
}

impl Bucket {
    /// Takes one; the seconds to wait if there is none.
    pub(super) fn take(&mut self, now: i64) -> Option<u64> {
        let even_at = self.even_at.max(now).saturating_add(REFILL_MILLIS);
        let ahead = even_at.saturating_sub(now);
        let missing = ahead.saturating_sub(MOST.saturating_mul(REFILL_MILLIS));
        if missing > 0 {
            let seconds = u64::try_from(missing).unwrap_or(0).div_ceil(1000);
            return Some(seconds.max(1));
        }
        self.even_at = even_at;
        None
    }

    /// What was taken last does not count.
    pub(super) fn give_back(&mut self) {
        self.even_at = self.even_at.saturating_sub(REFILL_MILLIS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_so_many_at_once_and_then_one_a_second() {
        let (mut bucket, start) = (Bucket::default(), 1_800_000_000_000);
        for taken in 0..MOST {
            assert_eq!(bucket.take(start), None, "{taken}");
        }

        assert_eq!(bucket.take(start), Some(1));
        assert_eq!(bucket.take(start + REFILL_MILLIS), None);
        assert_eq!(bucket.take(start + REFILL_MILLIS), Some(1));
        assert_eq!(bucket.take(start + 1_000_000), None);

        let mut bucket = Bucket::default();
        for _ in 0..2 * MOST {
            assert_eq!(bucket.take(start), None);
            bucket.give_back();
        }
    }
}
