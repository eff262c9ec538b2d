//! The page with the form of an event: its fields with their faults, what two editors said
//! differently, and what is likely wrong with it.

use super::check::Findings;
use super::form::{CHANGED, LINKS, Typed};
use super::repeat::{NTHS, WEEKDAYS};
use super::{Subject, said};
use crate::edit::{Choice, Errors, done, shell};
use askama::Template;
use domain::proposal::Disputed;
use web::colors::{ColorSheet, class};
use web::layout::Shell;
use web::locale::T;
use web::visit::Visit;
use web::when::{Reading, weekday};

/// A field of the form, ready to be written.
#[derive(Template)]
#[template(path = "parts/cms_field.html")]
pub(crate) struct FieldView<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'a str,
    value: &'a str,
    lang: &'a str,
    fault: Option<&'a str>,
}

/// A field that two editors changed, with its three values.
pub(crate) struct DisputedView {
    pub field: &'static str,
    pub name: &'static str,
    pub base: String,
    pub current: String,
    pub own: String,
    /// What was decided, where it was: `own` or `current`.
    pub decided: String,
}

/// A box to tick.
pub(crate) struct Tick {
    pub value: &'static str,
    pub label: &'static str,
    pub on: bool,
}

/// Where the form stands and what its buttons do.
pub(crate) struct Asked {
    pub typed: Typed,
    pub errors: Errors,
    pub findings: Findings,
    pub disputed: Vec<DisputedView>,
    /// A sentence about the whole, where something was refused.
    pub refused: Option<String>,
}

impl Asked {
    pub(crate) fn new(typed: Typed) -> Self {
        Self {
            typed,
            errors: Errors::default(),
            findings: Findings::default(),
            disputed: Vec::new(),
            refused: None,
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "cms_event.html")]
pub(crate) struct EventPage {
    t: T,
    shell: Shell,
    heading: String,
    calendar: String,
    calendar_path: String,
    color: String,
    path: String,
    /// The address of the event's public page; empty for what is none yet.
    public: String,
    history: String,
    draft: String,
    removed: bool,
    notice: Option<&'static str>,
    undo: String,
    base: String,
    edition: String,
    asked: Asked,
    zone_name: String,
    day_zone: String,
    due_date: String,
    due_time: String,
}

/// The part of it that is fetched while somebody types.
#[derive(Template)]
#[template(path = "parts/cms_findings.html")]
pub(crate) struct FindingsPart {
    pub t: T,
    pub findings: Findings,
    pub errors: Vec<String>,
}

impl EventPage {
    pub(crate) fn build(visit: &Visit, subject: &Subject, asked: Asked, reading: &Reading) -> Self {
        let t = visit.t;
        let profile = &subject.calendar.profile;
        let event = subject.event.as_ref();
        let title = match asked.typed.get("title_ko") {
            "" => asked.typed.get("title_en"),
            title => title,
        };
        let heading = match title {
            "" => t.s("cms_event.new").to_owned(),
            title => title.to_owned(),
        };
        let undo = visit.params.one("undo").ok().flatten().unwrap_or_default();
        let undo = crate::edit::proposal_id(undo).map(|id| id.to_string());
        let zone = &profile.zone;
        Self {
            shell: Shell {
                colors: ColorSheet::of([profile.color]).address(),
                ..shell(visit)
            },
            heading,
            calendar: profile.title.pick(t.lang(), profile.language).to_owned(),
            calendar_path: format!("/cms/calendars/{}", subject.calendar.public_id),
            color: class(profile.color),
            path: subject.path(),
            public: event.map_or(String::new(), |found| {
                format!("/events/{}", found.event.public_id)
            }),
            history: event.map_or(String::new(), |found| {
                format!("/cms/events/{}/history", found.event.public_id)
            }),
            draft: subject
                .draft
                .as_ref()
                .map(|entry| entry.proposal.id.to_string())
                .unwrap_or_default(),
            removed: event.is_some_and(|found| found.removed.is_some()),
            notice: done(visit),
            undo: undo.unwrap_or_default(),
            base: subject
                .base
                .as_ref()
                .map_or(String::new(), |(version, _)| version.to_string()),
            edition: subject
                .draft
                .as_ref()
                .map(|entry| entry.handling.edition.to_string())
                .unwrap_or_default(),
            zone_name: reading.zone_name(zone, reading.now()),
            day_zone: zone.name().to_owned(),
            due_date: reading.today().to_string(),
            due_time: "18:00".to_owned(),
            asked,
            t,
        }
    }

    fn field<'a>(&'a self, name: &'a str, label: &'static str, kind: &'a str) -> FieldView<'a> {
        FieldView {
            name,
            label: self.t.s(label),
            kind,
            value: self.asked.typed.get(name),
            lang: name.rsplit_once('_').map_or("", |(_, lang)| match lang {
                "ko" | "en" => lang,
                _ => "",
            }),
            fault: self.asked.errors.of(name),
        }
    }

    fn part<'a>(&'a self, name: &'a str, label: &'static str, kind: &'a str) -> FieldView<'a> {
        self.field(name, label, kind)
    }

    fn choices(&self, name: &str, all: &[(&'static str, &'static str)]) -> Vec<Choice> {
        let chosen = self.asked.typed.get(name);
        let one =
            |(value, key): &(&'static str, &'static str)| Choice::new(value, self.t.s(key), chosen);
        all.iter().map(one).collect()
    }

