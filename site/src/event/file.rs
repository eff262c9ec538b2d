//! "Just this one": an event as a file, for those who do not want the whole calendar. It does not
//! follow changes, and its page says so.

use super::facts::{Facts, asked_instance};
use crate::catalogue::Catalogue;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::event::Event;
use domain::id::PublicId;
use domain::text::Lang;
use http::{HeaderName, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use web::cache::Cache;
use web::failure::{Failure, Message, PageFailure};
use web::locale::UiLang;
use web::state::WebState;
use web::visit::{Segment, Visit};

/// Longest file name, in characters, without its ending.
const NAME_CHARS: usize = 60;

/// `GET /events/{id}/event.ics`: the event; with `?at=`, one instance of it. Its language is in
/// its address, as with feeds.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let at = asked_instance(&visit.params)?;
    let lang = asked_lang(&visit)?;
    let now = web.clock.now();
    let id = PublicId::parse(&id).ok_or(Failure::NotFound)?;
    let mut conn = web.db.read().await?;
    let found = store::events::by_public_id(&mut conn, &id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if found.removed.is_some() {
        return Err(PageFailure(Failure::Gone));
    }
    let catalogue = Catalogue::by_ids(&mut conn, found.calendars.iter().copied()).await?;
    let facts = Facts::read(&mut conn, &catalogue, found, at, now).await?;
    let calendar = facts.calendar().ok_or(Failure::Gone)?;
    let bytes = feeds::single(calendar, &facts.event, at, lang, web.base_url.as_str());
    let bytes = bytes.ok_or(Failure::NotFound)?;
    let name = disposition(&facts.event, calendar.profile.language);
    Ok((headers(&name), bytes).into_response())
}

fn asked_lang(visit: &Visit) -> Result<Option<Lang>, Failure> {
    let text = visit.params.one("lang")?;
    let parse = |text| {
        let ui = UiLang::parse(text).map(UiLang::lang);
        ui.ok_or_else(|| Failure::invalid("lang", Message::new("invalid.lang")))
    };
    text.map(parse).transpose()
}

fn headers(disposition: &str) -> [(HeaderName, HeaderValue); 4] {
    let fixed = HeaderValue::from_static;
    let name = HeaderValue::try_from(disposition);
    [
        (header::CONTENT_TYPE, fixed("text/calendar; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            name.unwrap_or(fixed("attachment; filename=\"event.ics\"")),
        ),
        (header::CACHE_CONTROL, Cache::Page.value()),
        (HeaderName::from_static("x-robots-tag"), fixed("noindex")),
    ]
}

/// RFC 6266: an ASCII name for everybody, the event's own name for those who read it.
fn disposition(event: &Event, lang: Lang) -> String {
    let title = event.body.main.title.pick(lang, lang);
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            ' '
        }
    };
    let spaced: String = title.chars().map(plain).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(NAME_CHARS).collect();
    if name.is_empty() {
        return "attachment; filename=\"event.ics\"".to_owned();
    }
    let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    format!("attachment; filename=\"event.ics\"; filename*=UTF-8''{encoded}.ics")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::event;
    use crate::fixtures::game;
    use percent_encoding::percent_decode_str;

    #[test]
    fn c8_a_file_s_name_is_one_header_and_no_path() {
        for (title, want) in [
            ("롯데 : 두산", Some("롯데 두산.ics")),
            ("a\"\r\nSet-Cookie:x", Some("a Set-Cookie x.ics")),
            ("../../x", Some("x.ics")),
            ("..\\..\\con", Some("con.ics")),
            ("\u{202e}sci.exe\u{0}", Some("sci exe.ics")),
            ("\"'%0d%0a;", Some("0d 0a.ics")),
            ("/../", None),
            ("", None),
        ] {
            let header = disposition(&event(game(title)), Lang::KO);
            assert!(HeaderValue::try_from(&header).is_ok(), "{header}");
            assert!(header.is_ascii() && !header.contains("..") && !header.contains('/'));
            assert_eq!(header.matches('"').count(), 2, "{header}");
            let own = header.split("filename*=UTF-8''").nth(1);
            let own = own.map(|name| percent_decode_str(name).decode_utf8().unwrap().into_owned());
            assert_eq!(own.as_deref(), want, "{title}");
        }
        let long = disposition(&event(game(&"가".repeat(1000))), Lang::KO);
        assert!(long.len() < 700, "{}", long.len());
    }
}
