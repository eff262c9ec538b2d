//! Who is signed in: the cookie, the session behind it, and the one place where a route's permission
//! is checked (R22). How somebody comes to a session is `accounts`' affair, what they may is
//! `domain::policy`'s.
//!
//! Two layers do it. [`load`] stands around the surfaces that know people and notes on each request
//! whose it is. [`check`] stands around each of their routes, put there by
//! [`route::router`](crate::route::router) from the table, and lets nobody through whom the table
//! does not name; without [`load`] everybody is a stranger.

use crate::base_url::BaseUrl;
use crate::cache::Cache;
use crate::failure::{Failure, PageFailure};
use crate::state::WebState;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{PersonId, PublicId, SessionId};
use domain::key::digest;
use domain::people::Role;
use domain::policy::{Caller, Permission, may};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use store::people::{Actor, note};
use store::sessions::{self, NewSession, Session, State as Progress};
use store::{Db, Tx};

/// Name of the cookie (with `__Host-` before it over https).
pub const COOKIE: &str = "session";
/// A session ends after this, whatever happens.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A session that was not used for this long has ended.
pub const IDLE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// So long the second factor may take.
pub const SECOND_FACTOR_TIME: SignedDuration = SignedDuration::from_mins(10);
/// Use is noted once in this long, so that reading a page writes nothing.
const NOTE_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// A session that ends later than it could was made by a clock that has been put back since.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_hours(1);

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Where they give the second factor.
pub const SECOND: &str = "/sign-in/second";

/// The session that a request's cookie opens, as [`load`] found it; on the request, as an extension.
/// Half a sign-in is one too: handlers take [`Staff`].
#[derive(Debug, Clone)]
pub struct Known(pub Session);

/// Somebody who is signed in, with both factors where there are two: what handlers take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub person: PersonId,
    /// What colleagues call them.
    pub name: String,
    /// What they are here for.
    pub role: Role,
    /// What they are to [`may`].
    pub caller: Caller,
    /// Short name of the organisation that a partner stands for.
    pub organisation: Option<String>,
    /// In which session.
    pub session: SessionId,
}

impl Staff {
    /// Whether the table lets them; for what a page offers. Routes are checked before handlers run.
    pub const fn may(&self, permission: Permission) -> bool {
        may(self.caller, permission)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let known = parts.extensions.get::<Known>().map(|known| &known.0);
        match known {
            Some(session) if session.state == Progress::Full => Ok(Self {
                person: session.person,
                name: session.name.clone(),
                role: session.role,
                caller: session.caller(),
                organisation: session.organisation.clone(),
                session: session.id,
            }),
            known => Err(ask_to_sign_in(known, parts)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| ask_to_sign_in(None, parts))
    }
}

/// On an answer: who was refused what, for the audit log.
#[derive(Debug, Clone)]
struct Refused(Session);

/// Notes on each request whose it is, and in the audit log what somebody tried who may not
/// (security case D4).
pub async fn load(State(web): State<WebState>, mut request: Request, next: Next) -> Response {
    let now = web.clock.now();
    let found = match token(request.headers(), &web.base_url) {
        Some(token) => match live(&web.db, token, now).await {
            Ok(found) => found,
            // Nobody is somebody while the database is away.
            Err(error) => return PageFailure(error.into()).into_response(),
        },
        None => None,
    };
    if let Some(session) = found {
        request.extensions_mut().insert(Known(session));
    }
    let asked = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if let Some(Refused(session)) = response.extensions_mut().remove()
        && let Err(error) = note_refusal(&web.db, &session, asked, now).await
    {
        tracing::warn!(%error, "a refusal could not be noted in the audit log");
    }
    response
}

async fn note_refusal(
    db: &Db,
    session: &Session,
    (method, path): (Method, String),
    now: Timestamp,
) -> store::Result<()> {
    let path: String = path.chars().take(200).collect();
    let detail = json!({ "method": method.as_str(), "path": path });
    let actor = Actor::Person(session.person);
    let mut tx = db.begin().await?;
    note(
        &mut tx,
        now,
        actor,
        "refused",
        Some(session.person),
        &detail,
    )
    .await?;
    tx.commit().await
}

/// The session that a cookie's value opens now.
async fn live(db: &Db, token: &str, now: Timestamp) -> store::Result<Option<Session>> {
    let mut conn = db.read().await?;
    let found = sessions::by_cookie(&mut conn, &digest(token), now).await?;
    drop(conn);
    let Some(session) = found.filter(|session| is_alive(session, now)) else {
        return Ok(None);
    };
    if now.duration_since(session.seen) >= NOTE_EVERY {
        // While nothing can be written, pages are read all the same.
        if let Err(error) = note_seen(db, session.id, now).await {
            tracing::debug!(%error, "the use of a session could not be noted");
        }
    }
    Ok(Some(session))
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    let left = session.expires.duration_since(now);
    now.duration_since(session.seen) < IDLE && left <= LIFETIME + CLOCK_SLACK
}

async fn note_seen(db: &Db, id: SessionId, now: Timestamp) -> store::Result<()> {
    let mut tx = db.begin().await?;
    sessions::note_seen(&mut tx, id, now).await?;
    tx.commit().await
}

/// Lets a request through to its handler, or answers it: a visit goes to where one signs in and
/// comes back, everything else is told 401, and who is known and may not, 403.
pub async fn check(permission: Permission, request: Request, next: Next) -> Response {
    let known = request.extensions().get::<Known>().map(|known| &known.0);
    let caller = known.map_or(Caller::Anonymous, Session::caller);
    if may(caller, permission) {
        return next.run(request).await;
    }
    match known {
        Some(session) if session.state == Progress::Full => {
            let refused = Refused(session.clone());
            let mut response = PageFailure(Failure::Forbidden).into_response();
            if !request.method().is_safe() {
                response.extensions_mut().insert(refused);
            }
            response
        }
        known => {
            let known = known.cloned();
            let (parts, _) = request.into_parts();
            ask_to_sign_in(known.as_ref(), &parts)
        }
    }
}

/// The way to sign in, and back.
fn ask_to_sign_in(known: Option<&Session>, parts: &Parts) -> Response {
    if !is_visit(parts) {
        // A 401 must name a way to sign in (RFC 9110 §11.6.1).
        let challenge = HeaderValue::from_static("Session realm=\"almanac\"");
        let mut response = PageFailure(Failure::Unauthenticated).into_response();
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
        return response;
    }
    let to = match known.map(|session| session.state) {
        Some(Progress::SecondFactorOwed) => SECOND,
        Some(Progress::Full) | None => SIGN_IN,
    };
    let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
    see_other(&with_next(to, here))
}

/// An address that leads on to `next` afterwards.
pub fn with_next(to: &str, next: &str) -> String {
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    format!("{to}?next={next}")
}

/// 303 to a path of this site, kept by nobody.
pub fn see_other(path: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    let no_store = Cache::Never.value();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

/// Whether somebody is going to a page, as opposed to a script that fetches or a form that sends.
fn is_visit(parts: &Parts) -> bool {
    let mode = parts.headers.get("sec-fetch-mode");
    parts.method.is_safe() && mode.is_none_or(|mode| mode == "navigate")
}

/// What a cookie's name is. Read by exactly this name: a neighbouring host can set cookies for us,
/// but none with this prefix (R29).
fn cookie_name(base: &BaseUrl) -> &'static str {
    if base.is_https() {
        "__Host-session"
    } else {
        COOKIE
    }
}

/// What the session cookie of a request holds.
pub fn token<'h>(headers: &'h HeaderMap, base: &BaseUrl) -> Option<&'h str> {
    let wanted = cookie_name(base);
    let lists = headers.get_all(header::COOKIE).into_iter();
    let pairs = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value))
}

