//! Hours as people write them in a line: `18:30-21:00`, `오후 6시 30분`, `일곱 시`, `6-8pm`.

use super::day;
use super::fault::{Fault, Guess, Guessed, Reason};
use super::glyphs::Cursor;
use super::number::{native, sino};
use super::{Context, dates::Written};
use jiff::civil::Time;

/// A clock reading, and whether it is one of the following night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) time: Time,
    /// 24:00 and 밤 12시: the midnight that ends the day.
    pub(super) next_day: bool,
}

/// From when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) start: At,
    pub(super) end: Option<At>,
    /// The day that the end names.
    pub(super) end_day: Option<Written>,
    /// `18:30~`: it has no end.
    pub(super) endless: bool,
    pub(super) guesses: Vec<Guess>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Am,
    Pm,
    /// 낮: around noon.
    Day,
    /// 밤: from dusk to the small hours.
    Night,
}

const HALVES: [(&str, Half); 9] = [
    ("오전", Half::Am),
    ("아침", Half::Am),
    ("새벽", Half::Am),
    ("오후", Half::Pm),
    ("저녁", Half::Pm),
    ("한낮", Half::Day),
    ("낮", Half::Day),
    ("한밤", Half::Night),
    ("밤", Half::Night),
];
const LATIN_HALVES: [(&str, Half); 6] = [
    ("a.m.", Half::Am),
    ("p.m.", Half::Pm),
    ("a.m", Half::Am),
    ("p.m", Half::Pm),
    ("am", Half::Am),
    ("pm", Half::Pm),
];

/// One reading as written.
#[derive(Debug, Clone, Copy)]
struct Reading {
    hour: u32,
    minute: u32,
    second: u32,
    half: Option<Half>,
    /// A clock of 24 hours: it has a colon or a leading zero.
    exact: bool,
    /// Nothing but a number: what it is, the other end tells.
    bare: bool,
}

impl Reading {
    const fn of(hour: u32, minute: u32) -> Self {
        Self {
            hour,
            minute,
            second: 0,
            half: None,
            exact: false,
            bare: false,
        }
    }

    /// True where the half of the day is open.
    const fn is_open(&self) -> bool {
        self.half.is_none() && !self.exact && self.hour >= 1 && self.hour <= 12
    }

    fn at(&self) -> Option<At> {
        let (hour, next_day) = match (self.half, self.hour) {
            (None, 24) if self.minute == 0 && self.second == 0 => (0, true),
            (None, hour) => (hour, false),
            (Some(Half::Am), 12) => (0, false),
            (Some(Half::Night), 12) => (0, true),
            (Some(Half::Day), hour @ 1..=5) => (hour + 12, false),
            (Some(Half::Pm), hour @ 1..=11) => (hour + 12, false),
            (Some(Half::Night), hour @ 6..=11) => (hour + 12, false),
            (Some(_), hour) => (hour, false),
        };
        let part = |n: u32| i8::try_from(n).ok();
        let time = Time::new(part(hour)?, part(self.minute)?, part(self.second)?, 0).ok()?;
        Some(At { time, next_day })
    }
}

