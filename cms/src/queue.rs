//! `/cms/tips`: what waits for a decision, oldest first, and decisions on many at once. Single
//! decisions are [`item`](crate::item)'s; what a decision does is the desk's.

pub(crate) mod filters;
pub(crate) mod told;

use crate::desk::frame::{Age, Frame, Home, Names, actor, homes, span};
use crate::item::difference::Compared;
use crate::item::refusal;
use askama::Template;
use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use desk::{Decision, Desk, Take};
use domain::event::EventBody;
use domain::id::{CalendarId, EventId, ProposalId};
use domain::proposal::{Act, Aim, BurstId, Reason, State};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use store::Conn;
use store::desk_lists::{self, Glance, Kind, Queue, Way};
use store::proposals::{self, Cursor, Entry};
use told::{Flash, Told};
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::{Staff, see_other};
use web::state::WebState;
use web::visit::Visit;
use web::when::Reading;

/// Where the queue is.
pub(crate) const HERE: &str = "/cms/tips";
/// Items of one page.
const PAGE: usize = 50;
/// Most proposals that one form decides, bursts included.
const MOST: usize = 2_000;

/// The page.
#[derive(Template)]
#[template(path = "cms_queue.html")]
struct QueuePage {
    t: T,
    shell: Shell,
    frame: Frame,
    flash: Option<Flash>,
    fault: Option<String>,
    /// Where the form sends to: this list.
    action: String,
    waiting: String,
    oldest: Option<Age>,
    today: String,
    median: Option<String>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    calendars: Vec<Choice>,
    narrowed: bool,
    rows: Vec<ItemRow>,
    /// Everything is ticked: somebody asked for all that are alike.
    all: bool,
    open: bool,
    reasons: Vec<ReasonChoice>,
    next: Option<String>,
    first: Option<String>,
}

/// An option of a filter.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// A stock reason with its digit.
pub(crate) struct ReasonChoice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    /// The keys that choose it.
    pub(crate) keys: String,
    pub(crate) digit: usize,
}

/// Reasons that somebody gives; the others are the program's own.
const OFFERED: [Reason; 6] = [
    Reason::Wrong,
    Reason::NoEvidence,
    Reason::Known,
    Reason::OutOfScope,
    Reason::TooLate,
    Reason::Other,
];

/// The reasons that can be given.
pub(crate) fn reasons(t: T) -> Vec<ReasonChoice> {
    let each = OFFERED.iter().enumerate();
    each.map(|(place, reason)| ReasonChoice {
        value: reason.as_str(),
        label: t.s(reason_key(*reason)),
        keys: format!("r{}", place + 1),
        digit: place + 1,
    })
    .collect()
}

/// What people call a reason.
pub(crate) const fn reason_key(reason: Reason) -> &'static str {
    match reason {
        Reason::Wrong => "queue.reason_wrong",
        Reason::NoEvidence => "queue.reason_no_evidence",
        Reason::Known => "queue.reason_known",
        Reason::OutOfScope => "queue.reason_out_of_scope",
        Reason::TooLate => "queue.reason_too_late",
        Reason::Spam => "queue.reason_spam",
        Reason::Undone => "queue.reason_undone",
        Reason::Clash => "queue.reason_clash",
        Reason::Other => "queue.reason_other",
    }
}

/// One item of the list: a proposal, or a burst of them.
pub(crate) struct ItemRow {
    /// What its checkbox sends.
    pub(crate) pick: String,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) kind: &'static str,
    pub(crate) calendar: String,
    pub(crate) color: String,
    /// What would change, in a line or two.
    pub(crate) what: Vec<String>,
    pub(crate) note: Option<String>,
    pub(crate) age: Age,
    pub(crate) reports: i64,
    /// How many came in one burst.
    pub(crate) burst: Option<i64>,
    /// All that are like it, ticked.
    pub(crate) alike: String,
    /// Who works on it; nobody, or who reads the page, is not told.
    pub(crate) held: Option<String>,
    pub(crate) state: Option<&'static str>,
}

/// What rows are made from.
pub(crate) struct Around<'a> {
    pub(crate) t: T,
    pub(crate) now: Timestamp,
    pub(crate) me: String,
    pub(crate) homes: &'a HashMap<CalendarId, Home>,
    pub(crate) names: &'a Names,
    pub(crate) queue: &'a Queue,
}

