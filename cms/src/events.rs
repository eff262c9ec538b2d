//! `/cms/calendars/{id}/events`: all events of a calendar as one dense table, filtered and paged,
//! and what is done to many at once. Each of those can be taken back as one.

pub(crate) mod rename;

use crate::edit::{self, Choice, actor, done, refusal, shell};
use crate::event::form::{self, Typed};
use crate::event::said;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::{Desk, Error, Shift};
use domain::calendar::Calendar;
use domain::event::{Event, Status};
use domain::filter::fold;
use domain::id::EventId;
use domain::patch::{EventPatch, FieldValue};
use domain::proposal::{BatchId, State as Stands};

use domain::time::EventTime;
use http::StatusCode;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};
use store::Conn;
use store::proposals::{Cursor, Filter};
use web::colors::{ColorSheet, class};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::{Staff, see_other};
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Rows of one page.
const ROWS: usize = 100;
/// Most proposals that are counted beside the rows.
const WAITING: i64 = 2_000;

/// One event in the table.
struct Row {
    id: String,
    date: String,
    hours: String,
    title: String,
    place: String,
    status: &'static str,
    /// The word of the status where it is worth a mark; empty for what goes as planned.
    mark: &'static str,
    tags: String,
    repeats: bool,
    waiting: usize,
    chosen: bool,
}

/// Which events are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    /// `coming`, `past`, `untimed` or `all`.
    view: String,
    text: String,
    page: usize,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_events.html")]
struct EventsPage {
    t: T,
    shell: Shell,
    title: String,
    color: String,
    path: String,
    home: String,
    notice: Option<String>,
    batch: String,
    undo: String,
    refused: Option<String>,
    tabs: Vec<(String, &'static str, bool)>,
    view: String,
    text: String,
    rows: Vec<Row>,
    total: String,
    earlier: Option<String>,
    later: Option<String>,
    statuses: Vec<Choice>,
    typed: BTreeMap<&'static str, String>,
    zone: String,
}

impl EventsPage {
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }
}

impl Wanted {
    fn of(visit: &Visit) -> Result<Self, Failure> {
        let known = |view: &&str| matches!(*view, "past" | "untimed" | "all");
        let view = visit.params.one("view")?.filter(known);
        let view = view.unwrap_or("coming");
        let page = visit.params.one("page")?;
        let page = page.and_then(|page| page.parse().ok()).unwrap_or(1);
        let text = visit.params.one("q")?.unwrap_or_default();
        Ok(Self {
            view: view.to_owned(),
            text: domain::text::clean_line(text, 200),
            page: std::cmp::max(page, 1),
        })
    }

    fn query(&self, page: usize) -> String {
        let text = utf8_percent_encode(&self.text, NON_ALPHANUMERIC);
        format!("?view={}&q={text}&page={page}", self.view)
    }

    fn takes(&self, event: &Event, calendar: &Calendar, now: Timestamp) -> bool {
        let time = &event.body.main.time;
        let zone = &calendar.profile.zone;
        let over = match (&event.body.series, time.instants(zone)) {
            // A series goes on after its first instance; whether it has ended is not asked here.
            (Some(_), _) | (None, None) => false,
            (None, Some((_, end))) => end <= now,
        };
        let in_view = match self.view.as_str() {
            "past" => over,
            "untimed" => time.is_undecided(),
            "all" => true,
            _ => !over,
        };
        let words = fold(&self.text);
        let main = &event.body.main;
        let texts = main.title.iter().chain(main.place.name.iter());
        let labels = main.tags.iter().map(|tag| fold(&form::label(tag)));
        let mut found = texts.map(|(_, text)| fold(text)).chain(labels);
        in_view && (words.is_empty() || found.any(|text| text.contains(&words)))
    }
}

fn path(calendar: &Calendar) -> String {
    format!("/cms/calendars/{}/events", calendar.public_id)
}

/// What the table shows besides the events.
#[derive(Default)]
struct Shown {
    chosen: BTreeSet<String>,
    refused: Option<String>,
    typed: BTreeMap<&'static str, String>,
}