/// Hours, perhaps with an end, from here on.
pub(super) fn hours<'t>(
    c: Cursor<'t>,
    context: &Context<'_>,
) -> Result<Option<(Cursor<'t>, Hours)>, Fault> {
    let lead = c.any_word(&["at", "from"]).map_or(c, Cursor::space);
    let Some((after, mut first)) = reading(lead) else {
        return Ok(None);
    };
    let (mut end, mut end_day, mut endless) = (None, None, false);
    let mut at = after;
    if let Some((after, last, day)) = end_after(after, context, first.bare) {
        (at, end, end_day) = (after, Some(last), day);
    } else if let Some(after) = after.eat('~')
        && after.peek().is_none_or(char::is_whitespace)
    {
        (at, endless) = (after, true);
    }
    if first.bare && end.is_none() {
        return Ok(None);
    }
    let at = at.any_word(&["까지", "부터", "에"]).unwrap_or(at);
    if !at.is_edge() {
        return Ok(None);
    }
    let range = at.range_from(c);
    let impossible = || Fault::new(range.clone(), Reason::NoSuchTime);
    let mut guesses = Vec::new();
    if let Some(last) = &mut end {
        share_half(&mut first, last);
    }
    let open = first.is_open();
    if open {
        first.half = Some(likely(first.hour));
    }
    let start = first.at().ok_or_else(impossible)?;
    if open && first.hour != 12 {
        guesses.push(Guess {
            range: after.range_from(c),
            what: Guessed::Hour(start.time),
        });
    }
    let end = match end {
        Some(mut last) => {
            if last.is_open() {
                last.half = Some(half_after(&last, start, end_day.is_some()));
            }
            Some(last.at().ok_or_else(impossible)?)
        }
        None => None,
    };
    let hours = Hours {
        start,
        end,
        end_day,
        endless,
        guesses,
    };
    Ok(Some((at, hours)))
}

/// What a bare hour most likely is: schedules for the public lie between nine and nine.
const fn likely(hour: u32) -> Half {
    match hour {
        9..=11 => Half::Am,
        _ => Half::Pm,
    }
}

/// The half of an end without one: the first that lies behind the start.
fn half_after(last: &Reading, start: At, other_day: bool) -> Half {
    let halved = |half| {
        Reading {
            half: Some(half),
            ..*last
        }
        .at()
    };
    let morning = halved(Half::Am).is_some_and(|at| at.time > start.time && !start.next_day);
    if other_day {
        likely(last.hour)
    } else if morning || start.time.hour() >= 18 && last.hour < 6 {
        Half::Am
    } else {
        Half::Pm
    }
}

/// `4-7pm`, `오후 6시~8시`: the half that one end names is the other's too where that keeps their
/// order.
fn share_half(first: &mut Reading, last: &mut Reading) {
    let with = |reading: &Reading, half| Reading {
        half: Some(half),
        ..*reading
    };
    match (first.half, last.half) {
        (None, Some(half)) if first.is_open() => {
            let shared = with(first, half).at().zip(last.at());
            let keeps = shared.is_some_and(|(a, b)| a.time < b.time);
            let other = if half == Half::Pm { Half::Am } else { Half::Pm };
            first.half = Some(if keeps { half } else { other });
        }
        (Some(half), None) if last.is_open() => {
            let shared = first.at().zip(with(last, half).at());
            if shared.is_some_and(|(a, b)| a.time < b.time) {
                last.half = Some(half);
            }
        }
        _ => {}
    }
}

/// What follows a start: a dash or `부터` and the end, perhaps on a day of its own.
fn end_after<'t>(
    after: Cursor<'t>,
    context: &Context<'_>,
    bare: bool,
) -> Option<(Cursor<'t>, Reading, Option<Written>)> {
    let spaced = after.space();
    let joined = spaced
        .eat_any(&['-', '~'])
        .or_else(|| spaced.any_word(&["to", "until", "till", "부터"]));
    let at = joined?.space();
    if let Some((after, last)) = reading(at).filter(|(_, last)| !last.bare) {
        return Some((after, last, None));
    }
    if bare {
        return None;
    }
    let (after, day) = day::written(at, context, day::Strength::Plain)?;
    let after = day::weekday_after(after).map_or(after, |(after, _)| after);
    let (after, last) = reading(after.space()).filter(|(_, last)| !last.bare)?;
    Some((after, last, Some(day)))
}

