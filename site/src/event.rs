//! An event's page: what, when, where, how it repeats, where it leads, and what changed about it.

pub(crate) mod facts;
pub(crate) mod file;
mod removed;
mod ways;

use crate::catalogue::{CalendarLink, Catalogue};
use crate::history::{self, Entry};
use crate::jsonld;
use crate::prose::{Line, paragraphs};
use crate::repeats;
use crate::rows::{Pill, event_path, is_off, pill, title_or_untitled};
use crate::said::Said;
use crate::share;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::event::{LinkKind, Occurrence, Status};
use domain::id::PublicId;
use domain::series::RecurrenceId;
use domain::time::EventTime;
use domain::zone::Zone;
use facts::{Facts, asked_instance};
use jiff::Timestamp;
use ways::Anchor;
use web::base_url::BaseUrl;
use web::failure::{Failure, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::{Reading, Spoken, Tile};

/// One instance in the list of those to come.
struct Instance {
    href: String,
    when: String,
    relative: Option<String>,
    pill: Option<Pill>,
}

/// Taking this one event away, or passing it on.
struct Taking {
    /// The file; none for an event without a day.
    file: Option<String>,
    /// Google Calendar's form for a new entry.
    google: Option<String>,
    /// The page's address, to be passed on.
    address: String,
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
    note: Option<&'static str>,
    class: String,
    tile: Option<Tile>,
    when: Spoken,
    zone: String,
    own_clock: Option<String>,
    result: Said,
    place: Said,
    maps: Vec<Anchor>,
    description: Vec<Vec<Line>>,
    description_lang: String,
    tickets: Vec<Anchor>,
    streams: Vec<Anchor>,
    links: Vec<Anchor>,
    evidence: Option<Anchor>,
    calendars: Vec<CalendarLink>,
    repeats: Vec<String>,
    instances: Vec<Instance>,
    one_of_many: bool,
    whole: String,
    taking: Taking,
    history: Vec<Entry>,
    json_ld: String,
    report: String,
}

/// `GET /events/{id}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let at = asked_instance(&visit.params)?;
    let now = web.clock.now();
    let id = PublicId::parse(&id).ok_or(Failure::NotFound)?;
    let mut conn = web.db.read().await?;
    let found = store::events::by_public_id(&mut conn, &id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    let catalogue = Catalogue::by_ids(&mut conn, found.calendars.iter().copied()).await?;
    let shell = catalogue.shell(&visit, &web.base_url, &event_path(id.as_str(), at));
    if found.removed.is_some() {
        return removed::answer(&mut conn, &catalogue, &found, (visit.t, shell), now).await;
    }
    let facts = Facts::read(&mut conn, &catalogue, found, at, now).await?;
    let page = EventPage::build(visit.t, shell, &facts, &web.base_url, now);
    Ok(Page::public(page).into_response())
}

impl EventPage {
    pub(crate) fn build(t: T, shell: Shell, facts: &Facts, base: &BaseUrl, now: Timestamp) -> Self {
        let event = &facts.event;
        let (what, at) = facts.shown();
        let reading = facts.reading(t, now);
        let say = |text| Said::of(text, t, facts.primary(t));
        let (description, place) = (say(&what.description), say(&what.place.name));
        let title = title_or_untitled(say(&what.title), t);
        let when = reading.speak(&what.time);
        let id = event.public_id.as_str();
        let page = base.join(&event_path(id, facts.at));
        let words = (title.text.as_str(), when.absolute.as_str());
        let card = share::event_card(facts, facts.at, words, base, (t, now));
        let series = event.body.series.as_ref();
        Self {
            t,
            json_ld: jsonld::event(&what, facts, (&page, card.image.as_ref()), t),
            shell: shell.with_card(card),
            pill: pill(what.status, t),
            off: is_off(what.status),
            note: note(&what, facts, now).map(|key| t.s(key)),
            class: facts
                .calendar()
                .map(|c| web::colors::class(c.profile.color))
                .unwrap_or_default(),
            tile: what
                .time
                .days(reading.zone())
                .map(|(first, _)| reading.tile(first)),
            zone: zone_words(&what.time, &reading, t),
            own_clock: own_clock(&what.time, &reading, t, now),
            result: say(&what.result),
            maps: ways::maps(&what.place, &place.text, t),
            description: paragraphs(&description.text),
            description_lang: description.lang,
            tickets: ways::links_of(&what, LinkKind::Tickets, t.s("event.tickets")),
            streams: ways::links_of(&what, LinkKind::Stream, t.s("event.stream")),
            links: ways::more(&what, t),
            evidence: what.evidence.as_ref().map(|e| {
                let checked = e.checked.map(|day| reading.date(day));
                let checked = checked.map(|day| t.f("event.checked", &[("day", &day)]));
                ways::evidence(&e.address, checked)
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
            taking: Taking {
                file: has_file(&what).then(|| file_path(facts, at, t)),
                google: ways::google(&what, &title.text, &place.text, &page),
                address: page,
            },
            history: history::entries(&facts.versions, &reading, t),
            report: report_path(facts),
            title,
            when,
            place,
        }
    }
}

/// What a reader must know before anything else.
fn note(what: &Occurrence, facts: &Facts, now: Timestamp) -> Option<&'static str> {
    Some(match (what.status, &what.time) {
        (Status::Cancelled, _) => "event.note_cancelled",
        (Status::Postponed, _) => "event.note_postponed",
        _ if is_over(&what.time, facts, now) => "event.note_over",
        (_, EventTime::Window { .. } | EventTime::Undecided { .. }) => "event.note_no_date",
        (Status::Tentative, _) => "event.note_tentative",
        (Status::Confirmed, EventTime::DateOnly { .. }) => "event.note_no_time",
        (Status::Confirmed, _) => return None,
    })
}

/// What has no date any more is still to come.
fn is_over(time: &EventTime, facts: &Facts, now: Timestamp) -> bool {
    let zone = facts.calendar().map(|c| c.profile.zone.clone());
    let ends = time.instants(&zone.unwrap_or_else(Zone::seoul));
    let is_open = matches!(time, EventTime::Undecided { .. });
    !is_open && ends.is_some_and(|(_, end)| end <= now)
}

/// A file needs a day; an event that never had one has nothing to put into a calendar.
const fn has_file(what: &Occurrence) -> bool {
    !matches!(what.time, EventTime::Undecided { was: None })
}

/// The address of the file, in the page's language.
fn file_path(facts: &Facts, at: Option<RecurrenceId>, t: T) -> String {
    let mut path = format!(
        "/events/{}/event.ics?lang={}",
        facts.event.public_id,
        t.code()
    );
    if let Some(at) = at {
        path.push_str(&format!("&at={at}"));
    }
    path
}

/// Where somebody says that something about it is wrong.
fn report_path(facts: &Facts) -> String {
    let at = facts.at.map(|at| format!("&at={at}")).unwrap_or_default();
    format!("/tips/new?event={}{at}", facts.event.public_id)
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
    let offset = |zone: &Zone| zone.rules().to_offset(start);
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

/// The coming instances of a series, without the one that the page shows.
fn instances(facts: &Facts, at: Option<RecurrenceId>, reading: &Reading, t: T) -> Vec<Instance> {
    let id = facts.event.public_id.as_str();
    let others = facts.coming.iter().filter(|one| one.repeats);
    others
        .filter(|one| one.recurrence_id != at)
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
pub(crate) mod tests;
