//! A cell of dates or times: a moment, a span of two, or a word that it is not known yet.

use super::moment::{self, Hour, Moment, Order, Partial, Stands, Unread};
use super::sheet::Cell;
use super::token::{Token, fold, is_undecided, is_whole_day, tokens};
use jiff::ToSpan;
use jiff::civil::{Time, date};

/// What a cell says about when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Nothing.
    Blank,
    /// That it is not known yet.
    Undecided,
    /// That it fills its days.
    WholeDay,
    /// A moment, or two.
    Span(Moment, Option<Moment>),
}

/// Serial numbers that a column of days may hold without a date's format: 1954 to 2119.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// Reads a cell.
pub(super) fn read(cell: &Cell, stands: Stands, order: Order) -> Result<Written, Unread> {
    match cell {
        Cell::Blank => Ok(Written::Blank),
        Cell::Broken(_) => Err(Unread::Unknown),
        Cell::Serial(value) => serial(*value),
        Cell::Number(value) => number(*value, stands),
        Cell::Text(text) => written(text, stands, order),
    }
}

fn number(value: f64, stands: Stands) -> Result<Written, Unread> {
    let whole = value.fract() == 0.0;
    match stands {
        Stands::Days if SERIALS.contains(&value) => serial(value),
        Stands::Hours if value > 0.0 && value < 1.0 => serial(value),
        _ if whole && (0.0..1e8).contains(&value) => {
            // Below 1e8 and whole: exact.
            written(&format!("{value:.0}"), stands, Order::default())
        }
        _ => Err(Unread::Unknown),
    }
}

/// A workbook's date: days since 1899-12-30, hours as the fraction.
fn serial(value: f64) -> Result<Written, Unread> {
    if !(0.0..3_000_000.0).contains(&value) {
        return Err(Unread::Impossible);
    }
    // Fractions of a day are inexact: to the nearest second.
    let seconds = (value * 86_400.0).round() as i64;
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    let time = Time::midnight() + seconds.seconds();
    let hour = Hour {
        time,
        next_day: false,
    };
    let day = date(1899, 12, 30)
        .checked_add(days.days())
        .map_err(|_| Unread::Impossible)?;
    let moment = Moment {
        day: (days > 0).then(|| day.into()),
        hour: (days == 0 || seconds > 0).then_some(hour),
        ..Moment::default()
    };
    Ok(Written::Span(moment, None))
}

fn written(text: &str, stands: Stands, order: Order) -> Result<Written, Unread> {
    let folded = fold(text);
    if !folded.contains(char::is_alphanumeric) {
        return Ok(Written::Blank);
    }
    if is_undecided(&folded) {
        return Ok(Written::Undecided);
    }
    if is_whole_day(&folded) {
        return Ok(Written::WholeDay);
    }
    let digits = folded.bytes().all(|b| b.is_ascii_digit());
    if stands == Stands::Days && digits && folded.len() == 5 {
        return serial(folded.parse().map_err(|_| Unread::Unknown)?);
    }
    span(&folded, stands, order).map(|(start, end)| Written::Span(start, end))
}

type Ends = (Moment, Option<Moment>);

/// One moment, or two with a tilde, a dash or a hyphen between them.
fn span(folded: &str, stands: Stands, order: Order) -> Result<Ends, Unread> {
    let all = tokens(folded).ok_or(Unread::Unknown)?;
    if let Some(at) = all.iter().position(|t| *t == Token::Mark('~')) {
        let (before, after) = (&all[..at], &all[at + 1..]);
        if after.is_empty() {
            return moment::read(before, stands, order).map(|start| (start, None));
        }
        return two(before, after, stands, order);
    }
    let one = moment::read(&all, stands, order);
    let Err(reason) = one else {
        return one.map(|start| (start, None));
    };
    // A hyphen joins a date's numbers and also two dates: each is tried as the one between.
    let hyphens = (0..all.len()).filter(|at| all[*at] == Token::Mark('-'));
    let mut split = hyphens.filter_map(|at| two(&all[..at], &all[at + 1..], stands, order).ok());
    match (split.next(), split.next()) {
        (Some(ends), None) => Ok(ends),
        _ => Err(reason),
    }
}

fn two(before: &[Token], after: &[Token], stands: Stands, order: Order) -> Result<Ends, Unread> {
    let mut start = moment::read(before, stands, order)?;
    // Behind a day with an hour, a bare hour is one of the same day: `3/2 18:00~20:00`.
    let stands = match start.hour {
        Some(_) => Stands::Hours,
        None => stands,
    };
    let mut end = moment::read(after, stands, order)?;
    share_half(&mut start, &mut end);
    if let Some(day) = &mut end.day {
        inherit(day, start.day);
    }
    let comparable = start.day.is_some() || end.day.is_none();
    if !comparable || start.bare.is_some() || end.bare.is_some() {
        return Err(Unread::Unknown);
    }
    Ok((start, Some(end)))
}

