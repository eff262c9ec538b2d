//! `/tips/{receipt}`: the reporter's own page. What became of the tip, with its reason; what was
//! told, as before and after; and while it waits, another word or none.

use super::about::About;
use super::compose::Typed;
use super::difference::{Difference, differences};
use super::form::{FormPage, Use, picture, refused, sender};
use super::sent::{IMAGE, Sent, TEXT_BYTES};
use super::{Errors, desk, keep_token, keys_of, shell, to, token};
use crate::catalogue::{CalendarLink, Catalogue};
use crate::event::facts::Facts;
use crate::rows::event_path;
use crate::said::Said;
use askama::Template;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use domain::calendar::Calendar;
use domain::caps;
use domain::event::Occurrence;
use domain::proposal::{Aim, State as Stage};
use domain::text::Lang;
use domain::tip::Kind;
use domain::tip::trust::Outcome;
use http::{HeaderMap, Method};
use store::Conn;
use store::tips::requests::Stage as WishStage;
use store::tips::{Behind, Kept};
use web::failure::{Failure, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::peer::PeerAddress;
use web::state::WebState;
use web::tips::{open, receipt_path};
use web::visit::{Segment, Visit};
use web::when::Reading;

/// What became of a tip.
struct Told {
    /// For the look: `ok`, `wait`, `no`.
    class: &'static str,
    title: &'static str,
    detail: &'static str,
}

/// The page.
#[derive(Template)]
#[template(path = "tips_receipt.html")]
struct ReceiptPage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    told: Told,
    /// What the desk says or asks.
    reply: Option<String>,
    asks: bool,
    reports: Option<String>,
    about: Option<CalendarLink>,
    event: Option<(String, Said)>,
    differences: Vec<Difference>,
    new: bool,
    note: Option<String>,
    evidence: Option<String>,
    image: bool,
    sent: String,
    amended: Option<String>,
    path: String,
    open: bool,
    can_amend: bool,
    address: String,
}

/// The route that takes an amendment, with pictures.
pub(crate) fn amending() -> MethodRouter<WebState> {
    post(amend).layer(DefaultBodyLimit::max(caps::UPLOAD_BYTES + TEXT_BYTES))
}

/// `GET /tips/{receipt}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    method: Method,
    visit: Visit,
    headers: HeaderMap,
    Segment(receipt): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let kept = open(&mut conn, &receipt).await?;
    let page = ReceiptPage::build(&mut conn, &visit, &kept, (&receipt, &web)).await?;
    drop(conn);
    let mut response = Page::private(page).into_response();
    if method == Method::GET {
        count(&web, &headers, &kept, &mut response).await?;
    }
    Ok(response)
}

/// Counts how the tip ended in this browser, once, and only in a browser that has sent one before:
/// mail scanners and previews of links, which open what they find, keep no such cookie.
async fn count(
    web: &WebState,
    headers: &HeaderMap,
    kept: &Kept,
    response: &mut Response,
) -> Result<(), PageFailure> {
    let outcome = match kept.proposal.as_ref().map(|behind| behind.state) {
        Some(Stage::Accepted) => Outcome::Accepted,
        Some(Stage::Rejected) => Outcome::Rejected,
        _ => return Ok(()),
    };
    if kept.credited.is_some() || kept.withdrawn.is_some() {
        return Ok(());
    }
    let (keys, now) = (keys_of(web).await?, web.clock.now());
    let Some(token) = token(headers, &keys, now) else {
        return Ok(());
    };
    let mut tx = web.db.begin().await?;
    if store::tips::credit(&mut tx, kept.id, now).await? {
        tx.commit().await?;
        keep_token(response, &token.with(outcome, now), &keys, web);
    } else {
        tx.roll_back().await?;
    }
    Ok(())
}

/// The form's subject, for a tip that can be amended.
async fn subject(conn: &mut Conn, kept: &Kept, t: T, web: &WebState) -> Result<About, PageFailure> {
    let behind = kept.proposal.as_ref().ok_or(Failure::Conflict)?;
    if !kept.is_open() {
        return Err(PageFailure(Failure::Conflict));
    }
    match &behind.aim {
        Aim::Create(_) => {
            let calendar = store::calendars::by_id(conn, behind.calendar).await?;
            let calendar = calendar.ok_or(Failure::Gone)?;
            Ok(About::Calendar(Box::new(calendar)))
        }
        Aim::Change { event, .. } => {
            let found = store::events::by_id(conn, *event).await?;
            let id = found.ok_or(Failure::Gone)?.event.public_id;
            let at = (kept.content.instance, web.clock.now());
            About::event(conn, id.as_str(), at.0, (t, at.1)).await
        }
    }
}

