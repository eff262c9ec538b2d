//! An event's page: what, when, where, how it repeats, and what changed about it.

use crate::catalogue::{CalendarLink, Catalogue};
use crate::history::{self, Entry};
use crate::jsonld;
use crate::prose::{Line, paragraphs};
use crate::repeats;
use crate::rows::{Pill, event_path, is_off, pill, title_or_untitled};
use crate::said::Said;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Calendar;
use domain::event::{Event, LinkKind, Occurrence, Place};
use domain::id::PublicId;
use domain::series::RecurrenceId;
use domain::time::{EventTime, WallTime};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::Conn;
use store::events::{Found, Version};
use store::occurrences::{self, Shown};
use web::base_url::BaseUrl;
use web::failure::{Failure, Message, PageFailure};
use web::layout::Shell;
use web::locale::{T, UiLang};
use web::page::Page;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::{Reading, Spoken, Tile};

/// Coming instances that are listed.
const INSTANCES: i64 = 6;
/// Instances read to find one of a given day: those of the day before, of the day, and a few more.
const AROUND: i64 = 200;
/// Versions in the history.
const VERSIONS: i64 = 20;

/// A link with its words.
struct Anchor {
    href: String,
    label: String,
}

/// One instance in the list of those to come.
struct Instance {
    href: String,
    when: String,
    relative: Option<String>,
    pill: Option<Pill>,
}

/// Everything that is read for the page.
pub(crate) struct Facts {
    /// The event and where it stands.
    pub event: Event,
    /// Its public calendars, the first of which gives zone and language.
    pub calendars: Vec<Calendar>,
    /// The instance that was asked for.
    pub at: Option<RecurrenceId>,
    /// Those that have not ended.
    pub coming: Vec<Shown>,
    /// Newest first.
    pub versions: Vec<Version>,
}

/// The page.
#[derive(Template)]
#[template(path = "event.html")]
pub(crate) struct EventPage {
    t: T,
    shell: Shell,
    title: Said,
    pill: Option<Pill>,
    off: bool,
    class: String,
    tile: Option<Tile>,
    when: Spoken,
    zone: String,
    own_clock: Option<String>,
    result: Said,
    place: Said,
    map: Option<Anchor>,
    description: Vec<Vec<Line>>,
    description_lang: String,
    links: Vec<Anchor>,
    evidence: Option<Anchor>,
    calendars: Vec<CalendarLink>,
    repeats: Vec<String>,
    instances: Vec<Instance>,
    one_of_many: bool,
    whole: String,
    history: Vec<Entry>,
    json_ld: String,
}

/// The page of an event that was taken out of its calendars.
#[derive(Template)]
#[template(path = "removed.html")]
struct RemovedPage {
    t: T,
    shell: Shell,
    title: Said,
    calendars: Vec<CalendarLink>,
}

/// `GET /events/{id}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let at = asked_instance(&visit)?;
    let now = web.clock.now();
    let id = PublicId::parse(&id).ok_or(Failure::NotFound)?;
    let mut conn = web.db.read().await?;
    let found = store::events::by_public_id(&mut conn, &id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    let catalogue = Catalogue::read(&mut conn).await?;
    let shell = catalogue.shell(&visit, &web.base_url, &event_path(id.as_str(), at));
    if found.removed.is_some() {
        let page = RemovedPage::build(visit.t, shell, &catalogue, &found);
        return Ok(Page::refusal(StatusCode::GONE, page).into_response());
    }
    let facts = read(&mut conn, &catalogue, found, at, now).await?;
    let page = EventPage::build(visit.t, shell, &facts, &web.base_url, now);
    Ok(Page::public(page).into_response())
}

fn asked_instance(visit: &Visit) -> Result<Option<RecurrenceId>, Failure> {
    let parse = |text: &str| {
        RecurrenceId::parse(text).ok_or_else(|| Failure::invalid("at", Message::new("invalid.at")))
    };
    visit.params.one("at")?.map(parse).transpose()
}

