//! An event as the line that says it: the grammar's one canonical form.

use super::rule::{By, Repeat};
use super::{Context, LINE_BYTES, read_line};
use crate::event::{EventBody, Link, LinkKind, Status};
use crate::recur::{Freq, Rule, Until};
use crate::series::Series;
use crate::text::{Lang, Text};
use crate::time::{EventTime, Zoned};
use jiff::civil::{Date, DateTime, Weekday};

/// The line that says an event, `None` where no line does: [`read_line`] with the same context
/// gives the event back.
pub fn write_line(body: &EventBody, context: &Context<'_>) -> Option<String> {
    let writer = Writer {
        korean: context.lang == Lang::KO,
        context,
    };
    // Plain where that is unmistakable: whether it is, the reader knows best.
    [Quotes::Needed, Quotes::Always]
        .into_iter()
        .find_map(|quotes| {
            let line = writer.line(body, quotes)?;
            let read = read_line(&line, context)
                .ok()
                .filter(|_| line.len() <= LINE_BYTES)?;
            (read.body == *body).then_some(line)
        })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Needed,
    Always,
}

struct Writer<'a> {
    korean: bool,
    context: &'a Context<'a>,
}

impl Writer<'_> {
    fn line(&self, body: &EventBody, quotes: Quotes) -> Option<String> {
        let main = &body.main;
        let mut parts = vec![self.time(&main.time)?];
        let mut behind = Vec::new();
        if let Some(series) = &body.series {
            let (rule, end) = self.series(series)?;
            parts.insert(1, rule);
            behind = end;
        }
        if let EventTime::Zoned(zoned) = &main.time {
            parts.push(clock(zoned));
            if zoned.zone != *self.context.zone {
                parts.push(format!("[{}]", zoned.zone));
            }
        }
        if main.status != Status::Confirmed {
            parts.push(format!("({})", self.status(main.status)));
        }
        parts.push(self.name(&main.title, quotes)?);
        parts.extend(behind);
        if !main.place.is_empty() {
            let name = main.place.name.get(self.context.lang)?;
            parts.push(format!("@{}", quoted(name)));
        }
        for tag in &main.tags {
            let name = tag.label.get(self.context.lang).unwrap_or(&tag.key);
            parts.push(format!("#{}", quoted(name)));
        }
        if !main.result.is_empty() {
            parts.push(format!("={}", quoted(main.result.get(self.context.lang)?)));
        }
        parts.extend(main.url.as_ref().map(ToString::to_string));
        parts.extend(main.links.iter().map(|link| self.link(link)));
        if let Some(evidence) = &main.evidence {
            let word = if self.korean { "출처" } else { "source" };
            parts.push(format!("{word} {}", evidence.address));
        }
        if !main.description.is_empty() {
            parts.push(format!("// {}", main.description.get(self.context.lang)?));
        }
        Some(parts.join(" "))
    }

    fn name(&self, text: &Text, quotes: Quotes) -> Option<String> {
        let name = text.get(self.context.lang)?;
        Some(match quotes {
            Quotes::Needed => name.to_owned(),
            Quotes::Always => in_quotes(name),
        })
    }

    fn time(&self, time: &EventTime) -> Option<String> {
        let (hour_open, day_open, open) = if self.korean {
            ("시간미정", "날짜미정", "미정")
        } else {
            ("time TBA", "date TBA", "TBA")
        };
        Some(match time {
            EventTime::Zoned(zoned) => zoned.start.at.date().to_string(),
            EventTime::Floating { .. } => return None,
            EventTime::AllDay { first, last } => days(*first, *last),
            EventTime::DateOnly { date } => format!("{date} {hour_open}"),
            EventTime::Window { first, last } => format!("{first}~{last} {open}"),
            EventTime::Undecided { was: None } => day_open.to_owned(),
            EventTime::Undecided {
                was: Some((first, last)),
            } => format!("{} {day_open}", days(*first, *last)),
        })
    }

    fn status(&self, status: Status) -> &'static str {
        match (status, self.korean) {
            (Status::Tentative, true) => "잠정",
            (Status::Postponed, true) => "연기",
            (Status::Cancelled, true) => "취소",
            (Status::Postponed, false) => "postponed",
            (Status::Cancelled, false) => "cancelled",
            (Status::Tentative | Status::Confirmed, _) => "tentative",
        }
    }

    fn link(&self, link: &Link) -> String {
        let word = match (link.kind, self.korean) {
            (LinkKind::Tickets, true) => "예매",
            (LinkKind::Stream, true) => "중계",
            (LinkKind::More, true) => "링크",
            (LinkKind::Tickets, false) => "tickets",
            (LinkKind::Stream, false) => "stream",
            (LinkKind::More, false) => "link",
        };
        format!("{word} {}", link.address)
    }

    /// The rule, and what stands behind the title: its end and its exceptions.
    fn series(&self, series: &Series) -> Option<(String, Vec<String>)> {
        let [rule] = series.rules.as_slice() else {
            return None;
        };
        if !series.overrides.is_empty() {
            return None;
        }
        let mut behind = Vec::from_iter(self.end(rule)?);
        let list = |dates: &mut dyn Iterator<Item = Date>| {
            dates
                .map(|date| date.to_string())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let except = list(&mut series.except.iter().map(crate::series::RecurrenceId::date));
        let extra = list(&mut series.extra.iter().map(|extra| extra.start.date()));
        if !except.is_empty() {
            behind.push(match self.korean {
                true => format!("({except} 제외)"),
                false => format!("(except {except})"),
            });
        }
        if !extra.is_empty() {
            behind.push(match self.korean {
                true => format!("({extra} 추가)"),
                false => format!("(also {extra})"),
            });
        }
        Some((self.rule(rule)?, behind))
    }

    /// The end of a rule; nothing for a rule without one.
    fn end(&self, rule: &Rule) -> Option<Option<String>> {
        Some(match (rule.until(), rule.count()) {
            (None, None) => None,
            (Some(Until::Date(date)), None) => Some(match self.korean {
                true => format!("~{date}"),
                false => format!("until {date}"),
            }),
            (None, Some(count)) => Some(match self.korean {
                true => format!("총 {count}회"),
                false => format!("x{count}"),
            }),
            _ => return None,
        })
    }

    fn rule(&self, rule: &Rule) -> Option<String> {
        let repeat = Repeat::of(rule)?;
        Some(match self.korean {
            true => korean(&repeat),
            false => english(&repeat),
        })
    }
}

