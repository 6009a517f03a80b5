//! What happens when somebody comes for the first time: an administrator's flow, read as a plan.
//!
//! The steps of Keycloak's flow have fixed meanings and one order that makes sense, so a flow is read
//! for which of them it has: `idp-review-profile`, `idp-create-user-if-unique`,
//! `idp-detect-existing-broker-user`, `idp-confirm-link`, `idp-auto-link`,
//! `idp-username-password-form` and `idp-add-organization-member`. A step counts unless it, or a flow that it is in, is `DISABLED`.
//! `idp-email-verification` needs mail to prove anything, and is passed over as Keycloak does in a
//! realm that cannot send mail.

use cloakroom_model::{Cx, Fault};

use crate::arrival::{self, Existing};
use crate::{Pending, Upstream};

/// When the profile is shown before the account is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Review {
    /// Never.
    #[default]
    Off,
    /// If something is missing that the realm's user profile wants.
    Missing,
    /// Always.
    On,
}

/// What a flow does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// When the profile is shown.
    pub review: Review,
    /// Who is nobody yet gets an account.
    pub creates: bool,
    /// Whoever gets an account has to choose a password.
    pub wants_password: bool,
    /// An account that is there already may be linked: after a question.
    pub asks_to_link: bool,
    /// An account that is there already may be linked without a proof, where the provider's word for the address counts.
    pub links_unproved: bool,
    /// An account that is there already is proved to be one's own by its password.
    pub proves: bool,
    /// Whoever comes through the provider of an organization becomes a member.
    pub adds_members: bool,
}

/// Reads the flow of a provider, or the realm's.
///
/// # Errors
/// If the flows cannot be read.
pub fn plan(cx: &mut Cx<'_>, upstream: &Upstream) -> Result<Plan, Fault> {
    let own = upstream
        .provider
        .settings
        .first_broker_login_flow_alias
        .as_deref();
    let own = own.filter(|alias| !alias.is_empty());
    let of_realm = cx.realm.settings.rest.get("firstBrokerLoginFlow");
    let of_realm = of_realm.and_then(|alias| alias.as_str());
    let alias = own.or(of_realm).unwrap_or("first broker login").to_owned();
    let flow = cx.realm.flows.named(&alias);
    let step = |kind: &str| flow.as_ref().and_then(|flow| flow.step(kind));
    let review = step("idp-review-profile").map(|step| {
        match step.setting("update.profile.on.first.login") {
            "on" => Review::On,
            "off" => Review::Off,
            _ => Review::Missing,
        }
    });
    let creates = step("idp-create-user-if-unique");
    let wants_password =
        creates.map(|step| step.setting("require.password.update.after.registration"));
    Ok(Plan {
        review: review.unwrap_or_default(),
        creates: creates.is_some(),
        wants_password: wants_password == Some("true"),
        asks_to_link: step("idp-confirm-link").is_some(),
        links_unproved: step("idp-auto-link").is_some(),
        proves: step("idp-username-password-form").is_some(),
        adds_members: step("idp-add-organization-member").is_some(),
    })
}

/// What comes next for somebody who is nobody here yet.
#[derive(Clone, Debug)]
pub enum Next {
    /// They look at their profile, and complete it.
    Review,
    /// They say whether the account that is there is theirs.
    Confirm(Existing),
    /// They prove that it is.
    Prove(Existing),
    /// It is linked without a proof.
    Link(Existing),
    /// They get an account.
    Create,
    /// It ends here: an account is there, and the flow has no way to link it.
    Taken,
    /// It ends here: nobody gets an account this way.
    Nobody,
}

/// Decides what comes next, from what is stored alone.
///
/// # Errors
/// If the database cannot be asked.
pub fn next(
    cx: &mut Cx<'_>,
    upstream: &Upstream,
    plan: &Plan,
    pending: &Pending,
    is_complete: bool,
) -> Result<Next, Fault> {
    let wants_review = match plan.review {
        Review::Off => false,
        Review::Missing => !is_complete,
        Review::On => !pending.is_reviewed,
    };
    // Without a name there can be no account, whatever the flow says.
    let profile = pending.profile(cx);
    if wants_review || (plan.creates && profile.username.is_empty()) {
        return Ok(Next::Review);
    }
    let found = arrival::find_existing(cx, &profile.username, profile.email.as_deref())?;
    let Some(existing) = found else {
        return Ok(match plan.creates {
            true => Next::Create,
            false => Next::Nobody,
        });
    };
    // A service account is nobody's, and a locked one nobody's to open.
    if !existing.user.enabled || existing.user.service_account_client.is_some() {
        return Ok(Next::Taken);
    }
    if plan.links_unproved && is_surely_own(upstream, pending, &existing) {
        return Ok(Next::Link(existing));
    }
    Ok(match plan.proves {
        true if plan.asks_to_link && !pending.is_confirmed => Next::Confirm(existing),
        true => Next::Prove(existing),
        false => Next::Taken,
    })
}

/// Both sides have verified one and the same address.
///
/// Keycloak's `idp-auto-link` asks for neither. An account that somebody made with an address that is
/// not theirs would then wait for its owner to come, and share the owner's account with its maker.
fn is_surely_own(upstream: &Upstream, pending: &Pending, existing: &Existing) -> bool {
    let identity = &pending.identity;
    let said = identity.email.as_deref().map(cloakroom_model::user::fold);
    identity.has_proven_email(upstream)
        && existing.by_email
        && existing.user.email_verified
        && existing.user.email == said
}
