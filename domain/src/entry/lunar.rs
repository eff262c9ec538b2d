//! Korean lunisolar dates (음력) as dates of the Gregorian calendar, 1900 to 2100.
//!
//! The table holds facts, not code: for 1900 to 2050 the months as the Korea Astronomy and Space
//! Science Institute (KASI) publishes them, for 2051 to 2100, for which it has published none, as new
//! moons and solar terms at UTC+9 give them. The same computation gives KASI's months without
//! exception from 1962 to 2050. Three of its new moons lie within five minutes of midnight
//! (August and November 2051, January 2097): KASI may one day say the day beside it.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// First lunar year of the table.
pub const FIRST_LUNAR_YEAR: i16 = 1900;
/// Last lunar year of the table; it ends on 28 January 2101.
pub const LAST_LUNAR_YEAR: i16 = 2100;

/// The first day of the first lunar year.
const BEGIN: Date = date(1900, 1, 31);

/// A day of the Korean lunisolar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LunarDate {
    /// The lunar year: it begins at Seollal, in January or February of the same number.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// The leap month (윤달) of that number, which follows the plain one.
    pub leap: bool,
    /// 1 to 30.
    pub day: i8,
}

/// Why a lunar date is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LunarError {
    /// Outside the table.
    #[error("lunar years are known from {FIRST_LUNAR_YEAR} to {LAST_LUNAR_YEAR}")]
    YearUnknown,
    /// There is no such leap month in that year.
    #[error("that lunar year has no such leap month")]
    NoLeapMonth,
    /// That month is shorter, or no month has that number.
    #[error("that lunar month has no such day")]
    NoSuchDay,
}

impl LunarDate {
    /// A day of a plain month.
    pub const fn new(year: i16, month: i8, day: i8) -> Self {
        Self {
            year,
            month,
            leap: false,
            day,
        }
    }

    /// The same day in the Gregorian calendar.
    pub fn to_solar(self) -> Result<Date, LunarError> {
        let year = Year::of(self.year).ok_or(LunarError::YearUnknown)?;
        if !(1..=12).contains(&self.month) {
            return Err(LunarError::NoSuchDay);
        }
        if self.leap && year.leap != self.month {
            return Err(LunarError::NoLeapMonth);
        }
        let behind_leap = year.leap != 0 && self.month > year.leap;
        let index = usize::from((self.month - 1).unsigned_abs())
            + usize::from(self.leap)
            + usize::from(behind_leap);
        if !(1..=year.days(index)).contains(&self.day) {
            return Err(LunarError::NoSuchDay);
        }
        let before: i32 = (0..index).map(|month| i32::from(year.days(month))).sum();
        let on = (before + i32::from(self.day) - 1).days();
        year.begin()
            .checked_add(on)
            .map_err(|_| LunarError::YearUnknown)
    }

    /// The lunar date of a day; `None` outside the table.
    pub fn of_solar(date: Date) -> Option<Self> {
        let year = Year::of(date.year())
            .filter(|year| year.begin() <= date)
            .or_else(|| Year::of(date.year() - 1))?;
        let mut left = year.begin().until(date).ok()?.get_days();
        for index in 0..year.months() {
            let days = i32::from(year.days(index));
            if left < days {
                let (month, leap) = year.month(index);
                let day = i8::try_from(left + 1).ok()?;
                let year = year.number;
                return Some(Self {
                    year,
                    month,
                    leap,
                    day,
                });
            }
            left -= days;
        }
        None
    }
}

/// The leap month of a lunar year; `None` where it has none or is not known.
pub fn leap_month(year: i16) -> Option<i8> {
    Year::of(year)
        .map(|year| year.leap)
        .filter(|leap| *leap != 0)
}

/// One lunar year of the table.
#[derive(Debug, Clone, Copy)]
struct Year {
    number: i16,
    bits: u32,
    /// Its leap month; 0 for none.
    leap: i8,
}

impl Year {
    fn of(number: i16) -> Option<Self> {
        let index = usize::try_from(number.checked_sub(FIRST_LUNAR_YEAR)?).ok()?;
        let bits = *YEARS.get(index)?;
        let leap = i8::try_from(bits >> 13).ok()?;
        Some(Self { number, bits, leap })
    }

