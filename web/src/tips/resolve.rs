//! What a tip is about, and what would be different if it is right.

use super::{message, named, refused, wrong};
use crate::failure::{Failure, Message};
use domain::calendar::{Calendar, Slug, Visibility};
use domain::event::{Event, EventBody, Occurrence, Status, WebAddress};
use domain::id::{CalendarId, PublicId, UploadId};
use domain::patch::EventPatch;
use domain::proposal::{Aim, Clash, carry_out};
use domain::series::RecurrenceId;
use domain::text::{Lang, Text};
use domain::time::WallTime;
use domain::tip::read::{self, Wish, Wrong};
use domain::tip::{Home, Kind};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use store::Conn;
use store::tips::Content;

/// Instances that are looked through to find the one that a tip is about.
const AROUND: i64 = 200;

/// What somebody tells, as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it is about.
    pub kind: Kind,
    /// A calendar's id or any of its short names.
    pub calendar: Option<String>,
    /// An event's id, or its public UID where a calendar is named.
    pub event: Option<String>,
    /// Which date of a series.
    pub instance: Option<String>,
    /// The revision of the calendar that the reporter saw.
    pub revision: Option<i64>,
    /// The version of the event that the reporter saw.
    pub version: Option<i64>,
    /// What should be different, by the public names of fields.
    pub changes: Map<String, Value>,
    /// In their own words.
    pub note: String,
    /// Where it can be checked.
    pub evidence: String,
    /// An image.
    pub upload: Option<UploadId>,
    /// The language of the words; the calendar's own where nothing is said.
    pub lang: Option<Lang>,
}

impl Told {
    /// A tip that says nothing yet.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            calendar: None,
            event: None,
            instance: None,
            revision: None,
            version: None,
            changes: Map::new(),
            note: String::new(),
            evidence: String::new(),
            upload: None,
            lang: None,
        }
    }

    /// Everything that is told, as bytes that are the same for the same tip.
    pub(super) fn content(&self) -> Vec<u8> {
        let mut changes: Vec<(&String, &Value)> = self.changes.iter().collect();
        changes.sort_by_key(|(name, _)| *name);
        let all = json!([
            self.kind.as_str(),
            self.calendar,
            self.event,
            self.instance,
            changes,
            self.note.trim(),
            self.evidence.trim(),
            self.upload.map(|id| id.to_string()),
        ]);
        all.to_string().into_bytes()
    }
}

/// What a tip aims at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A calendar that does not exist.
    Wish(Wish),
    /// Something in one that does.
    Calendar {
        /// Which.
        calendar: CalendarId,
        /// What is proposed.
        aim: Aim,
    },
}

/// A tip that can be.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// What it aims at.
    pub target: Target,
    /// What is kept of it.
    pub content: Content,
    /// The event as it is, where it is about one.
    pub current: Option<EventBody>,
    /// Addresses that the calendar and the event name themselves: linking to them is no sign of
    /// spam.
    pub known: Vec<String>,
}

impl Resolved {
    /// All words of the tip.
    pub fn words(&self) -> Vec<String> {
        let said = ["title", "place", "description", "result", "url"];
        let changes = &self.content.changes;
        let texts = said
            .iter()
            .filter_map(|field| changes.get(*field)?.as_str());
        let evidence = self.content.evidence.as_ref().map(WebAddress::as_str);
        let all = texts.chain(self.content.note.as_deref()).chain(evidence);
        all.map(str::to_owned).collect()
    }
}

/// Finds out what a tip is about, and refuses it field by field where it cannot be.
pub async fn resolve(conn: &mut Conn, told: &Told) -> Result<Resolved, Failure> {
    let mut faults: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    let mut said = |field: &str, wrong: &Wrong| {
        faults.insert(field.to_owned(), vec![message(wrong)]);
    };
    let note = read::note(&told.note).unwrap_or_else(|wrong| {
        said("note", &wrong);
        None
    });
    let evidence = read::evidence(&told.evidence).unwrap_or_else(|wrong| {
        said("evidence_url", &wrong);
        None
    });
    let found = about(conn, told).await;
    let about = match (found, faults.is_empty()) {
        (Ok(about), true) => about,
        (Err(Failure::Invalid(more)), _) => {
            faults.extend(more);
            return Err(Failure::Invalid(faults));
        }
        (Err(failure), _) => return Err(failure),
        (Ok(_), false) => return Err(Failure::Invalid(faults)),
    };
    let silent = note.is_none() && evidence.is_none() && told.upload.is_none();
    if let Target::Calendar {
        aim: Aim::Change { patch, .. },
        ..
    } = &about.target
        && patch.is_empty()
    {
        if told.kind == Kind::Cancellation || (silent && !told.changes.is_empty()) {
            return Err(wrong("changes", &Wrong::NothingChanges));
        }
        if silent {
            return Err(wrong("changes", &Wrong::NothingSaid));
        }
    }
    Ok(Resolved {
        content: Content {
            kind: told.kind,
            instance: about.at,
            changes: told.changes.clone(),
            lang: about.home.language,
            note,
            evidence,
            upload: told.upload,
        },
        target: about.target,
        current: about.current,
        known: about.known,
    })
}

