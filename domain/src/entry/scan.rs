//! One pass over a line: each part is taken by the first reader that knows it, what none knows is
//! the title.

use super::clock::{self, Hours};
use super::dates::Written;
use super::day::{self, Days, Strength, When};
use super::fault::{Fault, Guess, Guessed, Reason};
use super::glyphs::{Cursor, Folded};
use super::marks::{self, Open, Use};
use super::repeat;
use super::rule::Repeat;
use super::{Context, Understood, What};
use crate::caps;
use crate::event::{Evidence, Link, LinkKind, Place, Status, WebAddress};
use crate::tag::Tag;
use crate::zone::Zone;
use std::ops::Range;

/// What was found with where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) what: T,
    pub(super) range: Range<usize>,
}

/// Where a rule ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    /// With a day.
    Day(Written),
    /// After so many times.
    Count(u32),
}

/// All parts of a line.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) when: Option<At<When>>,
    pub(super) hours: Option<At<Hours>>,
    pub(super) minutes: Option<At<u32>>,
    pub(super) zone: Option<At<Zone>>,
    pub(super) open: Option<At<Open>>,
    pub(super) all_day: bool,
    pub(super) repeat: Option<At<Repeat>>,
    pub(super) ending: Option<At<Ending>>,
    pub(super) except: Vec<At<Written>>,
    pub(super) extra: Vec<At<Written>>,
    pub(super) status: Option<Status>,
    pub(super) place: Option<Place>,
    pub(super) tags: Vec<Tag>,
    pub(super) url: Option<WebAddress>,
    pub(super) links: Vec<Link>,
    pub(super) evidence: Option<Evidence>,
    pub(super) result: String,
    pub(super) description: String,
    /// The pieces of the title, in order: their text and whether it was quoted.
    pub(super) title: Vec<(String, Range<usize>, bool)>,
    pub(super) spans: Vec<Understood>,
    pub(super) guesses: Vec<Guess>,
}

/// Takes a line apart.
pub(super) fn scan(folded: &Folded, context: &Context<'_>, line: &str) -> Result<Found, Fault> {
    let plain = Scanner::new(line, context, Strength::Plain).run(folded)?;
    let dated = plain.when.is_some()
        || plain.ending.is_some()
        || plain.repeat.as_ref().is_some_and(|r| r.what.names_days());
    if dated {
        return Ok(plain);
    }
    Scanner::new(line, context, Strength::Loose).run(folded)
}

struct Scanner<'a> {
    line: &'a str,
    context: &'a Context<'a>,
    strength: Strength,
    found: Found,
}

impl<'a> Scanner<'a> {
    fn new(line: &'a str, context: &'a Context<'a>, strength: Strength) -> Self {
        Self {
            line,
            context,
            strength,
            found: Found::default(),
        }
    }

    fn run(mut self, folded: &Folded) -> Result<Found, Fault> {
        let mut at = folded.begin().space();
        while !at.is_end() {
            at = match self.part(at)? {
                Some(after) => after.eat_any(&[',', ';']).unwrap_or(after),
                None => self.title_word(at)?,
            }
            .space();
        }
        self.bare_status(folded);
        Ok(self.found)
    }

    fn note(&mut self, what: What, range: Range<usize>) {
        self.found.spans.push(Understood { range, what });
    }