/// A session that was just made: what its cookie holds is told once.
pub struct Opened {
    /// Identity.
    pub id: SessionId,
    /// 256 random bits.
    pub token: String,
    /// Seconds until it ends.
    seconds: i64,
}

/// Makes a session under a new id. Whoever held an earlier id has gained nothing (security case E4);
/// ending the earlier session is the caller's affair.
pub async fn open(
    tx: &mut Tx,
    person: PersonId,
    (state, agent): (Progress, &str),
    now: Timestamp,
) -> store::Result<Opened> {
    let half = || PublicId::from_bits(store::random_bits());
    let token = format!("{}{}", half(), half());
    let length = match state {
        Progress::Full => LIFETIME,
        Progress::SecondFactorOwed => SECOND_FACTOR_TIME,
    };
    let new = NewSession {
        digest: &digest(&token),
        person,
        state,
        agent,
        expires: now.checked_add(length).unwrap_or(now),
    };
    let id = sessions::open(tx, new, now).await?;
    Ok(Opened {
        id,
        token,
        seconds: length.as_secs(),
    })
}

impl Opened {
    /// What a browser sends back: for tests and for programs that sign in.
    pub fn cookie(&self, base: &BaseUrl) -> String {
        format!("{}={}", cookie_name(base), self.token)
    }

    /// Lets the browser keep it.
    pub fn give(&self, response: &mut Response, base: &BaseUrl) {
        set_cookie(response, &self.token, self.seconds, base);
    }
}

/// Lets the browser forget its session.
pub fn forget(response: &mut Response, base: &BaseUrl) {
    set_cookie(response, "", 0, base);
}

fn set_cookie(response: &mut Response, value: &str, seconds: i64, base: &BaseUrl) {
    let cookie = cookie_line(value, seconds, base);
    match HeaderValue::try_from(cookie) {
        Ok(cookie) => {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        // Ids are letters and digits; still, better no answer than one without its cookie.
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Not for scripts; sent when a link leads here, so that who follows one is known, but with no form
/// of another site (security case E6).
fn cookie_line(value: &str, seconds: i64, base: &BaseUrl) -> String {
    let name = cookie_name(base);
    let secure = if base.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests;
