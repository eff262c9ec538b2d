//! Why a line is no event, and what was guessed: each with the bytes it is about, a stable key
//! that pages translate, and the values that the translation needs.

use jiff::civil::{Date, Time, Weekday};
use std::ops::Range;

/// Why a line is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Fault {
    /// The bytes of the line that it is about; empty where it is about the whole line.
    pub range: Range<usize>,
    /// What is wrong.
    pub reason: Reason,
}

impl Fault {
    /// A fault about a part of the line.
    pub const fn new(range: Range<usize>, reason: Reason) -> Self {
        Self { range, reason }
    }
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Too long to be one.
    #[error("the line has more than {limit} bytes")]
    TooLong {
        /// Most bytes.
        limit: usize,
    },
    /// More than one line.
    #[error("this is more than one line: paste tables into the grid")]
    SeveralLines,
    /// No day, no rule.
    #[error("no day was found: begin with one, such as 4/5")]
    NoDate,
    /// Nothing left to call it.
    #[error("there is no title")]
    NoTitle,
    /// The form of a date, but no day.
    #[error("there is no such day")]
    NoSuchDay,
    /// The form of a time, but no hour.
    #[error("there is no such hour")]
    NoSuchTime,
    /// A year that no schedule means.
    #[error("the year {year} is outside 1900-2199")]
    YearOutOfRange {
        /// The year as it was understood.
        year: i16,
    },
    /// Date and weekday disagree.
    #[error("{date} is a {}, not a {}", weekday(*.is), weekday(*.said))]
    WrongWeekday {
        /// The day as it was understood.
        date: Date,
        /// The weekday in the line.
        said: Weekday,
        /// The weekday of that day.
        is: Weekday,
    },
    /// The end lies before the start.
    #[error("it ends before it starts")]
    EndsBeforeStart,
    /// The end is the start.
    #[error("it ends when it starts")]
    EndsAtStart,
    /// Hours without one day.
    #[error("hours need a day that is known")]
    HoursWithoutDay,
    /// More than one `@`.
    #[error("it has two places")]
    TwoPlaces,
    /// A `#` or `@` without a name that can be kept.
    #[error("there is no name behind the mark")]
    NoName,
    /// Too many tags.
    #[error("more than {limit} tags")]
    TooManyTags {
        /// Most tags.
        limit: usize,
    },
    /// No web address that may be shown.
    #[error("this is no web address that can be linked to")]
    BadAddress,
    /// A quotation mark without its partner.
    #[error("a quotation mark is opened and never closed")]
    OpenQuote,
    /// No such zone.
    #[error("there is no such time zone")]
    UnknownZone,
    /// Its time is not fixed.
    #[error("an event without a fixed time cannot repeat")]
    CannotRepeat,
    /// A rule without any start.
    #[error("the rule never comes to a day")]
    NeverHappens,
    /// The rule ends before its first day.
    #[error("it stops repeating before {first}, its first day")]
    UntilBeforeStart {
        /// The first day that the rule has.
        first: Date,
    },
    /// An exception on a day that the rule does not have.
    #[error("{date} is none of its days")]
    NotOneOfItsDays {
        /// The day as it was understood.
        date: Date,
    },
    /// Holidays come from calendars, not from a line.
    #[error("holidays are taken out by a closing rule, which knows their list")]
    HolidaysNeedAList,
}

impl Reason {
    /// The key of its translation.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "entry.too_long",
            Self::SeveralLines => "entry.several_lines",
            Self::NoDate => "entry.no_date",
            Self::NoTitle => "entry.no_title",
            Self::NoSuchDay => "entry.no_such_day",
            Self::NoSuchTime => "entry.no_such_time",
            Self::YearOutOfRange { .. } => "entry.year_out_of_range",
            Self::WrongWeekday { .. } => "entry.wrong_weekday",
            Self::EndsBeforeStart => "entry.ends_before_start",
            Self::EndsAtStart => "entry.ends_at_start",
            Self::HoursWithoutDay => "entry.hours_without_day",
            Self::TwoPlaces => "entry.two_places",
            Self::NoName => "entry.no_name",
            Self::TooManyTags { .. } => "entry.too_many_tags",
            Self::BadAddress => "entry.bad_address",
            Self::OpenQuote => "entry.open_quote",
            Self::UnknownZone => "entry.unknown_zone",
            Self::CannotRepeat => "entry.cannot_repeat",
            Self::NeverHappens => "entry.never_happens",
            Self::UntilBeforeStart { .. } => "entry.until_before_start",
            Self::NotOneOfItsDays { .. } => "entry.not_one_of_its_days",
            Self::HolidaysNeedAList => "entry.holidays_need_a_list",
        }
    }

    /// What its translation needs: names and values. Dates as `2027-04-05`, weekdays as `mon`.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong { limit } | Self::TooManyTags { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::YearOutOfRange { year } => vec![("year", year.to_string())],
            Self::WrongWeekday { date, said, is } => vec![
                ("date", date.to_string()),
                ("said", weekday(*said).to_owned()),
                ("is", weekday(*is).to_owned()),
            ],
            Self::UntilBeforeStart { first } => vec![("first", first.to_string())],
            Self::NotOneOfItsDays { date } => vec![("date", date.to_string())],
            _ => Vec::new(),
        }
    }
}

/// Something that the line left open, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The bytes of the line that it is about.
    pub range: Range<usize>,
    /// What was decided.
    pub what: Guessed,
}

/// What was decided for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guessed {
    /// The year of a day that names none.
    Year(i16),
    /// The day that `tomorrow` or a weekday is.
    Day(Date),
    /// The hour that `7시` is.
    Hour(Time),
    /// An end after the usual time, in minutes.
    DefaultEnd(u32),
    /// An end on the next day, because its hour lies before the start's.
    EndsNextDay(Date),
    /// The first day of a rule, where it is not the day that the line names.
    FirstDay(Date),
    /// Hours on several days: it takes place on each of them.
    EachDay,
    /// A day only named as the last one.
    LastDayOnly(Date),
    /// A place that the desk does not know.
    NewPlace(String),
    /// A tag that the desk does not know, by its key.
    NewTag(String),
}

impl Guessed {
    /// The key of its translation.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Year(_) => "entry.guess.year",
            Self::Day(_) => "entry.guess.day",
            Self::Hour(_) => "entry.guess.hour",
            Self::DefaultEnd(_) => "entry.guess.default_end",
            Self::EndsNextDay(_) => "entry.guess.ends_next_day",
            Self::FirstDay(_) => "entry.guess.first_day",
            Self::EachDay => "entry.guess.each_day",
            Self::LastDayOnly(_) => "entry.guess.last_day_only",
            Self::NewPlace(_) => "entry.guess.new_place",
            Self::NewTag(_) => "entry.guess.new_tag",
        }
    }

    /// What its translation needs: at most one name and value.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Year(year) => vec![("year", year.to_string())],
            Self::Day(date)
            | Self::EndsNextDay(date)
            | Self::FirstDay(date)
            | Self::LastDayOnly(date) => vec![("date", date.to_string())],
            Self::Hour(time) => vec![("time", time.strftime("%H:%M").to_string())],
            Self::DefaultEnd(minutes) => vec![("minutes", minutes.to_string())],
            Self::EachDay => Vec::new(),
            Self::NewPlace(name) => vec![("name", name.clone())],
            Self::NewTag(key) => vec![("key", key.clone())],
        }
    }
}

/// A weekday's short name in keys and arguments.
pub(crate) const fn weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}
