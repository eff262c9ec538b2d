//! What this is, how refreshing works, and whose data is shown on what terms.

use crate::catalogue::{CalendarLink, Catalogue};
use askama::Template;
use axum::extract::State;
use domain::calendar::Attribution;
use web::failure::PageFailure;
use web::layout::{ShareCard, Shell};
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::Visit;

/// Most calendars whose terms are listed; each calendar's own page names its terms, too.
const LISTED: i64 = 200;

/// One calendar's data and its terms.
struct Terms {
    calendar: CalendarLink,
    attribution: Option<Attribution>,
}

/// The page.
#[derive(Template)]
#[template(path = "about.html")]
pub(crate) struct AboutPage {
    t: T,
    shell: Shell,
    terms: Vec<Terms>,
}

/// `GET /about`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Page<AboutPage>, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendars = store::calendars::page(&mut conn, None, None, LISTED).await?;
    let catalogue = Catalogue { calendars };
    let (title, words) = (visit.t.s("site.about"), visit.t.s("about.what"));
    let shell = catalogue.shell(&visit, &web.base_url, "/about");
    let shell = shell.with_card(ShareCard::new(title, words));
    Ok(Page::public(AboutPage::build(visit.t, shell, &catalogue)))
}

impl AboutPage {
    fn build(t: T, shell: Shell, catalogue: &Catalogue) -> Self {
        let terms = catalogue.calendars.iter().map(|calendar| Terms {
            calendar: CalendarLink::of(calendar, t),
            attribution: calendar.profile.attribution.clone(),
        });
        Self {
            t,
            shell,
            terms: terms.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{catalogue, page_is_sound};
    use web::locale::UiLang;

    #[test]
    fn every_calendars_terms_are_listed() {
        for ui in UiLang::ALL {
            let t = T::new(*ui);
            let html = AboutPage::build(t, Shell::bare(t, "/about"), &catalogue())
                .render()
                .unwrap();
            page_is_sound(&html, ui.as_str());
            assert!(html.contains("CC-BY-4.0"));
        }
    }
}
