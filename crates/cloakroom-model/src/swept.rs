//! Removing rows that are over, few at a time.

/// Removes at most so many rows for which something holds, found by one column: `swept!(cx, codes, id: String, over, most)`.
///
/// What holds is asked again when they are removed: another node may have prolonged one meanwhile.
macro_rules! swept {
    ($cx:expr, $table:ident, $key:ident: $type:ty, $over:expr, $most:expr) => {{
        let found = $table::table
            .filter($over)
            .select($table::$key)
            .limit($most);
        let old: Vec<$type> = found.load($cx.db.conn()?)?;
        if old.is_empty() {
            return Ok(0);
        }
        let over = $table::table.filter($table::$key.eq_any(old)).filter($over);
        Ok(diesel::delete(over).execute($cx.db.conn()?)?)
    }};
}
pub(crate) use swept;

/// The same where no one column tells a row: all up to the instant of the last of so many, `swept_until!(cx, login_limits, last_attempt, until, most)`.
///
/// Rows of the same millisecond go together, which may be some more than asked for.
macro_rules! swept_until {
    ($cx:expr, $table:ident, $instant:ident, $until:expr, $most:expr) => {{
        let over = $table::table.filter($table::$instant.le($until));
        let last = over
            .select($table::$instant)
            .order($table::$instant.asc())
            .offset($most.saturating_sub(1))
            .limit(1);
        let last: Option<$crate::time::Timestamp> = last.get_result($cx.db.conn()?).optional()?;
        let until = last.unwrap_or($until);
        let over = $table::table.filter($table::$instant.le(until));
        Ok(diesel::delete(over).execute($cx.db.conn()?)?)
    }};
}
pub(crate) use swept_until;
