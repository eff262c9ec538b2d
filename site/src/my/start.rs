//! `/my`: what a personal calendar is, and the form that makes one.

use super::choices::{AlarmChoice, Set, Settings, alarms, typed_alarms};
use super::groups::{Group, Offer, ticked, with_ticked};
use super::{Errors, back, done, kept_key, remember};
use crate::catalogue::Catalogue;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::recipe::Recipe;
use http::{HeaderMap, StatusCode};
use web::base_url::BaseUrl;
use web::failure::PageFailure;
use web::form::Fields;
use web::layout::{ShareCard, Shell};
use web::locale::T;
use web::page::Page;
use web::peer::PeerAddress;
use web::personal::{self, page_path};
use web::state::WebState;
use web::visit::Visit;

/// What was chosen so far.
#[derive(Default)]
struct Typed {
    calendars: Vec<String>,
    set: Set,
    alarms: Vec<String>,
    errors: Errors,
}

/// The page.
#[derive(Template)]
#[template(path = "my.html")]
struct StartPage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    groups: Vec<Group>,
    settings: Settings,
    alarm: AlarmChoice,
    errors: Errors,
}

/// `GET /my`: the form, or the way to what this browser has already.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, PageFailure> {
    let asked = visit.params.one("calendar")?.map(str::to_owned);
    let mut conn = web.db.read().await?;
    if let Some(key) = kept_key(&mut conn, &headers).await? {
        return Ok(Redirect::to(&own_path(&key, asked.as_deref())).into_response());
    }
    let offer = Offer::read(&mut conn, asked.as_deref(), None).await?;
    let typed = Typed {
        calendars: asked.into_iter().collect(),
        ..Typed::default()
    };
    let page = StartPage::build(&visit, &offer, typed, &web.base_url);
    Ok(Page::private(page).into_response())
}

/// Where somebody goes who has a calendar; with a name in hand, to where it is added.
fn own_path(key: &str, asked: Option<&str>) -> String {
    let plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match asked.filter(|name| plain(name)) {
        Some(name) => format!("{}/calendars?calendar={name}", page_path(key)),
        None => page_path(key),
    }
}

/// `POST /my`: makes a calendar and lets the browser keep its key.
pub(crate) async fn make(
    State(web): State<WebState>,
    peer: PeerAddress,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut typed = Typed {
        calendars: ticked(&fields),
        set: Set::read(&fields)?,
        alarms: typed_alarms(&fields),
        errors: Errors::default(),
    };
    let mut conn = web.db.read().await?;
    // A second tap on the button, or a form that was open for long.
    if let Some(key) = kept_key(&mut conn, &headers).await? {
        return Ok(Redirect::to(&page_path(&key)).into_response());
    }
    let chosen = with_ticked(&mut conn, Vec::new(), &typed.calendars).await?;
    let (mut picks, rings) = match (chosen, alarms(&typed.alarms)) {
        (Ok(picks), Ok(rings)) => (picks, rings),
        (chosen, rings) => {
            let faults = [("calendar", chosen.err()), ("alarm", rings.err())];
            for (field, fault) in faults.into_iter().filter_map(|(f, e)| Some((f, e?))) {
                typed.errors.put(field, &fault, visit.t);
            }
            let offer = Offer::read(&mut conn, None, None).await?;
            let page = StartPage::build(&visit, &offer, typed, &web.base_url);
            return Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response());
        }
    };
    drop(conn);
    web.leaving.pass(peer)?;
    for pick in &mut picks {
        pick.alarms = rings.clone();
    }
    let recipe = Recipe {
        picks,
        lang: typed.set.lang,
        past: typed.set.past,
        results: typed.set.results,
    };
    let mut tx = web.db.begin().await?;
    let keys = personal::make(&mut tx, &recipe, web.clock.now()).await?;
    tx.commit().await?;
    let mut response = back(&page_path(keys.token.as_str()), "made");
    remember(&mut response, keys.token.as_str(), &web);
    Ok(response)
}

impl StartPage {
    fn build(visit: &Visit, offer: &Offer, typed: Typed, base: &BaseUrl) -> Self {
        let t = visit.t;
        let catalogue = Catalogue {
            calendars: offer.calendars.clone(),
        };
        let mut shell = catalogue.shell(visit, base, "/my");
        shell = shell.with_card(ShareCard::new(t.s("my.title"), t.s("my.lead")));
        Self {
            groups: offer.groups(&typed.calendars, t),
            settings: Settings::of(typed.set, t),
            alarm: AlarmChoice::of(&typed.alarms, t),
            errors: typed.errors,
            notice: done(visit),
            shell,
            t,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, page_is_sound};
    use web::failure::Message;
    use web::locale::UiLang;

    fn page(lang: &str, typed: Typed) -> String {
        let uri = format!("/my?lang={lang}").parse().unwrap();
        let visit = Visit::of(&uri, &HeaderMap::new()).unwrap();
        let offer = Offer {
            categories: vec![fixtures::category()],
            calendars: vec![fixtures::calendar()],
        };
        let base = BaseUrl::parse("http://localhost:8080").unwrap();
        StartPage::build(&visit, &offer, typed, &base)
            .render()
            .unwrap()
    }

    #[test]
    fn the_page_is_sound_in_both_languages() {
        for ui in UiLang::ALL {
            let html = page(ui.as_str(), Typed::default());
            page_is_sound(&html, ui.as_str());
            assert!(html.contains("action=\"/my\" method=\"post\""));
            assert!(!html.contains("\"my.") && !html.contains(">my."));
        }
    }

    #[test]
    fn what_was_typed_is_kept_and_the_fault_stands_beside_it() {
        let mut typed = Typed {
            calendars: vec!["giants".into()],
            alarms: vec!["soon<".into()],
            ..Typed::default()
        };
        let fault = Message::new("invalid.alarm").with("max", "5");
        typed.errors.put("alarm", &fault, T::new(UiLang::En));
        let html = page("en", typed);
        assert!(html.contains("value=\"soon&#60;\""), "{html}");
        assert!(html.contains(" checked"));
        assert!(html.contains("id=\"alarm-fault\""));
    }

    #[test]
    fn a_name_that_could_lead_elsewhere_is_dropped() {
        assert_eq!(
            own_path("k", Some("kbo-2026")),
            "/my/k/calendars?calendar=kbo-2026"
        );
        assert_eq!(own_path("k", Some("x&y=\r\n")), "/my/k");
        assert_eq!(own_path("k", None), "/my/k");
    }
}
