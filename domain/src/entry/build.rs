//! From the parts of a line to the event that they say.

use super::clock::Hours;
use super::dates::days_on;
use super::day::Days;
use super::fault::{Fault, Guess, Guessed, Reason};
use super::marks::Open;
use super::rule::{By, Repeat};
use super::scan::{At, Ending, Found, first_day};
use super::{Context, Entry, Understood, What};
use crate::caps;
use crate::event::{EventBody, Occurrence};
use crate::recur::{Freq, Rule, Until};
use crate::series::{ExtraDate, RecurrenceId, Series};
use crate::text::{Text, clean_line};
use crate::time::{EventTime, TimeError};
use crate::zone::Zone;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use std::num::NonZeroU32;
use std::ops::Range;

/// The event, with what was understood and guessed.
pub(super) fn build(mut found: Found, context: &Context<'_>) -> Result<Entry, Fault> {
    let title = title(&found);
    let (time, series) = Timing::new(&mut found, context).build()?;
    time.check().map_err(|error| match error {
        TimeError::YearOutOfRange(year) => fault(Reason::YearOutOfRange { year }),
        TimeError::EndsBeforeStart => fault(Reason::EndsBeforeStart),
    })?;
    if title.is_empty() {
        return Err(fault(Reason::NoTitle));
    }
    let text = |raw: &str| Text::new(context.lang, clean_line(raw, caps::LINE_BYTES));
    let main = Occurrence {
        description: text(&found.description),
        place: found.place.unwrap_or_default(),
        url: found.url,
        links: found.links,
        status: found.status.unwrap_or_default(),
        tags: found.tags,
        result: text(&found.result),
        evidence: found.evidence,
        ..Occurrence::new(Text::new(context.lang, title), time)
    };
    Ok(Entry {
        body: EventBody { main, series },
        spans: joined(found.spans),
        guesses: found.guesses,
    })
}

const fn fault(reason: Reason) -> Fault {
    Fault::new(0..0, reason)
}

/// What nothing else knew, on one line, without the marks that joined it to the rest.
fn title(found: &Found) -> String {
    let quoted = found.title.iter().any(|(_, _, quoted)| *quoted);
    let words: Vec<&str> = found.title.iter().map(|(word, ..)| word.as_str()).collect();
    let line = clean_line(&words.join(" "), caps::LINE_BYTES);
    if quoted {
        return line;
    }
    let marks = [',', ';', ':', '-', '–', '—', '~', '|', '·'];
    let tail = line.trim_end_matches(|c: char| marks.contains(&c) || c.is_whitespace());
    let inner = tail.trim_start_matches(|c: char| marks.contains(&c) || c.is_whitespace());
    inner.to_owned()
}

/// Spans in the order of the line, words of one title next to each other as one.
fn joined(mut spans: Vec<Understood>) -> Vec<Understood> {
    spans.sort_by_key(|span| (span.range.start, span.range.end));
    let mut all: Vec<Understood> = Vec::with_capacity(spans.len());
    for span in spans {
        match all.last_mut() {
            Some(last) if last.what == What::Title && span.what == What::Title => {
                last.range.end = span.range.end;
            }
            _ => all.push(span),
        }
    }
    all
}

/// The parts that say when.
struct Timing<'f, 'a> {
    found: &'f mut Found,
    context: &'a Context<'a>,
}

impl<'f, 'a> Timing<'f, 'a> {
    const fn new(found: &'f mut Found, context: &'a Context<'a>) -> Self {
        Self { found, context }
    }

