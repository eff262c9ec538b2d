//! What a proposal would change, as rows that people compare: before, what others made of it since,
//! and after. Nothing here decides.

use domain::event::{Availability, EventBody, Occurrence, Status};
use domain::patch::{EventPatch, Field, FieldValue};
use domain::proposal::{Act, Aim};
use domain::series::{RecurrenceId, Series};
use domain::text::{Lang, Text};
use std::collections::BTreeSet;
use web::locale::T;
use web::when::Reading;

/// One field of the difference.
pub(crate) struct Row {
    /// The field's stored name, for its checkbox.
    pub(crate) field: &'static str,
    /// What people call it, with the date of a series where it is about one.
    pub(crate) label: String,
    /// What it said; `None` for a new event.
    pub(crate) before: Option<String>,
    /// What somebody else made of it since.
    pub(crate) now: Option<String>,
    /// What it shall say.
    pub(crate) after: String,
    /// Whether this row carries the checkbox of its field.
    pub(crate) first: bool,
}

/// What a proposal is compared with.
pub(crate) struct Compared<'a> {
    /// The event as its proposer saw it.
    pub(crate) base: Option<&'a EventBody>,
    /// The event as it is.
    pub(crate) current: Option<&'a EventBody>,
    /// How times are read.
    pub(crate) reading: &'a Reading,
    /// The calendar's language.
    pub(crate) primary: Lang,
}

impl Compared<'_> {
    /// All rows, in reading order.
    pub(crate) fn rows(&self, aim: &Aim, act: Act) -> Vec<Row> {
        let t = self.reading.t();
        let mut rows = Vec::new();
        match (aim, act) {
            (_, Act::Remove) => rows.push(whole(t.s("queue.act_remove"), t)),
            (_, Act::Restore) => rows.push(whole(t.s("queue.act_restore"), t)),
            (Aim::Create(body), Act::Publish) => {
                let blank = Occurrence::new(Text::none(), body.main.time.clone());
                let blank = EventBody::from(blank);
                for &field in Field::ALL {
                    let always = matches!(field, Field::Title | Field::Time);
                    if always || !blank.agrees(body, field) {
                        let after = self.say(&body.get(field));
                        rows.push(row(field, None, after, t));
                    }
                }
            }
            (Aim::Change { patch, .. }, Act::Publish) => {
                for field in Field::ALL {
                    let wanted = patch.values().iter().find(|one| one.field() == *field);
                    if let Some(wanted) = wanted {
                        self.change(wanted, &mut rows);
                    }
                }
            }
        }
        rows
    }

    fn change(&self, wanted: &FieldValue, rows: &mut Vec<Row>) {
        let (Some(base), Some(current)) = (self.base, self.current) else {
            let after = self.say(wanted);
            rows.push(row(wanted.field(), None, after, self.reading.t()));
            return;
        };
        if let FieldValue::Series(Some(after)) = wanted
            && let Some(before) = &base.series
            && same_rule(before, after)
        {
            self.instances(base, current, after, rows);
            return;
        }
        let (was, is) = (base.get(wanted.field()), current.get(wanted.field()));
        let mut one = row(
            wanted.field(),
            Some(self.say(&was)),
            self.say(wanted),
            self.reading.t(),
        );
        one.now = (was != is).then(|| self.say(&is));
        rows.push(one);
    }

    /// A change of single dates of a series, date by date.
    fn instances(
        &self,
        base: &EventBody,
        current: &EventBody,
        after: &Series,
        rows: &mut Vec<Row>,
    ) {
        let mut wanted = base.clone();
        wanted.series = Some(after.clone());
        let of = |body: &EventBody| -> BTreeSet<RecurrenceId> {
            let series = body.series.iter();
            series
                .flat_map(|s| s.overrides.iter().map(|one| one.at))
                .collect()
        };
        let before_rows = rows.len();
        for at in of(base).union(&of(&wanted)) {
            let says = |body: &EventBody| EventBody::from(body.instance(*at).occurrence());
            let (was, is, shall) = (says(base), says(current), says(&wanted));
            for value in EventPatch::between(&was, &shall).values() {
                let field = value.field();
                let t = self.reading.t();
                let mut one = row(
                    Field::Series,
                    Some(self.say(&was.get(field))),
                    self.say(value),
                    t,
                );
                let date = self.reading.date(at.date());
                let name = t.s(label(field));
                one.label = t.f("queue.of_date", &[("date", &date), ("field", name)]);
                one.now = (!was.agrees(&is, field)).then(|| self.say(&is.get(field)));
                one.first = rows.len() == before_rows;
                rows.push(one);
            }
        }
        if rows.len() == before_rows {
            let t = self.reading.t();
            let said = |series: Option<Series>| self.say(&FieldValue::Series(series));
            let before = said(base.series.clone());
            rows.push(row(
                Field::Series,
                Some(before),
                said(Some(after.clone())),
                t,
            ));
        }
    }

    /// A value in words.
    pub(crate) fn say(&self, value: &FieldValue) -> String {
        let t = self.reading.t();
        let said = match value {
            FieldValue::Title(text) | FieldValue::Description(text) | FieldValue::Result(text) => {
                self.text(text)
            }
            FieldValue::Time(time) => self.reading.speak(time).absolute,
            FieldValue::Series(None) => t.s("queue.once").to_owned(),
            FieldValue::Series(Some(series)) => self.series(series),
            FieldValue::Status(status) => t.s(status_key(*status)).to_owned(),
            FieldValue::Place(place) => {
                let at = place
                    .geo
                    .map(|geo| format!("({:.5}, {:.5})", geo.lat(), geo.lon()));
                let name = self.text(&place.name);
                let parts = [Some(name).filter(|name| !name.is_empty()), at];
                parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
            }
            FieldValue::Url(address) => address
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            FieldValue::Links(links) => {
                let all: Vec<String> = links.iter().map(|one| one.address.to_string()).collect();
                all.join("\n")
            }
            FieldValue::Tags(tags) => {
                let all: Vec<&str> = tags
                    .iter()
                    .map(|tag| tag.label.pick(t.lang(), self.primary))
                    .collect();
                all.join(", ")
            }
            FieldValue::Availability(Availability::Busy) => t.s("queue.busy").to_owned(),
            FieldValue::Availability(Availability::Free) => t.s("queue.free").to_owned(),
            FieldValue::Evidence(evidence) => evidence
                .as_ref()
                .map(|one| one.address.to_string())
                .unwrap_or_default(),
        };
        if said.is_empty() {
            return t.s("queue.nothing_said").to_owned();
        }
        said
    }

    fn text(&self, text: &Text) -> String {
        let mut all: Vec<(Lang, &str)> = text.iter().collect();
        // Lists show the first line only: it is in the reader's language.
        all.sort_by_key(|(lang, _)| *lang != self.reading.t().lang());
        match all.as_slice() {
            [(_, only)] => (*only).to_owned(),
            several => {
                let line = |(lang, text): &(Lang, &str)| format!("{}: {text}", lang.as_str());
                several.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }

    fn series(&self, series: &Series) -> String {
        let t = self.reading.t();
        let mut lines: Vec<String> = series.rules.iter().map(ToString::to_string).collect();
        if !series.extra.is_empty() {
            lines.push(t.n("queue.extra", series.extra.len()));
        }
        if !series.except.is_empty() {
            lines.push(t.n("queue.except", series.except.len()));
        }
        if !series.overrides.is_empty() {
            lines.push(t.n("queue.overrides", series.overrides.len()));
        }
        lines.join("\n")
    }
}

fn same_rule(a: &Series, b: &Series) -> bool {
    (&a.rules, &a.extra, &a.except) == (&b.rules, &b.extra, &b.except)
}

fn row(field: Field, before: Option<String>, after: String, t: T) -> Row {
    Row {
        field: field.as_str(),
        label: t.s(label(field)).to_owned(),
        before,
        now: None,
        after,
        first: true,
    }
}

fn whole(after: &str, t: T) -> Row {
    Row {
        field: "",
        label: t.s("queue.field_event").to_owned(),
        before: None,
        now: None,
        after: after.to_owned(),
        first: false,
    }
}

/// What people call a field.
pub(crate) const fn label(field: Field) -> &'static str {
    match field {
        Field::Title => "queue.field_title",
        Field::Time => "queue.field_time",
        Field::Series => "queue.field_series",
        Field::Status => "queue.field_status",
        Field::Place => "queue.field_place",
        Field::Description => "queue.field_description",
        Field::Url => "queue.field_url",
        Field::Links => "queue.field_links",
        Field::Tags => "queue.field_tags",
        Field::Availability => "queue.field_availability",
        Field::Result => "queue.field_result",
        Field::Evidence => "queue.field_evidence",
    }
}

