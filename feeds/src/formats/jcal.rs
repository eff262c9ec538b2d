//! jCal (RFC 7265), from our own iCalendar text: the same properties, typed, as JSON arrays. It reads
//! what `ical::write` writes and decides nothing about it; anything else gives something, and never
//! a failure.

mod line;
mod value;

use line::Line;
use serde_json::{Value, json};

/// The media type (RFC 7265 §6).
pub const MEDIA_TYPE: &str = "application/calendar+json";

/// Deepest component that is told, the calendar's own counted: a zone's blocks are three deep. What
/// lies deeper is left out, so that no text decides how deep the program goes.
const DEPTH: usize = 6;

/// Turns the first calendar of an iCalendar text into jCal. Text without one gives an empty one.
pub fn from_ical(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let lines = line::unfolded(&text);
    let mut lines = lines.iter().filter_map(|line| Line::read(line));
    let mut open: Vec<Component> = Vec::new();
    let mut whole = None;
    for line in lines.by_ref() {
        match (line.name.as_str(), open.last_mut()) {
            ("begin", None) if !line.value.eq_ignore_ascii_case("VCALENDAR") => {}
            ("begin", _) => open.push(Component::named(line.value)),
            ("end", Some(_)) => whole = close(&mut open, line.value),
            (_, Some(inner)) => inner.properties.push(value::property(&line)),
            (_, None) => {}
        }
        if whole.is_some() {
            break;
        }
    }
    // What a cut-off text leaves open is closed.
    while whole.is_none() && !open.is_empty() {
        whole = close_innermost(&mut open);
    }
    let whole = whole.unwrap_or_else(|| json!(["vcalendar", [], []]));
    // Texts, numbers and lists always serialise.
    serde_json::to_vec(&whole).unwrap_or_default()
}

/// A component that is being read.
struct Component {
    name: String,
    properties: Vec<Value>,
    components: Vec<Value>,
}

impl Component {
    fn named(name: &str) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            properties: Vec::new(),
            components: Vec::new(),
        }
    }
}

/// Closes the component of this name and what is still open inside it; an END that nothing began is
/// passed over. Gives the outermost one when that is closed.
fn close(open: &mut Vec<Component>, name: &str) -> Option<Value> {
    let place = open
        .iter()
        .rposition(|one| one.name.eq_ignore_ascii_case(name))?;
    let mut whole = None;
    while open.len() > place {
        whole = close_innermost(open);
    }
    whole
}

fn close_innermost(open: &mut Vec<Component>) -> Option<Value> {
    let Component {
        name,
        properties,
        components,
    } = open.pop()?;
    let depth = open.len();
    // `[name, properties, components]` (§3.3).
    let told = json!([name, properties, components]);
    match open.last_mut() {
        Some(outer) if depth < DEPTH => outer.components.push(told),
        Some(_) => {}
        None => return Some(told),
    }
    None
}

#[cfg(test)]
mod tests;
