//! `/my/{token}/calendars`: more calendars for a personal one.

use super::groups::{Group, Offer, ticked, with_ticked};
use super::{Errors, back, shell};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::recipe::Recipe;
use http::StatusCode;
use web::colors::ColorSheet;
use web::failure::PageFailure;
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::personal::{self, page_path};
use web::state::WebState;
use web::visit::{Segment, Visit};

/// The page.
#[derive(Template)]
#[template(path = "my_add.html")]
struct AddPage {
    t: T,
    shell: Shell,
    path: String,
    groups: Vec<Group>,
    errors: Errors,
}

/// `GET /my/{token}/calendars`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let asked = visit.params.one("calendar")?.map(str::to_owned);
    let mut conn = web.db.read().await?;
    let own = personal::open(&mut conn, &token).await?;
    let offer = Offer::read(&mut conn, asked.as_deref(), Some(&own.recipe)).await?;
    let chosen: Vec<String> = asked.into_iter().collect();
    let page = AddPage::build(&visit, &token, &offer, &chosen, Errors::default());
    Ok(Page::private(page).into_response())
}

/// `POST /my/{token}/calendars`.
pub(crate) async fn add(
    State(web): State<WebState>,
    visit: Visit,
    Segment(token): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let chosen = ticked(&fields);
    let mut tx = web.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    match with_ticked(&mut tx, own.recipe.picks.clone(), &chosen).await? {
        Ok(picks) => {
            let recipe = Recipe {
                picks,
                ..own.recipe
            };
            let now = web.clock.now();
            store::subscriptions::replace_recipe(&mut tx, own.id, &recipe, now).await?;
            tx.commit().await?;
            Ok(back(&page_path(&token), "added"))
        }
        Err(fault) => {
            let mut errors = Errors::default();
            errors.put("calendar", &fault, visit.t);
            let offer = Offer::read(&mut tx, None, Some(&own.recipe)).await?;
            tx.roll_back().await?;
            let page = AddPage::build(&visit, &token, &offer, &chosen, errors);
            Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

impl AddPage {
    fn build(visit: &Visit, token: &str, offer: &Offer, chosen: &[String], errors: Errors) -> Self {
        let path = page_path(token);
        let colors = ColorSheet::of(offer.calendars.iter().map(|c| c.profile.color));
        Self {
            shell: Shell {
                colors: colors.address(),
                ..shell(visit, &format!("{path}/calendars"))
            },
            groups: offer.groups(chosen, visit.t),
            t: visit.t,
            path,
            errors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, page_is_sound};
    use http::HeaderMap;
    use web::locale::UiLang;

    #[test]
    fn the_page_is_sound_with_and_without_calendars_to_add() {
        for ui in UiLang::ALL {
            let uri = format!("/my/k/calendars?lang={}", ui.as_str());
            let visit = Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
            for calendars in [vec![fixtures::calendar()], Vec::new()] {
                let offer = Offer {
                    categories: vec![fixtures::category()],
                    calendars,
                };
                let chosen = ["giants".to_owned()];
                let page = AddPage::build(&visit, "k", &offer, &chosen, Errors::default());
                let html = page.render().unwrap();
                page_is_sound(&html, ui.as_str());
                assert!(html.contains("noindex"));
            }
        }
    }
}
