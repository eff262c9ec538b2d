//! What was typed, and the tip that it makes: only what differs from what the form began with is
//! told. Days are inclusive here, as people say them; in a tip ends are exclusive.

use super::about::{About, Present};
use domain::id::UploadId;
use domain::tip::Kind;
use jiff::civil::Date;
use serde_json::{Map, Value};
use web::form::Fields;
use web::locale::T;
use web::tips::Told;

/// The form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// What can be compared with what there is.
    pub says: Present,
    /// `cancelled`, `postponed`, or nothing.
    pub off: String,
    /// Its own page, of a new event or calendar.
    pub url: String,
    pub note: String,
    pub evidence: String,
    /// The picture of an earlier try, sealed.
    pub kept: String,
    /// The version that the form showed.
    pub version: String,
}

impl Typed {
    /// A form that nobody has typed into.
    pub fn untouched(about: &About) -> Self {
        let of = about.of_event();
        Self {
            says: of.map(|of| of.present()).unwrap_or_default(),
            version: of.map(|of| of.version().to_string()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What a form sent.
    pub fn read(fields: &Fields) -> Self {
        let one = |name: &str| fields.one(name).to_owned();
        Self {
            says: Present {
                title: one("title"),
                date: one("date"),
                start: one("start"),
                end: one("end"),
                last: one("last"),
                all_day: !fields.one("all_day").is_empty(),
                place: one("place"),
            },
            off: one("off"),
            url: one("url"),
            note: one("note"),
            evidence: one("evidence_url"),
            kept: one("kept"),
            version: one("version"),
        }
    }

    /// What was typed into a tip that is amended.
    pub fn again(about: &About, told: &store::tips::Content) -> Self {
        let text = |field: &str| told.changes.get(field).and_then(Value::as_str);
        let mut typed = Self::untouched(about);
        typed.note = told.note.clone().unwrap_or_default();
        typed.evidence = told
            .evidence
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        typed.off = text("status").unwrap_or_default().to_owned();
        if told.kind == Kind::Cancellation {
            typed.off = "cancelled".to_owned();
        }
        for (field, into) in [
            ("title", &mut typed.says.title),
            ("place", &mut typed.says.place),
            ("url", &mut typed.url),
        ] {
            if let Some(said) = text(field) {
                into.clear();
                into.push_str(said);
            }
        }
        typed.says.times(
            text("start").or_else(|| text("date")),
            told.changes
                .get("end")
                .map(|end| end.as_str().unwrap_or_default()),
            told.changes.get("all_day").and_then(Value::as_bool),
        );
        typed
    }

    /// The tip.
    pub fn told(&self, about: &About, upload: Option<UploadId>, t: T) -> Told {
        let mut told = about.told(t);
        let before = about.of_event().map(|of| of.present());
        told.changes = match &before {
            Some(before) => self.differences(before),
            None => self.everything(about),
        };
        // One date of a series says when it is; the series as a whole does not.
        if about.of_event().is_some_and(|of| of.is_whole_series()) {
            for field in ["start", "end", "date", "all_day", "status"] {
                told.changes.remove(field);
            }
        }
        if self.off == "cancelled" && about.of_event().is_some() {
            told.kind = Kind::Cancellation;
        }
        told.version = self.version.parse().ok();
        told.note.clone_from(&self.note);
        told.evidence.clone_from(&self.evidence);
        told.upload = upload;
        told
    }

    fn differences(&self, before: &Present) -> Map<String, Value> {
        let mut changes = Map::new();
        let says = &self.says;
        if says.title != before.title {
            changes.insert("title".to_owned(), says.title.clone().into());
        }
        if says.place != before.place {
            changes.insert("place".to_owned(), says.place.clone().into());
        }
        let when = |one: &Present| {
            let texts = [&one.date, &one.start, &one.end, &one.last].map(Clone::clone);
            (texts, one.all_day)
        };
        if when(says) != when(before) {
            changes.extend(says.when());
        }
        if !self.off.is_empty() {
            changes.insert("status".to_owned(), self.off.clone().into());
        }
        changes
    }

    fn everything(&self, about: &About) -> Map<String, Value> {
        let mut changes = Map::new();
        let says = &self.says;
        changes.insert("title".to_owned(), says.title.clone().into());
        if about.in_calendar().is_none() {
            return changes;
        }
        changes.extend(says.when());
        for (name, text) in [("place", &says.place), ("url", &self.url)] {
            if !text.is_empty() {
                changes.insert(name.to_owned(), text.clone().into());
            }
        }
        changes
    }
}

impl Present {
    /// `start`, `end` and `all_day` as a tip has them. What is no date stays as it was typed, and
    /// is refused where that is decided.
    fn when(&self) -> Map<String, Value> {
        let mut said = Map::new();
        let mut put = |name: &str, value: Value| {
            said.insert(name.to_owned(), value);
        };
        if self.date.is_empty() {
            return said;
        }
        let whole = self.all_day || (self.start.is_empty() && !self.last.is_empty());
        if whole && self.start.is_empty() {
            put("start", self.date.clone().into());
            put("all_day", true.into());
            let last = if self.last.is_empty() {
                &self.date
            } else {
                &self.last
            };
            put("end", day_after(last).into());
            return said;
        }
        if self.start.is_empty() {
            put("start", self.date.clone().into());
            put("all_day", false.into());
            return said;
        }
        put("start", format!("{}T{}", self.date, self.start).into());
        if self.all_day {
            put("all_day", true.into());
        }
        let end = match (self.end.as_str(), self.last.as_str()) {
            ("", _) => Value::Null,
            (end, "") if end <= self.start.as_str() => {
                format!("{}T{end}", day_after(&self.date)).into()
            }
            (end, "") => format!("{}T{end}", self.date).into(),
            (end, last) => format!("{last}T{end}").into(),
        };
        put("end", end);
        said
    }

    /// Puts a tip's times back into the form.
    fn times(&mut self, start: Option<&str>, end: Option<&str>, all_day: Option<bool>) {
        let Some(start) = start else { return };
        let (date, clock) = start.split_once('T').unwrap_or((start, ""));
        let short = |clock: &str| clock.chars().take(5).collect::<String>();
        self.date = date.to_owned();
        self.start = short(clock);
        self.all_day = all_day == Some(true);
        self.last.clear();
        self.end.clear();
        let Some((day, clock)) = end.map(|end| end.split_once('T').unwrap_or((end, ""))) else {
            return;
        };
        self.end = short(clock);
        let day = match clock {
            "" => day_before(day),
            _ => day.to_owned(),
        };
        let overnight = day == day_after(date) && self.end <= self.start && !clock.is_empty();
        if day != date && !overnight {
            self.last = day;
        }
    }
}

fn day_after(text: &str) -> String {
    let next = text
        .parse::<Date>()
        .ok()
        .and_then(|day| day.tomorrow().ok());
    next.map_or_else(|| text.to_owned(), |day| day.to_string())
}

fn day_before(text: &str) -> String {
    let before = text
        .parse::<Date>()
        .ok()
        .and_then(|day| day.yesterday().ok());
    before.map_or_else(|| text.to_owned(), |day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn says(date: &str, start: &str, end: &str, last: &str, all_day: bool) -> Present {
        Present {
            date: date.into(),
            start: start.into(),
            end: end.into(),
            last: last.into(),
            all_day,
            ..Present::default()
        }
    }

    #[test]
    fn every_way_to_fill_the_form_says_when() {
        for (typed, want) in [
            (
                says("2027-05-01", "18:30", "21:30", "", false),
                json!({ "start": "2027-05-01T18:30", "end": "2027-05-01T21:30" }),
            ),
            (
                says("2027-05-01", "18:30", "", "", false),
                json!({ "start": "2027-05-01T18:30", "end": null }),
            ),
            (
                says("2027-05-01", "22:00", "01:00", "", false),
                json!({ "start": "2027-05-01T22:00", "end": "2027-05-02T01:00" }),
            ),
            (
                says("2027-05-01", "09:00", "18:00", "2027-05-03", false),
                json!({ "start": "2027-05-01T09:00", "end": "2027-05-03T18:00" }),
            ),
            (
                says("2027-05-01", "", "", "", true),
                json!({ "start": "2027-05-01", "end": "2027-05-02", "all_day": true }),
            ),
            (
                says("2027-05-01", "", "", "2027-05-03", false),
                json!({ "start": "2027-05-01", "end": "2027-05-04", "all_day": true }),
            ),
            (
                says("2027-05-01", "", "", "", false),
                json!({ "start": "2027-05-01", "all_day": false }),
            ),
            (
                says("2027-02-30", "18:30", "", "", false),
                json!({ "start": "2027-02-30T18:30", "end": null }),
            ),
            (says("", "18:30", "", "", false), json!({})),
        ] {
            assert_eq!(Value::Object(typed.when()), want, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn times_come_back_into_the_form(
            day in 1i8..=27, length in 0i8..3, start in 0i8..24, end in 0i8..24, kind in 0..3,
        ) {
            let date = format!("2027-05-{day:02}");
            let last = format!("2027-05-{:02}", day + length);
            let last = if length == 0 { String::new() } else { last };
            let typed = match kind {
                0 => says(&date, "", "", &last, true),
                1 => says(&date, &format!("{start:02}:00"), "", "", false),
                _ if length == 1 && end <= start => says(&date, "", "", "", false),
                _ => says(&date, &format!("{start:02}:00"), &format!("{end:02}:30"), &last, false),
            };
            let said = typed.when();
            let text = |field: &str| said.get(field).and_then(Value::as_str);
            let mut back = Present::default();
            let all_day = said.get("all_day").and_then(Value::as_bool);
            let end = said.get("end").map(|end| end.as_str().unwrap_or_default());
            back.times(text("start"), end, all_day);
            prop_assert_eq!(back, typed);
        }
    }
}