async fn read(
    conn: &mut Conn,
    catalogue: &Catalogue,
    found: Found,
    at: Option<RecurrenceId>,
    now: Timestamp,
) -> Result<Facts, PageFailure> {
    let known = found.calendars.iter().filter_map(|id| catalogue.get(*id));
    let calendars: Vec<Calendar> = known.cloned().collect();
    let first = calendars.first().ok_or(Failure::Gone)?;
    let event = found.event;
    if let Some(at) = at {
        let from = WallTime::new(at.at()).instant(&first.profile.zone);
        let from = from.checked_sub(48.hours()).unwrap_or(Timestamp::MIN);
        let near = occurrences::of_event(conn, event.id, from, AROUND).await?;
        if !is_instance(&event, &near, at) {
            return Err(PageFailure(Failure::NotFound));
        }
    }
    Ok(Facts {
        coming: occurrences::of_event(conn, event.id, now, INSTANCES).await?,
        versions: store::events::history(conn, event.id, VERSIONS).await?,
        event,
        calendars,
        at,
    })
}

/// An instance may have been moved far from where the rule put it; then the event itself knows it.
fn is_instance(event: &Event, near: &[Shown], at: RecurrenceId) -> bool {
    let series = event.body.series.as_ref();
    series.is_some_and(|s| s.overrides.iter().any(|o| o.at == at))
        || near.iter().any(|one| one.recurrence_id == Some(at))
}

impl RemovedPage {
    fn build(t: T, shell: Shell, catalogue: &Catalogue, found: &Found) -> Self {
        let known = found.calendars.iter().filter_map(|id| catalogue.get(*id));
        let calendars: Vec<&Calendar> = known.collect();
        let primary = calendars.first().map_or(t.lang(), |c| c.profile.language);
        let title = Said::of(&found.event.body.main.title, t, primary);
        Self {
            t,
            shell: Shell {
                hidden: true,
                canonical: None,
                ..shell
            },
            title: title_or_untitled(title, t),
            calendars: calendars.iter().map(|c| CalendarLink::of(c, t)).collect(),
        }
    }
}

impl EventPage {
    pub(crate) fn build(t: T, shell: Shell, facts: &Facts, base: &BaseUrl, now: Timestamp) -> Self {
        let event = &facts.event;
        let (what, at) = instance_shown(facts);
        let reading = reading_of(facts, t, now);
        let primary = facts
            .calendars
            .first()
            .map_or(t.lang(), |c| c.profile.language);
        let say = |text| Said::of(text, t, primary);
        let description = say(&what.description);
        let id = event.public_id.as_str();
        let page = base.join(&event_path(id, at));
        let series = event.body.series.as_ref();
        Self {
            t,
            shell,
            title: title_or_untitled(say(&what.title), t),
            pill: pill(what.status, t),
            off: is_off(what.status),
            class: facts
                .calendars
                .first()
                .map(|c| web::colors::class(c.profile.color))
                .unwrap_or_default(),
            tile: what
                .time
                .days(reading.zone())
                .map(|(first, _)| reading.tile(first)),
            when: reading.speak(&what.time),
            zone: zone_words(&what.time, &reading, t),
            own_clock: own_clock(&what.time, &reading, t, now),
            result: say(&what.result),
            place: say(&what.place.name),
            map: map(&what.place, &say(&what.place.name).text, t),
            description: paragraphs(&description.text),
            description_lang: description.lang,
            links: links(&what, t),
            evidence: what.evidence.as_ref().map(|e| Anchor {
                href: e.address.to_string(),
                label: e
                    .checked
                    .map(|day| t.f("event.checked", &[("day", &reading.date(day))]))
                    .unwrap_or_default(),
            }),
            calendars: facts
                .calendars
                .iter()
                .map(|c| CalendarLink::of(c, t))
                .collect(),
            repeats: series
                .map(|s| repeats::in_words(s, &event.body.main.time, &reading, t))
                .unwrap_or_default(),
            instances: instances(facts, at, &reading, t),
            one_of_many: facts.at.is_some(),
            whole: event_path(id, None),
            history: history::entries(&facts.versions, &reading, t),
            json_ld: jsonld::event(&what, facts.calendars.first(), &page, t),
        }
    }
}

