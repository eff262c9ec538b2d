//! Closing days and lunar dates as plain dates, each with why it is one: clients understand
//! neither "unless it is a holiday, then the Monday after" nor lunar rules, so both are expanded
//! here. Holidays are data from calendars; none are known to the program.

use super::glyphs::{Cursor, Folded};
use super::lunar::{LunarDate, LunarError};
use super::number::{english_weekday, korean_weekday};
use super::repeat::repeat;
use crate::caps;
use crate::recur::{OutOfSteps, Rule};
use crate::series::{ExtraDate, RecurrenceId, Series};
use crate::time::EventTime;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// How far a day is moved on at most before it is given up.
const FURTHEST: usize = 60;

/// What becomes of a closing day that is a holiday.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OnHoliday {
    /// Closed all the same.
    #[default]
    Stays,
    /// Open: the day is left out.
    Open,
    /// Open; the first such weekday after it that is no holiday takes its place.
    NextWeekday(Weekday),
    /// Open; the first day after it that is no holiday takes its place.
    NextDay,
}

/// When something is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingRule {
    /// The days as a rule.
    pub rule: Rule,
    /// What becomes of them on holidays.
    pub on_holiday: OnHoliday,
}

/// A holiday from a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday<'a> {
    /// The day.
    pub date: Date,
    /// What it is called.
    pub name: &'a str,
}

/// Plain dates, and what became of those that are missing among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The days, in order, without doubles.
    pub days: Vec<PlainDay>,
    /// Days that the rule alone would have made otherwise, in order.
    pub exceptions: Vec<Exception>,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainDay {
    /// Which.
    pub date: Date,
    /// Why.
    pub why: Why,
}

/// Why a day is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The rule makes it.
    Rule,
    /// It stands in for a holiday.
    InsteadOf {
        /// The day that the rule makes.
        date: Date,
        /// The holiday on it.
        holiday: String,
    },
    /// It is that lunar day.
    Lunar(LunarDate),
}

/// What became of a day that the rule made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exception {
    /// It is a holiday and left out.
    Open {
        /// The day.
        date: Date,
        /// The holiday on it.
        holiday: String,
    },
    /// It is a holiday, and another day stands in for it.
    Moved {
        /// The day.
        date: Date,
        /// The holiday on it.
        holiday: String,
        /// The day instead.
        to: Date,
    },
    /// It is a holiday; the day that would stand in for it is a closing day already.
    Merged {
        /// The day.
        date: Date,
        /// The holiday on it.
        holiday: String,
        /// The day that is both.
        with: Date,
    },
    /// The lunar month is too short in that year: its last day is taken.
    ShortMonth {
        /// The lunar year.
        year: i16,
        /// The day that is taken.
        date: Date,
    },
    /// The lunar year has no such leap month: the plain one is taken.
    NoLeapMonth {
        /// The lunar year.
        year: i16,
        /// The day that is taken.
        date: Date,
    },
}

impl Exception {
    /// The key of its translation.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Open { .. } => "closing.open",
            Self::Moved { .. } => "closing.moved",
            Self::Merged { .. } => "closing.merged",
            Self::ShortMonth { .. } => "closing.short_month",
            Self::NoLeapMonth { .. } => "closing.no_leap_month",
        }
    }

    /// What its translation needs: names and values.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let told = |date: &Date, holiday: &str| {
            vec![("date", date.to_string()), ("holiday", holiday.to_owned())]
        };
        match self {
            Self::Open { date, holiday } => told(date, holiday),
            Self::Moved { date, holiday, to }
            | Self::Merged {
                date,
                holiday,
                with: to,
            } => {
                let mut args = told(date, holiday);
                args.push(("to", to.to_string()));
                args
            }
            Self::ShortMonth { year, date } | Self::NoLeapMonth { year, date } => {
                vec![("year", year.to_string()), ("date", date.to_string())]
            }
        }
    }
}