/// `GET /tips/{receipt}/amend`.
pub(crate) async fn ask_amend(
    State(web): State<WebState>,
    visit: Visit,
    Segment(receipt): Segment,
) -> Result<Response, PageFailure> {
    let keys = keys_of(&web).await?;
    let mut conn = web.db.read().await?;
    let kept = open(&mut conn, &receipt).await?;
    let about = subject(&mut conn, &kept, visit.t, &web).await?;
    let now = web.clock.now();
    let asked = web::tips::challenge(&mut conn, &keys, now).await?;
    let typed = Typed::again(&about, &kept.content);
    let purpose = Use::Amend(&receipt);
    let state = (typed, Errors::default());
    let page = FormPage::build(&visit, &about, (&purpose, asked), state, now);
    Ok(Page::private(page).into_response())
}

/// `POST /tips/{receipt}/amend`.
async fn amend(
    State(web): State<WebState>,
    peer: PeerAddress,
    visit: Visit,
    headers: HeaderMap,
    Segment(receipt): Segment,
    sent: Sent,
) -> Result<Response, PageFailure> {
    let keys = keys_of(&web).await?;
    let mut conn = web.db.read().await?;
    let kept = open(&mut conn, &receipt).await?;
    let about = subject(&mut conn, &kept, visit.t, &web).await?;
    drop(conn);
    let mut typed = Typed::read(&sent.fields);
    let token = token(&headers, &keys, web.clock.now());
    let sender = sender(&sent.fields, peer, token);
    let done = match picture(&web, &keys, sent, &mut typed).await? {
        Ok(upload) => {
            // The picture that was sent first stays, unless there is another one.
            let upload = upload.or(kept.content.upload);
            let told = typed.told(&about, upload, visit.t);
            web::tips::amend(&desk(&web), &receipt, &told, &sender).await
        }
        Err(fault) => Err(Failure::invalid(IMAGE, fault)),
    };
    match done {
        Ok(()) => Ok(to(&format!("{}?done=amended", receipt_path(&receipt)))),
        Err(failure) => {
            let purpose = Use::Amend(&receipt);
            refused(&web, &visit, (&about, &purpose), typed, failure).await
        }
    }
}

/// `POST /tips/{receipt}/withdraw`.
pub(crate) async fn withdraw(
    State(web): State<WebState>,
    Segment(receipt): Segment,
) -> Result<Response, PageFailure> {
    web::tips::withdraw(&desk(&web), &receipt).await?;
    Ok(to(&format!("{}?done=withdrawn", receipt_path(&receipt))))
}

fn notice(visit: &Visit) -> Option<&'static str> {
    let key = match visit.params.one("done").ok().flatten()? {
        "sent" => "tips.done_sent",
        "amended" => "tips.done_amended",
        "withdrawn" => "tips.done_withdrawn",
        _ => return None,
    };
    Some(visit.t.s(key))
}

/// What became of it, in words.
fn told(kept: &Kept, t: T) -> Told {
    let (class, title, detail) = match (&kept.proposal, &kept.request) {
        _ if kept.withdrawn.is_some() => ("no", "tips.is_withdrawn", "tips.is_withdrawn_how"),
        (Some(behind), _) => state(behind),
        (None, Some(wish)) => match wish.stage {
            WishStage::Waiting => ("wait", "tips.wish_waiting", "tips.is_waiting_how"),
            WishStage::Listed => ("wait", "tips.wish_listed", "tips.wish_listed_how"),
            WishStage::Made => ("ok", "tips.wish_made", "tips.wish_made_how"),
            WishStage::Declined => ("no", "tips.wish_declined", "tips.wish_declined_how"),
        },
        (None, None) => ("wait", "tips.is_waiting", "tips.is_waiting_how"),
    };
    Told {
        class,
        title: t.s(title),
        detail: t.s(detail),
    }
}

fn state(behind: &Behind) -> (&'static str, &'static str, &'static str) {
    match behind.state {
        Stage::Waiting | Stage::Draft => ("wait", "tips.is_waiting", "tips.is_waiting_how"),
        Stage::Scheduled => ("ok", "tips.is_scheduled", "tips.is_scheduled_how"),
        Stage::Accepted => ("ok", "tips.is_accepted", "tips.is_accepted_how"),
        Stage::Superseded => ("no", "tips.is_superseded", "tips.is_superseded_how"),
        Stage::Rejected => ("no", "tips.is_rejected", reason(behind.reason.as_deref())),
    }
}

/// The stock reasons, as the desk writes them.
fn reason(word: Option<&str>) -> &'static str {
    match word {
        Some("wrong") => "tips.reason_wrong",
        Some("no_evidence") => "tips.reason_no_evidence",
        Some("known") => "tips.reason_known",
        Some("out_of_scope") => "tips.reason_out_of_scope",
        Some("too_late") => "tips.reason_too_late",
        Some("spam") => "tips.reason_spam",
        _ => "tips.reason_other",
    }
}

