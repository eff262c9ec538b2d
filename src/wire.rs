//! A connection's first requests, read here as long as each is a plain poll of a feed whose answer
//! lies ready: a million phones send little else. Whatever else comes, in whatever form, goes to
//! hyper with the bytes that were read, and with it the rest of the connection: nothing is refused
//! here, and nothing is understood that is not the one plain form (RFC 9112).

use crate::server::HEAD_TIME;
use feeds::{Feeds, Poll};
use std::cell::RefCell;
use std::io::IoSlice;
use std::net::IpAddr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use web::host::OwnHost;
use web::peer::{Network, PeerAddress};

/// Room for a request's head. Polls have a few hundred bytes; longer ones are hyper's.
const HEAD_BYTES: usize = 2048;
/// Headers that a poll may have.
const HEADERS: usize = 32;

/// What polls are answered from.
pub(crate) struct Ready<'a> {
    pub feeds: &'a Feeds,
    pub host: &'a OwnHost,
    pub trusted_proxies: &'a [Network],
}

/// How the plain part of a connection ended.
pub(crate) enum Ended {
    /// It is over.
    Closed,
    /// Something else was asked: what was read of it, and perhaps of more.
    Other(Vec<u8>),
}

/// Answers polls until something else comes, the client is done or silent for too long, or the
/// program stops.
pub(crate) async fn polls(
    stream: &mut TcpStream,
    connected: IpAddr,
    ready: &Ready<'_>,
    stop: &mut watch::Receiver<bool>,
) -> Ended {
    let mut read = Vec::with_capacity(HEAD_BYTES);
    let mut head = Vec::with_capacity(1024);
    let silence = tokio::time::sleep(HEAD_TIME);
    let stopped = stop.wait_for(|stopped| *stopped);
    tokio::pin!(silence, stopped);
    // Waiting and the head together have this long, however slowly the bytes of it come.
    let mut since = Instant::now();
    loop {
        let taken = tokio::select! {
            biased;
            taken = stream.read_buf(&mut read) => taken,
            () = &mut silence => {
                // Moving the alarm at every poll would cost more than looking when it rings.
                let left = HEAD_TIME.saturating_sub(since.elapsed());
                if left.is_zero() {
                    return Ended::Closed;
                }
                silence.as_mut().reset(tokio::time::Instant::now() + left);
                continue;
            }
            _ = &mut stopped => return Ended::Closed,
        };
        if !matches!(taken, Ok(1..)) {
            return Ended::Closed;
        }
        while !read.is_empty() {
            let (length, last, answer) = match parse(&read) {
                Parsed::More if read.len() < HEAD_BYTES => break,
                Parsed::More | Parsed::Other => return Ended::Other(read),
                Parsed::Poll(length, plain) => (length, plain.last, plain.answer(connected, ready)),
            };
            let Some(answer) = answer else {
                return Ended::Other(read);
            };
            head.clear();
            head.extend_from_slice(&answer.head);
            if last {
                head.extend_from_slice(b"connection: close\r\n");
            }
            date(&mut head);
            if write(stream, &head, &answer.body).await.is_err() || last {
                return Ended::Closed;
            }
            since = Instant::now();
            match length == read.len() {
                true => read.clear(),
                false => drop(read.drain(..length)),
            }
        }
    }
}

/// Both halves of an answer, in one packet where they fit.
async fn write(stream: &mut TcpStream, head: &[u8], body: &[u8]) -> std::io::Result<()> {
    if body.is_empty() {
        return stream.write_all(head).await;
    }
    let both = [IoSlice::new(head), IoSlice::new(body)];
    let sent = stream.write_vectored(&both).await?;
    if sent < head.len() {
        stream.write_all(&head[sent..]).await?;
    }
    let rest = &body[sent.saturating_sub(head.len())..];
    if rest.is_empty() {
        return Ok(());
    }
    stream.write_all(rest).await
}

