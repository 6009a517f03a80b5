//! A keytab: the keys of services, in the form that MIT's `kadmin` and Windows' `ktpass` write (version 0x0502).

use std::fmt;

use super::principal::Principal;

/// A keytab is a few hundred bytes; a longer file is none.
pub const LONGEST: usize = 1024 * 1024;

/// AES with SHA-1 (RFC 3962), with keys of 16 and of 32 bytes.
pub(super) const AES_128: i64 = 17;
pub(super) const AES_256: i64 = 18;
/// AES with SHA-2 (RFC 8009), with keys of the same sizes.
const AES_128_SHA_2: i64 = 19;
const AES_256_SHA_2: i64 = 20;

/// The kinds that are taken, the best first.
pub(super) const KINDS: [i64; 4] = [AES_256_SHA_2, AES_128_SHA_2, AES_256, AES_128];

/// How often a password is hashed for a key of this kind where nobody says otherwise (RFC 3962 §4, RFC 8009 §4).
pub(super) fn usual_rounds(kind: i64) -> u32 {
    match kind {
        AES_128_SHA_2 | AES_256_SHA_2 => 32_768,
        _ => 4_096,
    }
}

/// The bytes of a key of this kind; `None` for kinds that are not taken: RC4, DES and what is not known here.
pub(super) fn size(kind: i64) -> Option<usize> {
    match kind {
        AES_128 | AES_128_SHA_2 => Some(16),
        AES_256 | AES_256_SHA_2 => Some(32),
        _ => None,
    }
}

struct Entry {
    principal: Principal,
    version: i64,
    kind: i64,
    key: Vec<u8>,
}

/// The keys of a file.
pub struct Keytab(Vec<Entry>);

impl fmt::Debug for Keytab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keytab({})", self.0.len())
    }
}

impl Keytab {
    /// Reads a file; `None` if it is no keytab.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(bytes.strip_prefix(&[5, 2])?);
        let mut entries = Vec::new();
        while !rest.0.is_empty() {
            let size = i32::from_be_bytes(rest.array()?);
            let length = usize::try_from(size.unsigned_abs()).ok()?;
            let bytes = rest.take(length)?;
            // Where an entry was removed, there is a hole.
            if size > 0 {
                entries.extend(entry(bytes));
            }
        }
        Some(Self(entries))
    }

    /// The key of a service with this kind and number, or the newest where no number is said.
    pub(super) fn find(&self, of: &Principal, kind: i64, version: Option<i64>) -> Option<&[u8]> {
        let size = size(kind)?;
        let mut own = self.0.iter().filter(|entry| {
            entry.principal == *of && entry.kind == kind && entry.key.len() == size
        });
        let found = match version {
            Some(version) => own.find(|entry| entry.version == version),
            None => own.max_by_key(|entry| entry.version),
        };
        found.map(|entry| entry.key.as_slice())
    }
}

/// An entry that makes sense; `None` for one that does not, which is nobody's then.
fn entry(bytes: &[u8]) -> Option<Entry> {
    let mut rest = Rest(bytes);
    let count = u16::from_be_bytes(rest.array()?);
    let realm = rest.text()?;
    let parts: Option<Vec<String>> = (0..count).map(|_| rest.text()).collect();
    let parts = parts?;
    let _kind_of_name_and_time: [u8; 8] = rest.array()?;
    let [version] = rest.array()?;
    let kind = i64::from(u16::from_be_bytes(rest.array()?));
    let key = rest.counted()?.to_vec();
    // Numbers above 255 have a field of their own, which is 0 in files that do not use it.
    let long = rest
        .array()
        .map(u32::from_be_bytes)
        .filter(|long| *long > 0);
    Some(Entry {
        principal: Principal { parts, realm },
        version: long.map_or(i64::from(version), i64::from),
        kind,
        key,
    })
}

/// Bytes that are read from their beginning.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(usize::from(length))
    }

    fn text(&mut self) -> Option<String> {
        let bytes = self.counted()?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An entry as `kadmin` writes it.
    pub(in super::super) fn line(of: &str, version: u32, kind: u16, key: &[u8]) -> Vec<u8> {
        let of = Principal::parse(of, "").unwrap();
        let counted = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
            [&length[..], bytes].concat()
        };
        let mut entry = u16::try_from(of.parts.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        entry.extend(counted(of.realm.as_bytes()));
        for part in &of.parts {
            entry.extend(counted(part.as_bytes()));
        }
        entry.extend([0; 8]);
        entry.push(u8::try_from(version & 0xff).unwrap());
        entry.extend(kind.to_be_bytes());
        entry.extend(counted(key));
        entry.extend(version.to_be_bytes());
        let size = i32::try_from(entry.len()).unwrap().to_be_bytes();
        [&size[..], &entry].concat()
    }

    pub(in super::super) fn file(lines: &[Vec<u8>]) -> Vec<u8> {
        [&[5, 2][..], &lines.concat()].concat()
    }

    #[test]
    fn a_key_is_found_by_its_service_kind_and_number() {
        let hole = [&(-6_i32).to_be_bytes()[..], &[9; 6]].concat();
        let bytes = file(&[
            line("HTTP/a@R", 300, 18, &[1; 32]),
            hole,
            line("HTTP/a@R", 2, 18, &[2; 32]),
            line("HTTP/a@R", 2, 17, &[3; 16]),
            line("HTTP/a@R", 2, 23, &[4; 16]),
            line("HTTP/b@R", 2, 18, &[5; 16]),
        ]);
        let keytab = Keytab::read(&bytes).unwrap();
        type Row<'a> = (&'a str, i64, Option<i64>, Option<&'a [u8]>);
        let rows: [Row<'_>; 9] = [
            ("HTTP/a@R", 18, Some(300), Some(&[1; 32])),
            ("HTTP/a@R", 18, Some(2), Some(&[2; 32])),
            ("HTTP/a@R", 18, None, Some(&[1; 32])),
            ("HTTP/a@R", 17, Some(2), Some(&[3; 16])),
            ("HTTP/a@R", 18, Some(3), None),
            ("HTTP/a@R", 23, Some(2), None),
            ("HTTP/b@R", 18, Some(2), None),
            ("HTTP/a@S", 18, Some(2), None),
            ("http/a@R", 18, Some(2), None),
        ];
        for (of, kind, version, wanted) in rows {
            let of = Principal::parse(of, "").unwrap();
            assert_eq!(
                keytab.find(&of, kind, version),
                wanted,
                "{of} {kind} {version:?}"
            );
        }
    }

    #[test]
    fn no_bytes_break_the_reading() {
        let bytes = file(&[line("HTTP/a@R", 2, 18, &[1; 32])]);
        for at in 0..bytes.len() {
            let _ = Keytab::read(&bytes[..at]);
            for byte in 0..=255 {
                let mut bad = bytes.clone();
                bad[at] = byte;
                let _ = Keytab::read(&bad);
            }
        }
        assert!(Keytab::read(b"root:x:0:0:root:/root:/bin/bash\n").is_none());
    }
}
