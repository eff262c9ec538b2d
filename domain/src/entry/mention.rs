//! Days that a text mentions in passing: what the linter compares with the event's own.

use super::Context;
use super::dates::WrittenDay;
use super::day::{Strength, weekday_after, written};
use super::glyphs::{Cursor, Folded};
use super::marks;
use super::number::{english_weekday, korean_weekday};
use crate::event::Status;
use crate::text::Lang;
use crate::zone::Zone;
use jiff::civil::{Date, Weekday};
use std::ops::Range;

/// A day in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Where it stands.
    pub(crate) range: Range<usize>,
    /// The date, where one is written: in the year in which it lies nearest.
    pub(crate) date: Option<Date>,
    /// The weekday, where one is written.
    pub(crate) weekday: Option<Weekday>,
}

/// The days that a text mentions; dates without a year are those nearest to `near`.
pub(crate) fn mentions(text: &str, near: Date) -> Vec<Mention> {
    let zone = Zone::utc();
    let context = Context::new(near, &zone, Lang::KO);
    let folded = Folded::new(text);
    let mut at = folded.begin();
    let mut found = Vec::new();
    while !at.is_end() {
        if !begins(at) {
            at = at.next();
            continue;
        }
        let hit = date(at, &context, near).or_else(|| weekday(at));
        match hit {
            Some((after, mention)) => {
                found.push(mention);
                at = after;
            }
            None => at = at.next(),
        }
    }
    found
}

fn begins(c: Cursor<'_>) -> bool {
    let inside = c.before().is_some_and(char::is_alphanumeric);
    !inside
        && !c
            .before()
            .is_some_and(|c| matches!(c, '/' | '.' | '-' | ':'))
}

fn date<'t>(c: Cursor<'t>, context: &Context<'_>, near: Date) -> Option<(Cursor<'t>, Mention)> {
    let (after, day) = written(c, context, Strength::Plain)?;
    let WrittenDay::Number(number) = day.day else {
        return None;
    };
    let in_year = |year: i16| Date::new(year, day.month, number).ok();
    let date = match day.year {
        Some(year) => in_year(year),
        None => {
            let years = [near.year(), near.year() + 1, near.year() - 1];
            let distance = |date: &Date| near.duration_since(*date).unsigned_abs();
            years.into_iter().filter_map(in_year).min_by_key(distance)
        }
    }?;
    let (after, weekday) = match weekday_after(after) {
        Some((after, weekday)) => (after, Some(weekday)),
        None => (after, None),
    };
    let mention = Mention {
        range: after.range_from(c),
        date: Some(date),
        weekday,
    };
    Some((after, mention))
}

/// `(토)`, `토요일`, `Saturday`: short names only in brackets, where they mean nothing else.
fn weekday(c: Cursor<'_>) -> Option<(Cursor<'_>, Mention)> {
    let (after, weekday) = if let Some(open) = c.eat_any(&['(', '[']) {
        let korean = korean_weekday(open).map(|(after, weekday, _)| (after, weekday));
        let (after, weekday) = korean.or_else(|| english_weekday(open))?;
        (after.eat_any(&[')', ']'])?, weekday)
    } else {
        let korean = korean_weekday(c).filter(|(_, _, long)| *long);
        let korean = korean.map(|(after, weekday, _)| (after, weekday));
        korean.or_else(|| {
            let (after, weekday) = english_weekday(c)?;
            let name = after.index() - c.index();
            (name >= "sunday".len()).then_some((after, weekday))
        })?
    };
    let mention = Mention {
        range: after.range_from(c),
        date: None,
        weekday: Some(weekday),
    };
    Some((after, mention))
}

/// The status that a title speaks of: in brackets anywhere, else as its last word.
pub(crate) fn status_in(title: &str) -> Option<Status> {
    let folded = Folded::new(title);
    let mut at = folded.begin().space();
    let mut words = 0;
    while !at.is_end() {
        if let Some((_, status)) = marks::status(at) {
            return Some(status);
        }
        let begins = at.before().is_none_or(char::is_whitespace);
        words += usize::from(begins);
        if begins
            && words > 1
            && let Some((after, status)) = marks::status_word(at)
            && after.space().is_end()
        {
            return Some(status);
        }
        at = at.next();
    }
    None
}
