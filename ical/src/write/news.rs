//! What changed lately, as one line for people: `변경: 18:30 → 17:00 · 11-22 10:14 · KBO`. Which
//! news are still told is decided where they are stored: no clock is asked here.

use super::Context;
use super::words::Words;
use domain::news::{Difference, News};
use domain::series::RecurrenceId;
use domain::text::Text;
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime};
use std::fmt::Write as _;

/// Most characters that a title, a place or a source takes up in a line.
const SHOWN_CHARS: usize = 60;

/// Whose news a component tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Those of the event itself, or of a series as a whole.
    Whole,
    /// Those of one changed instance.
    Instance(RecurrenceId),
    /// Those of one instance that stands for itself: its own, and those of the series.
    Alone(RecurrenceId),
}

impl Of {
    fn tells(self, instance: Option<RecurrenceId>) -> bool {
        match (self, instance) {
            (Self::Whole | Self::Alone(_), None) => true,
            (Self::Instance(id) | Self::Alone(id), Some(other)) => id == other,
            (Self::Whole, Some(_)) | (Self::Instance(_), None) => false,
        }
    }
}

/// The lines that a component tells, newest first. News that read alike before and after, such as
/// a title that changed in another language, are no news.
pub(super) fn lines(news: &[News], of: Of, context: &Context<'_>) -> impl Iterator<Item = String> {
    news.iter()
        .filter(move |one| of.tells(one.instance))
        .filter_map(move |one| line(one, context))
}

/// The lines of an event itself, or of a series as a whole: for formats that have one entry for it.
pub fn news_lines(news: &[News], context: &Context<'_>) -> String {
    let lines: Vec<String> = lines(news, Of::Whole, context).collect();
    lines.join("\n")
}

fn line(news: &News, context: &Context<'_>) -> Option<String> {
    let words = Words::of(context.lang);
    let mut line = String::from(words.changed);
    let mut first = true;
    for change in &news.changes {
        let before = line.len();
        if !first {
            line.push_str(", ");
        }
        if difference(&mut line, change, words, context) {
            first = false;
        } else {
            line.truncate(before);
        }
    }
    if first {
        return None;
    }
    let at = WallTime::of(news.at, context.zone).at;
    line.push_str(" · ");
    day(&mut line, at.date(), Years::Left);
    line.push(' ');
    clock(&mut line, at);
    if let Some(source) = news.source.as_deref().filter(|source| !source.is_empty()) {
        line.push_str(" · ");
        shortened(&mut line, source);
    }
    Some(line)
}

/// Writes one difference; false where nothing is to be seen of it.
fn difference(
    line: &mut String,
    change: &Difference,
    words: &Words,
    context: &Context<'_>,
) -> bool {
    match change {
        Difference::Time { was, is } => return times(line, was, is, words, context.zone),
        Difference::Status { was, is } => {
            line.push_str(words.status(*was));
            arrow(line);
            line.push_str(words.status(*is));
        }
        Difference::Place { was, is } | Difference::Title { was, is } => {
            return texts(line, was, is, words, context);
        }
        Difference::Series => line.push_str(words.repeats_changed),
    }
    true
}

fn arrow(line: &mut String) {
    line.push_str(" → ");
}

fn texts(line: &mut String, was: &Text, is: &Text, words: &Words, context: &Context<'_>) -> bool {
    let pick = |text: &Text| match text.pick(context.lang, context.primary) {
        "" => words.nothing.to_owned(),
        text => text.to_owned(),
    };
    let (was, is) = (pick(was), pick(is));
    if was == is {
        return false;
    }
    shortened(line, &was);
    arrow(line);
    shortened(line, &is);
    true
}

/// Writes the beginning of a text, on one line.
fn shortened(line: &mut String, text: &str) {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().nth(SHOWN_CHARS).is_none() {
        line.extend(text.chars().map(plain));
        return;
    }
    line.extend(text.chars().take(SHOWN_CHARS - 1).map(plain));
    line.truncate(line.trim_end().len());
    line.push('…');
}

/// One side of a time that moved, in the calendar's zone.
struct Side {
    /// First and last day; `None` where there is none.
    days: Option<(Date, Date)>,
    /// Start and end on the clock.
    clock: Option<(DateTime, Option<DateTime>)>,
    /// What is said beside the days.
    word: Option<&'static str>,
}

impl Side {
    fn of(time: &EventTime, words: &Words, zone: &Zone) -> Self {
        let clock = match time {
            EventTime::Zoned(zoned) => {
                let here = |t: WallTime| WallTime::of(t.instant(&zoned.zone), zone).at;
                Some((here(zoned.start), zoned.end.map(here)))
            }
            EventTime::Floating { start, end } => Some((*start, *end)),
            _ => None,
        };
        let (days, word) = match time {
            EventTime::Zoned(_) | EventTime::Floating { .. } => (None, None),
            EventTime::AllDay { first, last } => (Some((*first, *last)), Some(words.whole_day)),
            EventTime::DateOnly { date } => (Some((*date, *date)), Some(words.no_hour)),
            EventTime::Window { first, last } => (Some((*first, *last)), Some(words.no_day)),
            // The days it once had are no promise any more.
            EventTime::Undecided { .. } => (None, Some(words.no_time)),
        };
        let start_day = clock.map(|(start, _)| (start.date(), start.date()));
        Self {
            days: days.or(start_day),
            clock,
            word,
        }
    }
}

/// How much of a change is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Years {
    Told,
    Left,
}