/// One reading.
fn reading(c: Cursor<'_>) -> Option<(Cursor<'_>, Reading)> {
    const NAMED: [(&str, u32, bool); 4] = [
        ("정오", 12, true),
        ("noon", 12, true),
        ("자정", 0, true),
        ("midnight", 0, true),
    ];
    for (name, hour, exact) in NAMED {
        if let Some(after) = c.word(name) {
            let named = Reading {
                exact,
                ..Reading::of(hour, 0)
            };
            return ends(after).then_some((after, named));
        }
    }
    let halved = c.one_of(&HALVES).or_else(|| c.one_of(&LATIN_HALVES));
    let (at, half) = match halved {
        Some((after, half)) => (after.space(), Some(half)),
        None => (c, None),
    };
    let (after, mut found) = on_the_clock(at).or_else(|| in_korean(at))?;
    let (mut after, mut half) = (after, half);
    if half.is_none()
        && let Some((behind, latin)) = after.space().one_of(&LATIN_HALVES)
    {
        (after, half) = (behind, Some(latin));
    }
    if half.is_some() {
        found.bare = false;
        found.exact = false;
    }
    if found.bare && after.space().eat_any(&['-', '~']).is_none() {
        return None;
    }
    found.half = half;
    ends(after).then_some((after, found))
}

/// True where a reading may end: `6시의` is none.
fn ends(c: Cursor<'_>) -> bool {
    c.is_edge()
        || c.any_word(&["까지", "부터", "에"])
            .is_some_and(Cursor::is_edge)
        || {
            // An offset or a letter of a zone is read by itself.
            c.peek() == Some('+')
        }
}

/// `18:30`, `18:30:15`, `6` before `pm` or a dash.
fn on_the_clock(c: Cursor<'_>) -> Option<(Cursor<'_>, Reading)> {
    let (after, hour, _) = c.digits(2)?;
    let Some(minutes) = after.eat(':') else {
        if after.peek() == Some('시') || after.space().peek() == Some('시') {
            return None;
        }
        let bare = Reading {
            bare: true,
            ..Reading::of(hour, 0)
        };
        return Some((after, bare));
    };
    let (after, minute, 2) = minutes.digits(2)? else {
        return None;
    };
    let mut found = Reading {
        exact: true,
        ..Reading::of(hour, minute)
    };
    match after.eat(':').and_then(|at| at.digits(2)) {
        Some((after, second, 2)) => {
            found.second = second;
            Some((after, found))
        }
        Some(_) => None,
        None => Some((after, found)),
    }
}

/// `6시`, `6시 30분`, `6시 반`, `일곱 시`, `18~20시` (its first number).
fn in_korean(c: Cursor<'_>) -> Option<(Cursor<'_>, Reading)> {
    let digits = c.digits(2);
    let (after, hour, zero) = match digits {
        Some((after, hour, count)) => (after, hour, count == 2 && hour < 10),
        None => {
            let (after, hour) = native(c).or_else(|| sino(c))?;
            (after, hour, false)
        }
    };
    let after = after.space().eat('시')?;
    let mut found = Reading {
        exact: zero || hour > 12 || hour == 0,
        ..Reading::of(hour, 0)
    };
    if let Some(after) = after.space().eat('반').filter(|after| ends(*after)) {
        found.minute = 30;
        return Some((after, found));
    }
    if let Some((after, minute)) = super::number::counted(after.space(), 2, "분") {
        found.minute = minute;
        return Some((after, found));
    }
    Some((after, found))
}

/// `+2h`, `+90분`, `+1h30m`: how long it lasts, in minutes.
pub(super) fn lasting(c: Cursor<'_>) -> Option<(Cursor<'_>, u32)> {
    let (at, value, _) = c.eat('+')?.digits(4)?;
    let hours = at
        .any_word(&["시간", "hours", "hour"])
        .or_else(|| at.literal("h"));
    if let Some(at) = hours {
        let rest = at
            .space()
            .digits(2)
            .and_then(|(at, rest, _)| Some((at.any_word(&["분", "minutes", "min", "m"])?, rest)));
        let (at, rest) = rest.unwrap_or((at, 0));
        return at.is_edge().then(|| (at, value * 60 + rest));
    }
    let at = at.any_word(&["분", "minutes", "min", "m"])?;
    at.is_edge().then_some((at, value))
}
