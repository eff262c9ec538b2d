//! `/cms/events/{id}`, `/cms/calendars/{id}/events/new` and `/cms/drafts/{id}`: one form for what
//! an event says, whether it is published, new or a draft. What is done with it is the desk's;
//! what two editors said differently is shown field by field, and nothing is overwritten.

pub(crate) mod check;
pub(crate) mod form;
mod page;
mod repeat;
pub(crate) mod said;
mod time;

use crate::edit::{self, actor, back, failure, refusal};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::{Desk, Error, Outcome, Take};
use domain::calendar::Calendar;
use domain::event::EventBody;
use domain::patch::{EventPatch, Field};
use domain::proposal::{Aim, State as Stands};
use form::Typed;
use http::StatusCode;
use jiff::Timestamp;
use page::{Asked, DisputedView, EventPage, FindingsPart};
use store::Conn;
use store::events::Found;
use store::proposals::Entry;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::page::Page;
use web::session::{Staff, see_other};
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// What the form is about.
pub(crate) struct Subject {
    pub calendar: Calendar,
    /// The published event; `None` for what is none yet.
    pub event: Option<Found>,
    /// The draft; `None` for what is not kept yet.
    pub draft: Option<Entry>,
    /// The version that the editor saw of a published event, and what it said.
    pub base: Option<(i64, EventBody)>,
    /// What the form began with.
    pub stood: Option<EventBody>,
}

impl Subject {
    fn path(&self) -> String {
        match (&self.draft, &self.event) {
            (Some(draft), _) => format!("/cms/drafts/{}", draft.proposal.id),
            (None, Some(found)) => format!("/cms/events/{}", found.event.public_id),
            (None, None) => format!("/cms/calendars/{}/events/new", self.calendar.public_id),
        }
    }

    fn zone(&self) -> &str {
        self.calendar.profile.zone.name()
    }

    fn typed(&self) -> Typed {
        match &self.stood {
            Some(body) => Typed::of(body, self.zone()),
            None => Typed::new(self.zone()),
        }
    }

    /// The proposal that the form makes.
    fn aim(&self, body: &EventBody) -> Aim {
        match (&self.event, &self.base) {
            (Some(found), Some((version, base))) => Aim::Change {
                event: found.event.id,
                base_version: *version,
                patch: EventPatch::between(base, body),
            },
            _ => Aim::Create(Box::new(body.clone())),
        }
    }

    fn of_new(calendar: Calendar) -> Self {
        Self {
            calendar,
            event: None,
            draft: None,
            base: None,
            stood: None,
        }
    }

    async fn of_event(conn: &mut Conn, id: &str, seen: Option<i64>) -> Result<Self, Failure> {
        let found = edit::event(conn, id).await?;
        let calendar = home(conn, &found).await?;
        let version = seen.unwrap_or(found.event.version);
        let base = body_at(conn, &found, version).await?;
        Ok(Self {
            calendar,
            draft: None,
            stood: Some(base.clone()),
            base: Some((version, base)),
            event: Some(found),
        })
    }

    async fn of_draft(conn: &mut Conn, id: &str, seen: Option<i64>) -> Result<Self, Failure> {
        let id = edit::proposal_id(id)?;
        let entry = store::proposals::by_id(conn, id).await?;
        let entry = entry.ok_or(Failure::NotFound)?;
        let is_open = matches!(entry.proposal.state, Stands::Draft | Stands::Scheduled);
        if !is_open {
            return Err(Failure::NotFound);
        }
        let calendar = store::calendars::by_id(conn, entry.proposal.calendar).await?;
        let calendar = calendar.ok_or(Failure::NotFound)?;
        let (event, base, stood) = match &entry.proposal.aim {
            Aim::Create(body) => (None, None, (**body).clone()),
            Aim::Change {
                event,
                base_version,
                patch,
            } => {
                let found = store::events::by_id(conn, *event).await?;
                let found = found.ok_or(Failure::NotFound)?;
                let base = body_at(conn, &found, *base_version).await?;
                let mut stood = base.clone();
                patch.apply(&mut stood);
                let version = seen.unwrap_or(*base_version);
                let base = body_at(conn, &found, version).await?;
                (Some(found), Some((version, base)), stood)
            }
        };
        Ok(Self {
            calendar,
            event,
            draft: Some(entry),
            base,
            stood: Some(stood),
        })
    }
}