/// Writes how a time moved; false where it did not for those who read it in this zone.
fn times(line: &mut String, was: &EventTime, is: &EventTime, words: &Words, zone: &Zone) -> bool {
    let begin = line.len();
    let sides = [Side::of(was, words, zone), Side::of(is, words, zone)];
    let [before, after] = &sides;
    let years = match (before.days, after.days) {
        (Some((a, b)), Some((c, d))) if [b, c, d].iter().any(|day| day.year() != a.year()) => {
            Years::Told
        }
        _ => Years::Left,
    };
    let same_days = before.days == after.days;
    let both_whole = before.word == after.word && before.clock.is_none();
    // The same beginning: then it is the end that moved.
    let same_start = before.clock.map(|c| c.0) == after.clock.map(|c| c.0);
    for (place, side) in sides.iter().enumerate() {
        if place > 0 {
            arrow(line);
        }
        let shows_days = !same_days || both_whole;
        if let Some((first, last)) = side.days.filter(|_| shows_days) {
            day(line, first, years);
            if first != last {
                line.push('~');
                day(line, last, years);
            }
        }
        if let Some((start, end)) = side.clock {
            apart(line, shows_days);
            clock(line, start);
            if let Some(end) = end.filter(|end| same_start && *end > start) {
                line.push('~');
                if end.date() != start.date() {
                    day(line, end.date(), years);
                    line.push(' ');
                }
                clock(line, end);
            }
        }
        if let Some(word) = side
            .word
            .filter(|word| !both_whole || *word != words.whole_day)
        {
            apart(line, shows_days && side.days.is_some());
            line.push_str(word);
        }
    }
    let (was_known, is_known) = (before.days.is_some(), after.days.is_some());
    let alike = line[begin..].split_once(" → ").is_some_and(|(a, b)| a == b);
    if alike {
        // Another pass through an hour that the clock shows twice, or only another zone.
        line.truncate(begin);
        line.push_str(words.time_changed);
        return (was_known || is_known) && was.instants(zone) != is.instants(zone);
    }
    true
}

fn apart(line: &mut String, after_days: bool) {
    if after_days {
        line.push(' ');
    }
}

/// `4-5`, or `2027-4-5`. Writing into a string does not fail.
fn day(line: &mut String, day: Date, years: Years) {
    if years == Years::Told {
        let _ = write!(line, "{}-", day.year());
    }
    let _ = write!(line, "{}-{}", day.month(), day.day());
}

/// `9:05` is written `09:05`, as in the entry's own words.
fn clock(line: &mut String, at: DateTime) {
    let _ = write!(line, "{:02}:{:02}", at.hour(), at.minute());
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn moved(was: EventTime, is: EventTime) -> String {
        let mut line = String::new();
        let words = Words::of(domain::text::Lang::KO);
        if times(&mut line, &was, &is, words, &Zone::seoul()) {
            line
        } else {
            String::new()
        }
    }

    fn at(day: i8, hour: i8) -> EventTime {
        let start = datetime(2027, 4, day, hour, 30, 0, 0);
        EventTime::zoned(
            start,
            Some(datetime(2027, 4, day, 22, 0, 0, 0)),
            Zone::seoul(),
        )
    }

    fn days(first: i8, last: i8) -> EventTime {
        EventTime::AllDay {
            first: date(2027, 4, first),
            last: date(2027, 4, last),
        }
    }

    #[test]
    fn times_are_told_as_far_as_they_differ() {
        let longer = EventTime::zoned(
            datetime(2027, 4, 5, 18, 30, 0, 0),
            Some(datetime(2027, 4, 6, 1, 0, 0, 0)),
            Zone::seoul(),
        );
        let unknown = EventTime::DateOnly {
            date: date(2027, 4, 5),
        };
        let window = EventTime::Window {
            first: date(2027, 4, 6),
            last: date(2027, 4, 9),
        };
        let never = EventTime::Undecided { was: None };
        let tokyo = EventTime::zoned(
            datetime(2027, 4, 5, 18, 30, 0, 0),
            Some(datetime(2027, 4, 5, 22, 0, 0, 0)),
            Zone::parse("Asia/Tokyo").unwrap(),
        );
        let new_year = EventTime::day(date(2028, 1, 1));
        for (was, is, want) in [
            (at(5, 18), at(5, 17), "18:30 → 17:30"),
            (at(5, 18), at(6, 17), "4-5 18:30 → 4-6 17:30"),
            (at(5, 18), longer, "18:30~22:00 → 18:30~4-6 01:00"),
            (at(5, 18), days(5, 5), "18:30 → 종일"),
            (at(5, 18), days(6, 7), "4-5 18:30 → 4-6~4-7 종일"),
            (days(5, 5), days(6, 7), "4-5 → 4-6~4-7"),
            (days(5, 5), new_year, "2027-4-5 → 2028-1-1"),
            (at(5, 18), unknown.clone(), "18:30 → 시간 미정"),
            (unknown.clone(), at(6, 9), "4-5 시간 미정 → 4-6 09:30"),
            (unknown, window, "4-5 시간 미정 → 4-6~4-9 날짜 미정"),
            (at(5, 18), never, "4-5 18:30 → 일정 미정"),
            (at(5, 18), tokyo, ""),
        ] {
            assert_eq!(moved(was, is), want);
        }
    }

    #[test]
    fn long_texts_are_cut_at_characters_and_stay_on_one_line() {
        let mut line = String::new();
        shortened(&mut line, &"가\n".repeat(50));
        assert_eq!(line.chars().count(), SHOWN_CHARS);
        assert!(line.ends_with('…'), "{line}");
        assert!(!line.contains('\n'));
    }
}
