//! One likely mistake: how grave it is, which field it is about, the key of its translation and
//! the values that this needs.

use crate::patch::Field;
use jiff::civil::{Date, Weekday};

/// How grave a finding is; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It cannot be meant.
    Stops,
    /// It is likely wrong.
    Warns,
    /// It may be meant, and is worth a look.
    Notes,
}

impl Severity {
    /// The name that pages and the API call it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stops => "stops",
            Self::Warns => "warns",
            Self::Notes => "notes",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is likely wrong.
    pub what: Mistake,
}

impl Finding {
    /// A finding.
    pub const fn new(what: Mistake) -> Self {
        Self { what }
    }

    /// How grave it is.
    pub const fn severity(&self) -> Severity {
        self.what.facts().0
    }

    /// The field that it is about; none where it is about the feed.
    pub const fn field(&self) -> Option<Field> {
        self.what.facts().1
    }

    /// The key of its translation.
    pub const fn key(&self) -> &'static str {
        self.what.facts().2
    }

    /// What its translation needs: names and values. Dates as `2027-04-05`, weekdays as `mon`.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        self.what.args()
    }
}

/// What is likely wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// It ends before it starts.
    EndsBeforeStart,
    /// Its year is none of schedules.
    YearOutOfRange(i16),
    /// It has no title.
    NoTitle,
    /// Its source knows another event by the same identifier.
    SameUid {
        /// The other one.
        other: String,
    },
    /// Whole days, too many of them.
    ManyDays {
        /// How many.
        days: i32,
    },
    /// Hours, more than a day of them.
    ManyHours {
        /// How many, begun ones counted.
        hours: i64,
    },
    /// It ends the moment it starts.
    NoLength,
    /// It is over.
    Past {
        /// Its last day.
        last: Date,
    },
    /// It is years ahead.
    FarAhead {
        /// Its year.
        year: i16,
    },
    /// The clock skips that hour.
    SkippedHour {
        /// What the clock shows instead, as `03:30`.
        instead: String,
    },
    /// The clock shows that hour twice.
    DoubleHour,
    /// It starts in the small hours.
    SmallHours {
        /// Its start where it is held, as `03:30`.
        time: String,
    },
    /// UTC in a calendar of another zone: what a source without zones gives.
    UtcTime {
        /// Its start on the calendar's clock, as `2027-04-05 03:30`.
        local: String,
    },
    /// Another zone than the calendar's, with another clock.
    OtherZone {
        /// Its zone.
        zone: String,
        /// Its start on the calendar's clock, as `2027-04-05 03:30`.
        local: String,
    },
    /// A place whose clock is another.
    PlaceElsewhere {
        /// The city.
        city: String,
        /// The zone of that city.
        zone: String,
    },
    /// A weekday in a text that is not the day's.
    WrongWeekday {
        /// In which text.
        field: Field,
        /// The day that is meant.
        date: Date,
        /// The weekday in the text.
        said: Weekday,
        /// The weekday of that day.
        is: Weekday,
    },
    /// A date left in the title.
    DateInTitle {
        /// The words.
        text: String,
    },
    /// Another date in the title than the event's.
    OtherDateInTitle {
        /// The words.
        text: String,
        /// The event's first day.
        date: Date,
    },
    /// An hour left in the title.
    HourInTitle {
        /// The words.
        text: String,
    },
    /// A score in the title, where it cannot be left out.
    ScoreInTitle {
        /// The words.
        text: String,
    },
    /// The title says a status that the event does not have.
    StatusInTitle {
        /// The status in the title.
        said: &'static str,
    },
    /// The title says the status once more.
    StatusTwice,
    /// Too long for a month's view.
    LongTitle {
        /// How wide it is; a Hangul syllable is two.
        columns: usize,
        /// How wide it may be.
        limit: usize,
    },
    /// A day with an event of nearly the same title at the same time.
    Double {
        /// The other one.
        other: String,
    },
    /// A day with an event of nearly the same title at another time.
    SecondOnDay {
        /// The other one.
        other: String,
    },
    /// No place, where most others have one.
    NoPlace,
    /// Tickets behind an address without TLS.
    InsecureTickets {
        /// The address.
        address: String,
    },
    /// Another address without TLS.
    InsecureLink {
        /// The address.
        address: String,
    },
    /// Google will not take the feed.
    FeedTooLarge {
        /// Share of what it takes.
        percent: usize,
    },
    /// Google will soon not take the feed.
    FeedNearlyFull {
        /// Share of what it takes.
        percent: usize,
    },
}