impl Around<'_> {
    /// Rows for proposals, with all that they are about read at once.
    pub(crate) async fn rows(
        &self,
        conn: &mut Conn,
        entries: &[Entry],
    ) -> Result<Vec<ItemRow>, Failure> {
        let events: Vec<EventId> = entries
            .iter()
            .filter_map(|one| one.handling.event)
            .collect();
        let glances = desk_lists::glances(conn, &events).await?;
        let bursts: Vec<BurstId> = entries
            .iter()
            .filter_map(|one| one.handling.burst)
            .collect();
        let sizes = desk_lists::burst_sizes(conn, &bursts, self.queue.state).await?;
        let rows = entries.iter().map(|one| self.row(one, &glances, &sizes));
        Ok(rows.collect())
    }

    fn row(
        &self,
        entry: &Entry,
        glances: &HashMap<EventId, Glance>,
        sizes: &HashMap<BurstId, i64>,
    ) -> ItemRow {
        let (proposal, handling) = (&entry.proposal, &entry.handling);
        let home = self.homes.get(&proposal.calendar);
        let glance = handling.event.and_then(|event| glances.get(&event));
        let burst = match self.queue.burst {
            Some(_) => None,
            None => handling
                .burst
                .and_then(|burst| Some((burst, *sizes.get(&burst)?))),
        };
        let burst = burst.filter(|(_, size)| *size > 1);
        let pick = match burst {
            Some((burst, _)) => format!("burst-{burst}"),
            None => proposal.id.to_string(),
        };
        let alike = match (handling.burst, handling.event) {
            (Some(burst), _) => Queue {
                burst: Some(burst),
                ..Queue::of(self.queue.state)
            },
            (None, Some(event)) => Queue {
                event: Some(event),
                ..Queue::of(self.queue.state)
            },
            (None, None) => Queue {
                calendar: Some(proposal.calendar),
                kind: Some(Kind::New),
                ..Queue::of(self.queue.state)
            },
        };
        let held = handling.lease.as_ref();
        let held = held.filter(|lease| lease.by != self.me && lease.until > self.now);
        ItemRow {
            pick,
            href: filters::address(&format!("{HERE}/{}", proposal.id), self.queue, &[]),
            title: title(&proposal.aim, glance.map(|one| &one.body), self.t),
            kind: self.t.s(kind_of(&proposal.aim, handling.act)),
            calendar: home.map_or_else(String::new, |home| home.title.clone()),
            color: home.map_or_else(String::new, |home| home.color.clone()),
            what: self.what(entry, glance, home),
            note: proposal.note.clone(),
            age: Age::since(proposal.created, self.now, self.t),
            reports: handling.reports,
            burst: burst.map(|(_, size)| size),
            alike: filters::address(HERE, &alike, &[("all", "1".to_owned())]),
            held: held.map(|lease| self.names.of(&lease.by)),
            state: (proposal.state != State::Waiting)
                .then(|| self.t.s(filters::state_key(proposal.state))),
        }
    }

    /// "일시: 4월 5일 18:30 → 17:00", the first of the changes.
    fn what(&self, entry: &Entry, glance: Option<&Glance>, home: Option<&Home>) -> Vec<String> {
        let Some(home) = home else { return Vec::new() };
        let profile = &home.calendar.profile;
        let reading = Reading::new(self.t, &profile.zone, self.now);
        let now = glance.map(|one| &one.body);
        let compared = Compared {
            base: now,
            current: now,
            reading: &reading,
            primary: profile.language,
        };
        let rows = compared.rows(&entry.proposal.aim, entry.handling.act);
        let skipped = usize::from(now.is_none());
        let line = |row: &crate::item::difference::Row| match &row.before {
            Some(before) => format!("{}: {} → {}", row.label, short(before), short(&row.after)),
            None => format!("{}: {}", row.label, short(&row.after)),
        };
        rows.iter().skip(skipped).take(2).map(line).collect()
    }
}

/// Enough of a text for a line of a list.
fn short(text: &str) -> String {
    const CHARS: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(CHARS) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

/// What a proposal is about, by its title.
pub(crate) fn title(aim: &Aim, current: Option<&EventBody>, t: T) -> String {
    let body = match aim {
        Aim::Create(body) => Some(&**body),
        Aim::Change { .. } => current,
    };
    let said = body.map(|body| body.main.title.pick(t.lang(), t.lang()));
    let said = said.filter(|said| !said.is_empty());
    said.unwrap_or(t.s("event.untitled")).to_owned()
}

/// What a proposal wants, in a word.
pub(crate) fn kind_of(aim: &Aim, act: Act) -> &'static str {
    use domain::event::Status;
    use domain::patch::FieldValue;
    let off = FieldValue::Status(Status::Cancelled);
    match (aim, act) {
        (_, Act::Remove) => "queue.kind_cancellation",
        (Aim::Create(_), _) => "queue.kind_new",
        (Aim::Change { patch, .. }, _) if patch.values().contains(&off) => {
            "queue.kind_cancellation"
        }
        (Aim::Change { .. }, _) => "queue.kind_change",
    }
}

/// `GET /cms/tips`.
pub(crate) async fn show(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let page = QueuePage::read(&web, &staff, &visit, None).await?;
    Ok(Page::private(page).into_response())
}

