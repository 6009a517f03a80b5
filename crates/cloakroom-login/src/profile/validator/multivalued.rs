//! `multivalued`: how many values an attribute has.

use super::{About, BadSetting, Complaint, MAX, MIN, Setting, Settings, Validator};
use super::{limit, whole};

pub(super) struct Multivalued;

impl Validator for Multivalued {
    fn id(&self) -> &'static str {
        "multivalued"
    }

    fn help(&self) -> &'static str {
        "The number of values lies between a least and a most."
    }

    fn settings(&self) -> &'static [Setting] {
        &[MIN, MAX]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        match (whole(settings, "min"), whole(settings, "max")) {
            (Ok(_), Ok(None)) => vec![BadSetting::missing("max")],
            (Ok(Some(min)), Ok(Some(max))) if min > max => {
                vec![BadSetting::invalid("max", Vec::new())]
            }
            (min, max) => min.err().into_iter().chain(max.err()).collect(),
        }
    }

    fn check(&self, _: &str, _: &Settings, _: &About<'_>) -> Option<Complaint> {
        None
    }

    fn check_all(
        &self,
        values: &[String],
        settings: &Settings,
        _: &About<'_>,
    ) -> Option<Complaint> {
        let min = whole(settings, "min").ok().flatten().unwrap_or(0);
        let max = whole(settings, "max").ok().flatten();
        let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
        if count >= min && max.is_none_or(|max| count <= max) {
            return None;
        }
        let params = vec![limit(Some(min)), limit(max)];
        Some(Complaint::new("error-invalid-multivalued-size", params))
    }
}
