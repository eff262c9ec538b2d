//! Days as people write them in a line: dates, weekdays, `내일`, spans of days, and stretches of
//! which only the month is known.

use super::Context;
use super::dates::{Written, WrittenDay, check_weekday, days_on, months_on};
use super::fault::{Fault, Guess, Guessed, Reason};
use super::glyphs::Cursor;
use super::number::{
    counted, english_month, english_weekday, korean_month, korean_weekday, native_days,
    ordinal_ending,
};
use super::repeat::nth;
use super::stretch;
use jiff::civil::{Date, Weekday};

/// How much a text must look like a day to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// What can hardly mean anything else.
    Plain,
    /// Also `4.5`, `5일`, `4월` and a weekday alone: tried where a line has nothing better.
    Loose,
}

/// Which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Days {
    /// One.
    Day(Date),
    /// Several, both inclusive.
    Span(Date, Date),
    /// One or some of these, both inclusive.
    Window(Date, Date),
}

/// The days of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    pub(super) days: Days,
    pub(super) guesses: Vec<Guess>,
}

type Found<'t, T> = Result<Option<(Cursor<'t>, T)>, Fault>;

/// The days that stand here.
pub(super) fn when<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Found<'t, When> {
    let at = c.any_word(&["on", "from"]).map_or(c, Cursor::space);
    let (at, before) = match weekday_before(at, context, strength) {
        Some((after, weekday)) => (after, Some((weekday, after.range_from(at)))),
        None => (at, None),
    };
    let mut guesses = Vec::new();
    let (mut end, first) = if let Some((after, day)) = written(at, context, strength) {
        let (date, guess) = day.resolve(context, &after.range_from(at))?;
        guesses.extend(guess);
        (after, date)
    } else if let Some((after, date)) = relative(at, context, strength) {
        guesses.push(Guess {
            range: after.range_from(at),
            what: Guessed::Day(date),
        });
        (after, date)
    } else {
        return Ok(stretch::stretch(at, context, strength));
    };
    if let Some((weekday, range)) = before {
        check_weekday(first, weekday, &range)?;
    }
    end = checked_weekday(end, first)?;
    // `2027-04-05T18:30` (RFC 3339): the hour is read by itself.
    if let Some(hour) = end.eat('t').filter(|at| at.digits(2).is_some()) {
        return Ok(Some((hour, one(first, guesses))));
    }
    let Some((after, last)) = last_day(end, first, context)? else {
        let end = end.any_word(&["부터", "에"]).unwrap_or(end);
        return Ok(end.is_edge().then(|| (end, one(first, guesses))));
    };
    if last < first {
        return Err(Fault::new(after.range_from(at), Reason::EndsBeforeStart));
    }
    let days = Days::Span(first, last);
    Ok(Some((after, When { days, guesses })))
}

const fn one(date: Date, guesses: Vec<Guess>) -> When {
    When {
        days: Days::Day(date),
        guesses,
    }
}

/// `Sat, Apr 5` and `토요일 4/5`: a weekday before its date.
fn weekday_before<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Option<(Cursor<'t>, Weekday)> {
    let english = english_weekday(c);
    let (after, weekday) = english.or_else(|| {
        let (after, weekday, long) = korean_weekday(c)?;
        long.then_some((after, weekday))
    })?;
    let after = after.eat(',').unwrap_or(after).space();
    written(after, context, strength)?;
    Some((after, weekday))
}

