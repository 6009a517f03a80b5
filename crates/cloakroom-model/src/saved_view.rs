//! Saved views: lists of the console that an administrator comes back to.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::schema::saved_views;
use crate::sql::Unless;

/// So many views of one page an administrator may keep.
pub const MOST: i64 = 50;

/// One view.
#[derive(Clone, Debug, Queryable)]
pub struct View {
    /// Its id.
    pub id: String,
    /// The page that it is of.
    pub page: String,
    /// What its owner calls it.
    pub name: String,
    /// What the page is asked.
    pub query: String,
}

/// What came of the wish to keep a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is there.
    Done,
    /// There is one of this name.
    Taken,
    /// The administrator has too many.
    TooMany,
}

/// The views that an administrator keeps in this realm, by name.
pub fn list(cx: &mut Cx<'_>, owner: &str) -> Result<Vec<View>> {
    let mine = saved_views::table
        .filter(saved_views::realm_id.eq(&cx.realm.id))
        .filter(saved_views::owner.eq(owner))
        .order((saved_views::page.asc(), saved_views::name.asc()))
        .select((
            saved_views::id,
            saved_views::page,
            saved_views::name,
            saved_views::query,
        ));
    Ok(mine.load(cx.db.conn()?)?)
}

/// Keeps a view; its id is made here.
pub fn insert(cx: &mut Cx<'_>, owner: &str, view: &View) -> Result<Kept> {
    let mine = saved_views::table
        .filter(saved_views::realm_id.eq(&cx.realm.id))
        .filter(saved_views::owner.eq(owner))
        .filter(saved_views::page.eq(&view.page));
    let count: i64 = mine.count().get_result(cx.db.conn()?)?;
    if count >= MOST {
        return Ok(Kept::TooMany);
    }
    let id = cx.new_id();
    let insert = diesel::insert_into(saved_views::table).values((
        saved_views::id.eq(id),
        saved_views::realm_id.eq(&cx.realm.id),
        saved_views::owner.eq(owner),
        saved_views::page.eq(&view.page),
        saved_views::name.eq(&view.name),
        saved_views::query.eq(&view.query),
    ));
    let count = Unless(insert, "(realm_id, owner, page, name)").execute(cx.db.conn()?)?;
    Ok(match count {
        1 => Kept::Done,
        _ => Kept::Taken,
    })
}

/// Forgets a view of this administrator; false if there is none.
pub fn remove(cx: &mut Cx<'_>, owner: &str, id: &str) -> Result<bool> {
    let mine = saved_views::table
        .filter(saved_views::realm_id.eq(&cx.realm.id))
        .filter(saved_views::owner.eq(owner))
        .filter(saved_views::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}
