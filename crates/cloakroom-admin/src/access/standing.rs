//! Who asked for something that is done later, and what they may do by then.

use cloakroom_model::id::UserId;
use cloakroom_model::{Door, user};
use cloakroom_web::App;

use super::{Grants, rights};
use crate::error::Result;

/// What somebody may do in a realm at this moment, without a call of theirs: by the name of their own realm and their id.
/// `None` if they have none of the rights any more.
pub(crate) async fn standing(
    app: &App,
    (home, user): (&str, &UserId),
    realm: &str,
    any_of: &'static [&'static str],
) -> Result<Option<Grants>> {
    let home = app.realm(home).await?.filter(|home| home.enabled);
    let Some(home) = home else {
        return Ok(None);
    };
    let (user, realm) = (user.clone(), realm.to_owned());
    app.enter(&home, Door::Read, move |cx| {
        let known = user::find(cx, &user)?.filter(|user| user.enabled);
        if known.is_none() {
            return Ok(None);
        }
        let roles = user::shared_roles(cx, &user)?;
        let rights = rights(cx, &roles, &realm)?;
        let may = any_of.iter().any(|right| rights.contains(*right));
        Ok(may.then(|| Grants::new(roles, rights)))
    })
    .await
}