/// Steps over a weekday behind a date, and refuses a wrong one.
fn checked_weekday(c: Cursor<'_>, date: Date) -> Result<Cursor<'_>, Fault> {
    match weekday_after(c) {
        Some((after, weekday)) => {
            check_weekday(date, weekday, &after.range_from(c.space()))?;
            Ok(after)
        }
        None => Ok(c),
    }
}

/// `(토)`, `(Sat)`, ` 토요일`, `, Sat` behind a date.
pub(super) fn weekday_after(c: Cursor<'_>) -> Option<(Cursor<'_>, Weekday)> {
    let at = c.eat(',').unwrap_or(c).space();
    let weekday = |c| {
        let korean = korean_weekday(c).map(|(after, weekday, _)| (after, weekday));
        korean.or_else(|| english_weekday(c))
    };
    if let Some(open) = at.eat_any(&['(', '[']) {
        let (after, weekday) = weekday(open.space())?;
        return Some((after.space().eat_any(&[')', ']'])?, weekday));
    }
    let (after, weekday) = weekday(at)?;
    after.is_edge().then_some((after, weekday))
}

/// A date as written.
pub(super) fn written<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Option<(Cursor<'t>, Written)> {
    let found = numbers(c, strength)
        .or_else(|| korean(c, context, strength))
        .or_else(|| english(c))?;
    let (after, _) = found;
    let goes_on = ["부터", "까지", "에", "t"];
    let ends = after.is_edge()
        || goes_on.iter().any(|word| after.literal(word).is_some())
        || korean_weekday(after).is_some_and(|(_, _, long)| long);
    ends.then_some(found)
}

pub(super) fn year_of(value: u32) -> Option<i16> {
    i16::try_from(value).ok()
}

/// Numbers below a hundred.
fn small(value: u32) -> i8 {
    i8::try_from(value).unwrap_or(i8::MAX)
}

/// `2027-04-05`, `2027. 4. 5.`, `20270405`, `27.4.5`, `4/5`, `4/5/2027`, loosely `4.5`.
fn numbers(c: Cursor<'_>, strength: Strength) -> Option<(Cursor<'_>, Written)> {
    let c = c.eat('\'').unwrap_or(c);
    if let Some((after, value, 8)) = c.digits(8) {
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
        let likely = (1900..2200).contains(&year) && (1..=12).contains(&month);
        return likely
            .then(|| Some((after, Written::day(year_of(year), small(month), small(day)))))?;
    }
    let (after, first, digits) = c.digits(4)?;
    let mark = after.peek().filter(|c| matches!(c, '-' | '.' | '/'))?;
    let dotted = |c| {
        let at = Cursor::eat(c, mark)?;
        let at = if mark == '.' { at.space() } else { at };
        at.digits(4)
    };
    let (after, second, second_digits) = dotted(after)?;
    let third = dotted(after).filter(|(after, _, count)| {
        // The 18 of `4.5. 18:30` is an hour.
        *count <= 4 && !matches!(after.peek(), Some(':' | '시'))
    });
    let close = |c| match Cursor::eat(c, '.') {
        Some(after) if mark == '.' && after.is_edge() => after,
        _ => c,
    };
    match (digits, second_digits, third) {
        (4, 1..=2, Some((after, day, 1..=2))) => {
            let day = Written::day(year_of(first), small(second), small(day));
            Some((close(after), day))
        }
        (2, 1..=2, Some((after, day, 1..=2))) if mark == '.' => {
            let day = Written::day(year_of(2000 + first), small(second), small(day));
            Some((close(after), day))
        }
        (1..=2, 1..=2, Some((after, year, 4))) if mark == '/' => {
            let day = Written::day(year_of(year), small(first), small(second));
            Some((after, day))
        }
        (1..=2, 1..=2, None) if mark == '/' || (mark == '.' && strength == Strength::Loose) => {
            let likely = (1..=12).contains(&first) && (1..=31).contains(&second);
            let day = Written::day(None, small(first), small(second));
            likely.then(|| (close(after), day))
        }
        _ => None,
    }
}

/// `2027년`, `올해`, `내년`.
pub(super) fn korean_year<'t>(c: Cursor<'t>, context: &Context<'_>) -> Option<(Cursor<'t>, i16)> {
    let this = context.today.year();
    let named = [("내후년", 2), ("내년", 1), ("올해", 0), ("금년", 0)];
    if let Some((after, ahead)) = c.one_of(&named) {
        return Some((after.space(), this + ahead));
    }
    let at = c.eat('\'').unwrap_or(c);
    let (after, year, digits) = at.digits(4)?;
    let after = after.literal("년")?.space();
    match digits {
        4 => Some((after, year_of(year)?)),
        2 => Some((after, year_of(2000 + year)?)),
        _ => None,
    }
}

