//! A second look at whoever has no rights on this node: other nodes may know better.

use std::sync::Arc;

use cloakroom_model::{Cx, Door, Realm, user};

use super::Admin;
use crate::error::{AdminError, Result};

/// The realm, if there is one.
pub(super) fn known(realm: Option<Arc<Realm>>) -> Result<Arc<Realm>> {
    realm.ok_or_else(|| AdminError::error(404, "Realm not found."))
}

impl Admin {
    /// Looks once more at somebody without rights: another node may have given them some a moment ago, or removed the realm, and
    /// all rights over it.
    pub(super) async fn catch_up(&mut self) -> Result<()> {
        self.app.keep_only(&self.app.db().versions().await?);
        self.realm = known(self.app.realm(&self.realm.name).await?)?;
        let Some(home) = self.app.realm(&self.home.name).await? else {
            return Ok(());
        };
        let user = self.actor.user.clone();
        let roles = move |cx: &mut Cx<'_>| Ok::<_, AdminError>(user::shared_roles(cx, &user)?);
        self.roles = self.app.enter(&home, Door::Read, roles).await?;
        self.home = home;
        self.rights = self.rights_in(&self.realm.name).await?;
        Ok(())
    }
}
