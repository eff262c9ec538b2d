//! Whether a member fits a filter (RFC 4791 §9.7). Spans are looked up in the event's instances,
//! everything else in the text that clients are given, so that what they search is what they see.

use super::Member;
use super::filter::{
    Collation, Component, Filter, Inside, Parameter, Property, Said, Span, Text, Wanted,
};
use domain::event::Event;
use domain::expand::{Budget, ExpandError};
use domain::zone::Zone;
use std::cell::OnceCell;

/// A member, and its text where somebody had to look into it.
struct Subject<'a> {
    member: &'a Member,
    zone: &'a Zone,
    read: OnceCell<Part>,
}

/// Whether the member fits. `zone` is that in which floating times and whole days are meant.
pub(super) fn fits(filter: &Filter, member: &Member, zone: &Zone) -> bool {
    let subject = Subject {
        member,
        zone,
        read: OnceCell::new(),
    };
    match &filter.0.wanted {
        Wanted::Absent => false,
        Wanted::Like(inside) => {
            let events = inside.components.iter().all(|one| subject.component(one));
            events && (inside.properties.is_empty() || properties(inside, subject.text()))
        }
    }
}

impl Subject<'_> {
    fn text(&self) -> &Part {
        self.read
            .get_or_init(|| Part::read(&String::from_utf8_lossy(&self.member.body.bytes())))
    }

    /// A condition on what is directly in the VCALENDAR. Every member has events, and none has
    /// tasks or notes, so most conditions need no look into the text.
    fn component(&self, wanted: &Component) -> bool {
        match (wanted.name.as_str(), &wanted.wanted) {
            ("VEVENT", Wanted::Absent) => false,
            ("VEVENT", Wanted::Like(inside)) => {
                let then = inside.span.is_none_or(|span| self.happens(span));
                let plain = inside.properties.is_empty() && inside.components.is_empty();
                then && (plain || component(wanted, self.text()))
            }
            ("VTODO" | "VJOURNAL" | "VFREEBUSY", wanted) => *wanted == Wanted::Absent,
            _ => component(wanted, self.text()),
        }
    }

    fn happens(&self, span: Span) -> bool {
        let body = &self.member.event.body;
        let window = Some((span.from, span.to));
        match body.instances(window, self.zone, enough(&self.member.event)) {
            Ok(instances) => !instances.is_empty(),
            // More starts in the window than exceptions and moved instances could take out of it.
            Err(ExpandError::Instances(_)) => true,
            // Too much work to tell: an event too many does less harm than one that is missing.
            Err(_) => true,
        }
    }
}

/// How many starts must be seen to know that one is left: one more than could turn out to be
/// doubles, exceptions or moved. A daily rule over a thousand years is not written out for that.
fn enough(event: &Event) -> Budget {
    let usual = Budget::default();
    let Some(series) = &event.body.series else {
        return usual;
    };
    let out = series.except.len() + series.overrides.len() + 1;
    let doubles = series.rules.len() + 1;
    Budget {
        instances: usual
            .instances
            .min(out.saturating_mul(doubles) + series.extra.len()),
        ..usual
    }
}

/// Whether one of the components of that name in `part` is like that; spans were looked at before.
fn component(wanted: &Component, part: &Part) -> bool {
    let mut named = part.parts.iter().filter(|one| one.name == wanted.name);
    match &wanted.wanted {
        Wanted::Absent => named.next().is_none(),
        Wanted::Like(inside) => named.any(|one| {
            properties(inside, one) && inside.components.iter().all(|child| component(child, one))
        }),
    }
}

fn properties(inside: &Inside, part: &Part) -> bool {
    inside
        .properties
        .iter()
        .all(|wanted| property(wanted, part))
}

fn property(wanted: &Property, part: &Part) -> bool {
    let mut named = part.lines.iter().filter(|line| line.name == wanted.name);
    match &wanted.wanted {
        Wanted::Absent => named.next().is_none(),
        Wanted::Like(said) => named.any(|line| says(said, line)),
    }
}

fn says(said: &Said, line: &Line) -> bool {
    let text = said.text.as_ref();
    text.is_none_or(|text| contains(text, &line.value))
        && said.parameters.iter().all(|wanted| parameter(wanted, line))
}

fn parameter(wanted: &Parameter, line: &Line) -> bool {
    let mut named = line.parameters.iter().filter(|one| one.0 == wanted.name);
    match &wanted.wanted {
        Wanted::Absent => named.next().is_none(),
        Wanted::Like(None) => named.next().is_some(),
        Wanted::Like(Some(text)) => named.any(|(_, value)| contains(text, value)),
    }
}

fn contains(text: &Text, value: &str) -> bool {
    let found = match text.collation {
        Collation::Octet => value.contains(&text.part),
        Collation::AsciiCase => value
            .to_ascii_lowercase()
            .contains(&text.part.to_ascii_lowercase()),
    };
    found == (text.wanted == Wanted::Like(()))
}

/// One component of a text that we wrote ourselves: well-formed, so it is read without a word
/// about what could be wrong with it.
#[derive(Debug, Default)]
struct Part {
    name: String,
    lines: Vec<Line>,
    parts: Vec<Self>,
}

/// One property.
#[derive(Debug)]
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    /// Its value, without the escapes of TEXT (RFC 5545 §3.3.11).
    value: String,
}

impl Part {
    /// Reads a VCALENDAR.
    fn read(text: &str) -> Self {
        let whole = text.replace("\r\n ", "").replace("\r\n\t", "");
        let mut open = vec![Self::default()];
        for line in whole.lines().filter_map(Line::read) {
            if line.name == "BEGIN" {
                open.push(Self {
                    name: line.value.to_ascii_uppercase(),
                    ..Self::default()
                });
            } else if line.name == "END" {
                close(&mut open);
            } else if let Some(inside) = open.last_mut() {
                inside.lines.push(line);
            }
        }
        while open.len() > 1 {
            close(&mut open);
        }
        let around = open.pop().unwrap_or_default();
        around.parts.into_iter().next().unwrap_or_default()
    }
}

fn close(open: &mut Vec<Part>) {
    if open.len() > 1
        && let Some(closed) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.parts.push(closed);
    }
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let mut quoted = false;
        let colon = line.find(|c: char| {
            quoted ^= c == '"';
            c == ':' && !quoted
        })?;
        let (head, value) = (&line[..colon], &line[colon + 1..]);
        let mut parts = split(head).into_iter();
        let name = parts.next()?.to_ascii_uppercase();
        let parameters = parts.filter_map(|part| {
            let (key, value) = part.split_once('=')?;
            Some((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        });
        Some(Self {
            parameters: parameters.collect(),
            name,
            value: plain(value),
        })
    }
}

/// Name and parameters, between semicolons outside quotes.
fn split(head: &str) -> Vec<&str> {
    let mut quoted = false;
    head.split(move |c: char| {
        quoted ^= c == '"';
        c == ';' && !quoted
    })
    .collect()
}

/// A text without its escapes.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}
