//! `iso-date` and `local-date`: values that are a day of the calendar.

use serde_json::json;

use super::{About, Complaint, Settings, Validator};

pub(super) struct IsoDate;
pub(super) struct LocalDate;

const INVALID: &str = "error-invalid-date";

impl Validator for IsoDate {
    fn id(&self) -> &'static str {
        "iso-date"
    }

    fn help(&self) -> &'static str {
        "A day, written as year, month and day: 2026-01-31."
    }

    fn check(&self, value: &str, _: &Settings, _: &About<'_>) -> Option<Complaint> {
        let is_form = value.len() == 10
            && value.split('-').map(str::len).eq([4, 2, 2])
            && numbers(value, '-').is_some_and(|[year, month, day]| is_day(year, month, day));
        (!is_form).then(|| Complaint::new(INVALID, vec![json!(value)]))
    }
}

impl Validator for LocalDate {
    fn id(&self) -> &'static str {
        "local-date"
    }

    fn help(&self) -> &'static str {
        "A day, written as the person's language does."
    }

    fn check(&self, value: &str, _: &Settings, about: &About<'_>) -> Option<Complaint> {
        let (separator, order) = form(about.locale);
        let is_good = numbers(value.trim(), separator).is_some_and(|parts| {
            let [a, b, c] = parts;
            let (year, month, day) = match order {
                Order::MonthDayYear => (c, a, b),
                Order::DayMonthYear => (c, b, a),
                Order::YearMonthDay => (a, b, c),
            };
            is_day(year, month, day)
        });
        (!is_good).then(|| Complaint::new(INVALID, Vec::new()))
    }
}

#[derive(Clone, Copy)]
enum Order {
    MonthDayYear,
    DayMonthYear,
    YearMonthDay,
}

/// How a language writes a day in short (Unicode CLDR); as English does where it is not known.
fn form(locale: &str) -> (char, Order) {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    match language.to_ascii_lowercase().as_str() {
        "de" | "cs" | "sk" | "pl" | "ru" | "uk" | "fi" | "no" | "nb" | "nn" | "da" | "tr"
        | "ro" | "bg" | "et" | "lv" | "hr" | "sr" | "sl" | "is" | "az" | "hy" | "ka" | "kk" => {
            ('.', Order::DayMonthYear)
        }
        "fr" | "es" | "it" | "pt" | "ca" | "el" | "id" | "vi" | "th" | "ar" | "he" | "gl" => {
            ('/', Order::DayMonthYear)
        }
        "nl" => ('-', Order::DayMonthYear),
        "sv" | "lt" => ('-', Order::YearMonthDay),
        "ja" | "zh" | "eu" | "fa" => ('/', Order::YearMonthDay),
        "ko" | "hu" => ('.', Order::YearMonthDay),
        _ => ('/', Order::MonthDayYear),
    }
}

fn numbers(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.split(separator).map(|part| {
        let part = part.trim();
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| is_number && part.len() <= 4)
    });
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}