/// `4 - 7 PM`, `오후 6시~8시`: a half of the day that only one end names is the other's too,
/// where that keeps the order of the two.
fn share_half(start: &mut Moment, end: &mut Moment) {
    let bare = start.bare.take().and_then(|hour| hour_at(hour, 0));
    start.hour = start.hour.or(bare);
    let (Some(first), Some(last)) = (&mut start.hour, &mut end.hour) else {
        return;
    };
    let half_a_day_on = |hour: Hour| match hour.time.hour() {
        at @ 1..12 => hour_at(u32::from(at.unsigned_abs()) + 12, hour.time.minute()),
        _ => None,
    };
    let (earlier, later) = (half_a_day_on(*first), half_a_day_on(*last));
    match (start.halved, end.halved) {
        (false, true) => *first = earlier.filter(|at| at.time < last.time).unwrap_or(*first),
        (true, false) if last.time <= first.time => {
            *last = later.filter(|at| at.time > first.time).unwrap_or(*last);
        }
        _ => {}
    }
}

fn hour_at(hour: u32, minute: i8) -> Option<Hour> {
    let time = Time::new(i8::try_from(hour).ok()?, minute, 0, 0).ok()?;
    Some(Hour {
        time,
        next_day: false,
    })
}

/// What the end leaves out, the start has said: `2025.03.22~23`, `3월 2일~6일`.
fn inherit(end: &mut Partial, start: Option<Partial>) {
    let Some(start) = start else { return };
    if end.month.is_none() {
        end.month = start.month;
        end.year = end.year.or(start.year);
    } else if end.year.is_none() {
        let turns = matches!((end.month, start.month), (Some(e), Some(s)) if e < s);
        end.year = start.year.map(|year| year + i16::from(turns));
    }
}

/// True where the text has the form of days or hours, be they possible or not.
pub(super) fn has_days(cell: &Cell, order: Order) -> bool {
    match read(cell, Stands::Days, order) {
        Ok(Written::Span(start, _)) => start.day.is_some(),
        Ok(Written::Undecided) => true,
        Err(Unread::Impossible) => true,
        _ => false,
    }
}