async fn build(
    conn: &mut Conn,
    visit: &Visit,
    calendar: &Calendar,
    shown: Shown,
    now: Timestamp,
) -> Result<EventsPage, Failure> {
    let t = visit.t;
    let wanted = Wanted::of(visit)?;
    let profile = &calendar.profile;
    let reading = Reading::new(t, &profile.zone, now);
    let mut events = store::events::of_calendar(conn, calendar.id).await?;
    events.retain(|event| wanted.takes(event, calendar, now));
    let start = |event: &Event| event.body.main.time.instants(&profile.zone).map(|(a, _)| a);
    // What has no date yet stands first: it wants one.
    events.sort_by_key(|event| (start(event), event.id));
    if wanted.view == "past" {
        events.reverse();
    }
    let filter = Filter {
        calendar: Some(calendar.id),
        ..Filter::of(Stands::Waiting)
    };
    let waiting = store::proposals::page(conn, &filter, Cursor::START, WAITING).await?;
    let mut counts: BTreeMap<EventId, usize> = BTreeMap::new();
    for event in waiting.iter().filter_map(|entry| entry.handling.event) {
        *counts.entry(event).or_default() += 1;
    }
    let total = events.len();
    let pages = total.div_ceil(ROWS).max(1);
    let page = wanted.page.min(pages);
    let rows = events.iter().skip((page - 1) * ROWS).take(ROWS);
    let row = |event: &Event| {
        let id = event.public_id.to_string();
        Row {
            chosen: shown.chosen.contains(&id),
            waiting: counts.get(&event.id).copied().unwrap_or(0),
            ..row(event, id, &reading, calendar)
        }
    };
    let tab = |view: &'static str, key: &'static str| {
        let to = Wanted {
            view: view.to_owned(),
            ..wanted.clone()
        };
        (
            format!("{}{}", path(calendar), to.query(1)),
            t.s(key),
            wanted.view == view,
        )
    };
    let turn = |page: usize| format!("{}{}", path(calendar), wanted.query(page));
    let id = |name| visit.params.one(name).ok().flatten().unwrap_or_default();
    let is_id = |text: &str| {
        edit::proposal_id(text)
            .map(|id| id.to_string())
            .unwrap_or_default()
    };
    let count = visit.params.one("n")?.and_then(|n| n.parse::<usize>().ok());
    Ok(EventsPage {
        shell: Shell {
            colors: ColorSheet::of([profile.color]).address(),
            ..shell(visit)
        },
        title: profile.title.pick(t.lang(), profile.language).to_owned(),
        color: class(profile.color),
        path: format!("{}{}", path(calendar), wanted.query(page)),
        home: format!("/cms/calendars/{}", calendar.public_id),
        notice: match count {
            Some(n) => Some(t.n("cms_events.changed", n)),
            None => done(visit).map(str::to_owned),
        },
        batch: is_id(id("batch")),
        undo: is_id(id("undo")),
        refused: shown.refused,
        tabs: vec![
            tab("coming", "cms_events.coming"),
            tab("past", "cms_events.past"),
            tab("untimed", "cms_events.untimed"),
            tab("all", "cms_events.all"),
        ],
        rows: rows.map(row).collect(),
        total: t.n("cms_events.total", total),
        earlier: (page > 1).then(|| turn(page - 1)),
        later: (page < pages).then(|| turn(page + 1)),
        statuses: [
            Status::Confirmed,
            Status::Tentative,
            Status::Postponed,
            Status::Cancelled,
        ]
        .map(|status| {
            let chosen = shown.typed.get("status").map_or("", String::as_str);
            Choice::new(status.as_str(), said::status(status, t), chosen)
        })
        .into(),
        view: wanted.view.clone(),
        text: wanted.text.clone(),
        typed: shown.typed,
        zone: reading.zone_name(&profile.zone, now),
        t,
    })
}

fn row(event: &Event, id: String, reading: &Reading, calendar: &Calendar) -> Row {
    let t = reading.t();
    let main = &event.body.main;
    let days = main.time.days(&calendar.profile.zone);
    let pick =
        |text: &domain::text::Text| text.pick(t.lang(), calendar.profile.language).to_owned();
    let date = match (&main.time, days) {
        (_, None) => t.s("when.no_date").to_owned(),
        (EventTime::Zoned(_) | EventTime::Floating { .. }, Some((first, _))) => reading.date(first),
        (_, Some((first, last))) => reading.days(first, last),
    };
    Row {
        id,
        date,
        hours: reading.hours(&main.time),
        title: match pick(&main.title) {
            title if title.is_empty() => "–".to_owned(),
            title => title,
        },
        place: pick(&main.place.name),
        status: main.status.as_str(),
        mark: match main.status {
            Status::Confirmed => "",
            status => said::status(status, t),
        },
        tags: main
            .tags
            .iter()
            .map(form::label)
            .collect::<Vec<_>>()
            .join(", "),
        repeats: event.body.series.is_some(),
        waiting: 0,
        chosen: false,
    }
}

