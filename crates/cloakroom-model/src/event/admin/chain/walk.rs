//! A walk along the chain: where it does not hold, and in what way.

use diesel::prelude::*;

use super::{Head, find, link};
use crate::Result;
use crate::cx::Cx;
use crate::event::admin::Row;
use crate::schema::admin_events;
use crate::secret::Vault;
use crate::time::Timestamp;

/// So many rows are read at once.
const ROWS: i64 = 500;

/// So many findings are told; whoever changed more has changed enough.
const TOLD: usize = 100;

/// In what way the chain does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An event says something else than what was written.
    Changed,
    /// Events of these numbers are gone.
    Missing,
    /// An event is no part of the chain.
    Added,
    /// What is known of the beginning and the end of the chain is not what was written.
    Ends,
}

/// A place where the chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In what way.
    pub wrong: Wrong,
    /// The number, or the first of several.
    pub number: Option<i64>,
    /// The last of several that are gone.
    pub until: Option<i64>,
    /// The event.
    pub id: Option<String>,
    /// When it says that it was.
    pub time: Option<Timestamp>,
}

/// What a look at a part of the chain has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The number of the first event that is kept.
    pub first: i64,
    /// The number of the last one.
    pub last: i64,
    /// What tells the end of the chain from any other.
    pub end: String,
    /// How many events were looked at.
    pub checked: i64,
    /// How many are from before the chain.
    pub unlinked: i64,
    /// Where the next look begins, if there is more.
    pub next: Option<i64>,
    /// The places where it does not hold.
    pub findings: Vec<Finding>,
}

impl Look {
    fn tell(&mut self, finding: Finding) {
        if self.findings.len() < TOLD {
            self.findings.push(finding);
        }
    }

    fn tell_row(&mut self, wrong: Wrong, row: &Row) {
        self.tell(Finding {
            wrong,
            number: row.number,
            until: None,
            id: Some(row.id.clone()),
            time: Some(row.time),
        });
    }

    fn tell_missing(&mut self, from: i64, until: i64) {
        self.tell(Finding {
            wrong: Wrong::Missing,
            number: Some(from),
            until: Some(until),
            id: None,
            time: None,
        });
    }

    fn tell_ends(&mut self) {
        self.tell(Finding {
            wrong: Wrong::Ends,
            number: None,
            until: None,
            id: None,
            time: None,
        });
    }
}

/// Where a part of the chain begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the first event that is kept.
    Beginning,
    /// With this number.
    Number(i64),
    /// So many events before the end.
    End(i64),
}

/// Looks at a part of the chain, at most so many events of it. Whoever looks at all of it begins at the beginning, and goes on at
/// [`Look::next`].
pub fn check(cx: &mut Cx<'_>, from: Start, most: i64) -> Result<Look> {
    cx.in_view(|cx| {
        let Some(head) = find(cx)? else {
            return without_head(cx);
        };
        let mut look = Look {
            first: head.first,
            last: head.last,
            end: head.print(),
            ..Look::default()
        };
        if !head.is_sealed(cx.vault) {
            look.tell_ends();
        }
        if from == Start::Beginning {
            strangers(cx, &head, &mut look)?;
        }
        along(cx, &head, from, most, &mut look)?;
        Ok(look)
    })
}

/// Nothing has begun a chain, so nothing is a part of one.
fn without_head(cx: &mut Cx<'_>) -> Result<Look> {
    let mut look = Look::default();
    let numbered = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.is_not_null())
        .select(admin_events::id);
    let found: Option<String> = numbered.first(cx.db.conn()?).optional()?;
    if found.is_some() {
        look.tell_ends();
    }
    look.unlinked = unlinked(cx)?;
    Ok(look)
}

fn unlinked(cx: &mut Cx<'_>) -> Result<i64> {
    let mine = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.is_null());
    Ok(mine.count().get_result(cx.db.conn()?)?)
}

/// Events before the beginning, and those without a number that are not from before the chain.
fn strangers(cx: &mut Cx<'_>, head: &Head, look: &mut Look) -> Result<()> {
    let most = i64::try_from(TOLD).unwrap_or(ROWS);
    let before = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.lt(head.first))
        .order(admin_events::number.asc())
        .limit(most);
    let later = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.is_null())
        .filter(admin_events::time.ge(head.began_at))
        .limit(most);
    let mut all: Vec<Row> = before.load(cx.db.conn()?)?;
    all.extend(later.load::<Row>(cx.db.conn()?)?);
    for row in &all {
        look.tell_row(Wrong::Added, row);
    }
    look.unlinked = unlinked(cx)?;
    Ok(())
}

fn along(cx: &mut Cx<'_>, head: &Head, from: Start, most: i64, look: &mut Look) -> Result<()> {
    let end = head.last.saturating_add(1);
    let begin = match from {
        Start::Beginning => head.first,
        Start::Number(number) => number,
        Start::End(many) => end.saturating_sub(many),
    };
    let begin = begin.clamp(head.first.min(end), end);
    let mut walk = Walk {
        next: begin,
        last: head.last,
        link: link_before(cx, head, begin)?,
    };
    loop {
        let left = most.saturating_sub(look.checked);
        if left <= 0 {
            look.next = Some(walk.next);
            return Ok(());
        }
        let rows = admin_events::table
            .filter(admin_events::realm_id.eq(&cx.realm.id))
            .filter(admin_events::number.ge(walk.next))
            .order(admin_events::number.asc())
            .limit(left.min(ROWS));
        let rows: Vec<Row> = rows.load(cx.db.conn()?)?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            walk.take(cx.vault, row, look);
        }
    }
    if walk.next <= head.last {
        look.tell_missing(walk.next, head.last);
    } else if walk.link.as_ref().is_some_and(|link| *link != head.link) {
        look.tell_ends();
    }
    Ok(())
}

/// The link that the event of a number is bound to, if it is known: where the one before it is gone it is not.
fn link_before(cx: &mut Cx<'_>, head: &Head, number: i64) -> Result<Option<Vec<u8>>> {
    if number == head.first {
        return Ok(Some(head.before.clone()));
    }
    let before: Option<Option<Vec<u8>>> = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.eq(number.saturating_sub(1)))
        .select(admin_events::link)
        .first(cx.db.conn()?)
        .optional()?;
    Ok(before.flatten())
}

/// Where the walk is.
struct Walk {
    /// The number that comes next.
    next: i64,
    /// The number of the last event.
    last: i64,
    /// What it is bound to.
    link: Option<Vec<u8>>,
}

impl Walk {
    fn take(&mut self, vault: &Vault, row: &Row, look: &mut Look) {
        let number = row.number.unwrap_or(self.next);
        look.checked += 1;
        if number > self.last {
            if self.next <= self.last {
                look.tell_missing(self.next, self.last);
                self.link = None;
            }
            look.tell_row(Wrong::Added, row);
            self.next = number.saturating_add(1);
            return;
        }
        if number > self.next {
            look.tell_missing(self.next, number.saturating_sub(1));
            self.link = None;
        }
        let own = self
            .link
            .as_ref()
            .map(|before| link(vault, row, number, before));
        if own.is_some() && own != row.link {
            look.tell_row(Wrong::Changed, row);
        }
        self.link = row.link.clone();
        self.next = number.saturating_add(1);
    }
}
