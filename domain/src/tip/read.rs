//! Reading what a tip says should be: fields by the names that the API's events have, each refused
//! by itself with the reason. What was not said stays as it is; null takes a value away.

use super::when::{self, When};
use super::{Home, text};
use crate::caps;
use crate::event::{EventBody, Occurrence, Status, WebAddress};
use crate::patch::EventPatch;
use crate::series::{Override, RecurrenceId};
use crate::text::Text;
use crate::time::EventTime;
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Names of fields that a tip may set.
pub const FIELDS: [&str; 10] = [
    "title",
    "start",
    "end",
    "all_day",
    "date",
    "place",
    "url",
    "status",
    "description",
    "result",
];
/// Most unknown fields that are named in a refusal.
const MOST_UNKNOWN: usize = 20;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Nobody knows this field.
    Unknown,
    /// It must be a text.
    NotText,
    /// It must be true or false.
    NotFlag,
    /// It is needed.
    Needed,
    /// More than this many characters.
    TooLong(usize),
    /// Control characters.
    Control,
    /// Characters that turn the order of a text around.
    Direction,
    /// No date and no time, or one that no calendar has.
    NotATime(String),
    /// On that day the clocks skip this time.
    Skipped {
        /// What was written.
        at: DateTime,
        /// The zone whose clocks skip it.
        zone: String,
        /// The first reading after the gap that it would become.
        instead: DateTime,
    },
    /// A year outside of what a schedule can mean.
    YearOutOfRange(i16),
    /// It ends before it starts.
    EndsBeforeStart,
    /// A clock time on something that lasts whole days.
    ClockOnWholeDay,
    /// A clock time for the end needs one for the start.
    StartNeeded,
    /// `date` and `start` both say when it starts.
    StartTwice,
    /// It repeats: which date is meant must be said.
    WhichDate,
    /// No http or https address.
    NotAnAddress,
    /// No state of an event.
    NotAStatus,
    /// Nothing is said at all.
    NothingSaid,
    /// It is so already.
    NothingChanges,
}

/// What is wrong with a tip: at most one fault for a field.
pub type Faults = BTreeMap<String, Wrong>;

/// What somebody says about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said<T> {
    /// Nothing.
    Nothing,
    /// That there is none.
    None,
    /// That it is this.
    Is(T),
}

pub(super) struct Reader<'a> {
    fields: &'a Map<String, Value>,
    pub(super) faults: Faults,
}

impl<'a> Reader<'a> {
    fn new(fields: &'a Map<String, Value>) -> Self {
        let mut faults = Faults::new();
        let known = |name: &str| FIELDS.contains(&name);
        for name in fields.keys().filter(|name| !known(name)).take(MOST_UNKNOWN) {
            // The name is the sender's own, shortened so that the answer is no echo of the body.
            faults.insert(name.chars().take(40).collect(), Wrong::Unknown);
        }
        Self { fields, faults }
    }

    pub(super) fn fault(&mut self, field: &str, wrong: Wrong) {
        self.faults.entry(field.to_owned()).or_insert(wrong);
    }

    fn raw(&mut self, field: &str) -> Said<&'a str> {
        match self.fields.get(field) {
            None => Said::Nothing,
            Some(Value::Null) => Said::None,
            Some(Value::String(text)) => Said::Is(text),
            Some(_) => {
                self.fault(field, Wrong::NotText);
                Said::Nothing
            }
        }
    }

    /// A text, read by `read`; blanks alone are none.
    pub(super) fn read<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Said<T> {
        match self.raw(field) {
            Said::Nothing => Said::Nothing,
            Said::None => Said::None,
            Said::Is(text) if text.trim().is_empty() => Said::None,
            Said::Is(text) => match read(text) {
                Ok(value) => Said::Is(value),
                Err(wrong) => {
                    self.fault(field, wrong);
                    Said::Nothing
                }
            },
        }
    }

    pub(super) fn flag(&mut self, field: &str) -> Option<bool> {
        match self.fields.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) => {
                self.fault(field, Wrong::NotFlag);
                None
            }
        }
    }

    /// A text into the language that the tip is written in.
    fn words(
        &mut self,
        field: &str,
        home: &Home,
        into: &mut Text,
        read: impl FnOnce(&str) -> Result<String, Wrong>,
    ) {
        match self.read(field, read) {
            Said::Nothing => {}
            Said::None => *into = Text::none(),
            Said::Is(text) => into.set(home.language, text),
        }
    }
}

/// An event that is proposed: needs a title and a start.
pub fn new_event(changes: &Map<String, Value>, home: &Home) -> Result<EventBody, Faults> {
    let nothing = EventTime::Undecided { was: None };
    let mut reader = Reader::new(changes);
    let blank = Occurrence::new(Text::none(), nothing.clone());
    let read = occurrence(&mut reader, &blank, home);
    if read.title.is_empty() {
        reader.fault("title", Wrong::Needed);
    }
    if read.time == nothing && !reader.faults.contains_key("date") {
        reader.fault("start", Wrong::Needed);
    }
    finish(reader, read).map(EventBody::from)
}