    const fn months(self) -> usize {
        12 + (self.leap != 0) as usize
    }

    const fn days(self, index: usize) -> i8 {
        29 + (self.bits >> index & 1) as i8
    }

    /// The month at an index, and whether it is the leap one.
    fn month(self, index: usize) -> (i8, bool) {
        let number = i8::try_from(index).unwrap_or_default() + 1;
        match self.leap {
            0 => (number, false),
            leap if number <= leap => (number, false),
            leap => (number - 1, number == leap + 1),
        }
    }

    fn begin(self) -> Date {
        let before = (FIRST_LUNAR_YEAR..self.number).filter_map(Self::of);
        let days: i32 = before
            .map(|year| {
                (0..year.months())
                    .map(|m| i32::from(year.days(m)))
                    .sum::<i32>()
            })
            .sum();
        BEGIN.saturating_add(days.days())
    }
}

/// For each lunar year its months: bit n is set where month n has 30 days instead of 29, counted
/// from 0 with the leap month in its place; the bits from 13 on are the number of the leap month.
#[rustfmt::skip]
const YEARS: [u32; 201] = [
    0x116d2, 0x00752, 0x00ea5, 0x0b64a, 0x0064b, 0x00a9b, 0x09556, 0x0056a, 0x00b59, 0x05752,
    0x00752, 0x0db25, 0x00b25, 0x00a4b, 0x0b29b, 0x00aad, 0x0056a, 0x04b69, 0x00ba9, 0x0fb52,
    0x00d92, 0x00d25, 0x0ba4d, 0x00956, 0x002b5, 0x095ad, 0x006d4, 0x00da9, 0x05d92, 0x00e92,
    0x0cd26, 0x00527, 0x00a57, 0x0b2b6, 0x00ada, 0x006d4, 0x06ea9, 0x00749, 0x0f693, 0x00a93,
    0x0052b, 0x0ca5b, 0x0096d, 0x00b6a, 0x09b54, 0x00ba4, 0x00b49, 0x05a93, 0x00a95, 0x0f52b,
    0x0052d, 0x00aad, 0x0b56a, 0x00db2, 0x00da4, 0x07d49, 0x00d4a, 0x11a95, 0x00a96, 0x00556,
    0x0cab5, 0x00ad5, 0x006d2, 0x08ea5, 0x00ea5, 0x00e4a, 0x06c96, 0x00a9b, 0x0f556, 0x0056a,
    0x00b59, 0x0b752, 0x00752, 0x00725, 0x0964b, 0x00a4b, 0x112ab, 0x002ad, 0x0056b, 0x0cb69,
    0x00da9, 0x00d92, 0x09b25, 0x00d25, 0x15a4d, 0x00a56, 0x002b6, 0x0d5ad, 0x006d4, 0x00da9,
    0x0bd92, 0x00e92, 0x00d26, 0x06a56, 0x00a57, 0x112b6, 0x00b5a, 0x006d4, 0x0aec9, 0x00749,
    0x00693, 0x09527, 0x0052b, 0x00a5b, 0x0555a, 0x0036a, 0x0fb55, 0x00ba4, 0x00b49, 0x0ba93,
    0x00a95, 0x0052d, 0x06a5d, 0x00aad, 0x135aa, 0x005d2, 0x00da5, 0x0bd4a, 0x00d4a, 0x00a95,
    0x0952d, 0x00556, 0x00ab5, 0x055aa, 0x006d2, 0x0cea5, 0x00ea5, 0x00e4a, 0x0ac96, 0x00c9b,
    0x0055a, 0x06ad5, 0x00b69, 0x17752, 0x00752, 0x00b25, 0x0d64b, 0x00a4b, 0x004ab, 0x0a55b,
    0x0056d, 0x00b69, 0x05b52, 0x00d92, 0x0fd25, 0x00d25, 0x00a4d, 0x0b4ad, 0x002b6, 0x005b5,
    0x06da9, 0x00ea9, 0x11d92, 0x00e92, 0x00d26, 0x0ca56, 0x00a57, 0x004d6, 0x086b5, 0x006d5,
    0x00ec9, 0x06e92, 0x00693, 0x0f52b, 0x0052b, 0x00a5b, 0x0b55a, 0x0056a, 0x00b55, 0x09749,
    0x00b49, 0x11a93, 0x00a95, 0x0052d, 0x0caad, 0x00ab5, 0x005aa, 0x08ba5, 0x00da5, 0x00d4a,
    0x07a95, 0x00c95, 0x0f52e, 0x00556, 0x00ab5, 0x0b5b2, 0x006d2, 0x00ea5, 0x09e4a, 0x0064a,
    0x10c97, 0x00cab, 0x0055a, 0x0cad5, 0x00b69, 0x00752, 0x096a5, 0x00b25, 0x0064b, 0x07497,
    0x004ab,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_one_lunar_date_and_back() {
        let mut day = BEGIN;
        let mut before: Option<LunarDate> = None;
        while day < date(2101, 1, 29) {
            let lunar = LunarDate::of_solar(day).unwrap();
            assert_eq!(lunar.to_solar(), Ok(day), "{lunar:?}");
            if let Some(before) = before {
                let next = lunar.day == before.day + 1 || lunar.day == 1 && before.day >= 29;
                assert!(next, "{before:?} {lunar:?}");
            }
            before = Some(lunar);
            day = day.tomorrow().unwrap();
        }
        assert_eq!(LunarDate::of_solar(day), None);
        assert_eq!(LunarDate::of_solar(date(1900, 1, 30)), None);
    }

    /// Seollal and Chuseok as the Korean government proclaimed them.
    #[test]
    fn seollal_and_chuseok_are_those_of_the_almanac() {
        for (seollal, chuseok) in [
            (date(2018, 2, 16), date(2018, 9, 24)),
            (date(2019, 2, 5), date(2019, 9, 13)),
            (date(2020, 1, 25), date(2020, 10, 1)),
            (date(2021, 2, 12), date(2021, 9, 21)),
            (date(2022, 2, 1), date(2022, 9, 10)),
            (date(2023, 1, 22), date(2023, 9, 29)),
            (date(2024, 2, 10), date(2024, 9, 17)),
            (date(2025, 1, 29), date(2025, 10, 6)),
            (date(2026, 2, 17), date(2026, 9, 25)),
            (date(2027, 2, 7), date(2027, 9, 15)),
            (date(2028, 1, 27), date(2028, 10, 3)),
        ] {
            let year = seollal.year();
            assert_eq!(LunarDate::new(year, 1, 1).to_solar(), Ok(seollal));
            assert_eq!(LunarDate::new(year, 8, 15).to_solar(), Ok(chuseok));
        }
        // Buddha's birthday, the eighth of the fourth month.
        assert_eq!(LunarDate::new(2027, 4, 8).to_solar(), Ok(date(2027, 5, 13)));
    }

    #[test]
    fn leap_months_stand_behind_the_plain_ones() {
        assert_eq!(leap_month(2020), Some(4));
        assert_eq!(leap_month(2023), Some(2));
        assert_eq!(leap_month(2025), Some(6));
        assert_eq!(leap_month(2033), Some(11));
        assert_eq!(leap_month(2027), None);
        let leap = |month| LunarDate {
            leap: true,
            ..LunarDate::new(2025, month, 1)
        };
        assert_eq!(leap(6).to_solar(), Ok(date(2025, 7, 25)));
        assert_eq!(leap(5).to_solar(), Err(LunarError::NoLeapMonth));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        let no = |year, month, day| LunarDate::new(year, month, day).to_solar().unwrap_err();
        assert_eq!(no(1899, 1, 1), LunarError::YearUnknown);
        assert_eq!(no(2101, 1, 1), LunarError::YearUnknown);
        assert_eq!(no(i16::MIN, 1, 1), LunarError::YearUnknown);
        assert_eq!(no(2027, 13, 1), LunarError::NoSuchDay);
        assert_eq!(no(2027, 0, 1), LunarError::NoSuchDay);
        assert_eq!(no(2027, 1, 31), LunarError::NoSuchDay);
    }
}