/// The instance that was asked for; else the next one of a series; else the event itself.
fn instance_shown(facts: &Facts) -> (Occurrence, Option<RecurrenceId>) {
    let body = &facts.event.body;
    if let Some(at) = facts.at {
        return (body.instance(at).occurrence(), Some(at));
    }
    match facts.coming.first() {
        Some(next) if next.repeats => (next.what.clone(), None),
        _ => (body.main.clone(), None),
    }
}

fn reading_of(facts: &Facts, t: T, now: Timestamp) -> Reading {
    let zone = facts.calendars.first().map(|c| c.profile.zone.clone());
    Reading::new(t, &zone.unwrap_or_else(domain::zone::Zone::seoul), now)
}

/// Which clock the time is read on; whole days need none.
fn zone_words(time: &EventTime, reading: &Reading, t: T) -> String {
    match time {
        EventTime::Zoned(z) => reading.zone_name(reading.zone(), z.start.instant(&z.zone)),
        EventTime::Floating { .. } => t.s("event.floating").to_owned(),
        _ => String::new(),
    }
}

/// The time on the event's own clock, where that shows something else than the calendar's.
fn own_clock(time: &EventTime, reading: &Reading, t: T, now: Timestamp) -> Option<String> {
    let EventTime::Zoned(z) = time else {
        return None;
    };
    let start = z.start.instant(&z.zone);
    let offset = |zone: &domain::zone::Zone| zone.rules().to_offset(start);
    if offset(&z.zone) == offset(reading.zone()) {
        return None;
    }
    let own = Reading::new(t, &z.zone, now);
    let words = [
        ("when", &*own.speak(time).absolute),
        ("zone", &*own.zone_name(&z.zone, start)),
    ];
    Some(t.f("event.own_clock", &words))
}

/// A map: the exact point where it is known, else a search for the name.
fn map(place: &Place, name: &str, t: T) -> Option<Anchor> {
    let href = match (place.geo, t.ui()) {
        (Some(geo), _) => {
            let (lat, lon) = (geo.lat(), geo.lon());
            format!("https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}")
        }
        // A meeting on the web has an address, which no map knows.
        (None, _) if name.is_empty() || name.contains("://") => return None,
        (None, UiLang::Ko) => format!(
            "https://map.kakao.com/link/search/{}",
            utf8_percent_encode(name, NON_ALPHANUMERIC)
        ),
        (None, UiLang::En) => format!(
            "https://www.openstreetmap.org/search?query={}",
            utf8_percent_encode(name, NON_ALPHANUMERIC)
        ),
    };
    let label = t.s("event.map").to_owned();
    Some(Anchor { href, label })
}

fn links(what: &Occurrence, t: T) -> Vec<Anchor> {
    let own = what.url.iter().map(|url| (url, t.s("event.link_own")));
    let others = what.links.iter().map(|link| {
        let key = match link.kind {
            LinkKind::Tickets => "event.link_tickets",
            LinkKind::Stream => "event.link_stream",
            LinkKind::More => "event.link_more",
        };
        (&link.address, t.s(key))
    });
    let anchor = |(address, label): (&domain::event::WebAddress, &str)| Anchor {
        href: address.to_string(),
        label: label.to_owned(),
    };
    own.chain(others).map(anchor).collect()
}

/// The coming instances of a series, without the one that the page shows.
fn instances(facts: &Facts, at: Option<RecurrenceId>, reading: &Reading, t: T) -> Vec<Instance> {
    let id = facts.event.public_id.as_str();
    let others = facts.coming.iter().filter(|one| one.repeats);
    others
        .filter(|one| one.recurrence_id != at || at.is_none())
        .map(|one| {
            let when = reading.speak(&one.what.time);
            Instance {
                href: event_path(id, one.recurrence_id),
                when: when.absolute,
                relative: when.relative,
                pill: pill(one.what.status, t),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
