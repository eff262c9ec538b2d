//! The parts joined into one server: feeds answered first, everything else by the router that
//! the surfaces' tables build.

use crate::compression;
use crate::wire;
use accounts::mail::Mailer;
use anyhow::{Context, Result};
use api::{ApiState, HealthState};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use feeds::{Asked, Feeds};
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::io::Cursor;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;
use tower_http::limit::RequestBodyLimitLayer;
use web::host::OwnHost;
use web::peer::{Network, PeerAddress};
use web::route::{RouteInfo, Surface, router};
use web::state::WebState;

/// Largest body of a request, in bytes.
const BODY_BYTES: usize = 1 << 20;
/// The same for forms with a picture: the picture, and what stands around it.
const UPLOAD_BYTES: usize = domain::caps::UPLOAD_BYTES + BODY_BYTES;
/// Largest head of a request, in bytes. More than a hundred headers are refused by hyper itself.
const HEAD_BYTES: usize = 32 << 10;
/// How long a client may take to send its head; an idle connection is closed after that too.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(15);
/// Connections at once. More wait in the kernel's queue.
const CONNECTIONS: usize = 20_000;
/// How long a stopping server waits for answers that are under way.
const DRAIN: Duration = Duration::from_secs(8);

/// What the server is made of.
#[derive(Clone)]
pub struct Parts {
    pub feeds: Arc<Feeds>,
    pub web: WebState,
    pub health: HealthState,
    /// Where mail goes out.
    pub mail: Mailer,
    /// Whose word is taken for who asks.
    pub trusted_proxies: Arc<[Network]>,
}

/// Every route of the program, from the surfaces' own tables (R21).
pub fn routes() -> Vec<RouteInfo> {
    let read =
        |method: &[u8], path: &'static str, surface: Surface, name: &'static str| RouteInfo {
            // All names of methods here are tokens (RFC 9110 §5.6.2).
            method: http::Method::from_bytes(method).unwrap_or(http::Method::GET),
            path,
            surface,
            permission: domain::policy::Permission::ReadPublished,
            name,
        };
    let feed = |path, name| read(b"GET", path, Surface::Feeds, name);
    let dav = |method, name| read(method, "/dav/{*path}", Surface::Dav, name);
    let mut all = vec![
        feed("/feeds/{file}", "feed"),
        RouteInfo {
            permission: domain::policy::Permission::ReadSubscription,
            ..feed("/feeds/my/{file}", "personal_feed")
        },
        feed("/feeds/discover/{file}", "discover_new"),
        feed("/feeds/discover/week/{file}", "discover_week"),
        dav(b"OPTIONS", "caldav_options"),
        dav(b"PROPFIND", "caldav_properties"),
        dav(b"REPORT", "caldav_report"),
        dav(b"GET", "caldav_member"),
        read(
            b"GET",
            "/.well-known/caldav",
            Surface::Dav,
            "caldav_discovery",
        ),
    ];
    all.extend(site::ROUTES.iter().map(web::route::Route::info));
    all.extend(cms::ROUTES.iter().map(web::route::Route::info));
    all.extend(accounts::ROUTES.iter().map(web::route::Route::info));
    all.extend(partners_portal::ROUTES.iter().map(web::route::Route::info));
    all.extend(api::ROUTES.iter().map(web::route::Route::info));
    all
}

/// Everything but feeds: the surfaces' routes and what stands around them.
pub(crate) fn pages(parts: &Parts) -> Router {
    let web = parts.web.clone();
    let machines = ApiState::new(parts.health.clone(), &web);
    // Whoever is signed in is known to these surfaces alone; the others read no session.
    let accounts = accounts::AccountsState::new(web.clone(), parts.mail.clone());
    let for_people = router(cms::ROUTES)
        .merge(router(partners_portal::ROUTES))
        .with_state(web.clone())
        .merge(accounts::router(accounts))
        .route_layer(from_fn_with_state(web.clone(), web::session::load));
    let pages = router(site::ROUTES)
        .with_state(web)
        .merge(for_people)
        .merge(api::router(machines));
    web::edge::around(pages)
        .layer(compression::layer())
        .layer(axum::middleware::from_fn(limit_body))
        .layer(RequestBodyLimitLayer::new(UPLOAD_BYTES))
}

/// Refuses bodies that are larger than their path takes: only forms with a picture may be as large
/// as the layer around this lets through.
async fn limit_body(request: Request, next: axum::middleware::Next) -> axum::response::Response {
    if web::tips::takes_images(request.uri().path()) {
        return next.run(request).await;
    }
    let said = request.headers().get(http::header::CONTENT_LENGTH);
    let said = said.and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|said| said > BODY_BYTES) {
        let told = "length limit exceeded";
        return (http::StatusCode::PAYLOAD_TOO_LARGE, told).into_response();
    }
    let limited = |body| Body::new(Limited::new(body, BODY_BYTES));
    next.run(request.map(limited)).await
}

/// Serves until `stop` resolves, then lets answers under way finish.
pub async fn serve(listener: TcpListener, parts: Parts, stop: impl Future<Output = ()>) {
    let entrance = Arc::new(Entrance::of(parts));
    let builder = Arc::new(connection_builder());
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let (stopping, stopped) = watch::channel(false);
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else {
            continue;
        };
        let (entrance, builder) = (entrance.clone(), builder.clone());
        let (watcher, stopped) = (graceful.watcher(), stopped.clone());
        tokio::spawn(async move {
            connection(stream, peer, entrance, &builder, watcher, stopped).await;
            drop(permit);
        });
    }
    let _ = stopping.send(true);
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("stopped with answers still under way");
    }
}

