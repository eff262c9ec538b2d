//! Likely mistakes in an event, as its form tells them before anything is published. What is a
//! mistake is decided in `domain::lint`.

use super::said;
use domain::calendar::Calendar;
use domain::event::{Event, EventBody};
use domain::id::EventId;
use domain::lint::{Finding, LintContext, Severity, Sibling, lint};
use store::Conn;
use web::failure::{Failure, Message};
use web::when::Reading;

/// One finding, as a page tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// `stops`, `warns` or `notes`.
    pub severity: &'static str,
    /// The same as a word for people.
    pub word: &'static str,
    /// Which field; empty where it is about none.
    pub field: &'static str,
    /// What is likely wrong.
    pub text: String,
}

/// All findings about one event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub told: Vec<Told>,
    /// Names what stops and warns: who publishes has seen exactly this.
    pub mark: String,
    /// Something cannot be meant.
    pub stops: bool,
}

/// Looks at a draft beside the other events of its calendar.
pub(crate) async fn findings(
    conn: &mut Conn,
    calendar: &Calendar,
    (own, body): (Option<EventId>, &EventBody),
    reading: &Reading,
) -> Result<Findings, Failure> {
    let events = store::events::of_calendar(conn, calendar.id).await?;
    Ok(among(&events, calendar, (own, body), reading))
}

/// The same where the other events are known.
pub(crate) fn among(
    events: &[Event],
    calendar: &Calendar,
    (own, body): (Option<EventId>, &EventBody),
    reading: &Reading,
) -> Findings {
    let zone = &calendar.profile.zone;
    let days = body.main.time.days(zone);
    let near = |event: &&Event| {
        let theirs = event.body.main.time.days(zone);
        let both = days.zip(theirs);
        Some(event.id) != own && both.is_some_and(|((a, b), (c, d))| a <= d && c <= b)
    };
    let siblings: Vec<Sibling<'_>> = events
        .iter()
        .filter(near)
        .map(|event| Sibling {
            id: event.public_id.as_str(),
            uid: None,
            title: &event.body.main.title,
            time: &event.body.main.time,
            has_place: !event.body.main.place.name.is_empty(),
        })
        .collect();
    let context = LintContext {
        today: reading.today(),
        zone,
        lang: calendar.profile.language,
        uid: None,
        siblings: &siblings,
    };
    let found = lint(body, &context);
    let graver = found.iter().filter(|one| one.severity() != Severity::Notes);
    let keys: Vec<&str> = graver.map(Finding::key).collect();
    Findings {
        stops: found.iter().any(|one| one.severity() == Severity::Stops),
        mark: keys.join(" "),
        told: found.iter().map(|one| tell(one, reading)).collect(),
    }
}

fn tell(finding: &Finding, reading: &Reading) -> Told {
    let t = reading.t();
    let mut message = Message::new(finding.key());
    for (name, value) in finding.args() {
        let value = match (name, value.as_str()) {
            ("said" | "is", day) => weekday(day).map_or(value.clone(), |key| t.s(key).to_owned()),
            _ => value,
        };
        message = message.with(name, value);
    }
    Told {
        severity: finding.severity().as_str(),
        word: t.s(match finding.severity() {
            Severity::Stops => "cms_event.stops",
            Severity::Warns => "cms_event.warns",
            Severity::Notes => "cms_event.notes",
        }),
        field: finding.field().map_or("", |field| said::name(field, t)),
        text: message.say(t),
    }
}

/// The name of a weekday or status by the short word that findings have for it.
fn weekday(word: &str) -> Option<&'static str> {
    Some(match word {
        "mon" => "when.weekday.mon",
        "tue" => "when.weekday.tue",
        "wed" => "when.weekday.wed",
        "thu" => "when.weekday.thu",
        "fri" => "when.weekday.fri",
        "sat" => "when.weekday.sat",
        "sun" => "when.weekday.sun",
        "cancelled" => "status.cancelled",
        "postponed" => "status.postponed",
        "tentative" => "status.tentative",
        "confirmed" => "status.confirmed",
        _ => return None,
    })
}
