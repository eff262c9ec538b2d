//! Personal calendars for programs (R16): made by anybody, managed by whoever holds the key in the
//! path. No cookie is looked at, so no other site can borrow one. Every answer here is
//! `no-store`; the edge sees to that for the whole path.

mod faults;
mod wish;

use crate::answer::{Answer, Listing, private_json};
use crate::ask::{Body, Name, Names};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::id::{AddressId, CalendarId, PublicId};
use domain::recipe::Recipe;
use faults::{Faults, Object};
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::Conn;
use store::subscriptions::Address;
use uuid::Uuid;
use web::failure::{Failure, Message};
use web::peer::PeerAddress;
use web::personal::{self, Holder, Keys};
use wish::{RecipeItem, Wish};

/// What is told once.
#[derive(Serialize)]
struct Made {
    token: String,
    feed: String,
    caldav: String,
    page: String,
}

impl Made {
    fn of(keys: &Keys, api: &ApiState) -> Self {
        Self {
            feed: personal::feed(&api.base_url, &keys.address),
            caldav: personal::caldav(&api.base_url, &keys.address),
            page: api.base_url.join(&personal::page_path(keys.token.as_str())),
            token: keys.token.to_string(),
        }
    }
}

/// `POST /api/v1/subscriptions`.
pub async fn make(State(api): State<ApiState>, peer: PeerAddress, Body(body): Body) -> Answer {
    let wish = Wish::read(&body);
    let mut conn = api.db.read().await?;
    let recipe = wish.resolve(&mut conn, &[]).await?;
    drop(conn);
    // Only what would be kept counts: a program that learns the format is not shut out.
    api.leaving.pass(peer)?;
    let mut tx = api.db.begin().await?;
    let keys = personal::make(&mut tx, &recipe, api.clock.now()).await?;
    tx.commit().await?;
    private_json(StatusCode::CREATED, &Made::of(&keys, &api))
}

/// `GET /api/v1/subscriptions/{token}`.
pub async fn show(State(api): State<ApiState>, Name(token): Name) -> Answer {
    let mut conn = api.db.read().await?;
    let own = personal::open(&mut conn, &token).await?;
    shown(&mut conn, &own.recipe).await
}

async fn shown(conn: &mut Conn, recipe: &Recipe) -> Answer {
    let calendars = store::calendars::by_ids(conn, &chosen(recipe)).await?;
    private_json(StatusCode::OK, &RecipeItem::of(recipe, &calendars))
}

fn chosen(recipe: &Recipe) -> Vec<CalendarId> {
    recipe.picks.iter().map(|pick| pick.calendar).collect()
}

/// `PUT /api/v1/subscriptions/{token}`: another recipe under the same addresses.
pub async fn change(State(api): State<ApiState>, Name(token): Name, body: Body) -> Answer {
    let mut tx = api.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let wish = Wish::read(&body.0);
    let recipe = wish.resolve(&mut tx, &chosen(&own.recipe)).await?;
    if recipe != own.recipe {
        let now = api.clock.now();
        store::subscriptions::replace_recipe(&mut tx, own.id, &recipe, now).await?;
    }
    let answer = shown(&mut tx, &recipe).await?;
    tx.commit().await?;
    Ok(answer)
}

/// `DELETE /api/v1/subscriptions/{token}`.
pub async fn forget(State(api): State<ApiState>, Name(token): Name) -> Answer {
    let mut tx = api.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    store::subscriptions::delete(&mut tx, own.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/subscriptions/{token}/rotate`: new keys, all others die.
pub async fn rotate(State(api): State<ApiState>, Name(token): Name) -> Answer {
    let mut tx = api.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let keys = personal::rotate(&mut tx, own.id, api.clock.now()).await?;
    tx.commit().await?;
    private_json(StatusCode::OK, &Made::of(&keys, &api))
}

#[derive(Serialize)]
struct AddressItem {
    id: String,
    label: String,
    shared: bool,
    created: Timestamp,
    fetched: Option<Timestamp>,
    feed: Option<String>,
    caldav: Option<String>,
}

impl AddressItem {
    /// An address, with itself where the key gives it.
    fn of(known: &Address, itself: Option<&PublicId>, api: &ApiState) -> Self {
        Self {
            id: known.id.to_string(),
            label: known.label.clone(),
            shared: !known.own,
            created: known.created,
            fetched: known.fetched.as_ref().map(|(at, _)| *at),
            feed: itself.map(|address| personal::feed(&api.base_url, address)),
            caldav: itself.map(|address| personal::caldav(&api.base_url, address)),
        }
    }
}

/// `GET /api/v1/subscriptions/{token}/addresses`.
pub async fn addresses(State(api): State<ApiState>, Name(token): Name) -> Answer {
    let mut conn = api.db.read().await?;
    let own = personal::open(&mut conn, &token).await?;
    let all = personal::addresses(&mut conn, &token, own.id).await?;
    let item = |(known, itself): &(Address, Option<PublicId>)| {
        AddressItem::of(known, itself.as_ref(), &api)
    };
    let items = all.iter().map(item).collect();
    private_json(StatusCode::OK, &Listing { items, next: None })
}

#[derive(Serialize)]
struct Added {
    id: String,
    feed: String,
    caldav: String,
}

/// `POST /api/v1/subscriptions/{token}/addresses`: one more, for a device or a friend.
pub async fn add_address(State(api): State<ApiState>, Name(token): Name, body: Body) -> Answer {
    let mut tx = api.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let (label, holder) = wanted_address(&body.0)?;
    let (known, wanted) = ((token.as_str(), own.id), (label.as_str(), holder));
    let (id, address) = personal::add_address(&mut tx, known, wanted, api.clock.now()).await?;
    tx.commit().await?;
    let added = Added {
        id: id.to_string(),
        feed: personal::feed(&api.base_url, &address),
        caldav: personal::caldav(&api.base_url, &address),
    };
    private_json(StatusCode::CREATED, &added)
}

/// Reads `{"label"?, "shared"?}`; no body at all is one without a name, for the owner.
fn wanted_address(body: &Value) -> Result<(String, Holder), Failure> {
    let mut faults = Faults::default();
    let mut wanted = (String::new(), Holder::Owner);
    if !body.is_null()
        && let Some(mut body) = Object::of(body, String::new(), &["label", "shared"], &mut faults)
    {
        let max = domain::caps::ADDRESS_LABEL_CHARS;
        let fault = Message::new("invalid.label").with("max", max.to_string());
        let fits = |text: &str| (text.chars().count() <= max).then(|| text.to_owned());
        wanted.0 = body.parsed("label", fault, fits).unwrap_or_default();
        if body.flag("shared") == Some(true) {
            wanted.1 = Holder::Friend;
        }
    }
    faults.none_or_all()?;
    Ok(wanted)
}

/// `DELETE /api/v1/subscriptions/{token}/addresses/{id}`.
pub async fn revoke(State(api): State<ApiState>, Names([token, id]): Names<2>) -> Answer {
    let mut tx = api.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let id = id.parse::<Uuid>().map_err(|_| Failure::NotFound)?;
    if !store::subscriptions::revoke_address(&mut tx, own.id, AddressId(id)).await? {
        return Err(Failure::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
