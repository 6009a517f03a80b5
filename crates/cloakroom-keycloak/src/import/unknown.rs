//! What is kept although nothing here knows it. The report says so: it does not do what it did.

use super::Import;
use super::lenient::Part;
use crate::catalog;

/// Names the authenticator of a step that is not here.
pub(super) fn authenticator(import: &mut Import<'_>, part: &Part<'_>, id: &str) {
    if catalog::authenticator(id).is_none() {
        let how = "kept, but there is no such authenticator here; a sign-in that comes to it fails";
        let who = format!("{}/{id}", part.who);
        import
            .report
            .approximate(&part.place_of("authenticator"), &who, how);
    }
}

/// Names a required action that is not here.
pub(super) fn action(import: &mut Import<'_>, part: &Part<'_>, provider: &str) {
    if catalog::required_action(provider).is_none() {
        let how = "kept, but there is no such action here, and nobody is asked for it";
        import
            .report
            .approximate(&part.place_of("providerId"), part.who, how);
    }
}

/// Names an identity provider of a kind that is not here.
pub(super) fn identity_provider(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    if catalog::identity_provider(kind).is_none() {
        let how = format!("kept as configuration; there is no kind {kind} here");
        import
            .report
            .approximate(&part.place_of("providerId"), part.who, how);
    }
}

/// Names a component that nothing here reads.
pub(super) fn component(import: &mut Import<'_>, part: &Part<'_>, family: &str, provider: &str) {
    // Their own readers speak of these.
    let is_read = [
        cloakroom_model::key::PROVIDER_TYPE,
        cloakroom_model::user_profile::PROVIDER_TYPE,
    ];
    let is_known = catalog::components(family).any(|entry| entry.id == provider);
    if !is_known && !is_read.contains(&family) {
        let how = format!("kept as configuration; nothing here reads {provider} of {family}");
        import.report.approximate(part.place, part.who, how);
    }
}

/// Names a protocol mapper that nothing here runs.
pub(super) fn mapper(import: &mut Import<'_>, part: &Part<'_>, protocol: &str, kind: &str) {
    if protocol == "openid-connect" && !import.ready.rules.is_mapper(kind) {
        let how =
            format!("kept, but there is no mapper {kind} here, and tokens lack what it put there");
        import
            .report
            .approximate(&part.place_of("protocolMapper"), part.who, how);
    }
}
