//! Whoever comes through an organization's identity provider is one of its people.

use cloakroom_model::id::OrganizationId;
use cloakroom_model::organization::{self, Member};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};

use crate::identity::Identity;
use crate::mapper::Occasion;
use crate::upstream::Upstream;

/// Makes somebody a member of the provider's organization, if it has one, and if the provider's word for their address
/// is of a domain that it speaks for.
///
/// An address that a person typed, here or when they registered, is nobody's word. Only an account that was made for it
/// goes with the organization: one that was there before stays its owner's.
///
/// # Errors
/// If the database cannot be asked.
pub fn join(
    cx: &mut Cx<'_>,
    upstream: &Upstream,
    (user, identity): (&User, &Identity),
    occasion: Occasion,
) -> Result<(), Fault> {
    let settings = &upstream.provider.settings;
    let id = settings
        .organization_id
        .as_deref()
        .filter(|id| !id.is_empty());
    let Some(id) = id.filter(|_| organization::is_on(cx)) else {
        return Ok(());
    };
    let link = settings.organization_link.clone().unwrap_or_default();
    if link.auto_membership == Some(false) {
        return Ok(());
    }
    let found = organization::find(cx, &OrganizationId::new(id))?;
    let said = identity.email.as_deref();
    let said = said.filter(|_| identity.email_verified != Some(false));
    let address = said.unwrap_or_default();
    let Some(of) = found.filter(|of| of.enabled && of.has_address(address, &upstream.provider))
    else {
        return Ok(());
    };
    let is_own = link.membership_type.as_deref() != Some("UNMANAGED");
    let member = Member {
        user: user.id.clone(),
        managed: is_own && occasion == Occasion::First,
    };
    organization::add_member(cx, &of.id, &member)?;
    Ok(())
}