    fn build(mut self) -> Result<(EventTime, Option<Series>), Fault> {
        if let Some(At { what, range }) = self.found.repeat.take() {
            let (time, series) = self.repeating(&what, &range)?;
            return Ok((time, Some(series)));
        }
        let days = self.days()?;
        let open = self.found.open.as_ref().map(|open| open.what);
        let hours = self.found.hours.take();
        match (days, open, hours) {
            (None, Some(Open::Day | Open::Something), None) => {
                Ok((EventTime::Undecided { was: None }, None))
            }
            (None, ..) => Err(fault(Reason::NoDate)),
            (Some(days), Some(Open::Day), _) => {
                let was = match days {
                    Days::Day(date) => (date, date),
                    Days::Span(first, last) | Days::Window(first, last) => (first, last),
                };
                Ok((EventTime::Undecided { was: Some(was) }, None))
            }
            (Some(Days::Day(date)), Some(_), None) => Ok((EventTime::DateOnly { date }, None)),
            (Some(Days::Span(first, last)), Some(Open::Something), None) => {
                Ok((EventTime::Window { first, last }, None))
            }
            (Some(Days::Window(first, last)), _, None) => {
                Ok((EventTime::Window { first, last }, None))
            }
            (Some(Days::Window(..)), _, Some(hours)) => {
                Err(Fault::new(hours.range, Reason::HoursWithoutDay))
            }
            (Some(Days::Day(date)), _, None) => Ok((EventTime::day(date), None)),
            (Some(Days::Span(first, last)), _, None) => {
                Ok((EventTime::AllDay { first, last }, None))
            }
            (Some(Days::Day(date)), _, Some(hours)) => Ok((self.clock(date, &hours)?, None)),
            (Some(Days::Span(first, last)), _, Some(hours)) => {
                let (time, series) = self.each_day(first, last, &hours)?;
                Ok((time, Some(series)))
            }
        }
    }

    /// The days of an event that does not repeat; an end makes a day a span.
    fn days(&mut self) -> Result<Option<Days>, Fault> {
        let days = self.found.when.as_ref().map(|when| when.what.days);
        let Some(ending) = self.found.ending.clone() else {
            return Ok(days);
        };
        let Ending::Day(written) = ending.what else {
            return Ok(days);
        };
        match days {
            Some(Days::Day(first)) => {
                let last = written.after(first, &ending.range)?;
                if last < first {
                    return Err(Fault::new(ending.range, Reason::EndsBeforeStart));
                }
                Ok(Some(Days::Span(first, last)))
            }
            Some(days) => Ok(Some(days)),
            None => {
                let (date, guess) = written.resolve(self.context, &ending.range)?;
                self.found.guesses.extend(guess);
                self.guess(ending.range, Guessed::LastDayOnly(date));
                Ok(Some(Days::Day(date)))
            }
        }
    }

    fn guess(&mut self, range: Range<usize>, what: Guessed) {
        self.found.guesses.push(Guess { range, what });
    }

    fn zone(&self) -> Zone {
        let named = self.found.zone.as_ref().map(|zone| zone.what.clone());
        named.unwrap_or_else(|| self.context.zone.clone())
    }

    /// Hours on a day.
    fn clock(&mut self, date: Date, hours: &At<Hours>) -> Result<EventTime, Fault> {
        let range = &hours.range;
        let none = || Fault::new(range.clone(), Reason::NoSuchTime);
        let on = |date: Date, at: super::clock::At| {
            let date = if at.next_day { days_on(date, 1)? } else { date };
            Some(date.to_datetime(at.time))
        };
        let start = on(date, hours.what.start).ok_or_else(none)?;
        let end = match (hours.what.end, hours.what.end_day) {
            (Some(end), Some(day)) => {
                let day = day.after(date, range)?;
                let end = on(day, end).ok_or_else(none)?;
                if end < start {
                    return Err(Fault::new(range.clone(), Reason::EndsBeforeStart));
                }
                Some(end)
            }
            (Some(end), None) => {
                let same = on(date, end).ok_or_else(none)?;
                if same == start {
                    return Err(Fault::new(range.clone(), Reason::EndsAtStart));
                }
                if same < start {
                    let next = days_on(same.date(), 1).ok_or_else(none)?;
                    self.guess(range.clone(), Guessed::EndsNextDay(next));
                    Some(next.to_datetime(same.time()))
                } else {
                    Some(same)
                }
            }
            (None, _) => self.usual_end(start, hours)?,
        };
        Ok(EventTime::zoned(start, end, self.zone()))
    }

    fn usual_end(&mut self, start: DateTime, hours: &At<Hours>) -> Result<Option<DateTime>, Fault> {
        let named = self.found.minutes.clone();
        let (minutes, range) = match (&named, self.context.minutes) {
            (Some(named), _) => (named.what, named.range.clone()),
            (None, Some(minutes)) if !hours.what.endless => (minutes, hours.range.clone()),
            (None, _) => return Ok(None),
        };
        let end = start.checked_add(i64::from(minutes).minutes());
        let end = end.map_err(|_| Fault::new(range.clone(), Reason::NoSuchTime))?;
        if named.is_none() {
            self.guess(range, Guessed::DefaultEnd(minutes));
        }
        Ok(Some(end))
    }

