//! `/tips/requests`: calendars that people wish for, once the desk has listed them, for others to
//! second.

use super::form::sender;
use super::{desk, keys_of, to, token};
use crate::catalogue::{CalendarLink, Catalogue};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::id::RequestId;
use http::HeaderMap;
use store::tips::requests::{Request, Stage, in_stage};
use uuid::Uuid;
use web::base_url::BaseUrl;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::layout::{ShareCard, Shell};
use web::locale::T;
use web::page::Page;
use web::peer::PeerAddress;
use web::state::WebState;
use web::visit::{Segment, Visit};

/// Most wishes on the page.
const MOST: i64 = 200;
/// Most calendars that came of one.
const MOST_MADE: i64 = 30;

/// One wish.
struct Wish {
    title: String,
    people: String,
    path: String,
    answer: Option<String>,
    calendar: Option<CalendarLink>,
}

/// The page.
#[derive(Template)]
#[template(path = "tips_requests.html")]
struct WishesPage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    listed: Vec<Wish>,
    made: Vec<Wish>,
}

/// `GET /tips/requests`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let listed = in_stage(&mut conn, Stage::Listed, MOST).await?;
    let made = in_stage(&mut conn, Stage::Made, MOST_MADE).await?;
    let known = made.iter().filter_map(|wish| wish.calendar);
    let catalogue = Catalogue::by_ids(&mut conn, known).await?;
    let page = WishesPage::build(&visit, (&listed, &made), &catalogue, &web.base_url);
    Ok(Page::private(page).into_response())
}

/// `POST /tips/requests/{id}/second`.
pub(crate) async fn second(
    State(web): State<WebState>,
    peer: PeerAddress,
    headers: HeaderMap,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let id = id.parse::<Uuid>().map_err(|_| Failure::NotFound)?;
    let (keys, now) = (keys_of(&web).await?, web.clock.now());
    let sender = sender(&fields, peer, token(&headers, &keys, now));
    web::tips::second(&desk(&web), RequestId(id), &sender).await?;
    Ok(to("/tips/requests?done=seconded"))
}

impl WishesPage {
    fn build(
        visit: &Visit,
        (listed, made): (&[Request], &[Request]),
        catalogue: &Catalogue,
        base: &BaseUrl,
    ) -> Self {
        let t = visit.t;
        let wish = |one: &Request| {
            let people = usize::try_from(one.seconds).unwrap_or(0);
            Wish {
                title: one.title.clone(),
                people: t.n("tips.people", people),
                path: format!("/tips/requests/{}/second", one.id),
                answer: one.answer.clone(),
                calendar: one
                    .calendar
                    .and_then(|id| catalogue.get(id))
                    .map(|calendar| CalendarLink::of(calendar, t)),
            }
        };
        let done = visit.params.one("done").ok().flatten();
        let shell = catalogue.shell(visit, base, "/tips/requests");
        let card = ShareCard::new(t.s("tips.requests_title"), t.s("tips.requests_lead"));
        Self {
            notice: (done == Some("seconded")).then(|| t.s("tips.done_seconded")),
            listed: listed.iter().map(wish).collect(),
            made: made.iter().map(wish).collect(),
            shell: shell.with_card(card),
            t,
        }
    }
}