async fn home(conn: &mut Conn, found: &Found) -> Result<Calendar, Failure> {
    let calendars = store::calendars::by_ids(conn, &found.calendars).await?;
    calendars.into_iter().next().ok_or(Failure::NotFound)
}

async fn body_at(conn: &mut Conn, found: &Found, version: i64) -> Result<EventBody, Failure> {
    let body = store::events::body_at(conn, found.event.id, version).await?;
    body.ok_or(Failure::NotFound)
}

/// Which of the three the form is about, as the path says.
#[derive(Clone, Copy)]
enum Which<'a> {
    New(&'a str),
    Event(&'a str),
    Draft(&'a str),
}

impl Which<'_> {
    async fn open(self, conn: &mut Conn, seen: Option<i64>) -> Result<Subject, Failure> {
        match self {
            Self::New(calendar) => Ok(Subject::of_new(edit::calendar(conn, calendar).await?)),
            Self::Event(id) => Subject::of_event(conn, id, seen).await,
            Self::Draft(id) => Subject::of_draft(conn, id, seen).await,
        }
    }
}

/// `GET /cms/calendars/{id}/events/new`.
pub(crate) async fn fresh(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    show(&web, &visit, Which::New(&id)).await
}

/// `POST /cms/calendars/{id}/events/new`.
pub(crate) async fn make(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    save(&web, (&staff, &visit), Which::New(&id), &fields).await
}

/// `GET /cms/events/{id}`.
pub(crate) async fn event(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    show(&web, &visit, Which::Event(&id)).await
}

/// `POST /cms/events/{id}`.
pub(crate) async fn change(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    save(&web, (&staff, &visit), Which::Event(&id), &fields).await
}

/// `GET /cms/drafts/{id}`.
pub(crate) async fn draft(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    show(&web, &visit, Which::Draft(&id)).await
}

/// `POST /cms/drafts/{id}`.
pub(crate) async fn amend(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    save(&web, (&staff, &visit), Which::Draft(&id), &fields).await
}

/// `POST /cms/events/{id}/remove`: takes it out; the page it leads to offers to take that back.
pub(crate) async fn remove(
    State(web): State<WebState>,
    staff: Staff,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let found = edit::event(&mut conn, &id).await?;
    let calendar = home(&mut conn, &found).await?;
    drop(conn);
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, web.clock.now());
    let done = desk.remove(&[found.event.id]).await.map_err(failure)?;
    let (id, batch) = (&calendar.public_id, done.batch);
    Ok(see_other(&format!(
        "/cms/calendars/{id}/events?batch={batch}&n=1"
    )))
}

async fn show(web: &WebState, visit: &Visit, which: Which<'_>) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let subject = which.open(&mut conn, None).await?;
    let reading = Reading::new(visit.t, &subject.calendar.profile.zone, now);
    let mut asked = Asked::new(subject.typed());
    if let Some(body) = &subject.stood {
        asked.findings = look(&mut conn, &subject, body, &reading).await?;
    }
    Ok(Page::private(EventPage::build(visit, &subject, asked, &reading)).into_response())
}

async fn look(
    conn: &mut Conn,
    subject: &Subject,
    body: &EventBody,
    reading: &Reading,
) -> Result<check::Findings, Failure> {
    let own = subject.event.as_ref().map(|found| found.event.id);
    check::findings(conn, &subject.calendar, (own, body), reading).await
}

/// What the form asks to be done.
enum Wish {
    Draft,
    Publish,
    Schedule(Timestamp),
}

