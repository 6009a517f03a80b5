//! Instants as a form has them: what a browser's field for a day and a time holds, in UTC.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// What HTML calls a valid normalized local date and time, to the second.
const WHOLE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// The same from browsers that leave out seconds that are zero.
const SHORT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]");

/// What the field shows for seconds since 1970; a text that is none stays as it is, so that nobody loses it by saving.
pub(super) fn shown(seconds: &str) -> String {
    let at = seconds.trim().parse::<i64>().ok();
    let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    at.and_then(|at| at.format(WHOLE).ok())
        .unwrap_or_else(|| seconds.to_owned())
}

/// Seconds since 1970 from what the field held; a text that is no instant stays as it is, and is refused by the API.
pub(super) fn typed(text: &str) -> String {
    let at =
        PrimitiveDateTime::parse(text, WHOLE).or_else(|_| PrimitiveDateTime::parse(text, SHORT));
    at.map_or_else(
        |_| text.to_owned(),
        |at| at.assume_utc().unix_timestamp().to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_comes_back_as_it_was() {
        for seconds in ["0", "1795680974", "-1", "253402300799"] {
            assert_eq!(typed(&shown(seconds)), seconds);
        }
        assert_eq!(shown("1795680974"), "2026-11-26T08:16:14");
    }

    #[test]
    fn a_browser_may_leave_out_the_seconds() {
        assert_eq!(typed("1970-01-01T00:01"), "60");
    }

    #[test]
    fn what_is_no_instant_is_kept_as_it_is() {
        for text in ["", "soon", "2026-13-01T00:00", "99999999999999999999"] {
            assert_eq!(typed(text), text);
            assert_eq!(shown(text), text);
        }
    }
}
