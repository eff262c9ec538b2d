//! Korean numerals, native and Sino-Korean, and names of months and weekdays.

use super::glyphs::Cursor;
use jiff::civil::Weekday;

/// Native numerals up to twelve, as they stand before 시 and 째.
const NATIVE: [(&str, u32); 12] = [
    ("열두", 12),
    ("열한", 11),
    ("다섯", 5),
    ("여섯", 6),
    ("일곱", 7),
    ("여덟", 8),
    ("아홉", 9),
    ("한", 1),
    ("두", 2),
    ("세", 3),
    ("네", 4),
    ("열", 10),
];

/// Native counts of days.
const DAYS: [(&str, u32); 10] = [
    ("하루", 1),
    ("이틀", 2),
    ("사흘", 3),
    ("나흘", 4),
    ("닷새", 5),
    ("엿새", 6),
    ("이레", 7),
    ("여드레", 8),
    ("아흐레", 9),
    ("열흘", 10),
];

const MONTHS: [(&str, i8); 24] = [
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("sept", 9),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

const SINO_MONTHS: [(&str, i8); 12] = [
    ("십이", 12),
    ("십일", 11),
    ("일", 1),
    ("이", 2),
    ("삼", 3),
    ("사", 4),
    ("오", 5),
    ("유", 6),
    ("칠", 7),
    ("팔", 8),
    ("구", 9),
    ("시", 10),
];

const WEEKDAYS: [(&str, Weekday); 24] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
    ("mondays", Weekday::Monday),
    ("tuesdays", Weekday::Tuesday),
    ("wednesdays", Weekday::Wednesday),
    ("thursdays", Weekday::Thursday),
    ("fridays", Weekday::Friday),
    ("saturdays", Weekday::Saturday),
    ("sundays", Weekday::Sunday),
    ("tues", Weekday::Tuesday),
    ("thurs", Weekday::Thursday),
    ("thur", Weekday::Thursday),
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// A native numeral.
pub(super) fn native(c: Cursor<'_>) -> Option<(Cursor<'_>, u32)> {
    c.one_of(&NATIVE)
}

/// A native count of days: 사흘.
pub(super) fn native_days(c: Cursor<'_>) -> Option<(Cursor<'_>, u32)> {
    c.one_of(&DAYS)
}

/// A Sino-Korean numeral below a hundred.
pub(super) fn sino(c: Cursor<'_>) -> Option<(Cursor<'_>, u32)> {
    let digit = |c: Cursor<'_>| {
        "일이삼사오육칠팔구"
            .chars()
            .position(|d| c.peek() == Some(d))
    };
    let one = |found: usize| u32::try_from(found).map_or(0, |n| n + 1);
    let (mut at, mut value) = (c, 0);
    if let Some(found) = digit(at) {
        value = one(found);
        at = at.next();
    }
    if let Some(tens) = at.eat('십') {
        value = value.max(1) * 10;
        at = tens;
        // The 일 of 십일 is a one unless 월, 시 or 분 is missing behind it: 십일 is the tenth.
        if let Some(found) = digit(at) {
            let ends_here = found == 0 && at.next().is_edge();
            if !ends_here {
                value += one(found);
                at = at.next();
            }
        }
    }
    (value > 0).then_some((at, value))
}

/// Digits or a Sino-Korean numeral before a unit: `30분`, `삼십분`, `십오일`.
pub(super) fn counted<'t>(c: Cursor<'t>, most: usize, unit: &str) -> Option<(Cursor<'t>, u32)> {
    let digits = c.digits(most).map(|(after, value, _)| (after, value));
    let spelled = || {
        // 십일일 is 십일 and 일: the shorter reading of the numeral is tried where the unit fails.
        let (after, value) = sino(c)?;
        Some((after, value))
    };
    let (after, value) = digits.or_else(spelled)?;
    let after = after.space().literal(unit)?;
    Some((after, value))
}

/// The month in `4월` or `사월`, 월 eaten.
pub(super) fn korean_month(c: Cursor<'_>) -> Option<(Cursor<'_>, u32)> {
    let spelled = || {
        c.one_of(&SINO_MONTHS)
            .map(|(after, month)| (after, u32::from(month.unsigned_abs())))
    };
    let digits = c.digits(2).map(|(after, value, _)| (after, value));
    let (after, month) = digits.or_else(spelled)?;
    Some((after.literal("월")?, month))
}

/// An English month, with its dot.
pub(super) fn english_month(c: Cursor<'_>) -> Option<(Cursor<'_>, i8)> {
    let (after, month) = c.one_of(&MONTHS)?;
    Some((after.eat('.').unwrap_or(after), month))
}

/// A Korean weekday: `토`, `토요일`; whether it was written in full.
pub(super) fn korean_weekday(c: Cursor<'_>) -> Option<(Cursor<'_>, Weekday, bool)> {
    let weekday = match c.peek()? {
        '월' => Weekday::Monday,
        '화' => Weekday::Tuesday,
        '수' => Weekday::Wednesday,
        '목' => Weekday::Thursday,
        '금' => Weekday::Friday,
        '토' => Weekday::Saturday,
        '일' => Weekday::Sunday,
        _ => return None,
    };
    let short = c.next();
    Some(match short.literal("요일") {
        Some(long) => (long, weekday, true),
        None => (short, weekday, false),
    })
}

/// An English weekday, with its dot.
pub(super) fn english_weekday(c: Cursor<'_>) -> Option<(Cursor<'_>, Weekday)> {
    let (after, weekday) = c.one_of(&WEEKDAYS)?;
    Some((after.eat('.').unwrap_or(after), weekday))
}

/// Skips the `th` of `5th`.
pub(super) fn ordinal_ending(c: Cursor<'_>) -> Option<Cursor<'_>> {
    c.any_word(&["st", "nd", "rd", "th"])
}