struct About {
    target: Target,
    home: Home,
    at: Option<RecurrenceId>,
    current: Option<EventBody>,
    known: Vec<String>,
}

async fn about(conn: &mut Conn, told: &Told) -> Result<About, Failure> {
    match told.kind {
        Kind::NewCalendar => wish(told),
        Kind::NewEvent => new_event(conn, told).await,
        Kind::Correction | Kind::Cancellation => about_event(conn, told).await,
    }
}

/// Faults of `changes`, each with the way to its field.
fn of_changes(faults: read::Faults) -> Failure {
    let each = faults.into_iter();
    Failure::Invalid(
        each.map(|(field, wrong)| (format!("changes.{field}"), vec![message(&wrong)]))
            .collect(),
    )
}

fn wish(told: &Told) -> Result<About, Failure> {
    for (field, said) in [("calendar", &told.calendar), ("event", &told.event)] {
        if said.is_some() {
            return Err(wrong(field, &Wrong::Unknown));
        }
    }
    let wish = read::wish(&told.changes).map_err(of_changes)?;
    Ok(About {
        target: Target::Wish(wish),
        home: Home {
            zone: domain::zone::Zone::seoul(),
            language: told.lang.unwrap_or(Lang::KO),
        },
        at: None,
        current: None,
        known: Vec::new(),
    })
}

async fn new_event(conn: &mut Conn, told: &Told) -> Result<About, Failure> {
    if told.event.is_some() {
        return Err(wrong("event", &Wrong::Unknown));
    }
    let Some(name) = &told.calendar else {
        return Err(wrong("calendar", &Wrong::Needed));
    };
    let calendar = calendar(conn, name).await?;
    let home = Home::of(&calendar);
    let home = match told.lang {
        Some(lang) => home.in_language(lang),
        None => home,
    };
    let body = read::new_event(&told.changes, &home).map_err(of_changes)?;
    Ok(About {
        known: known(&calendar, None),
        target: Target::Calendar {
            calendar: calendar.id,
            aim: Aim::Create(Box::new(body)),
        },
        home,
        at: None,
        current: None,
    })
}

/// A public calendar by any of its names. What cannot be a name is not looked up: not every text
/// is one to a database.
async fn calendar(conn: &mut Conn, name: &str) -> Result<Calendar, Failure> {
    let none = || refused("calendar", "invalid.no_calendar");
    if Slug::parse(name).is_err() && PublicId::parse(name).is_none() {
        return Err(none());
    }
    let found = store::calendars::find(conn, name).await?.ok_or_else(none)?;
    match found.calendar.visibility {
        Visibility::Public => Ok(found.calendar),
        Visibility::Withdrawn => Err(none()),
    }
}

async fn about_event(conn: &mut Conn, told: &Told) -> Result<About, Failure> {
    let (event, calendar) = event(conn, told).await?;
    let at = instance(conn, &event, &calendar, told.instance.as_deref()).await?;
    let seen = seen(conn, &event, &calendar, told).await?;
    let says = |body: &EventBody| match at {
        Some(at) => body.instance(at).occurrence(),
        None => body.main.clone(),
    };
    let (before, now) = (says(&seen), says(&event.body));
    let home = Home::of(&calendar);
    let home = match told.lang {
        Some(lang) => home.in_language(lang),
        None => home,
    };
    let mut changes = told.changes.clone();
    if told.kind == Kind::Cancellation {
        let off = Value::String(Status::Cancelled.as_str().to_owned());
        changes.insert("status".to_owned(), off);
    }
    let wanted = read::correction(&changes, &before, &home).map_err(of_changes)?;
    let wanted = onto(&before, &now, wanted)?;
    let patch = read::patch(&event.body, at, wanted).map_err(|w| wrong("recurrence_id", &w))?;
    Ok(About {
        known: known(&calendar, Some(&event.body.main)),
        target: Target::Calendar {
            calendar: calendar.id,
            aim: Aim::Change {
                event: event.id,
                base_version: event.version,
                patch,
            },
        },
        home,
        at,
        current: Some(event.body),
    })
}

