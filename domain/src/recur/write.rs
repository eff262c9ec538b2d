//! The text of a rule: parts in a fixed order, defaults left out.

use super::{Freq, NthWeekday, Rule, Skip, Until};
use jiff::civil::{Date, DateTime, Weekday};
use std::fmt::{self, Display, Formatter};

impl Freq {
    pub(super) const ALL: [(Self, &'static str); 7] = [
        (Self::Secondly, "SECONDLY"),
        (Self::Minutely, "MINUTELY"),
        (Self::Hourly, "HOURLY"),
        (Self::Daily, "DAILY"),
        (Self::Weekly, "WEEKLY"),
        (Self::Monthly, "MONTHLY"),
        (Self::Yearly, "YEARLY"),
    ];
}

pub(super) const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
    (Weekday::Sunday, "SU"),
];

fn weekday_name(weekday: Weekday) -> &'static str {
    WEEKDAYS[usize::from(weekday.to_monday_zero_offset().unsigned_abs())].1
}

impl Display for Freq {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

impl Display for NthWeekday {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.nth != 0 {
            write!(f, "{}", self.nth)?;
        }
        f.write_str(weekday_name(self.weekday))
    }
}

fn write_date(f: &mut Formatter<'_>, date: Date) -> fmt::Result {
    write!(f, "{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn write_local(f: &mut Formatter<'_>, at: DateTime) -> fmt::Result {
    write_date(f, at.date())?;
    write!(f, "T{:02}{:02}{:02}", at.hour(), at.minute(), at.second())
}

impl Display for Until {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write_date(f, *date),
            Self::Local(at) => write_local(f, *at),
            Self::Utc(at) => write_local(f, *at).and_then(|()| f.write_str("Z")),
        }
    }
}

fn write_list<T: Display>(f: &mut Formatter<'_>, part: &str, list: &[T]) -> fmt::Result {
    for (at, value) in list.iter().enumerate() {
        if at == 0 {
            write!(f, ";{part}={value}")?;
        } else {
            write!(f, ",{value}")?;
        }
    }
    Ok(())
}

impl Display for Rule {
    /// The value of an RRULE property; reading it gives an equal rule.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.skip != Skip::Omit {
            f.write_str("RSCALE=GREGORIAN;")?;
        }
        write!(f, "FREQ={}", self.freq)?;
        if self.interval() != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if let Some(until) = self.until {
            write!(f, ";UNTIL={until}")?;
        }
        write_list(f, "BYSECOND", &self.by_second)?;
        write_list(f, "BYMINUTE", &self.by_minute)?;
        write_list(f, "BYHOUR", &self.by_hour)?;
        write_list(f, "BYDAY", &self.by_day)?;
        write_list(f, "BYMONTHDAY", &self.by_month_day)?;
        write_list(f, "BYYEARDAY", &self.by_year_day)?;
        write_list(f, "BYWEEKNO", &self.by_week_no)?;
        write_list(f, "BYMONTH", &self.by_month)?;
        write_list(f, "BYSETPOS", &self.by_set_pos)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", weekday_name(self.week_start))?;
        }
        match self.skip {
            Skip::Omit => Ok(()),
            Skip::Backward => f.write_str(";SKIP=BACKWARD"),
            Skip::Forward => f.write_str(";SKIP=FORWARD"),
        }
    }
}