/// What an event, or one instance of it, should say instead of `base`.
pub fn correction(
    changes: &Map<String, Value>,
    base: &Occurrence,
    home: &Home,
) -> Result<Occurrence, Faults> {
    let mut reader = Reader::new(changes);
    let read = occurrence(&mut reader, base, home);
    if read.title.is_empty() && !base.title.is_empty() {
        reader.fault("title", Wrong::Needed);
    }
    finish(reader, read)
}

fn finish<T>(reader: Reader<'_>, read: T) -> Result<T, Faults> {
    match reader.faults.is_empty() {
        true => Ok(read),
        false => Err(reader.faults),
    }
}

fn occurrence(reader: &mut Reader<'_>, base: &Occurrence, home: &Home) -> Occurrence {
    let mut read = base.clone();
    reader.words("title", home, &mut read.title, title);
    reader.words("place", home, &mut read.place.name, |raw| {
        text::line(raw, caps::TIP_LINE_CHARS)
    });
    if read.place.name != base.place.name {
        // The position was the other place's.
        read.place.geo = None;
    }
    reader.words("description", home, &mut read.description, |raw| {
        text::block(raw, caps::TIP_DESCRIPTION_CHARS)
    });
    reader.words("result", home, &mut read.result, |raw| {
        text::line(raw, caps::TIP_LINE_CHARS)
    });
    match reader.read("url", address) {
        Said::Nothing => {}
        Said::None => read.url = None,
        Said::Is(address) => read.url = Some(address),
    }
    match reader.read("status", status) {
        Said::Nothing => {}
        Said::None => read.status = Status::default(),
        Said::Is(status) => read.status = status,
    }
    let said = When::read(reader);
    if let Some(time) = when::resolve(reader, &said, &base.time, home) {
        read.time = time;
    }
    read
}

/// A title says something: at least one letter, digit or picture.
fn title(raw: &str) -> Result<String, Wrong> {
    let title = text::line(raw, caps::TIP_LINE_CHARS)?;
    let says = |c: char| c.is_alphanumeric() || u32::from(c) >= 0x2600;
    match title.chars().any(says) {
        true => Ok(title),
        false => Err(Wrong::Needed),
    }
}

fn address(raw: &str) -> Result<WebAddress, Wrong> {
    WebAddress::parse(raw).ok_or(Wrong::NotAnAddress)
}

fn status(raw: &str) -> Result<Status, Wrong> {
    let all = [
        Status::Tentative,
        Status::Confirmed,
        Status::Postponed,
        Status::Cancelled,
    ];
    let found = all.into_iter().find(|one| one.as_str() == raw.trim());
    found.ok_or(Wrong::NotAStatus)
}

/// The change that makes an event, or its instance `at`, say `wanted`. Where a series is meant as a
/// whole its times and its status stay: that is one date's affair.
pub fn patch(
    body: &EventBody,
    at: Option<RecurrenceId>,
    wanted: Occurrence,
) -> Result<EventPatch, Wrong> {
    let mut after = body.clone();
    match (at, &mut after.series) {
        (Some(at), Some(series)) => {
            if wanted == body.instance(at).occurrence() {
                return Ok(EventPatch::default());
            }
            series.overrides.retain(|one| one.at != at);
            let place = series.overrides.partition_point(|one| one.at < at);
            let instead = wanted;
            series.overrides.insert(place, Override { at, instead });
        }
        (None, Some(_)) if wanted.time != body.main.time || wanted.status != body.main.status => {
            return Err(Wrong::WhichDate);
        }
        (_, None | Some(_)) => after.main = wanted,
    }
    Ok(EventPatch::between(body, &after))
}

/// What a reporter says besides, in their own words; `None` where nothing.
pub fn note(raw: &str) -> Result<Option<String>, Wrong> {
    let note = text::block(raw, caps::NOTE_CHARS)?;
    Ok((!note.trim().is_empty()).then_some(note))
}

/// Where a tip can be checked; `None` where nothing is said.
pub fn evidence(raw: &str) -> Result<Option<WebAddress>, Wrong> {
    match raw.trim() {
        "" => Ok(None),
        raw => address(raw).map(Some),
    }
}

/// A calendar that somebody wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it is called.
    pub title: String,
    /// The title as wishes are compared: equal ones gather.
    pub key: String,
}

/// Reads the title of a wished-for calendar.
pub fn wish(changes: &Map<String, Value>) -> Result<Wish, Faults> {
    let mut reader = Reader::new(changes);
    let said = reader.read("title", title);
    let Said::Is(title) = said else {
        reader.fault("title", Wrong::Needed);
        return Err(reader.faults);
    };
    for field in FIELDS.iter().skip(1).filter(|f| changes.contains_key(**f)) {
        reader.fault(field, Wrong::Unknown);
    }
    let key = super::likeness::key(&title);
    finish(reader, Wish { title, key })
}

#[cfg(test)]
mod tests;
