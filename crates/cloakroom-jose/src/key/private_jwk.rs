//! Private keys out of JSON (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::alg::{Alg, KeyKind};
use crate::backend::{RsaParts, Signer};
use crate::error::{JoseError, Result};
use crate::json;
use crate::jwk::{Material, Use, bytes, ec, okp, read_key_ops, read_use, rsa, text};

/// An 8192-bit RSA key with all its parts needs 7 KiB.
const LIMIT: usize = 16 * 1024;

pub(crate) fn read(alg: Alg, json: &[u8]) -> Result<Signer> {
    let members = json::parse_object(json, LIMIT)?;
    let kind = alg.key_kind();
    if text(&members, "kty")? != Some(kind.kty()) {
        return Err(JoseError::key("the key is not for this algorithm"));
    }
    check_purpose(alg, &members)?;
    match kind {
        KeyKind::Oct => Signer::from_secret(alg, &private(&members, "k")?),
        KeyKind::Rsa => read_rsa(alg, &members),
        KeyKind::Ec(curve) => match ec::read(&members)? {
            Material::Ec { curve: own, x, y } if own == curve => {
                ec::check(curve, &x, &y)?;
                let point = [&[4][..], &x, &y].concat();
                Signer::from_ec_parts(curve, &private(&members, "d")?, &point)
            }
            _ => Err(JoseError::key("the key is not for this algorithm")),
        },
        KeyKind::Okp => match okp::read(&members)? {
            Material::Okp { x } => Signer::from_ed_parts(&private(&members, "d")?, &x),
            _ => Err(JoseError::key("the key is not for this algorithm")),
        },
    }
}

/// RFC 7517 §4.2 to §4.4: what the key itself says it is for.
fn check_purpose(alg: Alg, members: &Map<String, Value>) -> Result<()> {
    let named = text(members, "alg")?.is_none_or(|name| Alg::from_name(name) == Some(alg));
    let signs = read_use(members)? != Some(Use::Encryption);
    let ops = read_key_ops(members, None)?;
    let may_sign = ops.is_none_or(|ops| ops.iter().any(|op| op == "sign"));
    if named && signs && may_sign {
        return Ok(());
    }
    Err(JoseError::key("the key is for something else"))
}

fn read_rsa(alg: Alg, members: &Map<String, Value>) -> Result<Signer> {
    // RFC 7518 §6.3.2.7: a key of more than two primes must not be used without support for it.
    if members.contains_key("oth") {
        return Err(JoseError::unsupported("RSA key of more than two primes"));
    }
    let Material::Rsa { n, e } = rsa::read(members)? else {
        return Err(JoseError::key("the key is not for this algorithm"));
    };
    rsa::check(&n, &e)?;
    let parts = RsaParts {
        n,
        e,
        d: private(members, "d")?,
        p: private(members, "p")?,
        q: private(members, "q")?,
        dp: private(members, "dp")?,
        dq: private(members, "dq")?,
        qi: private(members, "qi")?,
    };
    Signer::from_rsa_parts(alg, &parts)
}

fn private(members: &Map<String, Value>, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    bytes(members, name).map(Zeroizing::new)
}
