//! Who of those that a provider vouches for may come in: settings that keep the others out.

use serde_json::{Map, Value};

use crate::{Problem, Result, Upstream, claim};

/// Refuses whoever the settings let not in, by what the ID token says of them.
///
/// # Errors
/// If they are not let in, or a setting is missing that says who is.
pub(crate) fn check(upstream: &Upstream, claims: &Map<String, Value>) -> Result<()> {
    check_hosted_domain(upstream, claims)?;
    check_essential_claim(upstream, claims)
}

/// Google's `hd`: the address of the request is the browser's to change, so the answer decides.
fn check_hosted_domain(upstream: &Upstream, claims: &Map<String, Value>) -> Result<()> {
    let Some(wanted) = upstream.text("hostedDomain") else {
        return Ok(());
    };
    let domain = claims.get("hd").and_then(Value::as_str);
    let mut allowed = wanted.split(',').map(str::trim);
    let is_in = domain.is_some_and(|domain| wanted == "*" || allowed.any(|own| own == domain));
    match is_in {
        true => Ok(()),
        false => Err(Problem::untrusted("the account is of another domain")),
    }
}

/// Keycloak's essential claim: a claim of the ID token has a value that fits a pattern as a whole, or nobody comes in.
fn check_essential_claim(upstream: &Upstream, claims: &Map<String, Value>) -> Result<()> {
    if !upstream.has("filteredByClaim") {
        return Ok(());
    }
    let wanted = upstream.text("claimFilterName");
    let Some((name, text)) = wanted.zip(upstream.text("claimFilterValue")) else {
        let why = "filteredByClaim is on, and claimFilterName or claimFilterValue is not set";
        return Err(Problem::settings(why));
    };
    let pattern = claim::pattern(text);
    let pattern = pattern.ok_or_else(|| Problem::settings("claimFilterValue cannot be read"))?;
    let values = claims.get(name).map(claim::texts).unwrap_or_default();
    match values.iter().any(|value| pattern.is_match(value)) {
        true => Ok(()),
        false => Err(Problem::refused(
            "its ID token has no value of claimFilterName that claimFilterValue fits",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::tests::upstream;
    use serde_json::json;

    #[test]
    fn whoever_lacks_the_essential_claim_is_kept_out() {
        let wanted = [
            ("filteredByClaim", "true"),
            ("claimFilterName", "groups"),
            ("claimFilterValue", "staff|admins?"),
        ];
        let on = upstream("oidc", &wanted);
        let off = upstream("oidc", &wanted[1..]);
        let rows = [
            (json!({"groups": "staff"}), true),
            (json!({"groups": ["guests", "admin"]}), true),
            (json!({"groups": "staffing"}), false),
            (json!({"groups": ["guests", "not-staff"]}), false),
            (json!({"groups": []}), false),
            (json!({"groups": null}), false),
            (json!({"Groups": "staff"}), false),
            (json!({}), false),
        ];
        for (said, is_in) in rows {
            let claims = said.as_object().unwrap();

            assert_eq!(check(&on, claims).is_ok(), is_in, "{said}");
            assert!(check(&off, claims).is_ok(), "{said}");
        }
    }

    #[test]
    fn half_an_essential_claim_lets_nobody_in() {
        for half in ["claimFilterName", "claimFilterValue"] {
            let upstream = upstream("oidc", &[("filteredByClaim", "true"), (half, "sub")]);
            let claims = json!({"sub": "sub"});

            assert!(check(&upstream, claims.as_object().unwrap()).is_err());
        }
        let unreadable = [
            ("filteredByClaim", "true"),
            ("claimFilterName", "sub"),
            ("claimFilterValue", "(*"),
        ];
        let claims = json!({"sub": "(*"});
        let refused = check(&upstream("oidc", &unreadable), claims.as_object().unwrap());
        assert_eq!(refused.unwrap_err().why, "claimFilterValue cannot be read");
    }
}