async fn save(
    web: &WebState,
    (staff, visit): (&Staff, &Visit),
    which: Which<'_>,
    fields: &Fields,
) -> Result<Response, PageFailure> {
    let (t, now) = (visit.t, web.clock.now());
    let mut conn = web.db.read().await?;
    let seen = fields.one("base").parse().ok();
    let subject = which.open(&mut conn, seen).await?;
    let zone = subject.calendar.profile.zone.clone();
    let reading = Reading::new(t, &zone, now);
    let mut asked = Asked::new(Typed::read(fields));
    let refused = |asked: Asked, subject: &Subject, status| {
        let page = EventPage::build(visit, subject, asked, &reading);
        Ok(Page::refusal(status, page).into_response())
    };
    let mut body = match asked.typed.body(subject.stood.as_ref(), zone.name()) {
        Ok(body) => body,
        Err(faults) => {
            for (field, message) in &faults {
                asked.errors.put(field, message, t);
            }
            if fields.one("part") == "findings" {
                let errors = faults.iter().map(|(_, message)| message.say(t)).collect();
                return Ok(part(t, check::Findings::default(), errors));
            }
            return refused(asked, &subject, StatusCode::BAD_REQUEST);
        }
    };
    asked.disputed = decide(&subject, fields, &mut body, &reading);
    asked.findings = look(&mut conn, &subject, &body, &reading).await?;
    drop(conn);
    if fields.one("part") == "findings" {
        return Ok(part(t, asked.findings, Vec::new()));
    }
    if asked.disputed.iter().any(|one| one.decided.is_empty()) {
        asked.refused = Some(t.s("cms_event.undecided_fields").to_owned());
        return refused(asked, &subject, StatusCode::CONFLICT);
    }
    let wish = match fields.one("do") {
        "draft" => Wish::Draft,
        "publish" => Wish::Publish,
        "schedule" => {
            let at = (fields.one("due_date"), fields.one("due_time"));
            match edit::due(at, &zone, now) {
                Ok(due) => Wish::Schedule(due),
                Err(message) => {
                    asked.errors.put("due_date", &message, t);
                    return refused(asked, &subject, StatusCode::BAD_REQUEST);
                }
            }
        }
        _ => {
            let page = EventPage::build(visit, &subject, asked, &reading);
            return Ok(Page::private(page).into_response());
        }
    };
    // What warns is published once it has been seen; what stops is not.
    let seen = fields.one("findings") == asked.findings.mark;
    if !matches!(wish, Wish::Draft) && (asked.findings.stops || !seen) {
        let key = if asked.findings.stops {
            "cms_event.stopped"
        } else {
            "cms_event.warned"
        };
        asked.refused = Some(t.s(key).to_owned());
        return refused(asked, &subject, StatusCode::BAD_REQUEST);
    }
    let by = actor(staff);
    let desk = Desk::new(&web.db, &by, now);
    let edition = fields.one("edition").parse().unwrap_or(0);
    match carry_out(&desk, &subject, &body, (wish, edition)).await {
        Ok(there) => Ok(there),
        Err(Error::Clash(disputed)) => {
            let mut conn = web.db.read().await?;
            let (subject, asked) =
                clash(&mut conn, which, &subject, (&body, &disputed), &reading).await?;
            refused(asked, &subject, StatusCode::CONFLICT)
        }
        Err(error) => {
            if matches!(error, Error::Amended { .. }) {
                // The form goes on from the draft as it is now, with what was typed.
                let mut conn = web.db.read().await?;
                let subject = which.open(&mut conn, None).await?;
                asked.refused = Some(refusal(error)?.say(t));
                return refused(asked, &subject, StatusCode::CONFLICT);
            }
            asked.refused = Some(refusal(error)?.say(t));
            refused(asked, &subject, StatusCode::CONFLICT)
        }
    }
}

fn part(t: web::locale::T, findings: check::Findings, errors: Vec<String>) -> Response {
    Page::private(FindingsPart {
        t,
        findings,
        errors,
    })
    .into_response()
}