impl Mistake {
    const fn facts(&self) -> (Severity, Option<Field>, &'static str) {
        use Severity::{Notes, Stops, Warns};
        let (severity, field, key) = match self {
            Self::EndsBeforeStart => (Stops, Field::Time, "lint.ends_before_start"),
            Self::YearOutOfRange(_) => (Stops, Field::Time, "lint.year_out_of_range"),
            Self::NoTitle => (Stops, Field::Title, "lint.no_title"),
            Self::SameUid { .. } => (Stops, Field::Title, "lint.same_uid"),
            Self::ManyDays { .. } => (Warns, Field::Time, "lint.many_days"),
            Self::ManyHours { .. } => (Warns, Field::Time, "lint.many_hours"),
            Self::NoLength => (Warns, Field::Time, "lint.no_length"),
            Self::Past { .. } => (Warns, Field::Time, "lint.past"),
            Self::FarAhead { .. } => (Warns, Field::Time, "lint.far_ahead"),
            Self::SkippedHour { .. } => (Warns, Field::Time, "lint.skipped_hour"),
            Self::DoubleHour => (Notes, Field::Time, "lint.double_hour"),
            Self::SmallHours { .. } => (Warns, Field::Time, "lint.small_hours"),
            Self::UtcTime { .. } => (Warns, Field::Time, "lint.utc_time"),
            Self::OtherZone { .. } => (Notes, Field::Time, "lint.other_zone"),
            Self::PlaceElsewhere { .. } => (Warns, Field::Time, "lint.place_elsewhere"),
            Self::WrongWeekday { field, .. } => (Warns, *field, "lint.wrong_weekday"),
            Self::DateInTitle { .. } => (Notes, Field::Title, "lint.date_in_title"),
            Self::OtherDateInTitle { .. } => (Warns, Field::Title, "lint.other_date_in_title"),
            Self::HourInTitle { .. } => (Notes, Field::Title, "lint.hour_in_title"),
            Self::ScoreInTitle { .. } => (Warns, Field::Title, "lint.score_in_title"),
            Self::StatusInTitle { .. } => (Warns, Field::Status, "lint.status_in_title"),
            Self::StatusTwice => (Warns, Field::Title, "lint.status_twice"),
            Self::LongTitle { .. } => (Notes, Field::Title, "lint.long_title"),
            Self::Double { .. } => (Warns, Field::Title, "lint.double"),
            Self::SecondOnDay { .. } => (Notes, Field::Title, "lint.second_on_day"),
            Self::NoPlace => (Notes, Field::Place, "lint.no_place"),
            Self::InsecureTickets { .. } => (Warns, Field::Links, "lint.insecure_tickets"),
            Self::InsecureLink { .. } => (Notes, Field::Links, "lint.insecure_link"),
            Self::FeedTooLarge { .. } => return (Warns, None, "lint.feed_too_large"),
            Self::FeedNearlyFull { .. } => return (Notes, None, "lint.feed_nearly_full"),
        };
        (severity, Some(field), key)
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        let weekday = |day: Weekday| crate::entry::weekday(day).to_owned();
        match self {
            Self::YearOutOfRange(year) | Self::FarAhead { year } => {
                vec![("year", year.to_string())]
            }
            Self::SameUid { other } | Self::Double { other } | Self::SecondOnDay { other } => {
                vec![("other", other.clone())]
            }
            Self::ManyDays { days } => vec![("days", days.to_string())],
            Self::ManyHours { hours } => vec![("hours", hours.to_string())],
            Self::Past { last } => vec![("last", last.to_string())],
            Self::SkippedHour { instead } => vec![("instead", instead.clone())],
            Self::SmallHours { time } => vec![("time", time.clone())],
            Self::UtcTime { local } => vec![("local", local.clone())],
            Self::OtherZone { zone, local } => {
                vec![("zone", zone.clone()), ("local", local.clone())]
            }
            Self::PlaceElsewhere { city, zone } => {
                vec![("city", city.clone()), ("zone", zone.clone())]
            }
            Self::WrongWeekday { date, said, is, .. } => vec![
                ("date", date.to_string()),
                ("said", weekday(*said)),
                ("is", weekday(*is)),
            ],
            Self::DateInTitle { text }
            | Self::HourInTitle { text }
            | Self::ScoreInTitle { text } => vec![("text", text.clone())],
            Self::OtherDateInTitle { text, date } => {
                vec![("text", text.clone()), ("date", date.to_string())]
            }
            Self::StatusInTitle { said } => vec![("said", (*said).to_owned())],
            Self::LongTitle { columns, limit } => vec![
                ("columns", columns.to_string()),
                ("limit", limit.to_string()),
            ],
            Self::InsecureTickets { address } | Self::InsecureLink { address } => {
                vec![("address", address.clone())]
            }
            Self::FeedTooLarge { percent } | Self::FeedNearlyFull { percent } => {
                vec![("percent", percent.to_string())]
            }
            Self::EndsBeforeStart
            | Self::NoTitle
            | Self::NoLength
            | Self::DoubleHour
            | Self::StatusTwice
            | Self::NoPlace => Vec::new(),
        }
    }
}
