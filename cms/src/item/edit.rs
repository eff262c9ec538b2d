//! Edit, then accept: the usual fields of a proposal as a form, read as tips are
//! (`domain::tip::read`). Series and rarer fields are the editors' pages' affair.

use super::Subject;
use crate::desk::frame::Home as CalendarHome;
use crate::item::difference::status_key;
use desk::Take;
use domain::event::{EventBody, Occurrence, Status};
use domain::patch::EventPatch;
use domain::proposal::Aim;
use domain::text::Lang;
use domain::time::EventTime;
use domain::tip::Home;
use domain::tip::read::{self, Faults};
use serde_json::{Map, Value};
use web::form::Fields;
use web::locale::T;

/// A field of the form.
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: Option<&'static str>,
    pub(crate) value: String,
    pub(crate) long: bool,
    pub(crate) fault: Option<String>,
}

/// The form.
#[derive(Default)]
pub(crate) struct Edit {
    /// Empty where this proposal cannot be edited here.
    pub(crate) inputs: Vec<Input>,
    pub(crate) statuses: Vec<(&'static str, &'static str, bool)>,
    /// It was sent and came back.
    pub(crate) open: bool,
}

/// Whether a form can say all that the proposal says: one date of its own.
fn fits(subject: &Subject) -> bool {
    let current = subject.now().is_none_or(|body| body.series.is_none());
    let wanted = match &subject.entry.proposal.aim {
        Aim::Create(body) => body.series.is_none(),
        Aim::Change { .. } => true,
    };
    let publishes = subject.entry.handling.act == domain::proposal::Act::Publish;
    current && wanted && publishes && subject.is_open() && !subject.removed
}

/// What the event would say.
fn wanted(subject: &Subject) -> Option<EventBody> {
    match &subject.entry.proposal.aim {
        Aim::Create(body) => Some((**body).clone()),
        Aim::Change { patch, .. } => {
            let mut body = subject.now()?.clone();
            patch.apply(&mut body);
            Some(body)
        }
    }
}

impl Edit {
    /// The form, filled with what is proposed.
    pub(super) fn of(subject: &Subject, home: &CalendarHome, t: T) -> Self {
        let wanted = wanted(subject).filter(|_| fits(subject));
        let Some(body) = wanted else {
            return Self::default();
        };
        let language = home.calendar.profile.language;
        let values = values(&body.main, language);
        let each = NAMES.iter().zip(values);
        let inputs = each.map(|((name, label), value)| Input {
            name,
            label: t.s(label),
            hint: (*name == "start").then(|| t.s("queue.start_hint")),
            value,
            long: *name == "description",
            fault: None,
        });
        let all = [
            Status::Confirmed,
            Status::Tentative,
            Status::Postponed,
            Status::Cancelled,
        ];
        let status = |one: Status| {
            let chosen = one == body.main.status;
            (one.as_str(), t.s(status_key(one)), chosen)
        };
        Self {
            inputs: inputs.collect(),
            statuses: all.into_iter().map(status).collect(),
            open: false,
        }
    }

    /// The form as it was sent, with what is wrong beside its fields.
    pub(super) fn came_back(&mut self, fields: &Fields, faults: &Faults, t: T) {
        self.open = true;
        for input in &mut self.inputs {
            fields.exactly(input.name).clone_into(&mut input.value);
            let fault = faults.get(input.name);
            input.fault = fault.map(|wrong| web::tips::message(wrong).say(t));
        }
        for (value, _, chosen) in &mut self.statuses {
            *chosen = *value == fields.one("status");
        }
    }
}

/// Fields of the form and what people call them.
const NAMES: [(&str, &str); 7] = [
    ("title", "queue.field_title"),
    ("start", "queue.edit_start"),
    ("end", "queue.edit_end"),
    ("place", "queue.field_place"),
    ("url", "queue.field_url"),
    ("result", "queue.field_result"),
    ("description", "queue.field_description"),
];

fn values(what: &Occurrence, language: Lang) -> [String; 7] {
    let (start, end) = times(&what.time);
    let text = |text: &domain::text::Text| text.pick(language, language).to_owned();
    [
        text(&what.title),
        start,
        end,
        text(&what.place.name),
        what.url
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        text(&what.result),
        text(&what.description),
    ]
}

/// Start and end as the form shows them: on the event's own clock, to the minute.
fn times(time: &EventTime) -> (String, String) {
    let minute = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    match time {
        EventTime::Zoned(z) => (
            minute(z.start.at),
            z.end.map(|end| minute(end.at)).unwrap_or_default(),
        ),
        EventTime::Floating { start, end } => (minute(*start), end.map(minute).unwrap_or_default()),
        EventTime::DateOnly { date } => (date.to_string(), String::new()),
        EventTime::AllDay { first, .. } => (first.to_string(), String::new()),
        EventTime::Window { .. } | EventTime::Undecided { .. } => (String::new(), String::new()),
    }
}

/// What is taken of a proposal as somebody edited it. Fields that were left as the form showed them
/// say what was proposed.
pub(super) fn take(
    subject: &Subject,
    home: &CalendarHome,
    (fields, seen_version): (&Fields, i64),
) -> Result<Take, Faults> {
    let Some(body) = wanted(subject).filter(|_| fits(subject)) else {
        return Ok(Take::Whole);
    };
    let before = values(&body.main, home.calendar.profile.language);
    let mut changes = Map::new();
    for ((name, _), was) in NAMES.iter().zip(before) {
        let typed = fields.one(name);
        if typed != was.trim() {
            changes.insert((*name).to_owned(), value(name, typed));
        }
    }
    if fields.one("status") != body.main.status.as_str() {
        let status = Value::String(fields.one("status").to_owned());
        changes.insert("status".to_owned(), status);
    }
    let after = read::correction(&changes, &body.main, &Home::of(&home.calendar))?;
    let after = EventBody {
        main: after,
        ..body.clone()
    };
    let base = match subject.now() {
        Some(now) => now.clone(),
        None => body,
    };
    Ok(Take::Edited {
        patch: EventPatch::between(&base, &after),
        seen_version,
    })
}

/// A typed value as the API has it: `2027-04-05 17:00` is a clock time as well.
fn value(name: &str, typed: &str) -> Value {
    match (name, typed) {
        (_, "") => Value::Null,
        ("start" | "end", typed) => Value::String(typed.replacen(' ', "T", 1)),
        (_, typed) => Value::String(typed.to_owned()),
    }
}