/// What was proposed: before, where there was something, and after.
async fn proposed(
    conn: &mut Conn,
    behind: &Behind,
    kept: &Kept,
) -> store::Result<(Option<Occurrence>, Occurrence)> {
    match &behind.aim {
        Aim::Create(body) => Ok((None, body.main.clone())),
        Aim::Change {
            event,
            base_version,
            patch,
        } => {
            let base = store::tips::body_at(conn, *event, *base_version).await?;
            let Some(base) = base else {
                let nothing = domain::time::EventTime::Undecided { was: None };
                let nothing = Occurrence::new(domain::text::Text::none(), nothing);
                return Ok((Some(nothing.clone()), nothing));
            };
            let mut after = base.clone();
            patch.apply(&mut after);
            let says = |body: &domain::event::EventBody| match kept.content.instance {
                Some(at) => body.instance(at).occurrence(),
                None => body.main.clone(),
            };
            Ok((Some(says(&base)), says(&after)))
        }
    }
}

impl ReceiptPage {
    async fn build(
        conn: &mut Conn,
        visit: &Visit,
        kept: &Kept,
        (receipt, web): (&str, &WebState),
    ) -> Result<Self, PageFailure> {
        let t = visit.t;
        let now = web.clock.now();
        let calendar = calendar(conn, kept).await?;
        let reading = Facts::reading_in(calendar.as_ref(), t, now);
        let primary = calendar.as_ref().map_or(Lang::KO, |c| c.profile.language);
        let (mut shown, mut event) = (Vec::new(), None);
        if let Some(behind) = &kept.proposal {
            let (before, after) = proposed(conn, behind, kept).await?;
            shown = differences(before.as_ref(), &after, (&reading, kept.content.lang), t);
            event = event_link(conn, behind, kept, (t, primary)).await?;
        } else {
            shown.extend(wished(kept, t));
        }
        let reports = kept.proposal.as_ref().map_or(0, |behind| behind.reports);
        let wishes = kept.request.as_ref().map_or(0, |wish| wish.seconds);
        let people = usize::try_from(reports.max(wishes)).unwrap_or(0);
        let path = receipt_path(receipt);
        let open = kept.is_open();
        let reply = kept.proposal.as_ref().and_then(|b| b.reply.clone());
        let answer = kept.request.as_ref().and_then(|wish| wish.answer.clone());
        Ok(Self {
            shell: shell(visit, &path, calendar.as_ref()),
            notice: notice(visit),
            told: told(kept, t),
            asks: open && reply.is_some(),
            reply: reply.or(answer),
            reports: (people > 1).then(|| t.n("tips.same", people)),
            about: calendar
                .as_ref()
                .map(|calendar| CalendarLink::of(calendar, t)),
            event,
            differences: shown,
            new: matches!(kept.content.kind, Kind::NewEvent | Kind::NewCalendar),
            note: kept.content.note.clone(),
            evidence: kept.content.evidence.as_ref().map(ToString::to_string),
            image: kept.content.upload.is_some(),
            sent: at(&reading, kept.created),
            amended: kept.amended.map(|when| at(&reading, when)),
            address: web.base_url.join(&path),
            path,
            open,
            can_amend: open,
            t,
        })
    }
}

fn at(reading: &Reading, when: jiff::Timestamp) -> String {
    reading.instant(when)
}

/// The public calendar that a tip is about, or that came of it.
async fn calendar(conn: &mut Conn, kept: &Kept) -> store::Result<Option<Calendar>> {
    let of_wish = kept.request.as_ref().and_then(|wish| wish.calendar);
    let id = kept.proposal.as_ref().map(|behind| behind.calendar);
    let catalogue = Catalogue::by_ids(conn, id.or(of_wish)).await?;
    Ok(catalogue.calendars.into_iter().next())
}

async fn event_link(
    conn: &mut Conn,
    behind: &Behind,
    kept: &Kept,
    (t, primary): (T, Lang),
) -> store::Result<Option<(String, Said)>> {
    let Aim::Change { event, .. } = &behind.aim else {
        return Ok(None);
    };
    let found = store::events::by_id(conn, *event).await?;
    Ok(found.map(|found| {
        let path = event_path(found.event.public_id.as_str(), kept.content.instance);
        (path, Said::of(&found.event.body.main.title, t, primary))
    }))
}

fn wished(kept: &Kept, t: T) -> Option<Difference> {
    let wish = kept.request.as_ref()?;
    let said = |text: &str| Said {
        lang: kept.content.lang.to_string(),
        text: text.to_owned(),
    };
    let own = kept
        .content
        .changes
        .get("title")
        .and_then(|title| title.as_str());
    Some(Difference {
        field: t.s("field.title"),
        before: said(""),
        after: said(own.unwrap_or(&wish.title)),
    })
}