/// `GET /cms/calendars/{id}/events`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let page = build(
        &mut conn,
        &visit,
        &calendar,
        Shown::default(),
        web.clock.now(),
    )
    .await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/calendars/{id}/events`: something is done to all events that are ticked.
pub(crate) async fn change(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let chosen: BTreeSet<String> = fields.all("event").map(str::to_owned).collect();
    let mut events = Vec::new();
    for id in &chosen {
        let found = edit::event(&mut conn, id).await?;
        if found.calendars.contains(&calendar.id) {
            events.push(found.event.id);
        }
    }
    drop(conn);
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, now);
    let message = if events.is_empty() {
        Message::new("cms_events.none_chosen")
    } else {
        match carry_out(&desk, &events, &fields).await {
            Ok(Ok(done)) if !done.changed.is_empty() => {
                let (there, n) = (path(&calendar), done.changed.len());
                let wanted = Wanted::of(&visit)?.query(1);
                return Ok(see_other(&format!(
                    "{there}{wanted}&batch={}&n={n}",
                    done.batch
                )));
            }
            Ok(Ok(_)) => Message::new("cms_refused.nothing"),
            Ok(Err(message)) => message,
            Err(error) => in_words(&web, error, &visit).await?,
        }
    };
    let typed = ["days", "minutes", "place", "status", "tags"];
    let shown = Shown {
        chosen,
        refused: Some(message.say(visit.t)),
        typed: typed.map(|name| (name, fields.one(name).to_owned())).into(),
    };
    let mut conn = web.db.read().await?;
    let page = build(&mut conn, &visit, &calendar, shown, now).await?;
    Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
}

/// A refusal with the title of the event that it is about.
async fn in_words(web: &WebState, error: Error, visit: &Visit) -> Result<Message, Failure> {
    let Error::OfEvent { event, cause } = error else {
        return refusal(error);
    };
    let mut conn = web.db.read().await?;
    let found = store::events::by_id(&mut conn, event).await?;
    let title = found.map(|found| found.event.body.main.title);
    let lang = visit.t.lang();
    let title = title.map_or(String::new(), |title| title.pick(lang, lang).to_owned());
    let why = refusal(*cause)?.say(visit.t);
    Ok(Message::new("cms_events.of_event")
        .with("title", title)
        .with("why", why))
}

/// What the form asks for, or what is wrong with what was typed.
async fn carry_out(
    desk: &Desk<'_>,
    events: &[EventId],
    fields: &Fields,
) -> Result<Result<desk::Done, Message>, Error> {
    let mut patch = EventPatch::default();
    match fields.one("do") {
        "shift" => {
            let number = |name| match fields.one(name) {
                "" => Some(0),
                text => text.parse::<i32>().ok(),
            };
            let (Some(days), Some(minutes)) = (number("days"), number("minutes")) else {
                return Ok(Err(Message::new("cms_events.no_number")));
            };
            return desk.shift(events, Shift { days, minutes }).await.map(Ok);
        }
        "cancel" => return desk.cancel(events).await.map(Ok),
        "remove" => return desk.remove(events).await.map(Ok),
        "status" => patch.put(FieldValue::Status(form::status(fields.one("status")))),
        field @ ("place" | "tags") => {
            // The form of an event reads the field, so that the same is refused here and there.
            let mut typed = Typed::new("UTC");
            typed.put("title_ko", "–");
            typed.put("kind", "undecided");
            typed.put("place_ko", fields.one("place"));
            typed.put("tags", fields.one("tags"));
            let body = match typed.body(None, "UTC") {
                Ok(body) => body,
                Err(faults) => {
                    let first = faults.into_iter().next();
                    let message = first.map(|(_, message)| message);
                    return Ok(Err(message.unwrap_or(Message::new("invalid.form"))));
                }
            };
            patch.put(match field {
                "place" => FieldValue::Place(body.main.place),
                _ => FieldValue::Tags(body.main.tags),
            });
        }
        _ => return Ok(Err(Message::new("invalid.form"))),
    }
    desk.set_fields(events, &patch).await.map(Ok)
}

/// `POST /cms/batches/{id}/undo`: takes back what was done as one.
pub(crate) async fn undo_batch(
    State(web): State<WebState>,
    staff: Staff,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let batch = BatchId(edit::proposal_id(&id)?.0);
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, web.clock.now());
    let undone = desk.undo_batch(batch).await.map_err(edit::failure)?;
    let done = if undone.clashes.is_empty() {
        "undone"
    } else {
        "undone_some"
    };
    Ok(edit::back(own_path(fields.one("to")), done))
}

/// A page of the desk to come back to; its list of drafts where none is named.
pub(crate) fn own_path(to: &str) -> &str {
    let plain = to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if to.starts_with("/cms/") && plain {
        to
    } else {
        "/cms/drafts"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_desk_are_come_back_to() {
        assert_eq!(
            own_path("/cms/calendars/x/events?a=1"),
            "/cms/calendars/x/events?a=1"
        );
        for bad in [
            "",
            "//evil.example",
            "https://evil.example/cms/",
            "/cms/\r\nx",
            "/my",
        ] {
            assert_eq!(own_path(bad), "/cms/drafts", "{bad}");
        }
    }
}