/// Answers what comes on one connection: polls as they are read, the rest through hyper.
async fn connection(
    mut stream: TcpStream,
    peer: IpAddr,
    entrance: Arc<Entrance>,
    builder: &auto::Builder<TokioExecutor>,
    watcher: Watcher,
    mut stopped: watch::Receiver<bool>,
) {
    let ready = wire::Ready {
        feeds: &entrance.feeds,
        host: &entrance.host,
        trusted_proxies: &entrance.trusted_proxies,
    };
    let read = match wire::polls(&mut stream, peer, &ready, &mut stopped).await {
        wire::Ended::Closed => return,
        wire::Ended::Other(read) => read,
    };
    // Boxed: most connections never get here, and would carry the room for it.
    Box::pin(async move {
        let (rest, out) = stream.into_split();
        let stream = tokio::io::join(Cursor::new(read).chain(rest), out);
        let service = service_fn(move |request: Request<Incoming>| {
            // What lies ready is answered on the spot. The rest is boxed: a request's whole state
            // would be moved about several times, also where little of it is used.
            match entrance.at_once(peer, &request) {
                Some(answer) => Reply::Left(std::future::ready(Ok(answer))),
                None => {
                    let entrance = entrance.clone();
                    Reply::Right(Box::pin(
                        async move { entrance.answer(peer, request).await },
                    ))
                }
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        // What a client did wrong on its connection is its own affair.
        let _ = watcher.watch(connection.into_owned()).await;
    })
    .await;
}

fn connection_builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD_BYTES as u32)
        .max_concurrent_streams(64)
        .keep_alive_interval(HEAD_TIME)
        .keep_alive_timeout(HEAD_TIME);
    builder
}

/// The next connection and its place. Out of file handles: waits a little instead of spinning.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let permit = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small: waiting to fill packets would only delay them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer.ip(), permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// An answer, there already or to come.
type Reply<T> = futures_util::future::Either<
    std::future::Ready<T>,
    std::pin::Pin<Box<dyn Future<Output = T> + Send>>,
>;

/// A body that goes out: a feed's bytes as they lie in memory, or a page's.
type Outgoing = Either<Full<Bytes>, Body>;

/// What every request passes first: whose it is, whether it is for us, and which half of the
/// program answers it.
struct Entrance {
    host: OwnHost,
    trusted_proxies: Arc<[Network]>,
    feeds: Arc<Feeds>,
    router: Router,
}

impl Entrance {
    fn of(parts: Parts) -> Self {
        Self {
            router: pages(&parts),
            host: OwnHost::of(parts.web.base_url),
            trusted_proxies: parts.trusted_proxies,
            feeds: parts.feeds,
        }
    }

    /// A poll of a feed whose answer lies ready.
    fn at_once(
        &self,
        connected: IpAddr,
        request: &Request<Incoming>,
    ) -> Option<http::Response<Outgoing>> {
        let uri = request.uri();
        if !uri.path().starts_with("/feeds/") || !self.host.is_plainly_ours(uri, request.headers())
        {
            return None;
        }
        let peer = PeerAddress::of(connected, request.headers(), &self.trusted_proxies);
        let answer = self.feeds.answer_at_once(asked(request, peer))?;
        Some(answer.map(|body| Outgoing::Left(Full::new(body))))
    }

    async fn answer(
        &self,
        connected: IpAddr,
        mut request: Request<Incoming>,
    ) -> Result<http::Response<Outgoing>, Infallible> {
        if let Some(refusal) = self.host.refuses(request.uri(), request.headers()) {
            return Ok(refusal.map(Outgoing::Right));
        }
        let peer = PeerAddress::of(connected, request.headers(), &self.trusted_proxies);
        if request.uri().path().starts_with("/feeds/") {
            let answer = self.feeds.answer(asked(&request, peer)).await;
            return Ok(answer.map(|body| Outgoing::Left(Full::new(body))));
        }
        if is_calendar_tree(request.uri().path()) {
            return Ok(self.calendar_tree(request, peer).await);
        }
        request.extensions_mut().insert(peer);
        let answer = self.router.clone().oneshot(request.map(Body::new)).await;
        answer.map(|answer| answer.map(Outgoing::Right))
    }
}

impl Entrance {
    /// CalDAV has methods and bodies of its own, which the router does not know.
    async fn calendar_tree(
        &self,
        request: Request<Incoming>,
        peer: PeerAddress,
    ) -> http::Response<Outgoing> {
        let (head, body) = request.into_parts();
        // One byte more than is taken tells that it is too long.
        let body = Limited::new(body, feeds::dav::BODY_BYTES + 1);
        let body = match tokio::time::timeout(HEAD_TIME, body.collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            // Too long, too slow or broken off: told as too long, which it is or might be.
            Ok(Err(_)) | Err(_) => Bytes::from(vec![b' '; feeds::dav::BODY_BYTES + 1]),
        };
        let answer = self
            .feeds
            .dav(
                &head.method,
                head.uri.path(),
                &head.headers,
                &body,
                Some(peer.0),
            )
            .await;
        answer.map(|body| Outgoing::Left(Full::new(body)))
    }
}

/// A request as far as feeds look at it.
fn asked(request: &Request<Incoming>, peer: PeerAddress) -> Asked<'_> {
    let target = request.uri().path_and_query();
    Asked {
        method: request.method(),
        target: target.map_or("/", |target| target.as_str()),
        headers: request.headers(),
        peer: Some(peer.0),
    }
}

/// Whether a path is CalDAV's (RFC 6764 §5 for the well-known one).
fn is_calendar_tree(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    path == "/dav" || path.starts_with("/dav/") || path == "/.well-known/caldav"
}

/// Listens, naming the address in the error where it cannot.
pub async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}
