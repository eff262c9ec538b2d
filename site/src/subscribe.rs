//! How to subscribe: one address per client (R18), and honest words about what each client does
//! with it.

use crate::catalogue::CalendarLink;
use crate::opened::{Opened, open};
use crate::share::calendar_card;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Calendar;
use domain::filter::Filter;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use web::base_url::BaseUrl;
use web::failure::{Failure, Message, PageFailure};
use web::layout::{ShareCard, Shell};
use web::locale::T;
use web::page::Page;
use web::qr::Qr;
use web::state::WebState;
use web::visit::{Segment, Visit};

/// The addresses under which a calendar is subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Opens Apple's own subscribe sheet.
    pub apple: String,
    /// Adds it to Google Calendar, in a browser; `None` where the address is too long for it.
    pub google: Option<String>,
    /// Adds it to Outlook.com.
    pub outlook: String,
    /// Adds it to Outlook at work or school.
    pub office: String,
    /// To be copied into anything else.
    pub plain: String,
    /// To be saved once; does not follow changes.
    pub download: String,
    /// The page with all ways.
    pub sheet: String,
    /// Where it is put into a personal calendar; `/my` for what is one already.
    pub mine: String,
    /// Only this computer can reach it, so services such as Google cannot.
    pub only_here: bool,
}

/// What Google Calendar takes; it refuses longer addresses without a word.
const GOOGLE_CHARS: usize = 256;

/// What is subscribed to.
pub struct Subject<'a> {
    /// Path of the feed.
    pub path: &'a str,
    /// What the calendar is called.
    pub title: &'a str,
    /// Tags that the address filters by; empty for none.
    pub tags: &'a str,
    /// The page with all ways.
    pub sheet: &'a str,
    /// The public calendar's short name.
    pub slug: Option<&'a str>,
}

impl Addresses {
    /// The addresses of a calendar's feed, or of the part of it that a filter by tags takes.
    pub fn filtered(calendar: &Calendar, title: &str, base: &BaseUrl, filter: &Filter) -> Self {
        let slug = &calendar.profile.slug;
        let subject = Subject {
            path: &format!("/feeds/{slug}.ics"),
            title,
            tags: &filter.tags_text(),
            sheet: &format!("/calendars/{slug}/subscribe"),
            slug: Some(slug.as_str()),
        };
        Self::of(&subject, base)
    }

