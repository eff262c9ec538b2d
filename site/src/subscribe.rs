//! How to subscribe: one address per client (R18), and honest words about what each client does
//! with it.

use crate::calendar::{Opened, open};
use crate::catalogue::CalendarLink;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Calendar;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use web::base_url::BaseUrl;
use web::failure::PageFailure;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Segment, Visit};

/// The addresses under which a calendar is subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Opens Apple's own subscribe sheet.
    pub apple: String,
    /// Adds it to Google Calendar, in a browser.
    pub google: String,
    /// Adds it to Outlook.com.
    pub outlook: String,
    /// Adds it to Outlook at work or school.
    pub office: String,
    /// To be copied into anything else.
    pub plain: String,
    /// To be saved once; does not follow changes.
    pub download: String,
    /// Only this computer can reach it, so services such as Google cannot.
    pub only_here: bool,
}

impl Addresses {
    /// The addresses of a calendar's feed. Google silently refuses more than 256 characters.
    pub fn of(calendar: &Calendar, title: &str, base: &BaseUrl) -> Self {
        let path = format!("/feeds/{}.ics", calendar.profile.slug);
        let outlook = escape(&base.join(&format!("{path}?for=outlook")));
        let name = escape(title);
        let add =
            |host: &str| format!("https://{host}/calendar/0/addfromweb?url={outlook}&name={name}");
        Self {
            apple: base.webcal(&format!("{path}?for=apple")),
            google: format!(
                "https://calendar.google.com/calendar/r?cid={}",
                escape(&base.webcal(&format!("{path}?for=google")))
            ),
            outlook: add("outlook.live.com"),
            office: add("outlook.office.com"),
            plain: base.join(&path),
            download: path,
            only_here: base.is_loopback(),
        }
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The page.
#[derive(Template)]
#[template(path = "subscribe.html")]
pub(crate) struct SubscribePage {
    t: T,
    shell: Shell,
    calendar: CalendarLink,
    addresses: Addresses,
}

/// `GET /calendars/{name}/subscribe`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(name): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let (catalogue, calendar) = match open(&mut conn, &name, &visit, "/subscribe").await? {
        Opened::Here(catalogue, calendar) => (catalogue, calendar),
        Opened::Elsewhere(response) => return Ok(response),
    };
    let path = format!("/calendars/{}/subscribe", calendar.profile.slug);
    let shell = catalogue.shell(&visit, &web.base_url, &path);
    let page = SubscribePage::build(visit.t, shell, &calendar, &web.base_url);
    Ok(Page::public(page).into_response())
}

impl SubscribePage {
    fn build(t: T, shell: Shell, calendar: &Calendar, base: &BaseUrl) -> Self {
        let link = CalendarLink::of(calendar, t);
        let addresses = Addresses::of(calendar, &link.title.text, base);
        Self {
            t,
            shell,
            calendar: link,
            addresses,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, page_is_sound};
    use web::locale::UiLang;

    #[test]
    fn each_client_gets_its_own_address() {
        let base = BaseUrl::parse("https://almanac.example").unwrap();
        let addresses = Addresses::of(&fixtures::calendar(), "거인 & 곰", &base);
        assert_eq!(
            addresses.apple,
            "webcal://almanac.example/feeds/giants.ics?for=apple"
        );
        assert_eq!(
            addresses.google,
            "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Falmanac%2Eexample%2Ffeeds%2Fgiants%2Eics%3Ffor%3Dgoogle"
        );
        assert!(addresses.outlook.starts_with(
            "https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2Falmanac"
        ));
        assert!(
            addresses
                .outlook
                .ends_with("&name=%EA%B1%B0%EC%9D%B8%20%26%20%EA%B3%B0")
        );
        assert!(addresses.plain.len() <= 256 && !addresses.only_here);
    }

    #[test]
    fn the_page_is_sound_in_both_languages() {
        let base = BaseUrl::parse("http://localhost:8080").unwrap();
        for ui in UiLang::ALL {
            let t = T::new(*ui);
            let shell = Shell::bare(t, "/");
            let page = SubscribePage::build(t, shell, &fixtures::calendar(), &base);
            page_is_sound(&page.render().unwrap(), ui.as_str());
            assert!(page.addresses.only_here);
        }
    }
}
