//! The parts joined into one server: feeds answered first, everything else by the router that
//! the surfaces' tables build.

use crate::compression;
use anyhow::{Context, Result};
use api::{ApiState, HealthState};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use feeds::{Asked, Feeds};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;
use tower_http::limit::RequestBodyLimitLayer;
use web::host::OwnHost;
use web::peer::{Network, PeerAddress};
use web::route::{RouteInfo, Surface, router};
use web::state::WebState;

/// Largest body of a request, in bytes.
const BODY_BYTES: usize = 1 << 20;
/// Largest head of a request, in bytes, and most headers in it.
const HEAD_BYTES: usize = 32 << 10;
const HEADERS: usize = 100;
/// How long a client may take to send its head; an idle connection is closed after that too.
const HEAD_TIME: Duration = Duration::from_secs(15);
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
    /// Whose word is taken for who asks.
    pub trusted_proxies: Arc<[Network]>,
}

/// Every route of the program, from the surfaces' own tables (R21).
pub fn routes() -> Vec<RouteInfo> {
    let feed = |path: &'static str, name: &'static str| RouteInfo {
        method: http::Method::GET,
        path,
        surface: Surface::Feeds,
        permission: domain::policy::Permission::ReadPublished,
        name,
    };
    let mut all = vec![
        feed("/feeds/{file}", "feed"),
        feed("/feeds/discover/{file}", "discover_new"),
        feed("/feeds/discover/week/{file}", "discover_week"),
    ];
    all.extend(site::ROUTES.iter().map(web::route::Route::info));
    all.extend(cms::ROUTES.iter().map(web::route::Route::info));
    all.extend(partners_portal::ROUTES.iter().map(web::route::Route::info));
    all.extend(api::ROUTES.iter().map(web::route::Route::info));
    all
}

/// Everything but feeds: the surfaces' routes and what stands around them.
pub(crate) fn pages(parts: &Parts) -> Router {
    let web = parts.web.clone();
    let machines = ApiState::new(
        parts.health.clone(),
        web.clock.clone(),
        web.base_url.clone(),
        web.search.clone(),
    );
    let pages = router(site::ROUTES)
        .merge(router(cms::ROUTES))
        .merge(router(partners_portal::ROUTES))
        .with_state(web)
        .merge(api::router(machines));
    web::edge::around(pages)
        .layer(compression::layer())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
}

/// Serves until `stop` resolves, then lets answers under way finish.
pub async fn serve(listener: TcpListener, parts: Parts, stop: impl Future<Output = ()>) {
    let entrance = Arc::new(Entrance::of(parts));
    let builder = Arc::new(connection_builder());
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else {
            continue;
        };
        let entrance = entrance.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let entrance = entrance.clone();
            async move { entrance.answer(peer, request).await }
        });
        let connection = builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // What a client did wrong on its connection is its own affair.
            let _ = watched.await;
            drop(permit);
        });
    }
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("stopped with answers still under way");
    }
}

fn connection_builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS);
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

    async fn answer(
        &self,
        connected: IpAddr,
        mut request: Request<Incoming>,
    ) -> Result<Response, Infallible> {
        if let Some(refusal) = self.host.refuses(request.uri(), request.headers()) {
            return Ok(refusal);
        }
        if request.uri().path().starts_with("/feeds/") {
            let asked = Asked {
                method: request.method(),
                path: request.uri().path(),
                query: request.uri().query().unwrap_or_default(),
                headers: request.headers(),
            };
            return Ok(self.feeds.answer(asked).await.map(Body::from));
        }
        let peer = PeerAddress::of(connected, request.headers(), &self.trusted_proxies);
        request.extensions_mut().insert(peer);
        self.router.clone().oneshot(request.map(Body::new)).await
    }
}

/// Listens, naming the address in the error where it cannot.
pub async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}