/// What people call a status.
pub(crate) const fn status_key(status: Status) -> &'static str {
    match status {
        Status::Tentative => "queue.status_tentative",
        Status::Confirmed => "queue.status_confirmed",
        Status::Postponed => "queue.status_postponed",
        Status::Cancelled => "queue.status_cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::EventTime;
    use domain::zone::Zone;
    use jiff::civil::date;
    use web::locale::UiLang;

    fn body(title: &str, day: i8) -> EventBody {
        let time = EventTime::day(date(2027, 4, day));
        Occurrence::new(Text::new(Lang::KO, title), time).into()
    }

    fn rows(base: &EventBody, current: &EventBody, after: &EventBody) -> Vec<Row> {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let reading = Reading::new(T::new(UiLang::En), &Zone::seoul(), now);
        let compared = Compared {
            base: Some(base),
            current: Some(current),
            reading: &reading,
            primary: Lang::KO,
        };
        let aim = Aim::Change {
            event: domain::id::EventId(uuid::Uuid::nil()),
            base_version: 1,
            patch: EventPatch::between(base, after),
        };
        compared.rows(&aim, Act::Publish)
    }

    #[test]
    fn a_field_shows_what_others_made_of_it_since() {
        let base = body("개막전", 5);
        let all = rows(&base, &base, &body("개막전", 6));
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].field, &all[0].now), ("time", &None));
        let all = rows(&base, &body("개막전", 7), &body("결승", 6));
        let fields: Vec<_> = all.iter().map(|one| one.field).collect();
        assert_eq!(fields, ["title", "time"]);
        assert!(all[0].now.is_none());
        assert!(all[1].now.as_deref().unwrap().contains('7'));
        assert!(all[1].before.as_deref().unwrap().contains('5') && all[1].after.contains('6'));
    }

    #[test]
    fn a_new_event_shows_what_it_says_and_nothing_before() {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let reading = Reading::new(T::new(UiLang::Ko), &Zone::seoul(), now);
        let compared = Compared {
            base: None,
            current: None,
            reading: &reading,
            primary: Lang::KO,
        };
        let all = compared.rows(&Aim::Create(Box::new(body("개막전", 5))), Act::Publish);
        let fields: Vec<_> = all.iter().map(|one| one.field).collect();
        assert_eq!(fields, ["title", "time"]);
        assert!(all.iter().all(|one| one.before.is_none() && one.first));
    }
}
