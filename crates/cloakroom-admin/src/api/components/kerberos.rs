//! The step `auth-spnego` of flows, which goes on with the first component that takes people by Kerberos, as in Keycloak.

use cloakroom_federation::kerberos::provider;
use cloakroom_keycloak::component::FEDERATION;
use cloakroom_model::component::Component;
use cloakroom_model::{Cx, Fault, flow};

/// Switches the step on in all flows where it is switched off, if the component is one that needs it.
pub(super) fn switch_on(cx: &mut Cx<'_>, one: &Component) -> Result<(), Fault> {
    let is_ours = one.provider_type == FEDERATION;
    let allows = one.text("allowKerberosAuthentication") == Some("true");
    if !is_ours || !(allows || one.provider_id == provider::KIND) {
        return Ok(());
    }
    for mut step in flow::list_executions(cx)? {
        let is_it = step.authenticator.as_deref() == Some("auth-spnego");
        if is_it && step.requirement == "DISABLED" {
            "ALTERNATIVE".clone_into(&mut step.requirement);
            flow::update_execution(cx, &step)?;
        }
    }
    Ok(())
}