    /// The addresses of any feed.
    pub fn of(subject: &Subject<'_>, base: &BaseUrl) -> Self {
        let Subject {
            path,
            title,
            tags,
            sheet,
            slug,
        } = *subject;
        let with = |path: &str, client: &str| {
            let client = (!client.is_empty()).then(|| format!("for={client}"));
            let tags = (!tags.is_empty()).then(|| format!("tags={tags}"));
            let pairs: Vec<String> = client.into_iter().chain(tags).collect();
            match pairs.is_empty() {
                true => path.to_owned(),
                false => format!("{path}?{}", pairs.join("&")),
            }
        };
        let google = base.webcal(&with(path, "google"));
        let outlook = escape(&base.join(&with(path, "outlook")));
        let name = escape(title);
        let add =
            |host: &str| format!("https://{host}/calendar/0/addfromweb?url={outlook}&name={name}");
        Self {
            apple: base.webcal(&with(path, "apple")),
            google: (google.chars().count() <= GOOGLE_CHARS).then(|| {
                let escaped = escape(&google);
                format!("https://calendar.google.com/calendar/r?cid={escaped}")
            }),
            outlook: add("outlook.live.com"),
            office: add("outlook.office.com"),
            plain: base.join(&with(path, "")),
            download: with(path, ""),
            sheet: with(sheet, ""),
            mine: match slug {
                Some(slug) => format!("/my?calendar={slug}"),
                None => "/my".to_owned(),
            },
            only_here: base.is_loopback(),
        }
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Reads `tags`; none, as a form without a choice sends them, ask for everything.
fn asked_filter(visit: &Visit) -> Result<Filter, Failure> {
    match visit.params.one("tags")?.filter(|text| !text.is_empty()) {
        None => Ok(Filter::default()),
        Some(text) => Filter::by_tags(text)
            .ok_or_else(|| Failure::invalid("tags", Message::new("invalid.tags"))),
    }
}

/// The page.
#[derive(Template)]
#[template(path = "subscribe.html")]
pub(crate) struct SubscribePage {
    t: T,
    shell: Shell,
    calendar: CalendarLink,
    addresses: Addresses,
    tags: Option<String>,
    qr: Option<Qr>,
}

/// `GET /calendars/{name}/subscribe`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(name): Segment,
) -> Result<Response, PageFailure> {
    let filter = asked_filter(&visit)?;
    let mut conn = web.db.read().await?;
    let (catalogue, calendar) = match open(&mut conn, &name, &visit, "/subscribe").await? {
        Opened::Here(catalogue, calendar) => (catalogue, calendar),
        Opened::Elsewhere(response) => return Ok(response),
    };
    let path = format!("/calendars/{}/subscribe", calendar.profile.slug);
    let shell = catalogue.shell(&visit, &web.base_url, &path);
    let page = SubscribePage::build(visit.t, shell, &calendar, &web.base_url, &filter);
    Ok(Page::public(page).into_response())
}

impl SubscribePage {
    fn build(t: T, shell: Shell, calendar: &Calendar, base: &BaseUrl, filter: &Filter) -> Self {
        let link = CalendarLink::of(calendar, t);
        let addresses = Addresses::filtered(calendar, &link.title.text, base, filter);
        let card = calendar_card(calendar, base, t);
        let name = [("calendar", link.title.text.as_str())];
        Self {
            shell: shell.with_card(ShareCard {
                title: t.f("subscribe.title", &name),
                ..card
            }),
            // A phone that reads the code gets this very page, which then shows the phone's way.
            qr: Qr::of(&base.join(&addresses.sheet)),
            tags: Some(filter.tags_text()).filter(|tags| !tags.is_empty()),
            t,
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
        let addresses = Addresses::filtered(
            &fixtures::calendar(),
            "거인 & 곰",
            &base,
            &Filter::default(),
        );
        assert_eq!(
            addresses.apple,
            "webcal://almanac.example/feeds/giants.ics?for=apple"
        );
        assert_eq!(
            addresses.google.as_deref(),
            Some(
                "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Falmanac%2Eexample%2Ffeeds%2Fgiants%2Eics%3Ffor%3Dgoogle"
            )
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
            let page =
                SubscribePage::build(t, shell, &fixtures::calendar(), &base, &Filter::default());
            page_is_sound(&page.render().unwrap(), ui.as_str());
            assert!(page.addresses.only_here);
        }
    }

    #[test]
    fn a_filter_is_part_of_every_address_but_never_too_long_for_google() {
        let base = BaseUrl::parse("https://almanac.example").unwrap();
        let calendar = fixtures::calendar();
        let filter = Filter::by_tags("home,-preseason").unwrap();
        let addresses = Addresses::filtered(&calendar, "x", &base, &filter);
        assert!(
            addresses
                .apple
                .ends_with("giants.ics?for=apple&tags=home,-preseason")
        );
        assert!(addresses.plain.ends_with("giants.ics?tags=home,-preseason"));
        assert_eq!(
            addresses.sheet,
            "/calendars/giants/subscribe?tags=home,-preseason"
        );
        assert!(addresses.outlook.contains("tags%3Dhome%2C%2Dpreseason"));
        let many: Vec<String> = (0..20).map(|n| format!("a-rather-long-tag-{n}")).collect();
        let many = Filter::by_tags(&many.join(",")).unwrap();
        assert_eq!(
            Addresses::filtered(&calendar, "x", &base, &many).google,
            None
        );
    }
}
