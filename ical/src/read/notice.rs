//! What the reader has to say about an input: why a whole file is refused, why an entry is
//! skipped, what was repaired on the way. Each has a sentence for people and a fixed code.

use domain::caps;
use domain::time::TimeError;
use std::fmt;

/// What a refused file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// A web page, often a sign-in form with status 200.
    WebPage,
    /// A JSON document.
    Json,
    /// Something else.
    Unknown,
}

/// Why a whole file is refused. Nothing of it may be used: a broken download must never be
/// taken for the removal of events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte that is not white space.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the cap for imports.
    #[error("the file is larger than {} MiB", caps::IMPORT_BYTES >> 20)]
    TooLarge,
    /// It does not begin with a calendar.
    #[error("line {line}: this is not an iCalendar file{}", match looks {
        Looks::WebPage => ", it looks like a web page",
        Looks::Json => ", it looks like JSON",
        Looks::Unknown => "; it does not begin with BEGIN:VCALENDAR",
    })]
    NotCalendar {
        /// The first line that says something.
        line: usize,
        /// What it looks like.
        looks: Looks,
    },
    /// Events stand outside any calendar.
    #[error("line {line}: {name} stands outside BEGIN:VCALENDAR")]
    OutsideCalendar {
        /// Where.
        line: usize,
        /// The component's name.
        name: String,
    },
    /// Components inside components inside components.
    #[error("line {line}: components are nested deeper than {}", caps::ICAL_DEPTH)]
    TooDeep {
        /// Where.
        line: usize,
    },
    /// The end is missing: a download that broke off.
    #[error("the file ends in the middle of {inside}, begun on line {line}")]
    CutOff {
        /// Where the unfinished component begins.
        line: usize,
        /// Its name.
        inside: String,
    },
    /// More entries than allowed.
    #[error("line {line}: more than {limit} entries")]
    TooManyEntries {
        /// The first entry beyond the limit.
        line: usize,
        /// The limit.
        limit: usize,
    },
}

impl Refusal {
    /// A fixed word for logs and tests.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::NotCalendar { .. } => "not-a-calendar",
            Self::OutsideCalendar { .. } => "outside-calendar",
            Self::TooDeep { .. } => "too-deep",
            Self::CutOff { .. } => "cut-off",
            Self::TooManyEntries { .. } => "too-many-entries",
        }
    }

    /// The line it is about, from 1.
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Empty | Self::TooLarge => None,
            Self::NotCalendar { line, .. }
            | Self::OutsideCalendar { line, .. }
            | Self::TooDeep { line }
            | Self::CutOff { line, .. }
            | Self::TooManyEntries { line, .. } => Some(*line),
        }
    }
}

/// Why one entry is left out while the others are read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A task, journal entry or the like.
    #[error("{0} is not an event")]
    NotAnEvent(String),
    /// Its BEGIN has no END, or an END no BEGIN.
    #[error("line {line}: BEGIN and END do not match")]
    Unbalanced {
        /// Where it was noticed.
        line: usize,
    },
    /// A line beyond the cap.
    #[error("line {line}: {name} is longer than {} KiB", caps::ICAL_LINE_BYTES >> 10)]
    LineTooLong {
        /// Where the line begins.
        line: usize,
        /// The property.
        name: &'static str,
    },
    /// More properties than the cap.
    #[error("it has more than {} properties", caps::ICAL_PROPERTIES)]
    TooManyProperties,
    /// More parameters on one property than the cap.
    #[error("line {line}: more than {} parameters", caps::ICAL_PARAMETERS)]
    TooManyParameters {
        /// Where.
        line: usize,
    },
    /// No DTSTART.
    #[error("it has no start")]
    NoStart,
    /// A date that is none.
    #[error("line {line}: {name} is not a date: {value}")]
    BadDate {
        /// Where.
        line: usize,
        /// The property.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// A year out of range.
    #[error("{0}")]
    Time(#[from] TimeError),
    /// A TZID that neither we nor the file explain.
    #[error("line {line}: unknown time zone {tzid}")]
    UnknownZone {
        /// Where.
        line: usize,
        /// The name.
        tzid: String,
    },
    /// A rule that is none.
    #[error("line {line}: the recurrence rule is not understood: {why}")]
    BadRule {
        /// Where.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// An hourly rule or finer, without an end or with too many instances.
    #[error("line {line}: it repeats more often than daily")]
    SubDaily {
        /// Where.
        line: usize,
    },
    /// An EXRULE without end that means too many single exceptions.
    #[error("line {line}: its rule of exceptions (EXRULE) has no end")]
    EndlessExceptions {
        /// Where.
        line: usize,
    },
    /// Too many rules, dates or changed instances.
    #[error("it has more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The cap.
        limit: usize,
    },
    /// The same event stands in the file in a newer copy.
    #[error("line {newer} holds a newer copy of it")]
    Superseded {
        /// Where the newer copy begins.
        newer: usize,
    },
}

impl Reason {
    /// A fixed word for logs and tests.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnEvent(_) => "not-an-event",
            Self::Unbalanced { .. } => "unbalanced",
            Self::LineTooLong { .. } => "line-too-long",
            Self::TooManyProperties => "too-many-properties",
            Self::TooManyParameters { .. } => "too-many-parameters",
            Self::NoStart => "no-start",
            Self::BadDate { .. } => "bad-date",
            Self::Time(TimeError::YearOutOfRange(_)) => "year-out-of-range",
            Self::Time(TimeError::EndsBeforeStart) => "ends-before-start",
            Self::UnknownZone { .. } => "unknown-zone",
            Self::BadRule { .. } => "bad-rule",
            Self::SubDaily { .. } => "sub-daily",
            Self::EndlessExceptions { .. } => "endless-exceptions",
            Self::TooMany { .. } => "too-many",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// An entry that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Its title, else its UID, else nothing; cleaned and cut.
    pub what: String,
    /// Its UID, as drafts carry it; what is already known of it need not go.
    pub uid: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.reason),
            what => write!(f, "line {} ({what}): {}", self.line, self.reason),
        }
    }
}

/// Something that was repaired, guessed or passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line it is about, from 1.
    pub line: usize,
    /// A fixed word for logs and tests.
    pub code: &'static str,
    /// One sentence for people.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// How many warnings are kept word for word; memory must not grow with a hostile input.
const WARNINGS: usize = 5_000;

/// The warnings of one input.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<Warning>,
    /// The line and number of those that were not kept.
    more: Option<(usize, usize)>,
}

impl Warnings {
    pub(crate) fn push(&mut self, line: usize, code: &'static str, text: impl Into<String>) {
        if self.kept.len() == WARNINGS {
            let (_, count) = self.more.get_or_insert((line, 0));
            *count += 1;
            return;
        }
        let text = text.into();
        self.kept.push(Warning { line, code, text });
    }

    /// All of them, by line; the last one counts those that were not kept.
    pub(crate) fn into_vec(self) -> Vec<Warning> {
        let mut all = self.kept;
        all.sort_by_key(|w| w.line);
        all.extend(self.more.map(|(line, count)| Warning {
            line,
            code: "more-warnings",
            text: format!("and {count} more warnings"),
        }));
        all
    }
}

/// A piece of the input that is safe to show: one line, cut short.
pub(crate) fn shown(text: &str) -> String {
    domain::text::clean_line(text, 80)
}
