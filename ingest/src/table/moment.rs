//! One end of a date as people write it: a day, an hour, or both.

use super::token::{Half, Token, half, month, weekday};
use jiff::civil::{Date, Time, Weekday};

/// Which of the first two numbers in `3/4/2025` is the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// 3 April is `4/3`.
    #[default]
    MonthFirst,
    /// 3 April is `3/4`.
    DayFirst,
}

/// What stands in the column, so that a bare number can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// Days, perhaps with an hour.
    Days,
    /// Hours.
    Hours,
}

/// A day of which the year, or year and month, may have to come from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) year: Option<i16>,
    pub(super) month: Option<i8>,
    pub(super) day: i8,
}

impl From<Date> for Partial {
    fn from(date: Date) -> Self {
        Self {
            year: Some(date.year()),
            month: Some(date.month()),
            day: date.day(),
        }
    }
}

/// A clock reading, and whether midnight is the day's end (24:00).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hour {
    pub(super) time: Time,
    pub(super) next_day: bool,
}

/// One end as written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) day: Option<Partial>,
    pub(super) hour: Option<Hour>,
    pub(super) weekday: Option<Weekday>,
    /// Seconds east of Greenwich, where the text says so.
    pub(super) offset: Option<i32>,
    /// A number alone in a column of hours (`4 - 7 PM`): what it is, the other end tells.
    pub(super) bare: Option<u32>,
    /// The half of the day was said with the hour.
    pub(super) halved: bool,
}

/// Why a text is no date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has the form of one, but there is no such day or hour.
    Impossible,
    /// It says something else.
    Unknown,
}

/// Reads one end.
pub(super) fn read(tokens: &[Token], stands: Stands, order: Order) -> Result<Moment, Unread> {
    let mut reader = Reader {
        tokens,
        at: 0,
        stands,
        order,
        half: None,
        iso: false,
        found: Moment::default(),
    };
    while reader.at < tokens.len() {
        reader.step()?;
    }
    let mut found = reader.found;
    found.halved = reader.half.is_some();
    if reader.half.is_some() && found.hour.is_none() {
        return Err(Unread::Unknown);
    }
    let something = found.day.is_some() || found.hour.is_some() || found.bare.is_some();
    something.then_some(found).ok_or(Unread::Unknown)
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    stands: Stands,
    order: Order,
    half: Option<Half>,
    /// Day and hour are joined by ISO 8601's T.
    iso: bool,
    found: Moment,
}