/// `2027년 4월 5일`, `4월5일`, `사월 오일`, `4월 둘째 일요일`, loosely `5일`.
fn korean<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Option<(Cursor<'t>, Written)> {
    let (at, year) = match korean_year(c, context) {
        Some((after, year)) => (after, Some(year)),
        None => (c, None),
    };
    if let Some((after, month)) = korean_month(at) {
        let at = after.space();
        if let Some((after, day)) = counted(at, 2, "일") {
            return Some((after, Written::day(year, small(month), small(day))));
        }
        if let Some(after) = at.any_word(&["말일", "마지막 날"]) {
            return Some((after, Written::month_end(year, small(month))));
        }
        let (after, which) = nth(at)?;
        let (after, weekday, _) = korean_weekday(after.space()).filter(|(_, _, long)| *long)?;
        let &[which] = which.as_slice() else {
            return None;
        };
        let day = Written {
            year,
            month: small(month),
            day: WrittenDay::Nth(which, weekday),
        };
        return Some((after, day));
    }
    if strength == Strength::Plain || year.is_some() {
        return None;
    }
    // The next day of that number.
    let (after, day, _) = at.digits(2)?;
    let after = after.literal("일")?;
    let today = context.today;
    let this = Date::new(today.year(), today.month(), small(day)).ok();
    let date = match this.filter(|date| *date >= today) {
        Some(date) => date,
        None => {
            let next = months_on(today.first_of_month(), 1)?;
            Date::new(next.year(), next.month(), small(day)).ok()?
        }
    };
    Some((
        after,
        Written::day(Some(date.year()), date.month(), date.day()),
    ))
}

/// `Apr 5`, `April 5th, 2027`, `5 April`, `2nd Sunday of April`.
fn english(c: Cursor<'_>) -> Option<(Cursor<'_>, Written)> {
    let (after, month, day) = if let Some((after, month)) = english_month(c) {
        let (after, day, _) = after.space().digits(2)?;
        (
            ordinal_ending(after).unwrap_or(after),
            month,
            WrittenDay::Number(small(day)),
        )
    } else if let Some((after, day, _)) = c.digits(2) {
        let after = ordinal_ending(after).unwrap_or(after).space();
        let after = after.word("of").map_or(after, Cursor::space);
        let (after, month) = english_month(after)?;
        (after, month, WrittenDay::Number(small(day)))
    } else {
        let (after, which) = nth(c)?;
        let (after, weekday) = english_weekday(after.space())?;
        let after = after.space().any_word(&["of", "in"])?.space();
        let (after, month) = english_month(after)?;
        let &[which] = which.as_slice() else {
            return None;
        };
        (after, month, WrittenDay::Nth(which, weekday))
    };
    let at = after.eat(',').unwrap_or(after).space();
    let year = at.digits(4).filter(|(after, year, count)| {
        *count == 4 && (1900..2200).contains(year) && after.peek() != Some(':')
    });
    let (after, year) = match year {
        Some((after, year, _)) => (after, year_of(year)),
        None => (after, None),
    };
    Some((after, Written { year, month, day }))
}

