//! What a reader of encrypted messages takes.
use std::ops::RangeInclusive;

use super::alg::KeyAlg;
use super::enc::Enc;
use crate::error::{JoseError, Result};

/// The longest message read if nobody says otherwise.
const LIMIT: usize = 64 * 1024;

/// More recipients than a message has that is meant for one of us.
const RECIPIENTS: usize = 4;

/// RFC 7518 §4.8.1.2 recommends a thousand at least; more than ten thousand is a burden that the
/// sender puts on the reader (CVE-2023-52428).
const ITERATIONS: RangeInclusive<u32> = 1_000..=10_000;

/// The algorithms a reader takes, and the bounds of what it reads.
///
/// There is no default for the algorithms. `RSA1_5` and PBES2 are read if they are listed.
#[derive(Clone, Debug)]
pub struct Allowed {
    key_algs: Vec<KeyAlg>,
    encs: Vec<Enc>,
    limit: usize,
    recipients: usize,
    iterations: RangeInclusive<u32>,
    inflated: usize,
}

impl Allowed {
    /// Takes these algorithms, messages of 64 KiB and 4 recipients, and nothing compressed.
    pub fn new(key_algs: &[KeyAlg], encs: &[Enc]) -> Self {
        Self {
            key_algs: key_algs.to_vec(),
            encs: encs.to_vec(),
            limit: LIMIT,
            recipients: RECIPIENTS,
            iterations: ITERATIONS,
            inflated: 0,
        }
    }

    /// Reads messages of at most so many bytes.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Reads messages to at most so many recipients.
    #[must_use]
    pub fn recipients(mut self, count: usize) -> Self {
        self.recipients = count;
        self
    }

    /// Reads compressed content (`zip`, RFC 7516 §4.1.3) that has at most so many bytes.
    ///
    /// RFC 8725 §3.6: compression before encryption tells about the content by its length.
    #[must_use]
    pub fn inflate(mut self, bytes: usize) -> Self {
        self.inflated = bytes;
        self
    }

    /// Takes another number of iterations for PBES2 than 1,000 to 10,000.
    #[must_use]
    pub fn iterations(mut self, range: RangeInclusive<u32>) -> Self {
        self.iterations = range;
        self
    }

    pub(super) fn has_key_alg(&self, alg: KeyAlg) -> bool {
        self.key_algs.contains(&alg)
    }

    pub(super) fn check_enc(&self, enc: Enc) -> Result<()> {
        if self.encs.contains(&enc) {
            return Ok(());
        }
        Err(JoseError::unsupported("enc is not allowed here"))
    }

    pub(super) fn check_size(&self, message: &str) -> Result<()> {
        if message.len() > self.limit {
            return Err(JoseError::malformed("message too long"));
        }
        Ok(())
    }

    pub(super) fn check_recipients(&self, count: usize) -> Result<()> {
        if (1..=self.recipients).contains(&count) {
            return Ok(());
        }
        Err(JoseError::malformed("no recipient, or too many"))
    }

    pub(super) fn check_iterations(&self, count: u32) -> Result<()> {
        if self.iterations.contains(&count) {
            return Ok(());
        }
        Err(JoseError::unsupported("number of iterations"))
    }

    /// The most bytes that compressed content may have; `None` if it is not read at all.
    pub(super) fn inflated(&self) -> Option<usize> {
        (self.inflated > 0).then_some(self.inflated)
    }
}