    fn kinds(&self) -> Vec<Choice> {
        self.choices(
            "kind",
            &[
                ("zoned", "cms_event.zoned"),
                ("floating", "cms_event.floating"),
                ("all_day", "cms_event.all_day"),
                ("date_only", "cms_event.date_only"),
                ("window", "cms_event.window"),
                ("undecided", "cms_event.undecided"),
            ],
        )
    }

    fn statuses(&self, name: &str) -> Vec<Choice> {
        self.choices(
            name,
            &[
                ("confirmed", "status.confirmed"),
                ("tentative", "status.tentative"),
                ("postponed", "status.postponed"),
                ("cancelled", "status.cancelled"),
            ],
        )
    }

    fn availabilities(&self) -> Vec<Choice> {
        let all = [("free", "cms_event.free"), ("busy", "cms_event.busy")];
        self.choices("availability", &all)
    }

    fn repeats(&self) -> Vec<Choice> {
        self.choices(
            "repeat",
            &[
                ("none", "cms_event.repeat_none"),
                ("daily", "cms_event.repeat_daily"),
                ("weekly", "cms_event.repeat_weekly"),
                ("monthly", "cms_event.repeat_monthly"),
                ("nth", "cms_event.repeat_nth"),
                ("yearly", "cms_event.repeat_yearly"),
                ("custom", "cms_event.repeat_custom"),
            ],
        )
    }

    fn ends(&self) -> Vec<Choice> {
        self.choices(
            "ends",
            &[
                ("never", "cms_event.ends_never"),
                ("until", "cms_event.ends_until"),
                ("count", "cms_event.ends_count"),
            ],
        )
    }

    fn days(&self) -> Vec<Tick> {
        let one = |(value, day): &(&'static str, jiff::civil::Weekday)| Tick {
            value,
            label: weekday(self.t, *day),
            on: self.asked.typed.holds("repeat_day", value),
        };
        WEEKDAYS.iter().map(one).collect()
    }

    fn nth_days(&self) -> Vec<Choice> {
        let chosen = self.asked.typed.get("nth_day");
        let one = |(value, day): &(&'static str, jiff::civil::Weekday)| {
            Choice::new(value, weekday(self.t, *day), chosen)
        };
        WEEKDAYS.iter().map(one).collect()
    }

    fn nths(&self) -> Vec<Tick> {
        let one = |value: &&'static str| Tick {
            value,
            label: if *value == "-1" {
                self.t.s("cms_event.last")
            } else {
                value
            },
            on: self.asked.typed.holds("nth", value),
        };
        NTHS.iter().map(one).collect()
    }

    fn has(&self, names: &[&str]) -> bool {
        let typed = |name: &&str| !self.asked.typed.get(name).is_empty();
        let wrong = |name: &&str| self.asked.errors.of(name).is_some();
        names.iter().any(|name| typed(name) || wrong(name))
    }

    /// Whether there is anything in the part about repetition.
    fn repeats_now(&self) -> bool {
        !matches!(self.asked.typed.get("repeat"), "" | "none")
            || self.asked.errors.of("repeat").is_some()
    }

    /// Rows of links: those that there are, and two more.
    fn link_rows(&self) -> Vec<(String, String, Vec<Choice>)> {
        let kinds = [
            ("tickets", "cms_event.link_tickets"),
            ("stream", "cms_event.link_stream"),
            ("more", "cms_event.link_more"),
        ];
        let row = |at: usize| {
            let kind = format!("link{at}_kind");
            let choices = self.choices(&kind, &kinds);
            (kind, format!("link{at}_address"), choices)
        };
        let used = |at: &usize| {
            !self
                .asked
                .typed
                .get(&format!("link{at}_address"))
                .is_empty()
        };
        let last = (0..LINKS).rev().find(used).map_or(0, |at| at + 1);
        (0..(last + 2).min(LINKS)).map(row).collect()
    }

    /// Stems of the rows of changed instances: those that there are, and two more.
    fn changed_rows(&self) -> Vec<ChangedRow> {
        let used = |at: &usize| !self.asked.typed.get(&format!("one{at}_at")).is_empty();
        let last = (0..CHANGED).rev().find(used).map_or(0, |at| at + 1);
        let row = |at: usize| {
            let name = |part: &str| format!("one{at}_{part}");
            ChangedRow {
                number: at + 1,
                statuses: self.statuses(&name("status")),
                at: name("at"),
                drop: name("drop"),
                date: name("date"),
                time: name("time"),
                end_date: name("end_date"),
                end_time: name("end_time"),
                status: name("status"),
                title_ko: name("title_ko"),
                title_en: name("title_en"),
                place_ko: name("place_ko"),
                place_en: name("place_en"),
                used: used(&at),
            }
        };
        (0..(last + 2).min(CHANGED)).map(row).collect()
    }
}

/// Names of the fields of one changed instance.
struct ChangedRow {
    number: usize,
    statuses: Vec<Choice>,
    at: String,
    drop: String,
    date: String,
    time: String,
    end_date: String,
    end_time: String,
    status: String,
    title_ko: String,
    title_en: String,
    place_ko: String,
    place_en: String,
    used: bool,
}

/// The fields that two editors changed, in words.
pub(crate) fn disputed(all: &[Disputed], reading: &Reading) -> Vec<DisputedView> {
    let one = |one: &Disputed| DisputedView {
        field: one.field.as_str(),
        name: said::name(one.field, reading.t()),
        base: said::value(&one.base, reading),
        current: said::value(&one.current, reading),
        own: said::value(&one.wanted, reading),
        decided: String::new(),
    };
    all.iter().map(one).collect()
}