/// A place in the list as it stands in an address: milliseconds and id.
fn cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('.')?;
    Some(Cursor {
        created: Timestamp::from_millisecond(at.parse().ok()?).ok()?,
        id: ProposalId(id.parse().ok()?),
    })
}

/// The beginning of a list: what waits is read oldest first, what is decided newest first.
pub(crate) fn start(state: State) -> (Cursor, Way) {
    let end = Cursor {
        created: Timestamp::MAX,
        id: ProposalId(Uuid::max()),
    };
    match state {
        State::Waiting | State::Scheduled | State::Draft => (Cursor::START, Way::Later),
        State::Accepted | State::Rejected | State::Superseded => (end, Way::Earlier),
    }
}

impl QueuePage {
    async fn read(
        web: &WebState,
        staff: &Staff,
        visit: &Visit,
        fault: Option<String>,
    ) -> Result<Self, Failure> {
        let (t, now) = (visit.t, web.clock.now());
        let queue = filters::read(&visit.params)?;
        let bad = || Failure::invalid("after", Message::new("queue.unknown_filter"));
        let after = visit.params.one("after")?;
        let (first, way) = start(queue.state);
        let from = match after {
            None => first,
            Some(text) => cursor(text).ok_or_else(bad)?,
        };
        let mut conn = web.db.read().await?;
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut entries = desk_lists::queue_page(&mut conn, &queue, (from, way), limit).await?;
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        let homes = homes(&mut conn, t).await?;
        let names = Names::read(&mut conn, t).await?;
        let around = Around {
            t,
            now,
            me: staff.person.to_string(),
            homes: &homes,
            names: &names,
            queue: &queue,
        };
        let rows = around.rows(&mut conn, &entries).await?;
        let last = entries.last().filter(|_| more).map(|last| &last.proposal);
        let next = last.map(|last| {
            let place = format!("{}.{}", last.created.as_millisecond(), last.id);
            filters::address(HERE, &queue, &[("after", place)])
        });
        let counts = proposals::counts(&mut conn, &proposals::Filter::of(State::Waiting)).await?;
        let day = now
            .checked_sub(SignedDuration::from_hours(24))
            .unwrap_or(now);
        let decided = proposals::decided_since(&mut conn, day).await?;
        let decided: i64 = decided.iter().map(|(_, count)| count).sum();
        let median = desk_lists::median_wait(&mut conn, day).await?;
        let median = median.map(|ms| span(SignedDuration::from_millis(ms), t));
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        Ok(Self {
            frame: Frame::of(staff, t, HERE),
            flash: told::flash(visit),
            fault,
            action: filters::address(HERE, &queue, &[]),
            waiting: t.n("queue.waiting", count(counts.total)),
            oldest: counts.oldest.map(|oldest| Age::since(oldest, now, t)),
            today: t.n("queue.decided_today", count(decided)),
            median,
            states: choices(&filters::STATES, queue.state, |state| {
                (filters::word(state), t.s(filters::state_key(state)))
            }),
            kinds: kinds(&queue, t),
            calendars: calendars(&queue, &homes),
            narrowed: queue != Queue::of(State::Waiting),
            all: visit.params.one("all")? == Some("1"),
            open: queue.state == State::Waiting,
            reasons: reasons(t),
            first: after.map(|_| filters::address(HERE, &queue, &[])),
            next,
            rows,
            shell: Shell {
                colors: web::colors::ColorSheet::of(
                    entries
                        .iter()
                        .filter_map(|one| homes.get(&one.proposal.calendar))
                        .map(|home| home.calendar.profile.color),
                )
                .address(),
                ..Shell::bare(t, &visit.here)
            },
            t,
        })
    }
}

fn choices<V: Copy + PartialEq>(
    all: &[V],
    chosen: V,
    say: impl Fn(V) -> (&'static str, &'static str),
) -> Vec<Choice> {
    let choice = |one: &V| {
        let (value, label) = say(*one);
        Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: *one == chosen,
        }
    };
    all.iter().map(choice).collect()
}

fn kinds(queue: &Queue, t: T) -> Vec<Choice> {
    let all: Vec<Option<Kind>> = [None]
        .into_iter()
        .chain(Kind::ALL.iter().copied().map(Some))
        .collect();
    choices(&all, queue.kind, |kind| match kind {
        None => ("", t.s("queue.any_kind")),
        Some(kind) => (kind.as_str(), t.s(filters::kind_key(kind))),
    })
}

fn calendars(queue: &Queue, homes: &HashMap<CalendarId, Home>) -> Vec<Choice> {
    let mut all: Vec<Choice> = homes
        .values()
        .map(|home| Choice {
            value: home.calendar.id.to_string(),
            label: home.title.clone(),
            chosen: queue.calendar == Some(home.calendar.id),
        })
        .collect();
    all.sort_by(|a, b| (&a.label, &a.value).cmp(&(&b.label, &b.value)));
    all
}

