//! `/tips/new`: what is wrong or missing, about an event, a calendar, or a calendar that does not
//! exist. The form shows what there is and asks only for what is wrong; what was typed stays.

use super::about::About;
use super::compose::Typed;
use super::sent::{IMAGE, Sent, TEXT_BYTES};
use super::{Errors, TRAP, desk, image, keep_token, keys_of, shell, to, token};
use crate::catalogue::CalendarLink;
use crate::event::facts::Facts;
use crate::said::Said;
use askama::Template;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use domain::caps;
use domain::id::{PublicId, UploadId};
use domain::tip::seal::{Keys, Purpose, hex, unhex};
use domain::tip::spam::Trap;
use domain::tip::trust::Token;
use http::HeaderMap;
use jiff::Timestamp;
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::peer::PeerAddress;
use web::state::WebState;
use web::tips::{Sender, receipt_path};
use web::visit::Visit;

/// Where the form is sent, and what it is for.
pub(super) enum Use<'a> {
    /// A new tip.
    Send,
    /// Another word in the tip of this receipt.
    Amend(&'a str),
}

/// What the form shows of an event.
struct Shown {
    title: Said,
    when: String,
    place: Said,
    whole_series: bool,
    dates: Vec<(String, String)>,
    off: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "tips_new.html")]
pub(super) struct FormPage {
    t: T,
    shell: Shell,
    heading: &'static str,
    lead: &'static str,
    action: String,
    back: Option<CalendarLink>,
    event: Option<Shown>,
    of_event: bool,
    wish: bool,
    amend: Option<String>,
    challenge: String,
    bits: u32,
    has_image: bool,
    typed: Typed,
    open: Open,
    errors: Errors,
    line_max: usize,
}

/// Which parts of the form are unfolded: those that were typed into or have a fault.
#[derive(Debug, Default, PartialEq, Eq)]
struct Open {
    when: bool,
    place: bool,
    title: bool,
    off: bool,
}

/// The route that takes pictures.
pub(crate) fn sending() -> MethodRouter<WebState> {
    post(send).layer(DefaultBodyLimit::max(caps::UPLOAD_BYTES + TEXT_BYTES))
}

/// `GET /tips/new`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let keys = keys_of(&web).await?;
    let mut conn = web.db.read().await?;
    let about = About::read(&mut conn, &visit.params, visit.t, now).await?;
    let asked = web::tips::challenge(&mut conn, &keys, now).await?;
    let typed = Typed::untouched(&about);
    let state = (typed, Errors::default());
    let page = FormPage::build(&visit, &about, (&Use::Send, asked), state, now);
    Ok(Page::private(page).into_response())
}

/// `POST /tips/new`.
async fn send(
    State(web): State<WebState>,
    peer: PeerAddress,
    visit: Visit,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let keys = keys_of(&web).await?;
    let mut conn = web.db.read().await?;
    let about = About::read(&mut conn, &visit.params, visit.t, now).await?;
    drop(conn);
    let mut typed = Typed::read(&sent.fields);
    let token = token(&headers, &keys, now);
    let sender = sender(&sent.fields, peer, token.clone());
    let picture = picture(&web, &keys, sent, &mut typed).await?;
    let done = match &picture {
        Ok(upload) => {
            let told = typed.told(&about, *upload, visit.t);
            web::tips::send(&desk(&web), &told, &sender).await
        }
        Err(fault) => Err(Failure::invalid(IMAGE, fault.clone())),
    };
    match done {
        Ok(receipt) => {
            let path = receipt_path(receipt.as_str());
            let mut response = to(&format!("{path}?done=sent"));
            // Something to count outcomes in, from the first tip on.
            let token = token.unwrap_or_else(|| Token::new(store::random_bits(), now));
            keep_token(&mut response, &token, &keys, &web);
            Ok(response)
        }
        Err(failure) => refused(&web, &visit, (&about, &Use::Send), typed, failure).await,
    }
}

