//! Our own export: a calendar as JSON that [`crate::read`] takes back whole.

use domain::calendar::{Calendar, CalendarProfile};
use domain::event::{Event, EventBody};
use serde::Serialize;

#[derive(Serialize)]
struct Export<'a> {
    almanac: u32,
    calendar: &'a CalendarProfile,
    events: Vec<Exported<'a>>,
}

#[derive(Serialize)]
struct Exported<'a> {
    uid: &'a str,
    sequence: i64,
    #[serde(flatten)]
    body: &'a EventBody,
}

/// A calendar and its events as JSON, one event a line, ordered by UID.
pub fn json(calendar: &Calendar, events: &[Event]) -> Result<String, serde_json::Error> {
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by(|a, b| a.uid.cmp(&b.uid));
    let lines: Vec<String> = events
        .iter()
        .map(|e| Exported {
            uid: &e.uid,
            sequence: e.sequence,
            body: &e.body,
        })
        .map(|e| serde_json::to_string(&e))
        .collect::<Result<_, _>>()?;
    let head = Export {
        almanac: 1,
        calendar: &calendar.profile,
        events: Vec::new(),
    };
    let head = serde_json::to_string(&head)?;
    let open = head.strip_suffix("]}").unwrap_or(&head);
    Ok(format!("{open}\n{}\n]}}\n", lines.join(",\n")))
}
