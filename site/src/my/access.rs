//! Who may read and who may manage a personal calendar: addresses that are given and taken back,
//! new keys, and the end of it. What cannot be undone is asked once more on a page of its own.

use super::page::{Facts, MyPage};
use super::{KEY_COOKIE, back, forget, remember, shell};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::caps;
use domain::id::AddressId;
use http::HeaderMap;
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::personal::{self, Holder, PAGES, page_path};
use web::state::WebState;
use web::visit::{Segment, Segments, Visit, cookie};

/// `POST /my/{token}/addresses`: one more, for a device or for somebody else.
pub(crate) async fn add(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    Segment(token): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let label = fields.one("label");
    let holder = match fields.one("holder") {
        "friend" => Holder::Friend,
        _ => Holder::Owner,
    };
    let mut tx = web.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let wanted = (label, holder);
    match personal::add_address(&mut tx, (&token, own.id), wanted, web.clock.now()).await {
        Ok((id, _)) => {
            tx.commit().await?;
            let there = format!("{}?done=address#a-{id}", page_path(&token));
            Ok(axum::response::Redirect::to(&there).into_response())
        }
        Err(Failure::Invalid(_)) => {
            let max = caps::SUBSCRIPTION_ADDRESSES.to_string();
            let fault = Message::new("invalid.addresses").with("max", max);
            let facts = Facts::read(&mut tx, &token).await?;
            tx.roll_back().await?;
            let kept = cookie(&headers, KEY_COOKIE) == Some(token.as_str());
            let fault = Some(fault.say(visit.t));
            Ok(MyPage::build(&visit, &web, (&token, kept), &facts, fault).refused())
        }
        Err(other) => Err(PageFailure(other)),
    }
}

/// `POST /my/{token}/addresses/{id}/revoke`.
pub(crate) async fn revoke(
    State(web): State<WebState>,
    Segments([token, id]): Segments<2>,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let id = id.parse::<Uuid>().map_err(|_| Failure::NotFound)?;
    // Twice is once: a second tap finds nothing to do.
    store::subscriptions::revoke_address(&mut tx, own.id, AddressId(id)).await?;
    tx.commit().await?;
    Ok(back(&page_path(&token), "revoked"))
}

/// The page that asks once more.
#[derive(Template)]
#[template(path = "my_confirm.html")]
struct ConfirmPage {
    t: T,
    shell: Shell,
    path: String,
    title: &'static str,
    text: &'static str,
    button: &'static str,
    action: String,
}

/// `GET /my/{token}/rotate`.
pub(crate) async fn ask_rotate(
    State(web): State<WebState>,
    visit: Visit,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let words = ["my.rotate_title", "my.rotate_text", "my.rotate_go"];
    confirm(&web, &visit, (&token, "rotate"), words).await
}

/// `GET /my/{token}/delete`.
pub(crate) async fn ask_delete(
    State(web): State<WebState>,
    visit: Visit,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let words = ["my.delete_title", "my.delete_text", "my.delete_go"];
    confirm(&web, &visit, (&token, "delete"), words).await
}

async fn confirm(
    web: &WebState,
    visit: &Visit,
    (token, deed): (&str, &str),
    words: [&'static str; 3],
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    personal::open(&mut conn, token).await?;
    let page = ConfirmPage::build(visit, (token, deed), words);
    Ok(Page::private(page).into_response())
}

impl ConfirmPage {
    fn build(visit: &Visit, (token, deed): (&str, &str), words: [&'static str; 3]) -> Self {
        let t = visit.t;
        let path = page_path(token);
        let action = format!("{path}/{deed}");
        let [title, text, button] = words.map(|key| t.s(key));
        Self {
            shell: shell(visit, &action),
            action,
            path,
            title,
            text,
            button,
            t,
        }
    }
}

/// `POST /my/{token}/rotate`: new keys; whoever had an old one is out.
pub(crate) async fn rotate(
    State(web): State<WebState>,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let keys = personal::rotate(&mut tx, own.id, web.clock.now()).await?;
    tx.commit().await?;
    let mut response = back(&page_path(keys.token.as_str()), "rotated");
    remember(&mut response, keys.token.as_str(), &web);
    Ok(response)
}

/// `POST /my/{token}/delete`.
pub(crate) async fn delete(
    State(web): State<WebState>,
    headers: HeaderMap,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    store::subscriptions::delete(&mut tx, own.id).await?;
    tx.commit().await?;
    let mut response = back(PAGES, "deleted");
    // The browser may keep the key of another calendar.
    if cookie(&headers, KEY_COOKIE) == Some(token.as_str()) {
        forget(&mut response, &web);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::page_is_sound;
    use web::locale::UiLang;

    #[test]
    fn what_cannot_be_undone_is_asked_once_more() {
        for ui in UiLang::ALL {
            let uri = format!("/my/k/delete?lang={}", ui.as_str());
            let visit = Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
            for (deed, words) in [
                (
                    "rotate",
                    ["my.rotate_title", "my.rotate_text", "my.rotate_go"],
                ),
                (
                    "delete",
                    ["my.delete_title", "my.delete_text", "my.delete_go"],
                ),
            ] {
                let page = ConfirmPage::build(&visit, ("k", deed), words);
                let html = page.render().unwrap();
                page_is_sound(&html, ui.as_str());
                assert!(html.contains(&format!("action=\"/my/k/{deed}\" method=\"post\"")));
            }
        }
    }
}
