//! Addresses of resources, and the patterns that stand for many of them.

use super::Resource;

/// The resource whose pattern names most of an address; `None` if none fits.
pub fn matching<'a>(all: impl Iterator<Item = &'a Resource>, uri: &str) -> Option<&'a Resource> {
    let fitting = all.filter_map(|one| Some((length(one, uri)?, one)));
    let best = fitting.max_by_key(|(length, _)| *length);
    best.map(|(_, one)| one)
}

/// How much of the address a resource's longest fitting pattern names; `None` if none fits.
fn length(resource: &Resource, uri: &str) -> Option<usize> {
    let fitting = resource
        .details
        .uris
        .iter()
        .filter(|pattern| fits(pattern, uri));
    fitting.map(String::len).max()
}

/// `/a/*` fits everything below `/a`, `/a/{id}` any one part, `*.html` any beginning.
fn fits(pattern: &str, uri: &str) -> bool {
    if let Some(end) = pattern.strip_prefix('*') {
        return uri.ends_with(end);
    }
    let (fixed, open) = match pattern.strip_suffix("/*") {
        Some(fixed) => (fixed, true),
        None => (pattern, false),
    };
    let mut parts = uri.split('/');
    for expected in fixed.split('/') {
        let Some(part) = parts.next() else {
            return false;
        };
        let is_any = expected.starts_with('{') && expected.ends_with('}');
        if !is_any && expected != part {
            return false;
        }
    }
    open || parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_addresses_fit_as_keycloaks_do() {
        for (pattern, uri, expected) in [
            ("/photos/*", "/photos/1", true),
            ("/photos/*", "/photos/1/raw", true),
            ("/photos/*", "/photographs", false),
            ("/photos", "/photos", true),
            ("/photos", "/photos/1", false),
            ("/photos/{id}", "/photos/1", true),
            ("/photos/{id}", "/photos/1/raw", false),
            ("/photos/{id}/*", "/photos/1/raw", true),
            ("*.html", "/index.html", true),
            ("/*", "/anything", true),
        ] {
            assert_eq!(fits(pattern, uri), expected, "{pattern} {uri}");
        }
    }
}