/// Why a rule is not expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClosingError {
    /// More days than an event may have.
    #[error("more than {0} days: choose a shorter time")]
    TooMany(usize),
    /// Too much work.
    #[error(transparent)]
    Steps(#[from] OutOfSteps),
    /// A lunar date outside the table, or none at all.
    #[error(transparent)]
    Lunar(#[from] LunarError),
}

/// The closing days from `from` to `to`, both inclusive. Days that a holiday moves beyond `to` are
/// among them: they belong to a day within.
pub fn expand(
    closing: &ClosingRule,
    (from, to): (Date, Date),
    holidays: &[Holiday<'_>],
) -> Result<Expanded, ClosingError> {
    let holidays: BTreeMap<Date, &str> = holidays.iter().map(|h| (h.date, h.name)).collect();
    let mut made = Vec::new();
    for start in closing.rule.starts_on(from).until(to.at(23, 59, 59, 0)) {
        made.push(start?.date());
        within(made.len())?;
    }
    let mut days: BTreeMap<Date, Why> = BTreeMap::new();
    let stays =
        |date: &Date| closing.on_holiday == OnHoliday::Stays || !holidays.contains_key(date);
    days.extend(made.iter().filter(|d| stays(d)).map(|d| (*d, Why::Rule)));
    let mut exceptions = Vec::new();
    for date in made.into_iter().filter(|date| !stays(date)) {
        let holiday = holidays.get(&date).copied().unwrap_or_default().to_owned();
        let instead = instead(date, closing.on_holiday, &holidays);
        exceptions.push(match instead {
            None => Exception::Open { date, holiday },
            Some(with) if days.contains_key(&with) => Exception::Merged {
                date,
                holiday,
                with,
            },
            Some(to) => {
                let why = Why::InsteadOf {
                    date,
                    holiday: holiday.clone(),
                };
                days.insert(to, why);
                Exception::Moved { date, holiday, to }
            }
        });
    }
    Ok(Expanded {
        days: days
            .into_iter()
            .map(|(date, why)| PlainDay { date, why })
            .collect(),
        exceptions,
    })
}

fn within(days: usize) -> Result<(), ClosingError> {
    if days > caps::SERIES_DATES {
        return Err(ClosingError::TooMany(caps::SERIES_DATES));
    }
    Ok(())
}

/// The day that stands in for a holiday.
fn instead(date: Date, on: OnHoliday, holidays: &BTreeMap<Date, &str>) -> Option<Date> {
    let fits = |day: &Date| match on {
        OnHoliday::NextWeekday(weekday) => day.weekday() == weekday,
        OnHoliday::NextDay => true,
        OnHoliday::Stays | OnHoliday::Open => false,
    };
    let mut after = date.series(1.day()).skip(1).take(FURTHEST);
    after.find(|day| fits(day) && !holidays.contains_key(day))
}

/// A lunar day of every lunar year in a range, the way families keep them: in a year without the
/// leap month the plain one counts, in a month without a thirtieth its last day.
pub fn lunar_days(
    (month, leap, day): (i8, bool, i8),
    years: RangeInclusive<i16>,
) -> Result<Expanded, ClosingError> {
    let mut expanded = Expanded::default();
    for year in years {
        let wanted = LunarDate {
            year,
            month,
            leap,
            day,
        };
        let mut lunar = wanted;
        let mut found = lunar.to_solar();
        if found == Err(LunarError::NoLeapMonth) {
            lunar.leap = false;
            found = lunar.to_solar();
        }
        if found == Err(LunarError::NoSuchDay) && day == 30 {
            lunar.day = 29;
            found = lunar.to_solar();
        }
        let date = found?;
        if lunar.leap != wanted.leap {
            expanded
                .exceptions
                .push(Exception::NoLeapMonth { year, date });
        }
        if lunar.day != wanted.day {
            expanded
                .exceptions
                .push(Exception::ShortMonth { year, date });
        }
        let why = Why::Lunar(lunar);
        expanded.days.push(PlainDay { date, why });
        within(expanded.days.len())?;
    }
    Ok(expanded)
}

impl Expanded {
    /// The days as an event that repeats on exactly these; `None` without any.
    pub fn timing(&self) -> Option<(EventTime, Option<Series>)> {
        let (first, others) = self.days.split_first()?;
        let one = |day: &PlainDay| ExtraDate {
            start: RecurrenceId::Date(day.date),
            end: None,
        };
        let series = Series {
            extra: others.iter().map(one).collect(),
            ..Series::default()
        };
        Some((
            EventTime::day(first.date),
            (!others.is_empty()).then_some(series),
        ))
    }
}

/// Reads a rule as people put it up: `매월 둘째·넷째 일요일, 공휴일이면 다음 월요일`, `every Monday, if
/// a holiday then the following day`, `매주 월요일 (공휴일 제외)`.
pub fn read_rule(text: &str) -> Option<ClosingRule> {
    if text.len() > super::LINE_BYTES {
        return None;
    }
    let folded = Folded::new(text);
    let (after, found) = repeat(folded.begin().space())?;
    let rule = found.rule().filter(|_| found.names_days())?;
    let on_holiday = holiday_words(after)?;
    Some(ClosingRule { rule, on_holiday })
}

/// Steps over white space and marks between the parts of a rule.
fn marks(c: Cursor<'_>) -> Cursor<'_> {
    let mut at = c.space();
    while let Some(after) = at.eat_any(&[',', '(', ')', ';', '.', '-']) {
        at = after.space();
    }
    at
}

/// What the rest of a rule says about holidays; `None` where it says something else.
fn holiday_words(c: Cursor<'_>) -> Option<OnHoliday> {
    let mut at = marks(c);
    at = marks(
        at.any_word(&["휴무", "휴관", "휴업", "closed"])
            .unwrap_or(at),
    );
    if at.is_end() {
        return Some(OnHoliday::Stays);
    }
    const WHEN: [&str; 14] = [
        "단",
        "공휴일인 경우",
        "공휴일이면",
        "공휴일과 겹치면",
        "공휴일은",
        "공휴일",
        "except when it is a holiday",
        "except when it is",
        "if it is a holiday",
        "if a holiday",
        "when it is a holiday",
        "except on holidays",
        "except holidays",
        "except public holidays",
    ];
    let mut about = false;
    while let Some(after) = at.any_word(&WHEN) {
        about = true;
        at = marks(after);
    }
    if !about {
        return None;
    }
    at = at.any_word(&["then", "제외"]).map_or(at, marks);
    at = at.word("the").map_or(at, marks);
    if at.is_end()
        || at
            .any_word(&["개관", "개장", "정상 운영", "open"])
            .is_some()
    {
        return Some(OnHoliday::Open);
    }
    let at = at
        .any_word(&["다음", "그 다음", "following", "next"])?
        .space();
    if at.any_word(&["날", "평일", "day"]).is_some() {
        return Some(OnHoliday::NextDay);
    }
    let korean = korean_weekday(at).filter(|(_, _, long)| *long);
    let weekday = korean.map(|(_, weekday, _)| weekday);
    let weekday = weekday.or_else(|| english_weekday(at).map(|(_, weekday)| weekday));
    weekday.map(OnHoliday::NextWeekday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const HOLIDAYS: [Holiday<'static>; 4] = [
        Holiday {
            date: date(2027, 2, 7),
            name: "설날",
        },
        Holiday {
            date: date(2027, 2, 8),
            name: "설날 다음 날",
        },
        Holiday {
            date: date(2027, 2, 9),
            name: "대체공휴일(설날)",
        },
        Holiday {
            date: date(2027, 3, 1),
            name: "3·1절",
        },
    ];

    fn told(rule: &str, to: Date) -> Vec<String> {
        let rule = read_rule(rule).unwrap();
        let expanded = expand(&rule, (date(2027, 2, 1), to), &HOLIDAYS).unwrap();
        let day = |day: &PlainDay| match &day.why {
            Why::Rule => day.date.to_string(),
            Why::InsteadOf { date, holiday } => format!("{} for {date} {holiday}", day.date),
            Why::Lunar(lunar) => format!("{} {lunar:?}", day.date),
        };
        let exception = |exception: &Exception| {
            let args: Vec<String> = exception.args().into_iter().map(|(_, v)| v).collect();
            format!("{} {}", exception.key(), args.join(" "))
        };
        let days = expanded.days.iter().map(day);
        days.chain(expanded.exceptions.iter().map(exception))
            .collect()
    }

    #[test]
    fn a_holiday_moves_a_closing_day() {
        assert_eq!(
            told(
                "매월 첫째·셋째 일요일, 공휴일이면 다음 월요일",
                date(2027, 3, 31)
            ),
            [
                "2027-02-15 for 2027-02-07 설날",
                "2027-02-21",
                "2027-03-07",
                "2027-03-21",
                "closing.moved 2027-02-07 설날 2027-02-15"
            ]
        );
        assert_eq!(
            told(
                "every Monday, if a holiday then the following day",
                date(2027, 3, 9)
            ),
            [
                "2027-02-01",
                "2027-02-10 for 2027-02-08 설날 다음 날",
                "2027-02-15",
                "2027-02-22",
                "2027-03-02 for 2027-03-01 3·1절",
                "2027-03-08",
                "closing.moved 2027-02-08 설날 다음 날 2027-02-10",
                "closing.moved 2027-03-01 3·1절 2027-03-02"
            ]
        );
        assert_eq!(
            told("매주 월요일 휴관 (공휴일 제외)", date(2027, 2, 16)),
            [
                "2027-02-01",
                "2027-02-15",
                "closing.open 2027-02-08 설날 다음 날"
            ]
        );
        assert_eq!(
            told("매주 일·월요일, 공휴일이면 다음 월요일", date(2027, 2, 15)),
            [
                "2027-02-01",
                "2027-02-14",
                "2027-02-15",
                "closing.merged 2027-02-07 설날 2027-02-15",
                "closing.merged 2027-02-08 설날 다음 날 2027-02-15"
            ]
        );
        assert_eq!(
            told("매월 둘째 월요일 휴무", date(2027, 2, 28)),
            ["2027-02-08"]
        );
    }

    #[test]
    fn rules_are_read_as_people_put_them_up() {
        let on = |text: &str| read_rule(text).map(|rule| rule.on_holiday);
        let monday = Some(OnHoliday::NextWeekday(Weekday::Monday));
        let sundays = "every 2nd and 4th Sunday";
        assert_eq!(
            on(&format!(
                "{sundays} except when it is a holiday then the following Monday"
            )),
            monday
        );
        assert_eq!(
            on("매월 둘째·넷째 일요일 휴무, 단 공휴일인 경우 다음 월요일"),
            monday
        );
        assert_eq!(
            on("매주 월요일 휴관, 공휴일이면 다음 날"),
            Some(OnHoliday::NextDay)
        );
        assert_eq!(
            on("매주 월요일 휴관, 공휴일이면 개관"),
            Some(OnHoliday::Open)
        );
        assert_eq!(on("every Monday except holidays"), Some(OnHoliday::Open));
        for bad in ["", "휴무", "매주", "매주 월요일 비 오면 개관", "월요일"] {
            assert_eq!(on(bad), None, "{bad}");
        }
    }

    #[test]
    fn lunar_days_are_plain_dates() {
        let chuseok = lunar_days((8, false, 15), 2025..=2027).unwrap();
        let dates: Vec<String> = chuseok
            .days
            .iter()
            .map(|day| day.date.to_string())
            .collect();
        assert_eq!(dates, ["2025-10-06", "2026-09-25", "2027-09-15"]);
        let (time, series) = chuseok.timing().unwrap();
        assert_eq!(time, EventTime::day(date(2025, 10, 6)));
        assert_eq!(series.unwrap().extra.len(), 2);
        let leap = lunar_days((6, true, 1), 2025..=2026).unwrap();
        assert_eq!(leap.days[0].date, date(2025, 7, 25));
        assert_eq!(leap.exceptions[0].key(), "closing.no_leap_month");
        let last = lunar_days((12, false, 30), 1900..=2100).unwrap();
        assert_eq!(last.days.len(), 201);
        assert!(
            last.exceptions
                .iter()
                .all(|e| e.key() == "closing.short_month")
        );
        assert_eq!(
            lunar_days((8, false, 15), 2100..=2101),
            Err(ClosingError::Lunar(LunarError::YearUnknown))
        );
        assert!(lunar_days((13, false, 1), 2027..=2027).is_err());
    }

    #[test]
    fn too_many_days_are_refused() {
        let rule = read_rule("매일").unwrap();
        let long = (date(1900, 1, 1), date(2100, 1, 1));
        assert_eq!(
            expand(&rule, long, &[]),
            Err(ClosingError::TooMany(caps::SERIES_DATES))
        );
        let all: Vec<Holiday<'_>> = date(2027, 1, 1)
            .series(1.day())
            .take(400)
            .map(|date| Holiday {
                date,
                name: "긴 연휴",
            })
            .collect();
        let daily = ClosingRule {
            on_holiday: OnHoliday::NextDay,
            ..rule
        };
        let expanded = expand(&daily, (date(2027, 1, 1), date(2027, 1, 3)), &all).unwrap();
        assert_eq!((expanded.days.len(), expanded.exceptions.len()), (0, 3));
    }
}
