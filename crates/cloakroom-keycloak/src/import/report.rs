//! The report of an import: what came in, what came in differently, and what did not.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// How many different remarks a report keeps. A file of random members must not fill the memory;
/// what goes beyond is counted.
const MOST: usize = 10_000;
/// How many of the things that a remark is about are named.
const NAMED: usize = 5;

/// What became of a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It stands as the file has it.
    Created,
    /// It took the place of the one that was there.
    Overwritten,
    /// One of this name was there, and stays as it was.
    Skipped,
}

/// What was kept, changed and left out of one realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The realm's name.
    pub realm: String,
    /// What became of it.
    pub outcome: Outcome,
    /// How many things of each kind came in.
    pub mapped: BTreeMap<&'static str, u64>,
    /// What came in as something else, and how.
    pub approximated: Remarks,
    /// What did not come in, and why.
    pub dropped: Remarks,
}

/// Remarks, each about any number of things of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    all: BTreeMap<(String, String), About>,
    /// Things whose remark no longer found room.
    beyond: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct About {
    count: u64,
    named: Vec<String>,
}

impl Remarks {
    fn add(&mut self, place: String, why: String, who: &str) {
        let key = (place, why);
        if !self.all.contains_key(&key) && self.all.len() >= MOST {
            self.beyond += 1;
            return;
        }
        let about = self.all.entry(key).or_default();
        about.count += 1;
        if about.named.len() < NAMED && !who.is_empty() {
            about.named.push(who.to_owned());
        }
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The places that are spoken of, `clients[].foo` for example.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(|(place, _)| place.as_str())
    }

    fn to_json(&self, word: &str) -> Vec<Value> {
        let one = |((place, why), about): (&(String, String), &About)| {
            let mut shown = serde_json::Map::new();
            shown.insert("place".to_owned(), place.as_str().into());
            shown.insert(word.to_owned(), why.as_str().into());
            shown.insert("count".to_owned(), about.count.into());
            shown.insert("of".to_owned(), about.named.clone().into());
            Value::Object(shown)
        };
        self.all.iter().map(one).collect()
    }

    fn write(&self, title: &str, out: &mut String) {
        if self.all.is_empty() {
            return;
        }
        out.push_str(&format!("  {title}:\n"));
        for ((place, why), about) in &self.all {
            let mut of = about.named.join(", ");
            let unnamed = about.count - about.named.len() as u64;
            if unnamed > 0 && !of.is_empty() {
                of.push_str(&format!(" and {unnamed} more"));
            }
            if !of.is_empty() {
                of = format!(" ({of})");
            }
            out.push_str(&format!("    {place}{of}: {why}\n"));
        }
        if self.beyond > 0 {
            out.push_str(&format!("    and {} more of other kinds\n", self.beyond));
        }
    }
}

impl Report {
    /// A report in which nothing stands yet.
    pub fn new(realm: &str, outcome: Outcome) -> Self {
        Self {
            realm: realm.to_owned(),
            outcome,
            mapped: BTreeMap::new(),
            approximated: Remarks::default(),
            dropped: Remarks::default(),
        }
    }

    /// One more thing of this kind came in.
    pub(crate) fn map(&mut self, kind: &'static str) {
        *self.mapped.entry(kind).or_default() += 1;
    }

    /// What stands at `place` of `who` came in differently.
    pub(crate) fn approximate(&mut self, place: &str, who: &str, how: impl Into<String>) {
        self.approximated.add(place.to_owned(), how.into(), who);
    }

    /// What stands at `place` of `who` did not come in.
    pub(crate) fn drop(&mut self, place: &str, who: &str, why: impl Into<String>) {
        self.dropped.add(place.to_owned(), why.into(), who);
    }

    /// The report as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::json!({
            "realm": self.realm,
            "outcome": self.outcome,
            "mapped": self.mapped,
            "approximated": self.approximated.to_json("how"),
            "dropped": self.dropped.to_json("why"),
            "further": self.approximated.beyond + self.dropped.beyond,
        })
    }

    /// The report for people.
    pub fn to_text(&self) -> String {
        let outcome = match self.outcome {
            Outcome::Created => "created",
            Outcome::Overwritten => "overwritten",
            Outcome::Skipped => "skipped, because a realm of this name is there",
        };
        let mut out = format!("Realm {}: {outcome}\n", self.realm);
        if !self.mapped.is_empty() {
            let counts = self.mapped.iter().map(|(kind, n)| format!("{n} {kind}"));
            let counts = counts.collect::<Vec<_>>().join(", ");
            out.push_str(&format!("  mapped: {counts}\n"));
        }
        self.approximated.write("approximated", &mut out);
        self.dropped.write("dropped", &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_remark_about_many_is_one_line_with_a_count() {
        let mut report = Report::new("shop", Outcome::Created);
        for n in 0..7 {
            report.drop("users[].odd", &format!("u{n}"), "nobody knows it");
        }
        report.map("users");

        let text = report.to_text();

        assert!(text.contains("users[].odd (u0, u1, u2, u3, u4 and 2 more): nobody knows it"));
        assert_eq!(report.to_json()["dropped"][0]["count"], 7);
        assert_eq!(report.to_json()["mapped"]["users"], 1);
    }

    #[test]
    fn a_file_of_random_members_fills_no_memory() {
        let mut report = Report::new("shop", Outcome::Created);
        for n in 0..MOST + 3 {
            report.drop(&format!("odd{n}"), "", "nobody knows it");
        }

        assert_eq!(report.dropped.places().count(), MOST);
        assert_eq!(report.to_json()["further"], 3);
    }
}