impl Reader<'_> {
    fn number(&self, ahead: usize) -> Option<(u32, usize)> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Number(value, digits)) => Some((*value, *digits)),
            _ => None,
        }
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn mark(&self, ahead: usize) -> Option<char> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Mark(mark)) => Some(*mark),
            _ => None,
        }
    }

    fn step(&mut self) -> Result<(), Unread> {
        match self.tokens.get(self.at) {
            Some(Token::Number(..)) => self.step_number(),
            Some(Token::Word(_)) => self.step_word(),
            Some(Token::Mark('(' | ')' | '[' | ']' | ',' | '.' | '\'' | '·' | '/')) => {
                self.at += 1;
                Ok(())
            }
            // Without ISO 8601's T a hyphen is a span: `10:00-12:00`.
            Some(Token::Mark('-')) if self.iso && self.found.hour.is_some() => self.offset(false),
            Some(Token::Mark('+')) if self.found.hour.is_some() && self.found.day.is_some() => {
                self.offset(true)
            }
            _ => Err(Unread::Unknown),
        }
    }

    fn step_word(&mut self) -> Result<(), Unread> {
        let word = self.word(0).unwrap_or_default().to_owned();
        if let Some(month) = month(&word) {
            return self.named_month(month);
        }
        if word == "z" && self.found.hour.is_some() {
            self.found.offset = Some(0);
        } else if word == "t" && self.found.day.is_some() {
            self.iso = true;
        } else if let Some(half) = half(&word).filter(|_| self.half.is_none()) {
            self.half = Some(half);
            if let Some(hour) = &mut self.found.hour {
                *hour = in_half(hour.time, half).ok_or(Unread::Impossible)?;
            }
        } else if let Some(day) = weekday(&word) {
            self.found.weekday = Some(day);
        } else {
            return Err(Unread::Unknown);
        }
        self.at += 1;
        Ok(())
    }

    /// `March 22, 2025`, `22 March` has been taken by [`Self::step_number`].
    fn named_month(&mut self, month: u32) -> Result<(), Unread> {
        self.at += 1;
        if self.mark(0) == Some('.') {
            self.at += 1;
        }
        let (day, _) = self.number(0).ok_or(Unread::Unknown)?;
        self.at += 1;
        self.ordinal();
        self.year_after(month, day)
    }

    /// Skips the `st` of `1st`.
    fn ordinal(&mut self) {
        if matches!(self.word(0), Some("st" | "nd" | "rd" | "th")) {
            self.at += 1;
        }
    }

    fn year_after(&mut self, month: u32, day: u32) -> Result<(), Unread> {
        let skip = usize::from(self.mark(0) == Some(','));
        let year = match self.number(skip) {
            Some((year, 4)) if self.mark(skip + 1) != Some(':') => {
                self.at += skip + 1;
                Some(year)
            }
            _ => None,
        };
        self.set_day(year, Some(month), day)
    }

    fn step_number(&mut self) -> Result<(), Unread> {
        let Some((value, digits)) = self.number(0) else {
            return Err(Unread::Unknown);
        };
        let next = self.word(1);
        let is_hour = self.mark(1) == Some(':')
            || matches!(next, Some("시" | "時" | "시반"))
            || (digits <= 2 && next.is_some_and(|w| matches!(w, "am" | "pm" | "a" | "p")))
            || (self.stands == Stands::Hours && digits <= 2 && self.mark(1) == Some('.'))
            || (self.half.is_some() && self.found.hour.is_none() && digits <= 2 && next.is_none());
        if is_hour {
            return self.clock(value);
        }
        if matches!(next, Some("년" | "年" | "년도")) {
            return self.year_month_day(value, digits);
        }
        if matches!(next, Some("월" | "月")) {
            self.at += 2;
            return self.day_of(None, value);
        }
        if matches!(next, Some("일" | "日")) {
            self.at += 2;
            return self.set_day(None, None, value);
        }
        if let Some(month) = self.spelt_month(1) {
            self.at += 2;
            return self.year_after(month, value);
        }
        if matches!(self.mark(1), Some('.' | '/' | '-')) && self.number(2).is_some() {
            return self.chain();
        }
        self.bare(value, digits)
    }

    /// The month in `22 March` and `22nd of March` when the day stands at the cursor.
    fn spelt_month(&mut self, ahead: usize) -> Option<u32> {
        let suffix = matches!(self.word(ahead), Some("st" | "nd" | "rd" | "th"));
        let at = ahead + usize::from(suffix);
        let found = self.word(at).and_then(month)?;
        self.at += at - ahead;
        Some(found)
    }

    /// `2025년 3월 22일`.
    fn year_month_day(&mut self, year: u32, digits: usize) -> Result<(), Unread> {
        self.at += 2;
        let (month, _) = self.number(0).ok_or(Unread::Unknown)?;
        if !matches!(self.word(1), Some("월" | "月")) {
            return Err(Unread::Unknown);
        }
        self.at += 2;
        self.day_of(Some(full_year(year, digits)), month)
    }

    /// The `22일` after `3월`.
    fn day_of(&mut self, year: Option<u32>, month: u32) -> Result<(), Unread> {
        let (day, _) = self.number(0).ok_or(Unread::Unknown)?;
        self.at += 1 + usize::from(matches!(self.word(1), Some("일" | "日")));
        self.set_day(year, Some(month), day)
    }

    /// Numbers with the same mark between them: `2025.03.22`, `3/22`, `22-03-2025`.
    fn chain(&mut self) -> Result<(), Unread> {
        let mark = self.mark(1);
        let mut parts = Vec::from_iter(self.number(0));
        self.at += 1;
        while parts.len() < 3 && self.mark(0) == mark && mark.is_some() {
            let Some(part) = self.number(1) else { break };
            // The 18 of `3.22. 18:30` is an hour.
            if self.mark(2) == Some(':') || matches!(self.word(2), Some("시" | "時")) {
                break;
            }
            parts.push(part);
            self.at += 2;
        }
        if self.mark(0) == Some('.') {
            self.at += 1;
        }
        let swapped = self.order == Order::DayFirst;
        match *parts.as_slice() {
            [(y, 4), (m, _), (d, _)] => self.set_day(Some(y), Some(m), d),
            [(a, _), (b, _), (y, 4)] => {
                let day_first = match mark {
                    Some('/') => swapped,
                    _ => b <= 12,
                };
                let (d, m) = if day_first { (a, b) } else { (b, a) };
                self.set_day(Some(y), Some(m), d)
            }
            [(a, 1..=2), (b, 1..=2), (c, 2)] if mark == Some('/') && a <= 12 => {
                let (d, m) = if swapped { (a, b) } else { (b, a) };
                self.set_day(Some(full_year(c, 2)), Some(m), d)
            }
            [(y, 2), (m, 1..=2), (d, 1..=2)] => self.set_day(Some(full_year(y, 2)), Some(m), d),
            [(a, 1..=2), (b, 1..=2)] => {
                let (d, m) = if swapped && mark == Some('/') {
                    (a, b)
                } else {
                    (b, a)
                };
                self.set_day(None, Some(m), d)
            }
            _ => Err(Unread::Unknown),
        }
    }

    fn bare(&mut self, value: u32, digits: usize) -> Result<(), Unread> {
        self.at += 1;
        match (self.stands, digits) {
            (_, 8) if self.found.day.is_none() => {
                self.set_day(Some(value / 10_000), Some(value / 100 % 100), value % 100)
            }
            (Stands::Days, 1..=2) if self.found.day.is_none() => self.set_day(None, None, value),
            (Stands::Hours, 3..=4) => self.set_hour(value / 100, value % 100, 0),
            (Stands::Hours, 1..=2) if self.found.bare.is_none() => {
                self.found.bare = Some(value);
                Ok(())
            }
            _ => Err(Unread::Unknown),
        }
    }

    /// `18:30`, `18:30:15`, `18시 30분`, `6 pm`, `18시 반`.
    fn clock(&mut self, hour: u32) -> Result<(), Unread> {
        if self.word(1) == Some("시반") {
            self.at += 2;
            return self.set_hour(hour, 30, 0);
        }
        let korean = matches!(self.word(1), Some("시" | "時"));
        let pointed = matches!(self.mark(1), Some(':' | '.'));
        self.at += 1 + usize::from(korean || pointed);
        let (mut minute, mut second) = (0, 0);
        if let Some((value, _)) = self.number(0).filter(|_| korean || pointed) {
            let minutes = matches!(self.word(1), Some("분" | "分"));
            if pointed || minutes {
                minute = value;
                self.at += 1 + usize::from(minutes);
            }
            if pointed && self.mark(0) == Some(':') {
                let (value, _) = self.number(1).ok_or(Unread::Unknown)?;
                second = value;
                self.at += 2;
                self.fraction();
            }
        } else if pointed {
            return Err(Unread::Unknown);
        } else if korean && self.word(0) == Some("반") {
            minute = 30;
            self.at += 1;
        }
        self.set_hour(hour, minute, second)
    }

    /// Skips the fraction of a second.
    fn fraction(&mut self) {
        if self.mark(0) == Some('.') && self.number(1).is_some() {
            self.at += 2;
        }
    }

    /// `+09:00`, `+0900` or `+9` behind an hour.
    fn offset(&mut self, east: bool) -> Result<(), Unread> {
        let (value, digits) = self.number(1).ok_or(Unread::Unknown)?;
        self.at += 2;
        let (hours, minutes) = match (digits, self.mark(0), self.number(1)) {
            (4, _, _) => (value / 100, value % 100),
            (_, Some(':'), Some((minutes, _))) => {
                self.at += 2;
                (value, minutes)
            }
            _ => (value, 0),
        };
        if hours > 14 || minutes > 59 {
            return Err(Unread::Impossible);
        }
        let seconds = i32::try_from(hours * 3600 + minutes * 60).map_err(|_| Unread::Impossible)?;
        self.found.offset = Some(if east { seconds } else { -seconds });
        Ok(())
    }

    fn set_day(&mut self, year: Option<u32>, month: Option<u32>, day: u32) -> Result<(), Unread> {
        if self.found.day.is_some() {
            return Err(Unread::Unknown);
        }
        let possible = month.is_none_or(|m| (1..=12).contains(&m)) && (1..=31).contains(&day);
        if !possible {
            return Err(Unread::Impossible);
        }
        let year = year
            .map(i16::try_from)
            .transpose()
            .map_err(|_| Unread::Impossible)?;
        let month = month
            .map(i8::try_from)
            .transpose()
            .map_err(|_| Unread::Impossible)?;
        let day = i8::try_from(day).map_err(|_| Unread::Impossible)?;
        if let (Some(year), Some(month)) = (year, month) {
            Date::new(year, month, day).map_err(|_| Unread::Impossible)?;
        }
        self.found.day = Some(Partial { year, month, day });
        Ok(())
    }

    fn set_hour(&mut self, hour: u32, minute: u32, second: u32) -> Result<(), Unread> {
        if self.found.hour.is_some() {
            return Err(Unread::Unknown);
        }
        let next_day = (hour, minute, second) == (24, 0, 0);
        let hour = i8::try_from(if next_day { 0 } else { hour });
        let (minute, second) = (i8::try_from(minute), i8::try_from(second));
        let (Ok(hour), Ok(minute), Ok(second)) = (hour, minute, second) else {
            return Err(Unread::Impossible);
        };
        let time = Time::new(hour, minute, second, 0).map_err(|_| Unread::Impossible)?;
        let plain = Hour { time, next_day };
        let read = match self.half {
            Some(half) if !next_day => in_half(time, half).ok_or(Unread::Impossible)?,
            _ => plain,
        };
        self.found.hour = Some(read);
        Ok(())
    }
}

/// The reading in a half of the day: 오후 12시 is noon, 오전 12시 midnight; 오후 18시 stays.
pub(super) fn in_half(time: Time, half: Half) -> Option<Hour> {
    let hour = match (half, time.hour()) {
        (Half::Morning, 12) => 0,
        (Half::Afternoon, hour @ 1..12) => hour + 12,
        (_, hour) => hour,
    };
    let time = Time::new(hour, time.minute(), time.second(), 0).ok()?;
    Some(Hour {
        time,
        next_day: false,
    })
}

/// Two digits are of this century up to 69, as POSIX has it.
const fn full_year(year: u32, digits: usize) -> u32 {
    match (digits, year) {
        (1..=2, 0..=69) => 2000 + year,
        (1..=2, _) => 1900 + year,
        _ => year,
    }
}
