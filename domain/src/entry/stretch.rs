//! Stretches of days of which only the month, or a part of it, is known, and weekends.

use super::Context;
use super::dates::{Written, days_on};
use super::day::{Days, Strength, When, korean_year, year_of};
use super::fault::{Guess, Guessed};
use super::glyphs::Cursor;
use super::number::{english_month, korean_month};
use jiff::civil::Date;

/// Stretches of days: `4월 중`, `4월 초`, `이번 주말`, `in April`, `early April`, `April 2027`.
pub(super) fn stretch<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Option<(Cursor<'t>, When)> {
    weekend(c, context).or_else(|| month(c, context, strength))
}

fn weekend<'t>(c: Cursor<'t>, context: &Context<'_>) -> Option<(Cursor<'t>, When)> {
    const WEEKENDS: [(&str, i64); 8] = [
        ("이번 주말", 0),
        ("이번주말", 0),
        ("이번주 주말", 0),
        ("다음 주말", 1),
        ("다음주말", 1),
        ("다음주 주말", 1),
        ("this weekend", 0),
        ("next weekend", 1),
    ];
    let (after, weeks) = c.one_of(&WEEKENDS)?;
    let after = after.literal("에").unwrap_or(after);
    let today = context.today;
    let monday = days_on(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
    let saturday = days_on(monday, weeks * 7 + 5)?;
    let guess = Guess {
        range: after.range_from(c),
        what: Guessed::Day(saturday),
    };
    let days = Days::Span(saturday, days_on(saturday, 1)?);
    let guesses = vec![guess];
    after.is_edge().then_some((after, When { days, guesses }))
}

/// Which part of a month.
type Part = (i8, i8);
const WHOLE: Part = (1, 31);

fn month<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
    strength: Strength,
) -> Option<(Cursor<'t>, When)> {
    let loose = strength == Strength::Loose;
    let (after, year, month, part) = korean_part(c, context, loose)
        .or_else(|| english_part(c))
        .or_else(|| iso_month(c))?;
    if !after.is_edge() {
        return None;
    }
    let range = after.range_from(c);
    let whole = Written::day(year, month, 1);
    let back = Context {
        months_back: context.months_back.max(1),
        ..*context
    };
    let (first, guess) = whole.resolve(&back, &range).ok()?;
    let last_of_month = first.last_of_month();
    let clamp = |day: i8| Date::new(first.year(), first.month(), day.min(last_of_month.day())).ok();
    let days = Days::Window(clamp(part.0)?, clamp(part.1)?);
    let guesses = Vec::from_iter(guess);
    Some((after, When { days, guesses }))
}

type MonthPart<'t> = (Cursor<'t>, Option<i16>, i8, Part);

fn korean_part<'t>(c: Cursor<'t>, context: &Context<'_>, loose: bool) -> Option<MonthPart<'t>> {
    const PARTS: [(&str, Part); 7] = [
        ("중순", (11, 20)),
        ("하순", (21, 31)),
        ("상순", (1, 10)),
        ("중", WHOLE),
        ("초", (1, 10)),
        ("말", (21, 31)),
        ("내", WHOLE),
    ];
    let (at, year) = match korean_year(c, context) {
        Some((after, year)) => (after, Some(year)),
        None => (c, None),
    };
    let (at, month) = korean_month(at)?;
    let month = i8::try_from(month)
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let after = |c: Cursor<'t>| c.literal("에").unwrap_or(c);
    let part = at
        .space()
        .one_of(&PARTS)
        .map(|(at, part)| (after(at), part));
    match part.filter(|(at, _)| at.is_edge()) {
        Some((at, part)) => Some((at, year, month, part)),
        None if loose || year.is_some() => Some((after(at), year, month, WHOLE)),
        None => None,
    }
}

fn english_part(c: Cursor<'_>) -> Option<MonthPart<'_>> {
    const PARTS: [(&str, Part); 6] = [
        ("in", WHOLE),
        ("sometime in", WHOLE),
        ("early", (1, 10)),
        ("mid-", (11, 20)),
        ("mid", (11, 20)),
        ("late", (21, 31)),
    ];
    let part = c.one_of(&PARTS);
    let (at, month) = english_month(part.map_or(c, |(at, _)| at.space()))?;
    let year = at
        .space()
        .digits(4)
        .filter(|(_, year, digits)| *digits == 4 && (1900..2200).contains(year));
    let (at, year) = match year {
        Some((at, year, _)) => (at, year_of(year)),
        None => (at, None),
    };
    if part.is_none() && year.is_none() {
        return None;
    }
    Some((at, year, month, part.map_or(WHOLE, |(_, part)| part)))
}

/// `2027-04`.
pub(super) fn iso_month(c: Cursor<'_>) -> Option<MonthPart<'_>> {
    let (at, year, 4) = c.digits(4)? else {
        return None;
    };
    let (at, month, _) = at.eat_any(&['-', '.', '/'])?.digits(2)?;
    let month = i8::try_from(month)
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let at = at.any_word(&["중"]).unwrap_or(at);
    at.is_edge().then_some((at, year_of(year), month, WHOLE))
}
