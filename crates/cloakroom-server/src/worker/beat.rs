//! Saying that this server is there, for the list of all that work on its database.

use std::sync::Arc;

use cloakroom_model::node::{self, Node};
use cloakroom_model::{Fault, Link};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

/// What this server is called: its machine and its port, and an id that no other start has.
pub(crate) fn name(port: u16) -> Result<Node, Fault> {
    let machine = rustix::system::uname();
    let id = cloakroom_model::Secret::random(&mut random()?).digest();
    let now = now();
    Ok(Node {
        id: id.to_base64url(),
        name: format!("{}:{port}", machine.nodename().to_string_lossy()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: now,
        seen_at: now,
    })
}

/// Says it for the first time, before anybody is served.
pub(crate) async fn begin(app: &App) -> Result<(), Fault> {
    let (mine, is_alone) = told(app);
    let say = move |conn: &mut _| node::beat(&mut Link::Open(conn), &mine, is_alone);
    app.db().write(say).await
}

/// The row as it is now. A file of SQLite has one server: what another row tells of was killed.
fn told(app: &App) -> (Node, bool) {
    let mine = Node {
        seen_at: now(),
        ..(*app.node).clone()
    };
    (mine, !app.db().is_shared())
}

/// A node that is there as long as this value.
#[derive(Debug)]
pub(super) struct Presence(Arc<App>);

impl Presence {
    pub(super) const fn of(app: Arc<App>) -> Self {
        Self(app)
    }

    /// One small write.
    pub(super) fn round(&self) -> Result<(), Fault> {
        let (mine, is_alone) = told(&self.0);
        let say = move |conn: &mut _| node::beat(&mut Link::Open(conn), &mine, is_alone);
        self.0.db().write_blocking(say)
    }
}

/// The server stops as it should, and nobody has to wonder where it is.
impl Drop for Presence {
    fn drop(&mut self) {
        let id = self.0.node.id.clone();
        let leave = move |conn: &mut _| node::remove(&mut Link::Open(conn), &id);
        if let Err(fault) = self.0.db().write_blocking(leave) {
            tracing::warn!(error = %fault, "this server stays on the list of nodes");
        }
    }
}
