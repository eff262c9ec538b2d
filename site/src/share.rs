//! Pictures for chats and networks: what an event or a calendar looks like where its address is
//! shared. A picture's address holds the version of its content, so a change shows at once.

mod canvas;
mod picture;
mod png;

use crate::catalogue::Catalogue;
use crate::event::facts::{Facts, asked_instance};
use crate::prose::paragraphs;
use crate::rows::{pill, title_or_untitled};
use crate::said::Said;
use anyhow::Context;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::{Calendar, Visibility};
use domain::event::Status;
use domain::id::PublicId;
use domain::series::RecurrenceId;
use domain::text::Text;
use domain::time::EventTime;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use picture::{Mark, Picture};
use std::sync::Arc;
use tokio::sync::Semaphore;
use web::base_url::BaseUrl;
use web::cache::Cache;
use web::failure::{Failure, PageFailure};
use web::layout::ShareCard;
use web::locale::{T, UiLang};
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Pictures that are drawn at once; others wait, so that pages keep most of the machine.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// `GET /share/events/{id}.png`, with `?at=` one instance of it.
pub(crate) async fn event(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    Segment(file): Segment,
) -> Result<Response, PageFailure> {
    let at = asked_instance(&visit.params)?;
    let t = words(&visit)?;
    let id = file.strip_suffix(".png").and_then(PublicId::parse);
    let mut conn = web.db.read().await?;
    let id = id.ok_or(Failure::NotFound)?;
    let found = store::events::by_public_id(&mut conn, &id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if found.removed.is_some() {
        return Err(PageFailure(Failure::Gone));
    }
    let catalogue = Catalogue::by_ids(&mut conn, found.calendars.iter().copied()).await?;
    let now = web.clock.now();
    let facts = Facts::read(&mut conn, &catalogue, found, at, now).await?;
    drop(conn);
    let picture = of_event(&facts, t, now).ok_or(Failure::Gone)?;
    answer(&web, picture, &visit, &headers).await
}

/// `GET /share/calendars/{slug}.png`.
pub(crate) async fn calendar(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    Segment(file): Segment,
) -> Result<Response, PageFailure> {
    let t = words(&visit)?;
    let name = file.strip_suffix(".png").ok_or(Failure::NotFound)?;
    let mut conn = web.db.read().await?;
    let found = store::calendars::find(&mut conn, name).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if found.calendar.visibility == Visibility::Withdrawn {
        return Err(PageFailure(Failure::Gone));
    }
    drop(conn);
    answer(&web, of_calendar(&found.calendar, t), &visit, &headers).await
}

/// `GET /apple-touch-icon.png`: the site's sign, for a phone's first screen.
pub(crate) async fn touch_icon(State(web): State<WebState>) -> Result<Response, PageFailure> {
    let key = "touch icon";
    let bytes = match web.kept.get(key) {
        Some(kept) => kept,
        None => {
            let file = picture::touch_icon().context("writing a picture")?;
            let bytes: Arc<[u8]> = file.into();
            web.kept.put(key, bytes.clone());
            bytes
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, Cache::Day.value()),
    ];
    Ok((headers, bytes.to_vec()).into_response())
}

/// The language of a picture is in its address, never negotiated: others keep it for a day.
fn words(visit: &Visit) -> Result<T, Failure> {
    let asked = visit.params.one("lang")?.and_then(UiLang::parse);
    Ok(T::new(asked.unwrap_or(UiLang::Ko)))
}

async fn answer(
    web: &WebState,
    picture: Picture,
    visit: &Visit,
    headers: &HeaderMap,
) -> Result<Response, PageFailure> {
    let version = picture.version();
    let tag = format!("\"{version}\"");
    let cache = match visit.params.one("v")? {
        Some(asked) if asked == version => Cache::Day,
        _ => Cache::Page,
    };
    let common = [
        (header::CACHE_CONTROL, Some(cache.value())),
        (header::ETAG, HeaderValue::try_from(&tag).ok()),
    ];
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|value| names(value, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = drawn(web, picture, &version).await?;
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))];
        (media_type, bytes.to_vec()).into_response()
    };
    for (name, value) in common {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// RFC 9110 §13.1.2: a list of tags, weak or strong, or a star.
fn names(value: &HeaderValue, tag: &str) -> bool {
    let known = value.to_str().unwrap_or_default();
    let mut each = known.split(',').map(str::trim);
    each.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

async fn drawn(web: &WebState, picture: Picture, version: &str) -> Result<Arc<[u8]>, Failure> {
    let key = format!("picture {version}");
    if let Some(kept) = web.kept.get(&key) {
        return Ok(kept);
    }
    // Never closed, so there is always a permit to come.
    let _place = AT_ONCE.acquire().await.context("drawing a picture")?;
    if let Some(kept) = web.kept.get(&key) {
        return Ok(kept);
    }
    let made = tokio::task::spawn_blocking(move || picture.png()).await;
    let file = made.context("drawing a picture")?;
    let bytes: Arc<[u8]> = file.context("writing a picture")?.into();
    web.kept.put(&key, bytes.clone());
    Ok(bytes)
}

/// What the picture of an event shows. No result is ever in it.
fn of_event(facts: &Facts, t: T, now: Timestamp) -> Option<Picture> {
    let calendar = facts.calendar()?;
    let (what, _) = facts.shown();
    let reading = facts.reading(t, now);
    let say = |text: &Text| Said::of(text, t, calendar.profile.language);
    let (head, sub) = date_and_hours(&what.time, &reading);
    Some(Picture {
        color: calendar.profile.color.rgb,
        over: calendar_name(calendar, t),
        brand: t.s("site.name").to_owned(),
        mark: mark(what.status, &what.time, t),
        head,
        sub,
        title: title_or_untitled(say(&what.title), t).text,
        foot: say(&what.place.name).text,
    })
}

/// The calendar's name; invented ones say so wherever they are shown.
fn calendar_name(calendar: &Calendar, t: T) -> String {
    let profile = &calendar.profile;
    let name = Said::of(&profile.title, t, profile.language).text;
    match profile.sample {
        true => format!("{name} · {}", t.s("site.sample")),
        false => name,
    }
}

fn of_calendar(calendar: &Calendar, t: T) -> Picture {
    let profile = &calendar.profile;
    let say = |text: &Text| Said::of(text, t, profile.language).text;
    let description = say(&profile.description);
    let first = paragraphs(&description).into_iter().next();
    let first = first
        .into_iter()
        .flatten()
        .flatten()
        .map(|piece| piece.text);
    Picture {
        color: profile.color.rgb,
        over: t.s("share.calendar").to_owned(),
        brand: t.s("site.name").to_owned(),
        mark: profile
            .sample
            .then(|| (Mark::Open, t.s("site.sample").to_owned())),
        head: say(&profile.title),
        sub: first.collect(),
        title: String::new(),
        foot: t.s("subscribe.why").to_owned(),
    }
}

/// The state that a reader must see first.
fn mark(status: Status, time: &EventTime, t: T) -> Option<(Mark, String)> {
    let kind = match status {
        Status::Cancelled => Mark::CalledOff,
        _ => Mark::Open,
    };
    if let Some(pill) = pill(status, t) {
        return Some((kind, pill.text.to_owned()));
    }
    let open = matches!(time, EventTime::Window { .. });
    open.then(|| (Mark::Open, t.s("when.no_date").to_owned()))
}

/// The largest line and the one below it.
fn date_and_hours(time: &EventTime, reading: &Reading) -> (String, String) {
    match (time, time.days(reading.zone())) {
        (EventTime::Undecided { .. }, _) | (_, None) => (reading.hours(time), String::new()),
        (EventTime::Window { .. }, Some((first, last))) => {
            (reading.days(first, last), String::new())
        }
        (EventTime::AllDay { first, last }, _) if first != last => {
            (reading.days(*first, *last), String::new())
        }
        (_, Some((first, _))) => (reading.date(first), reading.hours(time)),
    }
}

/// How an event's page looks where it is linked.
pub(crate) fn event_card(
    facts: &Facts,
    at: Option<RecurrenceId>,
    (title, when): (&str, &str),
    base: &BaseUrl,
    (t, now): (T, Timestamp),
) -> ShareCard {
    let primary = facts.primary(t);
    let (what, _) = facts.shown();
    let say = |text: &Text| Said::of(text, t, primary).text;
    let calendar = facts.calendar().map(|c| say(&c.profile.title));
    let state = pill(what.status, t).map(|pill| pill.text.to_owned());
    let parts = [
        state,
        Some(when.to_owned()),
        Some(say(&what.place.name)),
        calendar,
    ];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    let words = parts.collect::<Vec<_>>().join(" · ");
    let description = say(&what.description);
    let card = ShareCard::new(title, &format!("{words}\n{description}"));
    let Some(picture) = of_event(facts, t, now) else {
        return card;
    };
    let mut address = format!(
        "/share/events/{}.png?lang={}&v={}",
        facts.event.public_id,
        t.code(),
        picture.version()
    );
    if let Some(at) = at {
        address.push_str(&format!("&at={at}"));
    }
    card.with_image(base.join(&address), format!("{title}, {words}"))
}

/// How a calendar's page looks where it is linked.
pub(crate) fn calendar_card(calendar: &Calendar, base: &BaseUrl, t: T) -> ShareCard {
    let profile = &calendar.profile;
    let say = |text: &Text| Said::of(text, t, profile.language).text;
    let (title, description) = (say(&profile.title), say(&profile.description));
    let words = format!("{description}\n{}", t.s("subscribe.why"));
    let address = format!(
        "/share/calendars/{}.png?lang={}&v={}",
        profile.slug,
        t.code(),
        of_calendar(calendar, t).version()
    );
    ShareCard::new(&title, words.trim()).with_image(base.join(&address), title.clone())
}

#[cfg(test)]
mod tests;
