//! How calendar programs will show an event and a change of it, for previews before publishing.
//!
//! Nothing is decided here a second time: the event is written in the client's form and the
//! written properties are read back, as the client will read them. What a client does with them
//! is from reports (`docs/decisions/0015-client-forms.md`), and where that is not known the
//! preview says so instead of guessing.

mod change;
mod written;

#[cfg(test)]
mod tests;

pub use change::{AlarmChange, Changed, Difference, Part, change};

use crate::write::{Context, Form, Rings, single};
use domain::event::Event;
use domain::zone::Zone;
use jiff::civil::{Date, DateTime};
use written::Component;

/// Most entries of one event that a preview holds; a series written date by date has many.
pub const ENTRIES: usize = 60;

/// The programs that previews are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// Calendar on iPhone, iPad and Mac.
    Apple,
    /// Google Calendar.
    Google,
    /// Outlook.
    Outlook,
}

impl Client {
    /// All of them, in the order of the cards.
    pub const ALL: [Self; 3] = [Self::Apple, Self::Google, Self::Outlook];

    /// The form that is written for it.
    pub const fn form(self) -> Form {
        match self {
            Self::Apple => Form::Apple,
            Self::Google => Form::Google,
            Self::Outlook => Form::Outlook,
        }
    }

    /// The name that pages and keys of texts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::Google => "google",
            Self::Outlook => "outlook",
        }
    }
}

/// When an entry is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// In the band above the hours.
    Days {
        /// First day.
        first: Date,
        /// Last day, inclusive.
        last: Date,
    },
    /// Among the hours of the day, on the clock of the calendar's zone.
    Hours {
        /// Start.
        start: DateTime,
        /// End, exclusive; none where the entry is a point in time.
        end: Option<DateTime>,
        /// The zone that the entry names, where its clock is another than the calendar's.
        other: Option<Zone>,
    },
}

/// What it does to the subscriber's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Nothing.
    Free,
    /// It blocks it with a reserve.
    Tentative,
    /// It blocks it.
    Busy,
}

impl Busy {
    /// The name that keys of texts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Tentative => "tentative",
            Self::Busy => "busy",
        }
    }
}

/// What becomes of an alarm that the subscriber asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// It is in the feed; the phone keeps it where "remove alarms" is off.
    IfKept,
    /// It is in the feed; whether this client honours it is not known.
    Unknown,
    /// The client ignores alarms of feeds; it has its own.
    Ignored,
    /// The feed gives none: the event may not take place.
    Never,
}

impl Alarm {
    /// The name that keys of texts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IfKept => "if_kept",
            Self::Unknown => "unknown",
            Self::Ignored => "ignored",
            Self::Never => "never",
        }
    }
}

/// Where an address can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In a field of its own.
    Field,
    /// Bare, in the notes.
    Notes,
    /// As a link in formatted notes.
    Formatted,
}

impl Where {
    /// The name that keys of texts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Notes => "notes",
            Self::Formatted => "formatted",
        }
    }
}

/// One entry as a client shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its identity in the client: UID, and which instance it replaces.
    pub key: (String, Option<String>),
    /// The title line.
    pub title: String,
    /// When.
    pub when: When,
    /// How it repeats (RFC 5545 §3.3.10), where the client is told so.
    pub rule: Option<String>,
    /// The place; empty without one.
    pub place: String,
    /// Whether the place is shown on a map.
    pub has_map: bool,
    /// The notes as text.
    pub notes: String,
    /// What it does to the subscriber's time.
    pub busy: Busy,
    /// What becomes of an alarm.
    pub alarm: Alarm,
    /// Each address once, with the best place where it can be followed.
    pub links: Vec<(String, Where)>,
    /// Which revision of the entry it is (RFC 5545 §3.8.7.4).
    pub sequence: i64,
    /// LAST-MODIFIED as it is written.
    pub modified: String,
}

/// The entries of an event as a client will show them, at most [`ENTRIES`]; none for an event
/// that has no day. `context` is that of the feed; its form is replaced by the client's.
pub fn show(event: &Event, client: Client, context: &Context<'_>) -> Vec<Shown> {
    let context = Context {
        form: client.form(),
        ..*context
    };
    let Some(bytes) = single(event, None, &context) else {
        return Vec::new();
    };
    let rings = rings(event, &context);
    written::components(&bytes)
        .iter()
        .zip(rings)
        .take(ENTRIES)
        .filter_map(|(component, rings)| entry(component, rings, client, context.zone))
        .collect()
}

/// Whether the writer lets each entry ring.
fn rings(event: &Event, context: &Context<'_>) -> Vec<Rings> {
    let (mut out, mut used, mut cuts) = (Vec::new(), crate::write::Used::default(), Vec::new());
    crate::write::event(&mut out, &mut used, &mut cuts, event, context);
    cuts.into_iter().map(|cut| cut.rings).collect()
}

fn entry(component: &Component, rings: Rings, client: Client, home: &Zone) -> Option<Shown> {
    let text = |name| component.text(name).unwrap_or_default();
    Some(Shown {
        key: (component.text("UID")?, component.text("RECURRENCE-ID")),
        title: text("SUMMARY"),
        when: component.when(home)?,
        rule: component.text("RRULE"),
        place: text("LOCATION"),
        has_map: match client {
            Client::Apple => component.has("X-APPLE-STRUCTURED-LOCATION"),
            // Both look the place up by its name.
            Client::Google | Client::Outlook => component.has("LOCATION"),
        },
        notes: text("DESCRIPTION"),
        busy: busy(component, client),
        alarm: match (rings, client) {
            (Rings::Never, _) => Alarm::Never,
            (_, Client::Apple) => Alarm::IfKept,
            (_, Client::Google) => Alarm::Ignored,
            (_, Client::Outlook) => Alarm::Unknown,
        },
        links: links(component, client),
        sequence: component
            .text("SEQUENCE")
            .and_then(|n| n.parse().ok())
            .unwrap_or_default(),
        modified: text("LAST-MODIFIED"),
    })
}

fn busy(component: &Component, client: Client) -> Busy {
    let own = component
        .text("X-MICROSOFT-CDO-BUSYSTATUS")
        .filter(|_| client == Client::Outlook);
    match own.as_deref() {
        Some("FREE") => Busy::Free,
        Some("TENTATIVE") => Busy::Tentative,
        Some(_) => Busy::Busy,
        None if component.text("TRANSP").as_deref() == Some("TRANSPARENT") => Busy::Free,
        None => Busy::Busy,
    }
}

/// Every address in the order of the notes; where it can be followed best.
fn links(component: &Component, client: Client) -> Vec<(String, Where)> {
    let mut links: Vec<(String, Where)> = Vec::new();
    let formatted = component.has("X-ALT-DESC") && client == Client::Outlook;
    let url = component.text("URL");
    let notes = component.text("DESCRIPTION").unwrap_or_default();
    for word in notes.split_whitespace() {
        let address = word.starts_with("https://") || word.starts_with("http://");
        if !address || links.iter().any(|(known, _)| known == word) {
            continue;
        }
        // Calendar on iPhone and Mac has a field for one address; the others keep it unseen.
        let own = client == Client::Apple && url.as_deref() == Some(word);
        let place = match (own, formatted) {
            (true, _) => Where::Field,
            (false, true) => Where::Formatted,
            (false, false) => Where::Notes,
        };
        links.push((word.to_owned(), place));
    }
    if let Some(url) = url.filter(|_| client == Client::Apple)
        && links.iter().all(|(known, _)| *known != url)
    {
        links.push((url, Where::Field));
    }
    links
}