fn days(first: Date, last: Date) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}~{last}")
    }
}

/// `18:30-21:00`, `22:00-2027-04-06 02:00`, `18:30~` for what has no end.
fn clock(zoned: &Zoned) -> String {
    let start = zoned.start.at;
    let time = |at: DateTime| match at.second() {
        0 => at.strftime("%H:%M").to_string(),
        _ => at.strftime("%H:%M:%S").to_string(),
    };
    match zoned.end.map(|end| end.at) {
        None => format!("{}~", time(start)),
        Some(end) if end.date() == start.date() => format!("{}-{}", time(start), time(end)),
        Some(end) => format!("{} ~ {} {}", time(start), end.date(), time(end)),
    }
}

/// A name behind a mark: in quotation marks unless it is one plain word.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        in_quotes(name)
    }
}

fn in_quotes(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    out.push('"');
    for c in name.chars() {
        if super::glyphs::is_quote(c) || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn korean(repeat: &Repeat) -> String {
    let (one, many) = match repeat.freq {
        Freq::Daily => ("매일", "일마다"),
        Freq::Weekly => ("매주", "주마다"),
        Freq::Monthly => ("매월", "개월마다"),
        _ => ("매년", "년마다"),
    };
    let lead = match repeat.interval {
        1 => one.to_owned(),
        2 if repeat.freq == Freq::Weekly => "격주".to_owned(),
        count => format!("{count}{many}"),
    };
    let weekdays = |days: &[Weekday]| {
        let names: Vec<String> = days
            .iter()
            .map(|day| format!("{}요일", korean_day(*day)))
            .collect();
        names.join("·")
    };
    let nth = |which: &[i8]| {
        let names: Vec<&str> = which.iter().map(|nth| korean_nth(*nth)).collect();
        names.join("·")
    };
    let month_days = |days: &[i8]| {
        let names = days.iter().map(|day| match day {
            -1 => "말일".to_owned(),
            day => format!("{day}일"),
        });
        names.collect::<Vec<_>>().join("·")
    };
    match &repeat.by {
        By::Nothing => lead,
        By::Weekdays(days) => format!("{lead} {}", weekdays(days)),
        By::Nth(which, days) => format!("{lead} {} {}", nth(which), weekdays(days)),
        By::MonthDays(days) => format!("{lead} {}", month_days(days)),
        By::YearDays(month, days) => format!("{lead} {month}월 {}", month_days(days)),
        By::YearNth(month, which, days) => {
            format!("{lead} {month}월 {} {}", nth(which), weekdays(days))
        }
    }
}

const fn korean_day(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "월",
        Weekday::Tuesday => "화",
        Weekday::Wednesday => "수",
        Weekday::Thursday => "목",
        Weekday::Friday => "금",
        Weekday::Saturday => "토",
        Weekday::Sunday => "일",
    }
}

const fn korean_nth(nth: i8) -> &'static str {
    match nth {
        1 => "첫째",
        2 => "둘째",
        3 => "셋째",
        4 => "넷째",
        5 => "다섯째",
        _ => "마지막",
    }
}

