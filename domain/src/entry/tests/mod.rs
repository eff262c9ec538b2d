//! Lines and what they say. Today is Wednesday, 10 March 2027.

mod any;
mod days;
mod faults;
mod guide;
mod marks;
mod repeats;
mod round;

use super::*;
use crate::event::{LinkKind, Status};
use crate::text::Text;
use crate::time::EventTime;
use jiff::civil::date;

fn context(zone: &Zone) -> Context<'_> {
    Context::new(date(2027, 3, 10), zone, Lang::KO)
}

fn read(line: &str) -> Result<Entry, Fault> {
    read_line(line, &context(&Zone::seoul()))
}

/// The event of a line, in short.
fn said(line: &str) -> String {
    match read(line) {
        Ok(entry) => told(&entry.body),
        Err(fault) => format!("! {}", fault.reason.key()),
    }
}

fn told(body: &EventBody) -> String {
    let main = &body.main;
    let mut parts = vec![time(&main.time)];
    if let Some(series) = &body.series {
        parts.extend(series.rules.iter().map(ToString::to_string));
        parts.extend(series.except.iter().map(|id| format!("-{id}")));
        parts.extend(series.extra.iter().map(|extra| format!("+{}", extra.start)));
    }
    parts.push(main.title.pick(Lang::KO, Lang::EN).to_owned());
    if main.status != Status::Confirmed {
        parts.push(format!("({})", main.status.as_str()));
    }
    if !main.place.is_empty() {
        parts.push(format!("@{}", main.place.name.pick(Lang::KO, Lang::EN)));
    }
    parts.extend(main.tags.iter().map(|tag| format!("#{}", tag.key)));
    if !main.result.is_empty() {
        parts.push(format!("={}", main.result.pick(Lang::KO, Lang::KO)));
    }
    parts.extend(main.url.iter().map(ToString::to_string));
    parts.extend(main.links.iter().map(|link| match link.kind {
        LinkKind::Tickets => format!("tickets:{}", link.address),
        LinkKind::Stream => format!("stream:{}", link.address),
        LinkKind::More => format!("more:{}", link.address),
    }));
    parts.extend(
        main.evidence
            .iter()
            .map(|e| format!("source:{}", e.address)),
    );
    if !main.description.is_empty() {
        parts.push(format!("// {}", main.description.pick(Lang::KO, Lang::KO)));
    }
    parts.join(" | ")
}

fn time(time: &EventTime) -> String {
    match time {
        EventTime::Zoned(z) => {
            let start = z.start.at.strftime("%Y-%m-%d %H:%M");
            let end = z.end.map(|end| end.at);
            let end = end.map_or(String::new(), |end| {
                if end.date() == z.start.at.date() {
                    end.strftime("-%H:%M").to_string()
                } else {
                    end.strftime(" ~ %Y-%m-%d %H:%M").to_string()
                }
            });
            let zone = match z.zone.name() {
                "Asia/Seoul" => String::new(),
                name => format!(" [{name}]"),
            };
            format!("{start}{end}{zone}")
        }
        EventTime::Floating { .. } => "floating".to_owned(),
        EventTime::AllDay { first, last } if first == last => first.to_string(),
        EventTime::AllDay { first, last } => format!("{first}~{last}"),
        EventTime::DateOnly { date } => format!("{date} ?"),
        EventTime::Window { first, last } => format!("{first}~{last} ?"),
        EventTime::Undecided { was: None } => "?".to_owned(),
        EventTime::Undecided { was: Some((a, b)) } => format!("? was {a}~{b}"),
    }
}

fn all(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(line, want)| said(line) != *want)
        .map(|(line, want)| format!("{line}\n  want {want}\n  got  {}", said(line)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
