//! `/cms/drafts`: what editors keep back, and what becomes public at its time. All of it, or what
//! is ticked, can be published now or at one time.

use crate::edit::{self, actor, back, done, refusal, shell};
use crate::event::said;
use crate::events::own_path;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::{Decision, Desk, Take};
use domain::calendar::Calendar;
use domain::event::EventBody;
use domain::id::{CalendarId, ProposalId};
use domain::proposal::{Aim, State as Stands};
use domain::zone::Zone;
use http::StatusCode;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::Conn;
use store::proposals::{Cursor, Entry, Filter};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::{Staff, see_other};
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

const HERE: &str = "/cms/drafts";
/// Most drafts of one page.
const ROWS: i64 = 500;

/// One draft.
struct Row {
    id: String,
    title: String,
    when: String,
    place: String,
    calendar: String,
    calendar_path: String,
    by: String,
    changes: Vec<&'static str>,
    due: String,
    chosen: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_drafts.html")]
struct DraftsPage {
    t: T,
    shell: Shell,
    notice: Option<String>,
    batch: String,
    refused: Option<String>,
    fault: Option<String>,
    drafts: Vec<Row>,
    scheduled: Vec<Row>,
    only: String,
    zone_name: String,
    due_date: String,
    due_time: String,
}

#[derive(Default)]
struct Shown {
    chosen: BTreeSet<String>,
    refused: Option<String>,
    fault: Option<String>,
    due: Option<(String, String)>,
}

async fn build(
    conn: &mut Conn,
    visit: &Visit,
    shown: Shown,
    now: Timestamp,
) -> Result<DraftsPage, Failure> {
    let t = visit.t;
    let only = match visit.params.one("calendar")? {
        Some(name) if !name.is_empty() => Some(edit::calendar(conn, name).await?),
        _ => None,
    };
    let calendars = store::calendars::all_with_withdrawn(conn).await?;
    let calendars: BTreeMap<CalendarId, Calendar> =
        calendars.into_iter().map(|one| (one.id, one)).collect();
    let names = edit::names(conn).await?;
    let mut lists = Vec::new();
    for state in [Stands::Draft, Stands::Scheduled] {
        let filter = Filter {
            calendar: only.as_ref().map(|calendar| calendar.id),
            ..Filter::of(state)
        };
        let mut entries = store::proposals::page(conn, &filter, Cursor::START, ROWS).await?;
        entries.sort_by_key(|entry| {
            (
                entry.proposal.due,
                entry.proposal.created,
                entry.proposal.id,
            )
        });
        let mut rows = Vec::new();
        for entry in &entries {
            let Some(calendar) = calendars.get(&entry.proposal.calendar) else {
                continue;
            };
            let body = body_of(conn, entry).await?;
            let mut row = row(entry, calendar, &body, (t, now));
            row.chosen = shown.chosen.contains(&row.id);
            let by = entry.handling.author.clone().unwrap_or_default();
            row.by = names.get(&by).cloned().unwrap_or(by);
            rows.push(row);
        }
        lists.push(rows);
    }
    let zone = only
        .as_ref()
        .map_or_else(Zone::seoul, |one| one.profile.zone.clone());
    let reading = Reading::new(t, &zone, now);
    let (due_date, due_time) = shown
        .due
        .unwrap_or_else(|| (reading.today().to_string(), "18:00".to_owned()));
    let batch = visit.params.one("batch")?.unwrap_or_default();
    let count = visit.params.one("n")?.and_then(|n| n.parse::<usize>().ok());
    let scheduled = lists.pop().unwrap_or_default();
    Ok(DraftsPage {
        shell: shell(visit),
        notice: match count {
            Some(n) => Some(t.n("cms_drafts.drafted", n)),
            None => done(visit).map(str::to_owned),
        },
        batch: edit::proposal_id(batch)
            .map(|id| id.to_string())
            .unwrap_or_default(),
        refused: shown.refused,
        fault: shown.fault,
        drafts: lists.pop().unwrap_or_default(),
        scheduled,
        only: only
            .map(|one| one.public_id.to_string())
            .unwrap_or_default(),
        zone_name: reading.zone_name(&zone, now),
        due_date,
        due_time,
        t,
    })
}

/// What a draft would say.
async fn body_of(conn: &mut Conn, entry: &Entry) -> Result<EventBody, Failure> {
    match &entry.proposal.aim {
        Aim::Create(body) => Ok((**body).clone()),
        Aim::Change {
            event,
            base_version,
            patch,
        } => {
            let body = store::events::body_at(conn, *event, *base_version).await?;
            let mut body = body.ok_or(Failure::NotFound)?;
            patch.apply(&mut body);
            Ok(body)
        }
    }
}

fn row(entry: &Entry, calendar: &Calendar, body: &EventBody, (t, now): (T, Timestamp)) -> Row {
    let profile = &calendar.profile;
    let reading = Reading::new(t, &profile.zone, now);
    let pick = |text: &domain::text::Text| text.pick(t.lang(), profile.language).to_owned();
    Row {
        id: entry.proposal.id.to_string(),
        title: pick(&body.main.title),
        when: reading.speak(&body.main.time).absolute,
        place: pick(&body.main.place.name),
        calendar: pick(&profile.title),
        calendar_path: format!("/cms/calendars/{}/events", calendar.public_id),
        by: String::new(),
        changes: match &entry.proposal.aim {
            Aim::Create(_) => Vec::new(),
            Aim::Change { patch, .. } => patch.fields().map(|one| said::name(one, t)).collect(),
        },
        due: entry.proposal.due.map_or(String::new(), |due| {
            format!(
                "{} {}",
                reading.instant(due),
                reading.zone_name(&profile.zone, due)
            )
        }),
        chosen: false,
    }
}

/// `GET /cms/drafts`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let page = build(&mut conn, &visit, Shown::default(), web.clock.now()).await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/drafts`: what is ticked, or all that is listed, is published, scheduled, taken off
/// the schedule or laid aside.
pub(crate) async fn decide(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let field = if fields.one("all").is_empty() {
        "draft"
    } else {
        "listed"
    };
    let mut ids: Vec<ProposalId> = Vec::new();
    for id in fields.all(field) {
        ids.push(edit::proposal_id(id)?);
    }
    let zone = zone_of(&web, &ids, fields.one("calendar")).await?;
    let due = (fields.one("due_date"), fields.one("due_time"));
    let (decision, word) = match fields.one("do") {
        "publish" => (Ok(Decision::Accept(Take::Whole)), "published"),
        "schedule" => (
            edit::due(due, &zone, now).map(Decision::Schedule),
            "scheduled",
        ),
        "unschedule" => (Ok(Decision::Unschedule), "unscheduled"),
        "discard" => (Ok(Decision::Discard), "discarded"),
        _ => (Err(Message::new("invalid.form")), ""),
    };
    let mut shown = Shown {
        chosen: fields.all("draft").map(str::to_owned).collect(),
        due: Some((due.0.to_owned(), due.1.to_owned())),
        ..Shown::default()
    };
    let mut status = StatusCode::BAD_REQUEST;
    match decision {
        Err(message) => shown.fault = Some(message.say(visit.t)),
        Ok(_) if ids.is_empty() => {
            shown.refused = Some(visit.t.s("cms_drafts.none_chosen").to_owned());
        }
        Ok(decision) => {
            let by = actor(&staff);
            let desk = Desk::new(&web.db, &by, now);
            let report = desk
                .decide_all(&ids, &decision)
                .await
                .map_err(edit::failure)?;
            let batch = report.batch;
            let mut refused = report.results.into_iter().filter_map(|(_, one)| one.err());
            match refused.next() {
                None => return Ok(back(&format!("{}&batch={batch}", here(&fields)), word)),
                Some(error) => {
                    let more = refused.count() + 1;
                    let why = refusal(error)?.say(visit.t);
                    let message = Message::new("cms_drafts.some_refused");
                    let message = message.with("n", more.to_string()).with("why", why);
                    shown.refused = Some(message.say(visit.t));
                    status = StatusCode::CONFLICT;
                }
            }
        }
    }
    let mut conn = web.db.read().await?;
    let page = build(&mut conn, &visit, shown, now).await?;
    Ok(Page::refusal(status, page).into_response())
}

fn here(fields: &Fields) -> String {
    let calendar = fields.one("calendar");
    let plain = calendar.bytes().all(|b| b.is_ascii_alphanumeric());
    format!("{HERE}?calendar={}", if plain { calendar } else { "" })
}

/// The zone that a time of publication is read in: the calendar's, as the page says.
async fn zone_of(web: &WebState, ids: &[ProposalId], calendar: &str) -> Result<Zone, Failure> {
    if calendar.is_empty() || ids.is_empty() {
        return Ok(Zone::seoul());
    }
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, calendar).await?;
    Ok(calendar.profile.zone)
}

/// `POST /cms/drafts/{id}/decide`: one draft is taken off the schedule, laid aside or published as
/// it is kept.
pub(crate) async fn decide_one(
    State(web): State<WebState>,
    staff: Staff,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let id = edit::proposal_id(&id)?;
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, web.clock.now());
    let (done, word) = match fields.one("do") {
        "unschedule" => (desk.unschedule(id).await, "unscheduled"),
        "discard" => (desk.discard(id).await, "discarded"),
        "undo" => (desk.undo(id).await, "undone"),
        _ => (desk.publish_now(id).await, "published"),
    };
    done.map_err(edit::failure)?;
    let to = own_path(fields.one("to"));
    if word == "undone" {
        return Ok(back(to, word));
    }
    let mark = if to.contains('?') { '&' } else { '?' };
    Ok(see_other(&format!("{to}{mark}done={word}&undo={id}")))
}