/// True where the text has the form of an hour without a day.
pub(super) fn has_hours_only(cell: &Cell, order: Order) -> bool {
    match read(cell, Stands::Hours, order) {
        // `04.06(화)` has the form of an hour, but no hour has a weekday.
        Ok(Written::Span(start, _)) => start.day.is_none() && start.weekday.is_none(),
        Ok(Written::Undecided | Written::WholeDay) => true,
        // `25:00` is meant as an hour, `2027-13-01` is not.
        Err(Unread::Impossible) => matches!(cell, Cell::Text(text) if text.contains([':', '시'])),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn day(day: Option<Partial>) -> String {
        day.map_or(String::new(), |d| {
            let part = |n: Option<i16>| n.map_or("?".to_owned(), |n| format!("{n:02}"));
            format!(
                "{}-{}-{:02}",
                part(d.year),
                part(d.month.map(i16::from)),
                d.day
            )
        })
    }

    fn end(moment: Moment) -> String {
        let hour = moment.hour.map_or(String::new(), |h| {
            let late = if h.next_day { "+1" } else { "" };
            format!("T{:02}:{:02}{late}", h.time.hour(), h.time.minute())
        });
        format!("{}{hour}", day(moment.day))
    }

    fn said(text: &str, stands: Stands) -> String {
        match read(&Cell::text(text), stands, Order::MonthFirst) {
            Ok(Written::Span(start, None)) => end(start),
            Ok(Written::Span(start, Some(last))) => format!("{} ~ {}", end(start), end(last)),
            other => format!("{other:?}"),
        }
    }

    #[rstest]
    #[case("2025.03.22", "2025-03-22")]
    #[case("2025. 3. 22.", "2025-03-22")]
    #[case("2025. 3. 22.(토)", "2025-03-22")]
    #[case("2025-03-22", "2025-03-22")]
    #[case("2025/3/22", "2025-03-22")]
    #[case("2025年3月22日", "2025-03-22")]
    #[case("２０２５．０３．２２", "2025-03-22")]
    #[case("20250322", "2025-03-22")]
    #[case("25.03.22", "2025-03-22")]
    #[case("'25.3.22", "2025-03-22")]
    #[case("2025년 3월 22일 토요일", "2025-03-22")]
    #[case("3/22(토)", "?-03-22")]
    #[case("3.22", "?-03-22")]
    #[case("6월 1일 (수)", "?-06-01")]
    #[case("6월1일", "?-06-01")]
    #[case("15일", "?-?-15")]
    #[case("7", "?-?-07")]
    #[case("March 22, 2025", "2025-03-22")]
    #[case("Sat, Mar 22", "?-03-22")]
    #[case("22nd March 2025", "2025-03-22")]
    #[case("3/22/2025", "2025-03-22")]
    #[case("22.03.2025", "2025-03-22")]
    #[case("45738", "2025-03-22")]
    #[case("2025.03.22 18:30", "2025-03-22T18:30")]
    #[case("3.22. 18:30", "?-03-22T18:30")]
    #[case("2025-03-22T18:30:00", "2025-03-22T18:30")]
    #[case("2025.3.22 오후 6시 30분", "2025-03-22T18:30")]
    #[case("8/10/2026 10:00", "2026-08-10T10:00")]
    #[case("3/2 ~ 3/6", "?-03-02 ~ ?-03-06")]
    #[case("2025.03.22~23", "2025-03-22 ~ 2025-03-23")]
    #[case("2025.12.29. ~ 1.3.", "2025-12-29 ~ 2026-01-03")]
    #[case("3월 2일(월)부터 6일(금)까지", "?-03-02 ~ ?-03-06")]
    #[case("2025-03-22 - 2025-03-25", "2025-03-22 ~ 2025-03-25")]
    #[case("3/2-3/6", "?-03-02 ~ ?-03-06")]
    #[case("3.2 18:00~20:00", "?-03-02T18:00 ~ T20:00")]
    #[case("2~6", "?-?-02 ~ ?-?-06")]
    #[case("미정", "Ok(Undecided)")]
    #[case("-", "Ok(Blank)")]
    #[case("2027.05.32", "Err(Impossible)")]
    #[case("2027-02-29", "Err(Impossible)")]
    #[case("13월 1일", "Err(Impossible)")]
    #[case("합계", "Err(Unknown)")]
    #[case("3월", "Err(Unknown)")]
    #[case("3/2, 3/9", "Err(Unknown)")]
    #[case("99999999999999999999", "Err(Unknown)")]
    fn days_are_read_as_people_write_them(#[case] text: &str, #[case] want: &str) {
        assert_eq!(said(text, Stands::Days), want);
    }

    #[rstest]
    #[case("18:30", "T18:30")]
    #[case("1830", "T18:30")]
    #[case("18.30", "T18:30")]
    #[case("6:30 PM", "T18:30")]
    #[case("7 p.m.", "T19:00")]
    #[case("7pm", "T19:00")]
    #[case("12:00 AM", "T00:00")]
    #[case("18시 30분", "T18:30")]
    #[case("18시반", "T18:30")]
    #[case("오후 6시", "T18:00")]
    #[case("오후6:30", "T18:30")]
    #[case("오전 12시", "T00:00")]
    #[case("낮 12시", "T12:00")]
    #[case("24:00", "T00:00+1")]
    #[case("6:00 PM – 8:00 PM", "T18:00 ~ T20:00")]
    #[case("8:00 am - 6:00 pm", "T08:00 ~ T18:00")]
    #[case("오전 10시~오후 2시", "T10:00 ~ T14:00")]
    #[case("18~20시", "T18:00 ~ T20:00")]
    #[case("4 - 7 PM", "T16:00 ~ T19:00")]
    #[case("1:00-4:00 PM", "T13:00 ~ T16:00")]
    #[case("11 - 2 PM", "T11:00 ~ T14:00")]
    #[case("3:00 ~ 18:00", "T03:00 ~ T18:00")]
    #[case("오후 6시~8시", "T18:00 ~ T20:00")]
    #[case("오후 10시~2시", "T22:00 ~ T02:00")]
    #[case("18:30~", "T18:30")]
    #[case("TBD", "Ok(Undecided)")]
    #[case("추후 공지", "Ok(Undecided)")]
    #[case("종일", "Ok(WholeDay)")]
    #[case("25:00", "Err(Impossible)")]
    #[case("18:75", "Err(Impossible)")]
    #[case("Dawn to dusk", "Err(Unknown)")]
    fn hours_are_read_as_people_write_them(#[case] text: &str, #[case] want: &str) {
        assert_eq!(said(text, Stands::Hours), want);
    }

    #[test]
    fn serials_are_rounded_to_the_second() {
        let at = |value| match read(&Cell::Serial(value), Stands::Days, Order::MonthFirst) {
            Ok(Written::Span(start, _)) => end(start),
            other => format!("{other:?}"),
        };
        assert_eq!(at(0.791_666_666_666_666_6), "T19:00");
        assert_eq!(at(46_244.416_666_666_664), "2026-08-10T10:00");
        assert_eq!(at(46_027.0), "2026-01-05");
        assert_eq!(at(-1.0), "Err(Impossible)");
        assert_eq!(at(f64::NAN), "Err(Impossible)");
    }
}