/// Carries out what was decided about fields that two editors changed; tells which still wait.
fn decide(
    subject: &Subject,
    fields: &Fields,
    body: &mut EventBody,
    reading: &Reading,
) -> Vec<DisputedView> {
    let Some((_, current)) = &subject.base else {
        return Vec::new();
    };
    let mut views = Vec::new();
    for name in fields.all("disputed") {
        let Some(field) = Field::parse(name) else {
            continue;
        };
        let decided = fields.one(&format!("decide_{name}")).to_owned();
        views.push(DisputedView {
            field: field.as_str(),
            name: said::name(field, reading.t()),
            base: fields.one(&format!("base_{name}")).to_owned(),
            current: said::value(&current.get(field), reading),
            own: said::value(&body.get(field), reading),
            decided: decided.clone(),
        });
        if decided == "current" {
            body.set(current.get(field));
        }
    }
    views
}

/// The form after somebody else was faster: what they changed stands in it, but for the fields on
/// which both say something else, which have to be decided.
async fn clash(
    conn: &mut Conn,
    which: Which<'_>,
    before: &Subject,
    (body, disputed): (&EventBody, &[domain::proposal::Disputed]),
    reading: &Reading,
) -> Result<(Subject, Asked), Failure> {
    let current = before.event.as_ref().map(|found| found.event.id);
    let found = match current {
        Some(id) => store::events::by_id(conn, id).await?,
        None => None,
    };
    let now = found.as_ref().map(|found| found.event.version);
    let subject = which.open(conn, now).await?;
    let mut merged = found.map_or_else(|| body.clone(), |found| found.event.body);
    if let Some((_, base)) = &before.base {
        EventPatch::between(base, body).apply(&mut merged);
    }
    let mut asked = Asked::new(Typed::of(&merged, subject.zone()));
    asked.disputed = page::disputed(disputed, reading);
    asked.refused = Some(refusal(Error::Clash(Vec::new()))?.say(reading.t()));
    asked.findings = look(conn, &subject, &merged, reading).await?;
    Ok((subject, asked))
}

async fn carry_out(
    desk: &Desk<'_>,
    subject: &Subject,
    body: &EventBody,
    (wish, edition): (Wish, i64),
) -> Result<Response, Error> {
    let aim = subject.aim(body);
    let home = subject.calendar.id;
    if let (Wish::Publish, aim) = (&wish, &aim) {
        let done = match (&subject.draft, aim) {
            (Some(draft), _) => {
                desk.accept(draft.proposal.id, edited(draft, subject, body))
                    .await?
            }
            (None, Aim::Create(body)) => desk.create(home, (**body).clone()).await?,
            (
                None,
                Aim::Change {
                    event,
                    base_version,
                    patch,
                },
            ) => desk.edit(*event, *base_version, patch.clone()).await?,
        };
        return Ok(published(subject, done));
    }
    let id = match &subject.draft {
        Some(draft) => {
            let id = draft.proposal.id;
            desk.amend(id, edition, aim, draft.proposal.note.as_deref())
                .await?;
            id
        }
        None => desk.draft(home, aim, None).await?,
    };
    let there = format!("/cms/drafts/{id}");
    match wish {
        Wish::Schedule(due) => {
            desk.schedule(id, due).await?;
            Ok(back(&there, "scheduled"))
        }
        Wish::Draft | Wish::Publish => Ok(back(&there, "drafted")),
    }
}

/// A draft is published as the form says now, by one decision.
fn edited(draft: &Entry, subject: &Subject, body: &EventBody) -> Take {
    match (&draft.proposal.aim, &subject.base) {
        (Aim::Create(was), _) => Take::Edited {
            patch: EventPatch::between(was, body),
            seen_version: 0,
        },
        (Aim::Change { .. }, Some((version, base))) => Take::Edited {
            patch: EventPatch::between(base, body),
            seen_version: *version,
        },
        (Aim::Change { .. }, None) => Take::Whole,
    }
}

fn published(subject: &Subject, done: Outcome) -> Response {
    let undo = done.proposal;
    match &subject.event {
        Some(found) => {
            let there = format!("/cms/events/{}?undo={undo}", found.event.public_id);
            back(&there, "published")
        }
        None => {
            let id = &subject.calendar.public_id;
            back(
                &format!("/cms/calendars/{id}/events?undo={undo}"),
                "published",
            )
        }
    }
}
