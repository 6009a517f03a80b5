//! `integer` and `double`: values that are numbers, within limits.

use super::{About, BadSetting, Complaint, MAX, MIN, Setting, Settings, Validator};
use super::{limit, real, whole};

pub(super) struct Integer;
pub(super) struct Double;

impl Validator for Integer {
    fn id(&self) -> &'static str {
        "integer"
    }

    fn help(&self) -> &'static str {
        "A whole number, within limits if there are any."
    }

    fn settings(&self) -> &'static [Setting] {
        &[MIN, MAX]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        wrong(whole(settings, "min"), whole(settings, "max"))
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let Ok(number) = value.trim().parse::<i64>() else {
            return Some(Complaint::new("error-invalid-number", Vec::new()));
        };
        let min = whole(settings, "min").ok().flatten();
        let max = whole(settings, "max").ok().flatten();
        out_of_range(number, min, max)
    }
}

impl Validator for Double {
    fn id(&self) -> &'static str {
        "double"
    }

    fn help(&self) -> &'static str {
        "A number, within limits if there are any."
    }

    fn settings(&self) -> &'static [Setting] {
        &[MIN, MAX]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        wrong(real(settings, "min"), real(settings, "max"))
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let number = value.trim().parse::<f64>();
        let Some(number) = number.ok().filter(|number| number.is_finite()) else {
            return Some(Complaint::new("error-invalid-number", Vec::new()));
        };
        let min = real(settings, "min").ok().flatten();
        let max = real(settings, "max").ok().flatten();
        out_of_range(number, min, max)
    }
}

fn wrong<T: PartialOrd>(
    min: Result<Option<T>, BadSetting>,
    max: Result<Option<T>, BadSetting>,
) -> Vec<BadSetting> {
    match (min, max) {
        (Ok(Some(min)), Ok(Some(max))) if max < min => {
            vec![BadSetting::invalid("max", Vec::new())]
        }
        (min, max) => min.err().into_iter().chain(max.err()).collect(),
    }
}

fn out_of_range<T>(number: T, min: Option<T>, max: Option<T>) -> Option<Complaint>
where
    T: PartialOrd + Copy + serde::Serialize,
{
    if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) {
        return None;
    }
    let message = match (min, max) {
        (Some(_), None) => "error-number-out-of-range-too-small",
        (None, _) => "error-number-out-of-range-too-big",
        _ => "error-number-out-of-range",
    };
    Some(Complaint::new(message, vec![limit(min), limit(max)]))
}