fn english(repeat: &Repeat) -> String {
    let unit = match repeat.freq {
        Freq::Daily => "day",
        Freq::Weekly => "week",
        Freq::Monthly => "month",
        _ => "year",
    };
    let lead = match repeat.interval {
        1 => format!("every {unit}"),
        count => format!("every {count} {unit}s"),
    };
    let weekdays = |days: &[Weekday]| {
        let names: Vec<&str> = days.iter().map(|day| english_day(*day)).collect();
        names.join(", ")
    };
    let nth = |which: &[i8]| {
        let names: Vec<&str> = which.iter().map(|nth| english_nth(*nth)).collect();
        names.join(" and ")
    };
    match &repeat.by {
        By::Nothing => lead,
        By::Weekdays(days) => format!("{lead} on {}", weekdays(days)),
        By::Nth(which, days) => format!("{lead} on the {} {}", nth(which), weekdays(days)),
        By::MonthDays(days) => format!("{lead} on the {}", english_days(days)),
        By::YearDays(month, days) => {
            let days: Vec<String> = days.iter().map(ToString::to_string).collect();
            format!("{lead} on {} {}", english_month(*month), days.join(", "))
        }
        By::YearNth(month, which, days) => {
            format!(
                "{lead} on the {} {} of {}",
                nth(which),
                weekdays(days),
                english_month(*month)
            )
        }
    }
}

fn english_days(days: &[i8]) -> String {
    let names = days.iter().map(|day| match day {
        -1 => "last day".to_owned(),
        1 | 21 | 31 => format!("{day}st"),
        2 | 22 => format!("{day}nd"),
        3 | 23 => format!("{day}rd"),
        day => format!("{day}th"),
    });
    names.collect::<Vec<_>>().join(" and ")
}

const fn english_day(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

const fn english_nth(nth: i8) -> &'static str {
    match nth {
        1 => "1st",
        2 => "2nd",
        3 => "3rd",
        4 => "4th",
        5 => "5th",
        _ => "last",
    }
}

const fn english_month(month: i8) -> &'static str {
    match month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}