/// `내일`, `사흘 뒤`, `다음 주 토요일`, `next Friday`, `in 2 weeks`, loosely `토요일`.
fn relative<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Option<(Cursor<'t>, Date)> {
    const NAMED: [(&str, i64); 11] = [
        ("오늘", 0),
        ("내일모레", 2),
        ("내일", 1),
        ("모레", 2),
        ("글피", 3),
        ("그글피", 4),
        ("today", 0),
        ("tonight", 0),
        ("tomorrow", 1),
        ("the day after tomorrow", 2),
        ("day after tomorrow", 2),
    ];
    let today = context.today;
    if let Some((after, days)) = c.one_of(&NAMED) {
        return Some((after, days_on(today, days)?));
    }
    if let Some((after, days)) = ahead(c) {
        return Some((after, days_on(today, days)?));
    }
    const WEEKS: [(&str, i64); 12] = [
        ("이번 주", 0),
        ("이번주", 0),
        ("금주", 0),
        ("다다음 주", 2),
        ("다다음주", 2),
        ("다음 주", 1),
        ("다음주", 1),
        ("차주", 1),
        ("this week", 0),
        ("next week", 1),
        ("this", 0),
        ("next", 1),
    ];
    let monday = days_on(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
    if let Some((after, weeks)) = c.one_of(&WEEKS) {
        let (after, weekday) = any_weekday(after.space())?;
        let offset = i64::from(weekday.to_monday_zero_offset());
        return Some((after, days_on(monday, weeks * 7 + offset)?));
    }
    if strength == Strength::Plain {
        return None;
    }
    let (after, weekday) = any_weekday(c)?;
    let distance = today.weekday().until(weekday);
    Some((after, days_on(today, i64::from(distance))?))
}

fn any_weekday(c: Cursor<'_>) -> Option<(Cursor<'_>, Weekday)> {
    let korean = korean_weekday(c).filter(|(_, _, long)| *long);
    let korean = korean.map(|(after, weekday, _)| (after, weekday));
    korean.or_else(|| english_weekday(c))
}

/// `3일 뒤`, `사흘 후`, `2주 뒤`, `in 3 days`: how many days ahead.
fn ahead(c: Cursor<'_>) -> Option<(Cursor<'_>, i64)> {
    if let Some(at) = c.word("in") {
        let (at, count, _) = at.space().digits(3)?;
        let units = [("days", 1), ("day", 1), ("weeks", 7), ("week", 7)];
        let (after, unit) = at.space().one_of(&units)?;
        return Some((after, i64::from(count) * unit));
    }
    let (at, days) = match native_days(c) {
        Some((at, days)) => (at, i64::from(days)),
        None => {
            let (at, count, _) = c.digits(3)?;
            let (at, unit) = at.space().one_of(&[("일", 1), ("주일", 7), ("주", 7)])?;
            (at, i64::from(count) * unit)
        }
    };
    let after = at.space().any_word(&["뒤", "후"])?;
    let after = after.literal("에").unwrap_or(after);
    after.is_edge().then_some((after, days))
}

/// The last day behind a first: `-4/7`, `~7일`, ` to Apr 7`, `부터 7일까지`.
fn last_day<'t>(c: Cursor<'t>, first: Date, context: &Context<'_>) -> Found<'t, Date> {
    let spaced = c.space();
    let Some(joined) = spaced
        .eat_any(&['-', '~'])
        .or_else(|| spaced.any_word(&["to", "through", "thru", "부터"]))
    else {
        return Ok(None);
    };
    let at = joined.space();
    let tight = spaced == c && at == joined;
    let (after, last) = if let Some((after, day)) = written(at, context, Strength::Plain) {
        (after, day.after(first, &after.range_from(at))?)
    } else if let Some((after, date)) = relative(at, context, Strength::Plain) {
        (after, date)
    } else {
        let Some((after, day, _)) = at.digits(2) else {
            return Ok(None);
        };
        let named = after.literal("일");
        let after = named.unwrap_or(after);
        let number = named.is_some() || tight && after.is_edge();
        let hour = matches!(after.peek(), Some(':' | '-' | '/' | '~'));
        if !number || hour || after.peek() == Some('시') {
            return Ok(None);
        }
        let Ok(last) = Date::new(first.year(), first.month(), small(day)) else {
            return Err(Fault::new(after.range_from(at), Reason::NoSuchDay));
        };
        (after, last)
    };
    // An hour behind it makes both ends moments, which is for the hours to read.
    let after = checked_weekday(after, last)?;
    let after = after.literal("까지").unwrap_or(after);
    Ok(after.is_edge().then_some((after, last)))
}

/// A day, month or year as an end: `2027-06-30`, `6/30`, `2027-06`, `6월`, `June 2027`, `2027`.
pub(super) fn end<'t>(c: Cursor<'t>, context: &Context<'_>) -> Option<(Cursor<'t>, Written)> {
    if let Some((after, day)) = written(c, context, Strength::Plain) {
        let after = weekday_after(after).map_or(after, |(after, _)| after);
        return Some((after, day));
    }
    let korean = || {
        let (at, year) = match korean_year(c, context) {
            Some((after, year)) => (after, Some(year)),
            None => (c, None),
        };
        let (at, month) = korean_month(at)?;
        let at = at.space().literal("말").unwrap_or(at);
        Some((at, year, small(month)))
    };
    let english = || {
        let (at, month) = english_month(c)?;
        let year = at.space().digits(4).filter(|(_, _, digits)| *digits == 4);
        Some(match year {
            Some((at, year, _)) => (at, year_of(year), month),
            None => (at, None, month),
        })
    };
    let iso = || stretch::iso_month(c).map(|(at, year, month, _)| (at, year, month));
    if let Some((after, year, month)) = iso().or_else(korean).or_else(english) {
        return Some((after, Written::month_end(year, month)));
    }
    let (after, year, 4) = c.digits(4)? else {
        return None;
    };
    let after = after.literal("년").unwrap_or(after);
    let likely =
        (1900..2200).contains(&year) && (after.is_edge() || after.literal("까지").is_some());
    likely.then(|| (after, Written::month_end(year_of(year), 12)))
}