/// `POST /cms/tips`: decides everything that is ticked alike, bursts as a whole.
pub(crate) async fn decide(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let queue = filters::read(&visit.params)?;
    let Some(decision) = decision(&fields) else {
        return again(&web, &staff, &visit, "queue.no_decision").await;
    };
    let ids = picked(&web, &fields).await?;
    if ids.is_empty() {
        return again(&web, &staff, &visit, "queue.none_picked").await;
    }
    let actor = actor(&staff);
    let desk = Desk::new(&web.db, &actor, web.clock.now());
    let report = desk.decide_all(&ids, &decision).await.map_err(refusal)?;
    let done = report.done();
    let told = Told::Many(report.batch.0, done, ids.len() - done);
    Ok(see_other(&told.on(HERE, &queue)))
}

async fn again(
    web: &WebState,
    staff: &Staff,
    visit: &Visit,
    fault: &'static str,
) -> Result<Response, PageFailure> {
    let fault = visit.t.s(fault).to_owned();
    let page = QueuePage::read(web, staff, visit, Some(fault)).await?;
    Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
}

/// What the button that was pressed decides.
fn decision(fields: &Fields) -> Option<Decision> {
    let words = fields.one("words");
    let reply = (!words.is_empty()).then(|| words.chars().take(500).collect());
    match fields.one("do") {
        "accept" => Some(Decision::Accept(Take::Whole)),
        "spam" => Some(Decision::Reject {
            reason: Reason::Spam,
            reply: None,
        }),
        other => {
            let reason = Reason::parse(other.strip_prefix("reject-")?)?;
            let offered = OFFERED.contains(&reason);
            offered.then_some(Decision::Reject { reason, reply })
        }
    }
}

/// The proposals that are ticked, and those of the bursts that are.
async fn picked(web: &WebState, fields: &Fields) -> Result<Vec<ProposalId>, Failure> {
    let mut ids = Vec::new();
    let mut conn = web.db.read().await?;
    for text in fields.all("pick") {
        let bad = |_| Failure::invalid("pick", Message::new("queue.unknown_filter"));
        match text.strip_prefix("burst-") {
            Some(burst) => {
                let burst = BurstId(burst.parse().map_err(bad)?);
                ids.extend(proposals::waiting_of_burst(&mut conn, burst).await?);
            }
            None => ids.push(ProposalId(text.parse().map_err(bad)?)),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    match ids.len() > MOST {
        true => Err(Failure::TooLarge),
        false => Ok(ids),
    }
}

/// `POST /cms/tips/undo`: takes back one decision, or many that were made as one.
pub(crate) async fn undo(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let queue = filters::read(&visit.params)?;
    let actor = actor(&staff);
    let desk = Desk::new(&web.db, &actor, web.clock.now());
    let id = |name| {
        fields
            .one(name)
            .parse::<Uuid>()
            .map_err(|_| Failure::NotFound)
    };
    if fields.one("batch").is_empty() {
        let of = ProposalId(id("of")?);
        let back = match desk.undo(of).await {
            Ok(outcome) => outcome,
            Err(error) => return crate::item::refused(&web, &staff, (&visit, of), error).await,
        };
        let stands = match back.state {
            State::Waiting => back.proposal,
            _ => of,
        };
        let path = format!("{HERE}/{stands}");
        return Ok(see_other(&Told::Plain("undone").on(&path, &queue)));
    }
    let batch = domain::proposal::BatchId(id("batch")?);
    desk.undo_batch(batch).await.map_err(refusal)?;
    Ok(see_other(&Told::Plain("undone").on(HERE, &queue)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_decides_what_it_says() {
        let of = |word: &str| decision(&Fields::from_iter([("do", word), ("words", "왜냐하면")]));
        assert_eq!(of("accept"), Some(Decision::Accept(Take::Whole)));
        let spam = of("spam");
        assert!(matches!(
            spam,
            Some(Decision::Reject {
                reason: Reason::Spam,
                reply: None
            })
        ));
        let known = of("reject-known");
        assert!(matches!(
            known,
            Some(Decision::Reject {
                reason: Reason::Known,
                reply: Some(_)
            })
        ));
        for bad in ["", "reject", "reject-", "reject-clash", "publish"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_place_in_the_list_reads_back() {
        let id = Uuid::max();
        let place = cursor(&format!("1700000000000.{id}")).unwrap();
        assert_eq!(place.created.as_millisecond(), 1_700_000_000_000);
        assert_eq!(place.id.0, id);
        for bad in ["", "1", "1.2", "x.01890a5d-ac96-774b-bcce-b302099a8057"] {
            assert!(cursor(bad).is_none(), "{bad}");
        }
    }
}