/// What stands at the beginning of the bytes read.
enum Parsed<'a> {
    /// Not yet a whole head.
    More,
    /// A plain GET of a feed, and how many bytes it has.
    Poll(usize, Plain<'a>),
    /// Anything else.
    Other,
}

/// A plain GET of a feed.
#[derive(Default)]
struct Plain<'a> {
    target: &'a str,
    host: Option<&'a [u8]>,
    none_match: Option<&'a str>,
    since: Option<&'a str>,
    accept: Option<&'a str>,
    user_agent: Option<&'a [u8]>,
    /// X-Forwarded-For, a line each.
    forwarded: Vec<&'a [u8]>,
    /// The client wants nothing after it.
    last: bool,
}

fn parse(read: &[u8]) -> Parsed<'_> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(read) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Parsed::More,
        Err(_) => return Parsed::Other,
    };
    match plain(&request) {
        Some(plain) => Parsed::Poll(length, plain),
        None => Parsed::Other,
    }
}

/// The request, if it is one that needs no more than a look-up. Each header may stand once.
fn plain<'a>(request: &httparse::Request<'_, 'a>) -> Option<Plain<'a>> {
    let target = request.path?;
    if request.method? != "GET" || request.version? != 1 || !target.starts_with("/feeds/") {
        return None;
    }
    let mut plain = Plain {
        target,
        ..Plain::default()
    };
    for header in &*request.headers {
        let (name, value) = (header.name, header.value);
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let text = || std::str::from_utf8(value).ok();
        match name.len() {
            4 if is("host") => once(&mut plain.host, value)?,
            13 if is("if-none-match") => once(&mut plain.none_match, text()?)?,
            17 if is("if-modified-since") => once(&mut plain.since, text()?)?,
            15 if is("accept-encoding") => once(&mut plain.accept, text()?)?,
            10 if is("user-agent") => once(&mut plain.user_agent, value)?,
            15 if is("x-forwarded-for") => plain.forwarded.push(value),
            10 if is("connection") && value.eq_ignore_ascii_case(b"keep-alive") => {}
            10 if is("connection") && value.eq_ignore_ascii_case(b"close") => plain.last = true,
            // What changes the answer, the message or the connection.
            6 if is("prefer") || is("expect") => return None,
            7 if is("upgrade") || is("trailer") => return None,
            2 if is("te") => return None,
            10 if is("connection") => return None,
            14 if is("content-length") => return None,
            17 if is("transfer-encoding") => return None,
            _ => {}
        }
    }
    Some(plain)
}

/// Takes a value where there is none yet.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

impl Plain<'_> {
    fn answer(&self, connected: IpAddr, ready: &Ready<'_>) -> Option<feeds::OnTheWire> {
        if !ready.host.is_plainly(self.host?) {
            return None;
        }
        let forwarded = self.forwarded.iter().copied();
        let peer = PeerAddress::through(connected, forwarded, ready.trusted_proxies);
        ready.feeds.answer_poll(&Poll {
            target: self.target,
            none_match: self.none_match,
            since: self.since,
            accept: self.accept.unwrap_or_default(),
            user_agent: self.user_agent.unwrap_or_default(),
            peer: peer.0,
        })
    }
}

/// The last header and the empty line. Date is the machine's own time, as hyper's is.
#[expect(
    clippy::disallowed_methods,
    reason = "the outermost layer; a header about the machine, not about schedules"
)]
fn date(out: &mut Vec<u8>) {
    thread_local! {
        /// The second that was written last, and how.
        static WRITTEN: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
    }
    let now = SystemTime::now();
    let second = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    WRITTEN.with_borrow_mut(|(known, text)| {
        if *known != second || text.is_empty() {
            *known = second;
            *text = format!("date: {}\r\n\r\n", httpdate::fmt_http_date(now));
        }
        out.extend_from_slice(text.as_bytes());
    });
}