/// What was wanted of what the reporter saw, on what is there now. Fields that somebody else changed
/// meanwhile are refused, each by itself, unless both say the same.
fn onto(before: &Occurrence, now: &Occurrence, wanted: Occurrence) -> Result<Occurrence, Failure> {
    let (before, now) = (
        EventBody::from(before.clone()),
        EventBody::from(now.clone()),
    );
    let patch = EventPatch::between(&before, &EventBody::from(wanted));
    match carry_out(&patch, &before, &now) {
        Ok(body) => Ok(body.main),
        Err(Clash::ChangedSince(fields)) => {
            let fault = |field| {
                let field = format!("changes.{}", named(field));
                (field, vec![Message::new("tips.changed_since")])
            };
            Err(Failure::Stale(fields.into_iter().map(fault).collect()))
        }
        Err(Clash::OtherEvent) => Err(Failure::Conflict),
    }
}

/// The event, and the public calendar that it is looked at in.
async fn event(conn: &mut Conn, told: &Told) -> Result<(Event, Calendar), Failure> {
    let none = || refused("event", "tips.no_event");
    let Some(name) = told.event.as_deref() else {
        return Err(wrong("event", &Wrong::Needed));
    };
    let named = match &told.calendar {
        Some(name) => Some(calendar(conn, name).await?),
        None => None,
    };
    let mut found = match PublicId::parse(name) {
        Some(id) => store::events::by_public_id(conn, &id).await?,
        None => None,
    };
    if let (None, Some(calendar)) = (&found, &named)
        && name.len() <= domain::caps::UID_BYTES
        && !name.contains('\0')
        && let Some(id) = store::tips::by_uid(conn, calendar.id, name).await?
    {
        found = store::events::by_id(conn, id).await?;
    }
    let found = found.filter(|found| found.removed.is_none());
    let found = found.ok_or_else(none)?;
    let mut places = store::calendars::by_ids(conn, &found.calendars).await?;
    places.retain(|place| place.visibility == Visibility::Public);
    let place = match &named {
        Some(wanted) => places.into_iter().find(|place| place.id == wanted.id),
        None => places.into_iter().next(),
    };
    Ok((found.event, place.ok_or_else(none)?))
}

/// The date that is meant, if the series has it.
async fn instance(
    conn: &mut Conn,
    event: &Event,
    calendar: &Calendar,
    said: Option<&str>,
) -> Result<Option<RecurrenceId>, Failure> {
    let Some(said) = said else { return Ok(None) };
    let none = || refused("recurrence_id", "tips.no_date");
    let at = RecurrenceId::parse(said).ok_or_else(none)?;
    let series = event.body.series.as_ref().ok_or_else(none)?;
    if series.overrides.iter().any(|one| one.at == at) {
        return Ok(Some(at));
    }
    let from = WallTime::new(at.at()).instant(&calendar.profile.zone);
    let from = from.saturating_sub(SignedDuration::from_hours(48));
    let from = from.unwrap_or(jiff::Timestamp::MIN);
    let near = store::occurrences::of_event(conn, event.id, from, AROUND).await?;
    let there = near.iter().any(|one| one.recurrence_id == Some(at));
    there.then_some(Some(at)).ok_or_else(none)
}

/// The event as the reporter saw it.
async fn seen(
    conn: &mut Conn,
    event: &Event,
    calendar: &Calendar,
    told: &Told,
) -> Result<EventBody, Failure> {
    let version = match (told.version, told.revision) {
        (Some(version), _) if (1..=event.version).contains(&version) => version,
        (Some(_), _) => return Err(refused("version", "tips.no_revision")),
        (None, Some(revision)) => {
            if !(0..=calendar.revision).contains(&revision) {
                return Err(refused("revision", "tips.no_revision"));
            }
            let (event, place) = ((event.id, event.version), (calendar.id, revision));
            store::tips::version_at(conn, place, event).await?
        }
        (None, None) => return Ok(event.body.clone()),
    };
    let body = store::tips::body_at(conn, event.id, version).await?;
    Ok(body.unwrap_or_else(|| event.body.clone()))
}

fn known(calendar: &Calendar, event: Option<&Occurrence>) -> Vec<String> {
    let profile = &calendar.profile;
    let mut known: Vec<String> = profile.url.iter().map(ToString::to_string).collect();
    known.extend(
        profile
            .attribution
            .iter()
            .filter_map(|by| by.address.as_ref().map(ToString::to_string)),
    );
    known.extend(texts(&profile.description));
    if let Some(event) = event {
        known.extend(event.url.iter().map(ToString::to_string));
        known.extend(event.links.iter().map(|link| link.address.to_string()));
        known.extend(event.evidence.iter().map(|e| e.address.to_string()));
        known.extend(texts(&event.description));
    }
    known
}

fn texts(text: &Text) -> impl Iterator<Item = String> {
    text.iter().map(|(_, text)| text.to_owned())
}