    /// What stands here, if any reader knows it.
    fn part<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        if let Some(after) = self.marked(c)? {
            return Ok(Some(after));
        }
        if let Some(after) = self.bracket(c)? {
            return Ok(Some(after));
        }
        if let Some(after) = self.ending(c) {
            return Ok(Some(after));
        }
        if let Some(after) = self.repeat(c) {
            return Ok(Some(after));
        }
        if let Some(after) = self.when(c)? {
            return Ok(Some(after));
        }
        self.hours(c)
    }

    /// What begins with a mark of its own.
    fn marked<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        match c.peek() {
            Some('"') => {
                let (after, text) = marks::quoted(c, self.line)?;
                let range = after.range_from(c);
                self.note(What::Title, range.clone());
                self.found.title.push((text, range, true));
                Ok(Some(after))
            }
            Some('@') => self.place(c).map(Some),
            Some('#') => self.tag(c).map(Some),
            Some('=') => self.result(c),
            Some('/') if c.literal("// ").is_some() => {
                let start = c.next().next().space();
                let mut end = start;
                while !end.is_end() {
                    end = end.next();
                }
                let text = self.line.get(end.range_from(start)).unwrap_or_default();
                self.found.description = text.to_owned();
                self.note(What::Description, end.range_from(c));
                Ok(Some(end))
            }
            _ => self.address(c),
        }
    }

    fn place<'t>(&mut self, c: Cursor<'t>) -> Result<Cursor<'t>, Fault> {
        let (after, place, known) = marks::place(c, self.line, self.context)?;
        let range = after.range_from(c);
        if self.found.place.is_some() {
            return Err(Fault::new(range, Reason::TwoPlaces));
        }
        if !known {
            let name = place.name.pick(self.context.lang, self.context.lang);
            let what = Guessed::NewPlace(name.to_owned());
            self.found.guesses.push(Guess {
                range: range.clone(),
                what,
            });
        }
        self.found.place = Some(place);
        self.note(What::Place, range);
        Ok(after)
    }

    fn tag<'t>(&mut self, c: Cursor<'t>) -> Result<Cursor<'t>, Fault> {
        let (after, tag, known) = marks::tag(c, self.line, self.context)?;
        let range = after.range_from(c);
        if !known {
            let what = Guessed::NewTag(tag.key.clone());
            self.found.guesses.push(Guess {
                range: range.clone(),
                what,
            });
        }
        if !self.found.tags.iter().any(|other| other.key == tag.key) {
            self.found.tags.push(tag);
        }
        if self.found.tags.len() > caps::TAGS {
            let reason = Reason::TooManyTags { limit: caps::TAGS };
            return Err(Fault::new(range, reason));
        }
        self.note(What::Tag, range);
        Ok(after)
    }

    /// `=3:2`, `="3:2 승"`.
    fn result<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        let at = c.next();
        let (after, text) = if at.peek() == Some('"') {
            marks::quoted(at, self.line)?
        } else {
            let mut end = at;
            while end.peek().is_some_and(|c| !c.is_whitespace()) {
                end = end.next();
            }
            let text = self.line.get(end.range_from(at)).unwrap_or_default();
            (end, text.to_owned())
        };
        if text.trim().is_empty() || !self.found.result.is_empty() {
            return Ok(None);
        }
        self.found.result = text;
        self.note(What::Result, after.range_from(c));
        Ok(Some(after))
    }

    fn address<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        let Some((after, what, text)) = marks::address(c, self.line) else {
            return Ok(None);
        };
        let range = after.range_from(c);
        let Some(address) = WebAddress::parse(&text) else {
            return Err(Fault::new(range, Reason::BadAddress));
        };
        let found = &mut self.found;
        match what {
            Use::Evidence => {
                found.evidence = Some(Evidence {
                    address,
                    checked: None,
                });
            }
            Use::Link(kind) => found.links.push(Link { kind, address }),
            Use::Plain if found.url.is_none() => found.url = Some(address),
            Use::Plain => found.links.push(Link {
                kind: LinkKind::More,
                address,
            }),
        }
        self.note(What::Address, range);
        Ok(Some(after))
    }

    /// What may stand in brackets anywhere, also right behind a word.
    fn bracket<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        if let Some((after, status)) = marks::status(c) {
            self.found.status = Some(status);
            self.note(What::Status, after.range_from(c));
            return Ok(Some(after));
        }
        if self.found.open.is_none()
            && let Some((after, open)) = marks::open(c)
        {
            self.open(open, after.range_from(c));
            return Ok(Some(after));
        }
        if self.found.zone.is_none()
            && let Some((after, zone)) = marks::zone(c, self.line)?
        {
            let range = after.range_from(c);
            self.note(What::Zone, range.clone());
            self.found.zone = Some(At { what: zone, range });
            return Ok(Some(after));
        }
        self.exceptions(c)
    }

    fn open(&mut self, open: Open, range: Range<usize>) {
        self.note(What::Open, range.clone());
        self.found.open = Some(At { what: open, range });
    }

    /// `(5/5 제외)`, `5/5, 5/12 제외`, `except May 5`, `(5/6 추가)`, `also 5/6`.
    fn exceptions<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        let inside = c.eat_any(&['(', '[']);
        let at = inside.unwrap_or(c).space();
        let lead = at.one_of(&[
            ("except for", true),
            ("except", true),
            ("not on", true),
            ("not", true),
            ("제외", true),
            ("and also", false),
            ("also on", false),
            ("also", false),
            ("추가", false),
        ]);
        let from = lead.map_or(at, |(after, _)| after.eat(':').unwrap_or(after).space());
        let closed = |after: Cursor<'t>| match inside {
            Some(_) => after.space().eat_any(&[')', ']']),
            None => Some(after),
        };
        let holidays = from.any_word(&["공휴일", "holidays", "public holidays"]);
        if let Some(after) = holidays {
            let named = lead.is_some_and(|(_, out)| out) || after.space().word("제외").is_some();
            if named && after.is_edge() {
                return Err(Fault::new(after.range_from(c), Reason::HolidaysNeedAList));
            }
        }
        let mut days = Vec::new();
        let mut at = from;
        while let Some((after, day)) = day::written(at, self.context, Strength::Plain) {
            let after = day::weekday_after(after).map_or(after, |(after, _)| after);
            days.push(At {
                what: day,
                range: after.range_from(at),
            });
            let joined = after.space();
            let next = joined
                .eat_any(&[',', '·', '&'])
                .or_else(|| joined.any_word(&["and", "와", "및"]));
            at = after;
            match next {
                Some(next) => at = next.space(),
                None => break,
            }
        }
        let end = at
            .space()
            .one_of(&[("제외", true), ("휴무", true), ("추가", false)]);
        let end = end.filter(|_| inside.is_some() || self.found.repeat.is_some());
        let (after, out) = match (lead, end) {
            (Some((_, out)), _) => (at, out),
            (None, Some((after, out))) => (after, out),
            (None, None) => return Ok(None),
        };
        let (Some(after), false) = (closed(after), days.is_empty()) else {
            return Ok(None);
        };
        if !after.is_edge() {
            return Ok(None);
        }
        self.note(What::Except, after.range_from(c));
        if out {
            self.found.except.extend(days);
        } else {
            self.found.extra.extend(days);
        }
        Ok(Some(after))
    }

    /// `until 2027-06`, `~2027-06`, `6/30까지`, `x10`, `총 10회`.
    fn ending<'t>(&mut self, c: Cursor<'t>) -> Option<Cursor<'t>> {
        if self.found.ending.is_some() {
            return None;
        }
        let lead = c
            .eat('~')
            .or_else(|| c.any_word(&["until", "till", "through", "thru"]));
        let at = lead.map_or(c, Cursor::space);
        if let Some((after, day)) = day::end(at, self.context) {
            let until = after.literal("까지");
            let after = until.unwrap_or(after);
            if (lead.is_some() || until.is_some()) && after.is_edge() {
                self.end_with(Ending::Day(day), after.range_from(c));
                return Some(after);
            }
        }
        self.found.repeat.as_ref()?;
        let total = c.literal("총").map(Cursor::space);
        let times = c.eat_any(&['x', '×']);
        let (after, count, _) = total.or(times).unwrap_or(c).digits(4)?;
        let behind = after.space().any_word(&["회", "번", "times"]);
        let after = match (total.or(times), behind) {
            (Some(_), behind) => behind.unwrap_or(after),
            (None, behind) => behind?,
        };
        if !after.is_edge() || count == 0 {
            return None;
        }
        self.end_with(Ending::Count(count), after.range_from(c));
        Some(after)
    }

    fn end_with(&mut self, what: Ending, range: Range<usize>) {
        self.note(What::Until, range.clone());
        self.found.ending = Some(At { what, range });
    }

    fn repeat<'t>(&mut self, c: Cursor<'t>) -> Option<Cursor<'t>> {
        if self.found.repeat.is_some() {
            return None;
        }
        let (after, what) = repeat::repeat(c)?;
        let range = after.range_from(c);
        self.note(What::Repeat, range.clone());
        self.found.repeat = Some(At { what, range });
        Some(after)
    }

    fn when<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        if self.found.when.is_some() {
            return Ok(None);
        }
        let Some((after, mut when)) = day::when(c, self.context, self.strength)? else {
            return Ok(None);
        };
        let range = after.range_from(c);
        self.found.guesses.append(&mut when.guesses);
        self.note(What::Date, range.clone());
        self.found.when = Some(At { what: when, range });
        Ok(Some(after))
    }

    fn hours<'t>(&mut self, c: Cursor<'t>) -> Result<Option<Cursor<'t>>, Fault> {
        if let Some(after) = marks::all_day(c).filter(|_| !self.found.all_day) {
            self.found.all_day = true;
            self.note(What::Time, after.range_from(c));
            return Ok(Some(after));
        }
        if let Some((after, minutes)) = clock::lasting(c).filter(|_| self.found.minutes.is_none()) {
            let range = after.range_from(c);
            self.note(What::Time, range.clone());
            self.found.minutes = Some(At {
                what: minutes,
                range,
            });
            return Ok(Some(after));
        }
        if self.found.hours.is_some() {
            return Ok(None);
        }
        let Some((after, mut hours)) = clock::hours(c, self.context)? else {
            return Ok(None);
        };
        let range = after.range_from(c);
        self.found.guesses.append(&mut hours.guesses);
        self.note(What::Time, range.clone());
        self.found.hours = Some(At { what: hours, range });
        Ok(Some(after))
    }

    /// One word of the title, up to white space or a bracket that says something.
    fn title_word<'t>(&mut self, c: Cursor<'t>) -> Result<Cursor<'t>, Fault> {
        let mut end = c.next();
        while end.peek().is_some_and(|c| !c.is_whitespace()) {
            if matches!(end.peek(), Some('(' | '[')) && self.is_bracket(end)? {
                break;
            }
            end = end.next();
        }
        let range = end.range_from(c);
        let word = self.line.get(range.clone()).unwrap_or_default().to_owned();
        self.note(What::Title, range.clone());
        self.found.title.push((word, range, false));
        Ok(end)
    }

    /// Whether a bracket says something, without taking it.
    fn is_bracket(&self, c: Cursor<'_>) -> Result<bool, Fault> {
        let mut probe = Self::new(self.line, self.context, self.strength);
        probe.bracket(c).map(|found| found.is_some())
    }

    /// A status without brackets is one at the end of the title, or before everything: `연기 대상`
    /// within a title is what it is about.
    fn bare_status(&mut self, folded: &Folded) {
        if self.found.status.is_some() || self.found.title.len() < 2 {
            return;
        }
        let is_status = |found: &Found, at: usize| {
            let (_, range, quoted) = found.title.get(at).filter(|(_, _, quoted)| !quoted)?;
            let _ = quoted;
            let mut c = folded.begin();
            while c.byte() < range.start {
                c = c.next();
            }
            let (after, status) = marks::status_word(c)?;
            (after.range_from(c) == *range).then_some(status)
        };
        let last = self.found.title.len() - 1;
        let begins = self
            .found
            .spans
            .first()
            .is_some_and(|s| s.what == What::Title)
            && self
                .found
                .spans
                .get(1)
                .is_some_and(|s| s.what == What::Date);
        let hit = is_status(&self.found, last)
            .map(|status| (last, status))
            .or_else(|| begins.then(|| is_status(&self.found, 0).map(|status| (0, status)))?);
        if let Some((at, status)) = hit {
            let (_, range, _) = self.found.title.remove(at);
            self.found.status = Some(status);
            for span in &mut self.found.spans {
                if span.range == range {
                    span.what = What::Status;
                }
            }
        }
    }
}

/// The days that a line names, where it names them as a span or one.
pub(super) const fn first_day(days: Days) -> jiff::civil::Date {
    match days {
        Days::Day(date) => date,
        Days::Span(first, _) | Days::Window(first, _) => first,
    }
}