/// The form again, with the reasons beside the fields.
pub(super) async fn refused(
    web: &WebState,
    visit: &Visit,
    (about, purpose): (&About, &Use<'_>),
    mut typed: Typed,
    failure: Failure,
) -> Result<Response, PageFailure> {
    let Some(errors) = Errors::of(&failure, visit.t) else {
        return Err(PageFailure(failure));
    };
    let keys = keys_of(web).await?;
    let mut conn = web.db.read().await?;
    let now = web.clock.now();
    let asked = web::tips::challenge(&mut conn, &keys, now).await?;
    // The form shows what there is now; that is what the next try is about.
    typed.version = Typed::untouched(about).version;
    let page = FormPage::build(visit, about, (purpose, asked), (typed, errors), now);
    Ok(Page::refusal(failure.status(), page).into_response())
}

pub(super) fn sender(fields: &Fields, peer: PeerAddress, token: Option<Token>) -> Sender {
    let form_key = match fields.one("challenge") {
        "" => PublicId::from_bits(store::random_bits()).to_string(),
        key => key.chars().take(200).collect(),
    };
    Sender {
        peer,
        form_key,
        token,
        trap: match fields.one(TRAP) {
            "" => Trap::Untouched,
            _ => Trap::Filled,
        },
        solution: fields.one("solution").to_owned(),
    }
}

/// The picture that was sent now, or with an earlier try. A new one is kept at once, so that it need
/// not be chosen again where something else is wrong.
pub(super) async fn picture(
    web: &WebState,
    keys: &Keys,
    sent: Sent,
    typed: &mut Typed,
) -> Result<Result<Option<UploadId>, Message>, PageFailure> {
    if sent.too_large {
        let max = (caps::UPLOAD_BYTES >> 20).to_string();
        return Ok(Err(Message::new("tips.image_bytes").with("max", max)));
    }
    let Some(bytes) = sent.image else {
        return Ok(Ok(opened(&typed.kept, keys)));
    };
    let picture = match image::anew(bytes).await {
        Ok(picture) => picture,
        Err(image::Refused::TooLarge) => {
            let max = (caps::UPLOAD_PIXELS / 1_000_000).to_string();
            return Ok(Err(Message::new("tips.image_pixels").with("max", max)));
        }
        Err(image::Refused::NotAnImage) => return Ok(Err(Message::new("tips.image_kind"))),
    };
    let mut tx = web.db.begin().await?;
    let id = store::uploads::add(&mut tx, &picture, web.clock.now()).await?;
    tx.commit().await?;
    typed.kept = sealed(id, keys);
    Ok(Ok(Some(id)))
}

/// The id of a picture as it stands in the form: nobody attaches what they did not send.
fn sealed(id: UploadId, keys: &Keys) -> String {
    let signature = keys.sign(Purpose::Upload, id.0.as_bytes());
    format!("{}.{}", hex(id.0.as_bytes()), hex(&signature))
}

fn opened(text: &str, keys: &Keys) -> Option<UploadId> {
    let (id, signature) = text.split_once('.')?;
    let (id, signature) = (unhex::<16>(id)?, unhex::<16>(signature)?);
    let ours = keys.is_ours(Purpose::Upload, &id, &signature);
    ours.then(|| UploadId(Uuid::from_bytes(id)))
}

impl FormPage {
    pub(super) fn build(
        visit: &Visit,
        about: &About,
        (purpose, (challenge, bits)): (&Use<'_>, (String, u32)),
        (typed, errors): (Typed, Errors),
        now: Timestamp,
    ) -> Self {
        let t = visit.t;
        let reading = Facts::reading_in(about.in_calendar(), t, now);
        let event = about.of_event().map(|of| Shown {
            title: of.title(t),
            when: of.when(&reading),
            place: of.place(t),
            whole_series: of.is_whole_series(),
            dates: of.dates(&reading),
            off: of.what().status == domain::event::Status::Cancelled,
        });
        let (heading, lead) = match (about, purpose) {
            (_, Use::Amend(_)) => ("tips.amend_title", "tips.amend_lead"),
            (About::Event(_), _) => ("tips.event_title", "tips.event_lead"),
            (About::Calendar(_), _) => ("tips.calendar_title", "tips.calendar_lead"),
            (About::Wish, _) => ("tips.wish_title", "tips.wish_lead"),
        };
        let before = Typed::untouched(about);
        let open = Open::of(&typed, &before, &errors);
        let (action, amend) = match purpose {
            Use::Send => (about.path(), None),
            Use::Amend(receipt) => {
                let page = receipt_path(receipt);
                (format!("{page}/amend"), Some(page))
            }
        };
        Self {
            shell: shell(visit, &action, about.in_calendar()),
            heading: t.s(heading),
            lead: t.s(lead),
            back: about.link(t),
            wish: matches!(about, About::Wish),
            has_image: !typed.kept.is_empty(),
            line_max: caps::TIP_LINE_CHARS,
            action,
            amend,
            of_event: event.is_some(),
            event,
            challenge,
            bits,
            typed,
            open,
            errors,
            t,
        }
    }
}

impl Open {
    fn of(typed: &Typed, before: &Typed, errors: &Errors) -> Self {
        let fault = |fields: &[&str]| fields.iter().any(|field| errors.at(field).is_some());
        let (says, was) = (&typed.says, &before.says);
        let times =
            |p: &super::about::Present| [&p.date, &p.start, &p.end, &p.last].map(Clone::clone);
        Self {
            when: fault(&["date", "end", "all_day"])
                || times(says) != times(was)
                || says.all_day != was.all_day,
            place: fault(&["place"]) || says.place != was.place,
            title: fault(&["title"]) || says.title != was.title,
            off: fault(&["off"]) || !typed.off.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::about::tests::of_event;
    use super::*;
    use crate::fixtures;
    use web::locale::UiLang;

    #[test]
    fn a_picture_is_attached_only_by_who_sent_it() {
        let keys = Keys::of(&[1; 32]);
        let id = UploadId(Uuid::from_u128(7));
        let text = sealed(id, &keys);
        assert_eq!(opened(&text, &keys), Some(id));
        assert_eq!(opened(&text, &Keys::of(&[2; 32])), None);
        let other = text.replacen("07.", "08.", 1);
        assert_ne!(other, text);
        for bad in [other.as_str(), "", ".", "x.y"] {
            assert_eq!(opened(bad, &keys), None, "{bad}");
        }
    }

    fn html(about: &About, ui: UiLang, typed: Typed, errors: Errors) -> String {
        let uri = format!(
            "{}{}",
            about.path(),
            if about.path().contains('?') { "&" } else { "?" }
        );
        let uri = format!("{uri}lang={}", ui.as_str()).parse().unwrap();
        let visit = Visit::of(&uri, &HeaderMap::new()).unwrap();
        let asked = ("x.1.y.z".to_owned(), 12);
        let now = fixtures::NOW.parse().unwrap();
        let page = FormPage::build(&visit, about, (&Use::Send, asked), (typed, errors), now);
        page.render().unwrap()
    }

    #[test]
    fn every_form_is_sound_in_both_languages() {
        for ui in UiLang::ALL {
            let game = fixtures::game("<svg onload=alert(1)>");
            let event = About::Event(Box::new(of_event(game)));
            let calendar = About::Calendar(Box::new(fixtures::calendar()));
            for about in [event, calendar, About::Wish] {
                let html = html(&about, *ui, Typed::untouched(&about), Errors::default());
                fixtures::page_is_sound(&html, ui.as_str());
                assert!(html.contains("enctype=\"multipart/form-data\""));
                assert!(html.contains("name=\"robots\" content=\"noindex\""));
                assert!(!html.contains("\"tips.") && !html.contains(">tips."));
                assert!(!html.contains("<svg onload"));
            }
        }
    }

    #[test]
    fn c5_what_was_typed_stays_as_text_and_the_fault_stands_beside_it() {
        let about = About::Event(Box::new(of_event(fixtures::game("개막전"))));
        let mut typed = Typed::untouched(&about);
        typed.says.place = "\"><script>alert(1)</script>".into();
        typed.note = "</textarea><script>".into();
        let fault = Failure::invalid("changes.place", Message::new("tips.wrong_needed"));
        let errors = Errors::of(&fault, T::new(UiLang::En)).unwrap();
        let html = html(&about, UiLang::En, typed, errors);
        assert!(html.contains("id=\"place-fault\""));
        assert!(!html.contains("<script>alert") && !html.contains("</textarea><script>"));
        assert!(html.contains("<details class=\"tip-part\" open>"), "{html}");
    }

    #[test]
    fn what_was_typed_into_is_unfolded() {
        let before = Typed::default();
        let mut typed = before.clone();
        let none = Errors::default();
        assert_eq!(Open::of(&typed, &before, &none), Open::default());
        typed.says.start = "17:00".into();
        assert!(Open::of(&typed, &before, &none).when);
        let fault = Failure::invalid("changes.place", Message::new("tips.wrong_long"));
        let errors = Errors::of(&fault, T::new(web::locale::UiLang::En)).unwrap();
        assert!(Open::of(&before, &before, &errors).place);
    }
}