    /// `4/5-4/7 18:30`: on each of the days.
    fn each_day(
        &mut self,
        first: Date,
        last: Date,
        hours: &At<Hours>,
    ) -> Result<(EventTime, Series), Fault> {
        self.guess(hours.range.clone(), Guessed::EachDay);
        let time = self.clock(first, hours)?;
        let rule = Rule::every(Freq::Daily).ending(Until::Date(last));
        let series = self.with_exceptions(rule, &time, first)?;
        Ok((time, series))
    }

    fn repeating(
        &mut self,
        repeat: &Repeat,
        range: &Range<usize>,
    ) -> Result<(EventTime, Series), Fault> {
        let never = || Fault::new(range.clone(), Reason::NeverHappens);
        if let Some(open) = &self.found.open {
            return Err(Fault::new(open.range.clone(), Reason::CannotRepeat));
        }
        let when = self.found.when.take();
        let days = when.as_ref().map(|when| when.what.days);
        if let Some(Days::Window(..)) = days {
            let range = when.map_or(0..0, |when| when.range);
            return Err(Fault::new(range, Reason::CannotRepeat));
        }
        let from = match days {
            Some(days) => first_day(days),
            None if repeat.names_days() => self.context.today,
            None => return Err(Fault::new(range.clone(), Reason::NoDate)),
        };
        let mut rule = repeat.rule().ok_or_else(never)?;
        let first = if repeat.by == By::Nothing {
            from
        } else {
            let start = rule.starts_on(from).next();
            start.and_then(Result::ok).ok_or_else(never)?.date()
        };
        if let (Some(when), true) = (&when, first != from) {
            self.guess(when.range.clone(), Guessed::FirstDay(first));
        } else if when.is_none() {
            self.guess(range.clone(), Guessed::FirstDay(first));
        }
        if let Some(Days::Span(_, last)) = days {
            rule = rule.ending(Until::Date(last));
        }
        match self.found.ending.clone() {
            Some(At {
                what: Ending::Count(count),
                ..
            }) => {
                let count = NonZeroU32::new(count).ok_or_else(never)?;
                rule = rule.times(count);
            }
            Some(At {
                what: Ending::Day(day),
                range,
            }) => {
                let last = day.after(first, &range)?;
                if last < first {
                    let reason = Reason::UntilBeforeStart { first };
                    return Err(Fault::new(range, reason));
                }
                rule = rule.ending(Until::Date(last));
            }
            None => {}
        }
        let time = match self.found.hours.take() {
            Some(hours) => self.clock(first, &hours)?,
            None => EventTime::day(first),
        };
        let series = self.with_exceptions(rule, &time, first)?;
        Ok((time, series))
    }

    /// The rule less the days that the line takes out, and with those that it adds.
    fn with_exceptions(&self, rule: Rule, time: &EventTime, first: Date) -> Result<Series, Fault> {
        let clock = match time {
            EventTime::Zoned(zoned) => Some(zoned.start.at.time()),
            _ => None,
        };
        let mut except = Vec::new();
        for day in &self.found.except {
            let date = day.what.after(first, &day.range)?;
            let midnight = date.to_datetime(Time::midnight());
            let mut hits = rule
                .starts_on(first)
                .since(midnight)
                .until(date.at(23, 59, 59, 0));
            if !hits.any(|start| start.is_ok_and(|start| start.date() == date)) {
                let reason = Reason::NotOneOfItsDays { date };
                return Err(Fault::new(day.range.clone(), reason));
            }
            except.push(instance(date, clock));
        }
        let mut extra = Vec::new();
        for day in &self.found.extra {
            let start = instance(day.what.after(first, &day.range)?, clock);
            extra.push(ExtraDate { start, end: None });
        }
        except.sort_unstable();
        except.dedup();
        extra.sort_unstable();
        extra.dedup();
        Ok(Series {
            rules: vec![rule],
            extra,
            except,
            overrides: Vec::new(),
        })
    }
}

fn instance(date: Date, clock: Option<Time>) -> RecurrenceId {
    match clock {
        Some(time) => RecurrenceId::Local(date.to_datetime(time)),
        None => RecurrenceId::Date(date),
    }
}
