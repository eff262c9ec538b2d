//! `/cms/tips/{proposal}`: one proposal, with what it would change, what speaks for it, and who works
//! on it. How it is decided is [`decide`]'s.

pub(crate) mod decide;
pub(crate) mod difference;
mod edit;
mod evidence;

use crate::desk::frame::{Age, Frame, Home, Names, homes};
use crate::queue::told::{self, Flash};
use crate::queue::{self, HERE, ReasonChoice, filters, kind_of, reason_key, reasons, title};
use askama::Template;
use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use desk::Error;
use difference::{Compared, Row};
use domain::event::EventBody;
use domain::id::ProposalId;
use domain::proposal::{Aim, State, disputed};
use edit::Edit;
use evidence::{Heard, heard};
use http::StatusCode;
use jiff::Timestamp;
use store::Conn;
use store::desk_lists::{self, Queue, Way};
use store::proposals::{self, Cursor, Entry};
use web::failure::{Failure, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Most tips of one proposal that are shown one by one.
const SHOWN_TIPS: i64 = 20;
/// Most proposals that one can be gathered into.
const MERGES: i64 = 8;

/// The page.
#[derive(Template)]
#[template(path = "cms_item.html")]
struct ItemPage {
    t: T,
    shell: Shell,
    frame: Frame,
    flash: Option<Flash>,
    fault: Option<String>,
    /// Where its forms send to.
    action: String,
    undo: String,
    list: String,
    id: String,
    edition: i64,
    seen_version: i64,
    kind: &'static str,
    title: String,
    event: Option<String>,
    calendar: String,
    calendar_href: String,
    color: String,
    age: Age,
    made: String,
    reports: String,
    note: Option<String>,
    rows: Vec<Row>,
    several: bool,
    clash: bool,
    gone: bool,
    heard: Vec<Heard>,
    asked: Option<String>,
    open: bool,
    ended: Option<Ended>,
    held: Option<Held>,
    mine: bool,
    burst: Option<Burst>,
    reasons: Vec<ReasonChoice>,
    merges: Vec<Merge>,
    edit: Edit,
    next: Option<String>,
    before: Option<String>,
}

/// How it was decided.
struct Ended {
    words: String,
    reason: Option<&'static str>,
    reply: Option<String>,
    into: Option<String>,
    undone: bool,
}

/// Who else works on it.
struct Held {
    words: String,
}

/// The burst that it came in.
struct Burst {
    pick: String,
    size: String,
    href: String,
}

/// A proposal that it can be gathered into.
struct Merge {
    id: String,
    words: String,
}

/// What the pages of one proposal are made from.
struct Subject {
    entry: Entry,
    current: Option<(EventBody, i64)>,
    public: Option<String>,
    removed: bool,
    base: Option<EventBody>,
}

impl Subject {
    async fn read(conn: &mut Conn, id: ProposalId) -> Result<Self, Failure> {
        let entry = proposals::by_id(conn, id).await?.ok_or(Failure::NotFound)?;
        let found = match entry.handling.event {
            Some(event) => store::events::by_id(conn, event).await?,
            None => None,
        };
        let base = match &entry.proposal.aim {
            Aim::Create(_) => None,
            Aim::Change {
                event,
                base_version,
                ..
            } => store::events::body_at(conn, *event, *base_version).await?,
        };
        let public = found
            .as_ref()
            .map(|found| found.event.public_id.to_string());
        let removed = found.as_ref().is_some_and(|found| found.removed.is_some());
        let current = found.map(|found| (found.event.body, found.event.version));
        Ok(Self {
            entry,
            current,
            public,
            removed,
            base,
        })
    }

    fn now(&self) -> Option<&EventBody> {
        self.current.as_ref().map(|(body, _)| body)
    }

    /// Whether somebody else changed the same fields to something else meanwhile.
    fn clashes(&self) -> bool {
        match (&self.entry.proposal.aim, &self.base, self.now()) {
            (Aim::Change { patch, .. }, Some(base), Some(now)) => {
                !disputed(patch, base, now).is_empty()
            }
            _ => false,
        }
    }

    fn is_open(&self) -> bool {
        self.entry.proposal.state == State::Waiting
    }
}

/// The id in a path; what is none names nothing.
fn id_of(text: &str) -> Result<ProposalId, Failure> {
    let id = text.parse().map_err(|_| Failure::NotFound)?;
    Ok(ProposalId(id))
}

/// `GET /cms/tips/{proposal}`. Nothing is claimed by looking.
pub(crate) async fn show(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let page = ItemPage::read(&web, &staff, &visit, id_of(&id)?).await?;
    Ok(Page::private(page).into_response())
}

impl ItemPage {
    async fn read(
        web: &WebState,
        staff: &Staff,
        visit: &Visit,
        id: ProposalId,
    ) -> Result<Self, Failure> {
        let (t, now) = (visit.t, web.clock.now());
        let queue = filters::read(&visit.params)?;
        let mut conn = web.db.read().await?;
        let conn = &mut conn;
        let subject = Subject::read(conn, id).await?;
        let homes = homes(conn, t).await?;
        let names = Names::read(conn, t).await?;
        let entry = &subject.entry;
        let home = homes
            .get(&entry.proposal.calendar)
            .ok_or(Failure::NotFound)?;
        let reading = Reading::new(t, &home.calendar.profile.zone, now);
        let compared = Compared {
            base: subject.base.as_ref(),
            current: subject.now(),
            reading: &reading,
            primary: home.calendar.profile.language,
        };
        let rows = compared.rows(&entry.proposal.aim, entry.handling.act);
        let tips = store::tips::of_proposal(conn, id, SHOWN_TIPS).await?;
        let lease = entry.handling.lease.as_ref();
        let lease = lease.filter(|lease| lease.until > now && subject.is_open());
        let me = staff.person.to_string();
        let held = lease.filter(|lease| lease.by != me).map(|lease| Held {
            words: t.f(
                "queue.held",
                &[
                    ("name", &names.of(&lease.by)),
                    ("until", &clock(&reading, lease.until)),
                ],
            ),
        });
        let undone = proposals::undone_by(conn, id).await?.is_some();
        let place = Cursor::at(&entry.proposal);
        let next = neighbour(conn, &queue, (place, Way::Later)).await?;
        let before = neighbour(conn, &queue, (place, Way::Earlier)).await?;
        let burst = burst(conn, &subject, t).await?;
        let merges = merges(conn, &subject, home, (t, now)).await?;
        let edit = Edit::of(&subject, home, t);
        let path = format!("{HERE}/{id}");
        let count = usize::try_from(entry.handling.reports).unwrap_or(0);
        Ok(Self {
            frame: Frame::of(staff, t, &path),
            flash: told::flash(visit),
            fault: None,
            action: filters::address(&path, &queue, &[]),
            undo: filters::address(&format!("{HERE}/undo"), &queue, &[]),
            list: filters::address(HERE, &queue, &[]),
            id: id.to_string(),
            edition: entry.handling.edition,
            seen_version: subject.current.as_ref().map_or(0, |(_, version)| *version),
            kind: t.s(kind_of(&entry.proposal.aim, entry.handling.act)),
            title: title(&entry.proposal.aim, subject.now(), t),
            event: subject.public.as_ref().map(|id| format!("/events/{id}")),
            calendar: home.title.clone(),
            calendar_href: format!("/calendars/{}", home.calendar.profile.slug),
            color: home.color.clone(),
            age: Age::since(entry.proposal.created, now, t),
            made: reading.instant(entry.proposal.created),
            reports: match count {
                0 => t.s("queue.field_evidence").to_owned(),
                count => t.n("queue.reporters", count),
            },
            note: entry.proposal.note.clone().filter(|_| tips.is_empty()),
            several: rows.iter().filter(|row| row.first).count() > 1,
            clash: subject.is_open() && subject.clashes(),
            gone: subject.removed,
            heard: heard(&tips, &reading),
            asked: entry.handling.reply.clone().filter(|_| subject.is_open()),
            open: subject.is_open(),
            ended: ended(&subject, &names, (&reading, undone)),
            mine: lease.is_some_and(|lease| lease.by == me),
            held,
            burst,
            reasons: reasons(t),
            merges,
            edit,
            next: next.map(|id| filters::address(&format!("{HERE}/{id}"), &queue, &[])),
            before: before.map(|id| filters::address(&format!("{HERE}/{id}"), &queue, &[])),
            rows,
            shell: Shell {
                colors: web::colors::ColorSheet::of([home.calendar.profile.color]).address(),
                ..Shell::bare(t, &visit.here)
            },
            t,
        })
    }
}

fn clock(reading: &Reading, at: Timestamp) -> String {
    reading.clock(domain::time::WallTime::of(at, reading.zone()).at.time())
}

/// The next item of a list, either way.
async fn neighbour(
    conn: &mut Conn,
    queue: &Queue,
    (from, way): (Cursor, Way),
) -> Result<Option<ProposalId>, Failure> {
    let page = desk_lists::queue_page(conn, queue, (from, way), 1).await?;
    Ok(page.first().map(|entry| entry.proposal.id))
}

async fn burst(conn: &mut Conn, subject: &Subject, t: T) -> Result<Option<Burst>, Failure> {
    let Some(burst) = subject.entry.handling.burst.filter(|_| subject.is_open()) else {
        return Ok(None);
    };
    let sizes = desk_lists::burst_sizes(conn, &[burst], State::Waiting).await?;
    let size = sizes.get(&burst).copied().unwrap_or(0);
    let own = Queue {
        burst: Some(burst),
        ..Queue::of(State::Waiting)
    };
    Ok((size > 1).then(|| Burst {
        pick: format!("burst-{burst}"),
        size: t.n("queue.in_burst", usize::try_from(size).unwrap_or(0)),
        href: filters::address(HERE, &own, &[("all", "1".to_owned())]),
    }))
}

/// What waits about the same event, or is new in the same calendar.
async fn merges(
    conn: &mut Conn,
    subject: &Subject,
    home: &Home,
    (t, now): (T, Timestamp),
) -> Result<Vec<Merge>, Failure> {
    let proposal = &subject.entry.proposal;
    if !subject.is_open() {
        return Ok(Vec::new());
    }
    let alike = match subject.entry.handling.event {
        Some(event) => Queue {
            event: Some(event),
            ..Queue::of(State::Waiting)
        },
        None => Queue {
            calendar: Some(proposal.calendar),
            kind: Some(desk_lists::Kind::New),
            ..Queue::of(State::Waiting)
        },
    };
    let found = desk_lists::queue_page(conn, &alike, queue::start(State::Waiting), MERGES).await?;
    let reading = Reading::new(t, &home.calendar.profile.zone, now);
    let others = found.iter().filter(|one| one.proposal.id != proposal.id);
    let merge = |one: &Entry| {
        let compared = Compared {
            base: subject.now(),
            current: subject.now(),
            reading: &reading,
            primary: home.calendar.profile.language,
        };
        let rows = compared.rows(&one.proposal.aim, one.handling.act);
        let said: Vec<String> = rows
            .iter()
            .take(2)
            .map(|row| format!("{}: {}", row.label, row.after))
            .collect();
        Merge {
            id: one.proposal.id.to_string(),
            words: said.join(" · "),
        }
    };
    Ok(others.map(merge).collect())
}

fn ended(subject: &Subject, names: &Names, (reading, undone): (&Reading, bool)) -> Option<Ended> {
    let t = reading.t();
    let (proposal, was) = (&subject.entry.proposal, &subject.entry.handling);
    if subject.is_open() {
        return None;
    }
    let state = t.s(filters::state_key(proposal.state));
    let by = names.of(was.decided_by.as_deref().unwrap_or_default());
    let at = was.decided.or(proposal.due);
    let at = at.map(|at| reading.instant(at)).unwrap_or_default();
    Some(Ended {
        words: t.f(
            "queue.ended",
            &[("state", state), ("name", &by), ("when", &at)],
        ),
        reason: was.reason.map(|reason| t.s(reason_key(reason))),
        reply: was.reply.clone(),
        into: was.merged_into.map(|id| format!("{HERE}/{id}")),
        undone,
    })
}

/// What was refused, on the page of the proposal as it stands now: 409 where somebody was first.
pub(crate) async fn refused(
    web: &WebState,
    staff: &Staff,
    (visit, id): (&Visit, ProposalId),
    error: Error,
) -> Result<Response, PageFailure> {
    let t = visit.t;
    let (status, said) = match &error {
        Error::NotFound(_) | Error::Store(_) => return Err(refusal(error)),
        Error::AlreadyDecided { by, state } => {
            let mut conn = web.db.read().await?;
            let name = Names::read(&mut conn, t).await?.of(by);
            let state = t.s(filters::state_key(*state));
            let said = t.f("queue.already", &[("name", &name), ("state", state)]);
            (StatusCode::CONFLICT, said)
        }
        Error::Held { by, .. } => {
            let mut conn = web.db.read().await?;
            let name = Names::read(&mut conn, t).await?.of(by);
            let said = t.f("queue.held_against", &[("name", &name)]);
            (StatusCode::CONFLICT, said)
        }
        Error::Clash(_) | Error::Amended { .. } => {
            (StatusCode::CONFLICT, t.s("queue.clash").to_owned())
        }
        Error::Gone => (StatusCode::CONFLICT, t.s("queue.gone").to_owned()),
        Error::Nothing => (StatusCode::CONFLICT, t.s("queue.nothing").to_owned()),
        Error::AlreadyUndone { .. } => {
            (StatusCode::CONFLICT, t.s("queue.undone_before").to_owned())
        }
        Error::Unfit(_) => (StatusCode::BAD_REQUEST, t.s("queue.unfit").to_owned()),
        _ => (StatusCode::CONFLICT, t.s("queue.not_now").to_owned()),
    };
    let mut page = ItemPage::read(web, staff, visit, id).await?;
    page.flash = None;
    page.fault = Some(said);
    Ok(Page::refusal(status, page).into_response())
}

/// What cannot be told on the page of a proposal.
pub(crate) fn refusal(error: Error) -> PageFailure {
    PageFailure(match error {
        Error::Store(error) => error.into(),
        Error::NotFound(_) => Failure::NotFound,
        _ => Failure::Conflict,
    })
}
