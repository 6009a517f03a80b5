//! What the units of a batch read and store in one statement for all of them, where each statement is a way to another process and back.
//!
//! A batch runs those of its units that may twice: once to hear what they ask first, and again when all of that has been read at once.
//! What they store meanwhile waits in a list, and is stored at once when the batch ends, or before any other statement. Whoever stores
//! believes what was read; if that does not hold, the batch is undone, and each of its units runs by itself.

use std::collections::HashMap;

use crate::Result;
use crate::conn::Conn;
use crate::fault::Fault;
use crate::id::{ClientUuid, FamilyId, RealmId, SessionId};
use crate::refresh::{self, Next, Spend};
use crate::session::{self, Found};
use crate::time::Timestamp;

/// A client's place in a session: what a unit asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Seat {
    pub(crate) realm: RealmId,
    pub(crate) session: SessionId,
    pub(crate) offline: bool,
    pub(crate) client: ClientUuid,
}

/// A refresh token by its realm and `jti`.
pub(crate) type TokenId = (RealmId, String);

/// A session that was used.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) realm: RealmId,
    pub(crate) session: SessionId,
    pub(crate) offline: bool,
    pub(crate) at: Timestamp,
}

/// What the units of one batch ask and store together.
#[derive(Debug, Default)]
pub struct Together {
    is_asking: bool,
    wanted: Vec<Seat>,
    named: Vec<TokenId>,
    seats: HashMap<Seat, Option<Found>>,
    unspent: HashMap<TokenId, FamilyId>,
    spends: Vec<Spend>,
    uses: Vec<Use>,
    is_broken: bool,
}

impl Together {
    /// Begins to listen for what units ask.
    pub(crate) fn ask() -> Self {
        Self {
            is_asking: true,
            ..Self::default()
        }
    }

    /// Units run to be heard alone: whatever they ask ends them.
    pub(crate) fn is_asking(&self) -> bool {
        self.is_asking
    }

    /// Reads what was asked for.
    pub(crate) fn read(&mut self, conn: &mut Conn) -> Result<()> {
        self.is_asking = false;
        if self.wanted.is_empty() {
            return Ok(());
        }
        self.seats = session::find_all(conn, std::mem::take(&mut self.wanted))?;
        let named = std::mem::take(&mut self.named);
        if !named.is_empty() {
            self.unspent = refresh::unspent(conn, &named)?;
        }
        Ok(())
    }

    /// Who sits there, if that was read; the question is noted where that is all a unit runs for.
    pub(crate) fn seat(&mut self, seat: Seat) -> Result<Option<Option<Found>>> {
        if self.is_asking {
            self.wanted.push(seat);
            return Err(Fault::asking());
        }
        Ok(self.seats.get(&seat).cloned())
    }

    /// A unit will spend this token.
    pub(crate) fn name(&mut self, token: TokenId) {
        if self.is_asking {
            self.named.push(token);
        }
    }

    /// Spends a token that was read as unspent, once the others are; its family. `None` for one that has to be looked at by itself.
    pub(crate) fn spend(&mut self, token: TokenId, next: &Next, at: Timestamp) -> Option<FamilyId> {
        // What is asked for a second time is not there any more: of two units of one batch the second looks by itself.
        let (token, family) = self.unspent.remove_entry(&token)?;
        self.spends.push(Spend {
            token,
            next: next.clone(),
            at,
        });
        Some(family)
    }

    /// Notes that a session was used.
    pub(crate) fn touch(&mut self, used: Use) {
        self.uses.push(used);
    }

    /// What waited was not stored, whoever was told so and went on: nothing of the batch may stand.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Stores what waits, and forgets what was read, which the statement behind this may change.
    ///
    /// # Errors
    ///
    /// [`Fault::crossed`] if a token was spent by another node since it was read: nothing of the batch may stand.
    pub(crate) fn settle(&mut self, conn: &mut Conn) -> Result<()> {
        if self.is_asking {
            return Err(Fault::asking());
        }
        self.seats.clear();
        self.unspent.clear();
        self.store(conn).inspect_err(|_| self.is_broken = true)
    }

    /// Tokens first and then their sessions, as whoever ends a session does: nobody waits for another in a circle.
    fn store(&mut self, conn: &mut Conn) -> Result<()> {
        let spends = std::mem::take(&mut self.spends);
        if !spends.is_empty() && refresh::spend_all(conn, &spends)? != spends.len() {
            return Err(Fault::crossed());
        }
        let uses = std::mem::take(&mut self.uses);
        match uses.is_empty() {
            true => Ok(()),
            false => session::touch_all(conn, uses),
        }
    }
}
