//! What this server has for Kerberos: its encryption, the files of keys that the operator lists, and the way to centres of keys.

use std::num::NonZeroU32;
use std::path::Path;

use actix_web::web::block;
use cloakroom_federation::kerberos::{Centre, Crypto, Key, Keytab, Method, Usual, keytab};
use cloakroom_jose::kerberos::{Stretch, Suite};
use cloakroom_model::Secret;
use cloakroom_web::App;
use cloakroom_web::app::random;
use rand::Rng as _;
use zeroize::Zeroizing;

/// The encryption of AES.
#[derive(Debug)]
pub(super) struct Aes;

/// What keys of a kind are used with, and their bytes; `None` for kinds that are not taken.
fn suite(kind: i64) -> Option<(Suite, usize)> {
    match kind {
        17 => Some((Suite::Sha1, 16)),
        18 => Some((Suite::Sha1, 32)),
        19 => Some((Suite::Sha2, 16)),
        20 => Some((Suite::Sha2, 32)),
        _ => None,
    }
}

impl Crypto for Aes {
    fn open(&self, key: Key<'_>, usage: u32, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (suite, _) = suite(key.kind)?;
        suite.open(key.bytes, usage, sealed).ok()
    }

    fn seal(&self, key: Key<'_>, usage: u32, random: [u8; 16], text: &[u8]) -> Option<Vec<u8>> {
        let (suite, _) = suite(key.kind)?;
        suite.seal(key.bytes, usage, random, text).ok()
    }
}

/// The keys of a file that the operator has listed: a path in the settings of a realm opens no other file.
pub(super) async fn keys(app: &App, file: &str) -> Option<Keytab> {
    let file = app.kerberos.keytab(file)?.to_owned();
    let read = block(move || contents(&file));
    Keytab::read(&read.await.ok()??)
}

fn contents(file: &Path) -> Option<Vec<u8>> {
    let is_sound = std::fs::metadata(file)
        .is_ok_and(|about| about.is_file() && about.len() <= keytab::LONGEST as u64);
    is_sound.then(|| std::fs::read(file).ok()).flatten()
}

/// What proves passwords to centres of keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Centres<'a>(pub(super) &'a App);

impl Centre for Centres<'_> {
    fn hosts(&self, realm: &str) -> Vec<(String, u16)> {
        self.0.kerberos.centres(realm)
    }

    async fn keytab(&self, file: &str) -> Option<Keytab> {
        keys(self.0, file).await
    }

    async fn stretch(&self, password: &Secret, method: &Method) -> Option<Zeroizing<Vec<u8>>> {
        let (suite, size) = suite(method.kind)?;
        let rounds = NonZeroU32::new(method.rounds)?;
        let (password, salt) = (password.clone(), method.salt.clone());
        let job = move || {
            let from = Stretch {
                password: password.expose().as_bytes(),
                salt: &salt,
                rounds,
            };
            suite.stretch(size, from).ok()
        };
        self.0.compute(job).await.ok()?
    }

    fn crypto(&self) -> &dyn Crypto {
        &Aes
    }

    fn usual(&self) -> &Usual {
        &self.0.federation.usual
    }

    fn random(&self) -> Option<[u8; 16]> {
        let mut bytes = [0; 16];
        random().ok()?.fill_bytes(&mut bytes);
        Some(bytes)
    }
}
