//! Plain polls are answered as they are read, before hyper sees them. Whatever is asked, and however
//! it arrives, the answers are the same on both ways.

use crate::support::server::Server;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//KO\r\nBEGIN:VEVENT\r\nUID:a\r\n\
    DTSTAMP:20260101T000000Z\r\nDTSTART:20270405T093000Z\r\nSUMMARY:하늘 대 바다\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

struct Scene {
    _folder: tempfile::TempDir,
    server: Server,
}

impl Scene {
    /// A server with one calendar, whose feed was asked for in every coding: its answers lie ready.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("a data folder");
        let file = folder.path().join("a.ics");
        std::fs::write(&file, FILE).expect("the file is written");
        let words = ["import", &file.display().to_string(), "--calendar", "good"];
        let done = crate::support::server::program()
            .args(words)
            .args(["--data-dir", &data.display().to_string()])
            .output()
            .expect("the program runs");
        assert!(done.status.success(), "{done:?}");
        let scene = Self {
            server: Server::start(&data, &[]),
            _folder: folder,
        };
        for coding in ["identity", "gzip", "br", "zstd"] {
            let answer = scene.ask(&format!("Accept-Encoding: {coding}\r\n"), Way::Hyper);
            assert_eq!(answer.status, "HTTP/1.1 200 OK");
        }
        scene
    }

    fn connect(&self) -> Connection {
        Connection::to(self.server.address())
    }

    /// Asks for the feed with more headers, on a connection of its own.
    fn ask(&self, headers: &str, way: Way) -> Answer {
        let mut connection = self.connect();
        connection.send(self.request("/feeds/good.ics", headers, way));
        connection.answer()
    }

    fn request(&self, target: &str, headers: &str, way: Way) -> String {
        let host = self.server.address();
        // A length, even of nothing, is more than a plain poll has.
        let detour = match way {
            Way::Plain => "",
            Way::Hyper => "Content-Length: 0\r\n",
        };
        format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{detour}{headers}\r\n")
    }
}

/// Who is to answer.
#[derive(Clone, Copy)]
enum Way {
    Plain,
    Hyper,
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Connection {
    fn to(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).expect("a connection");
        let limit = Some(Duration::from_secs(30));
        stream.set_read_timeout(limit).expect("a time limit");
        stream.set_nodelay(true).expect("packets as they are sent");
        Self {
            stream,
            read: Vec::new(),
        }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("it is taken");
    }

    fn more(&mut self) {
        let mut part = [0; 4096];
        let taken = self.stream.read(&mut part).expect("an answer");
        assert_ne!(taken, 0, "the connection ended within an answer");
        self.read.extend_from_slice(&part[..taken]);
    }

    /// The next answer on the connection, without its date.
    fn answer(&mut self) -> Answer {
        let end = loop {
            let end = self.read.windows(4).position(|four| four == b"\r\n\r\n");
            match end {
                Some(end) => break end,
                None => self.more(),
            }
        };
        let head = String::from_utf8(self.read[..end].to_vec()).expect("a head is text");
        self.read.drain(..end + 4);
        let mut lines = head.split("\r\n");
        let status = lines.next().expect("a status line").to_owned();
        let pairs = lines.map(|line| line.split_once(": ").expect("a header"));
        let mut headers: BTreeMap<_, _> =
            pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let date = headers.remove("date").expect("every answer has a date");
        assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
        let length = match status.contains(" 304 ") {
            true => 0,
            false => headers["content-length"].parse().expect("a number"),
        };
        while self.read.len() < length {
            self.more();
        }
        let body = self.read.drain(..length).collect();
        Answer {
            status,
            headers,
            body,
        }
    }

    fn is_over(&mut self) -> bool {
        assert!(self.read.is_empty(), "{:?}", self.read);
        matches!(self.stream.read(&mut [0; 16]), Ok(0) | Err(_))
    }
}

#[test]
fn both_ways_give_the_same_answers() {
    let scene = Scene::new();
    let plain = scene.ask("Accept-Encoding: gzip\r\n", Way::Hyper);
    let (tag, modified) = (&plain.headers["etag"], &plain.headers["last-modified"]);
    let bare = tag.trim_matches('"').trim_end_matches("-gz");
    let asks = [
        String::new(),
        "Accept-Encoding: gzip\r\n".to_owned(),
        "Accept-Encoding: gzip, deflate, br, zstd\r\n".to_owned(),
        "accept-encoding: zstd;q=0.9, gzip;q=0.8\r\nUser-Agent: iOS/18 dataaccessd\r\n".to_owned(),
        format!("If-None-Match: {tag}\r\n"),
        format!("If-None-Match: W/{tag}\r\nAccept-Encoding: br\r\n"),
        format!("If-None-Match: \"other\", \"{bare}\"\r\n"),
        "If-None-Match: *\r\n".to_owned(),
        "If-None-Match: \"other\"\r\nAccept-Encoding: gzip\r\n".to_owned(),
        format!("If-None-Match: \"other\"\r\nIf-Modified-Since: {modified}\r\n"),
        format!("If-Modified-Since: {modified}\r\n"),
        "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_owned(),
        "If-Modified-Since: yesterday\r\nCookie: a=b\r\nRange: bytes=0-5\r\n".to_owned(),
        "Connection: keep-alive\r\n".to_owned(),
        "Connection: close\r\n".to_owned(),
        // Not plain, so that both go the same way; and still the same.
        format!("If-None-Match: \"x\"\r\nIf-None-Match: {tag}\r\n"),
        format!("Connection: close, x\r\nIf-None-Match: {tag}\r\n"),
        "TE: trailers\r\n".to_owned(),
        format!("X-Long: {}\r\n", "x".repeat(5000)),
        (0..60).map(|n| format!("X-{n}: {n}\r\n")).collect(),
    ];
    for ask in &asks {
        let (one, other) = (scene.ask(ask, Way::Plain), scene.ask(ask, Way::Hyper));
        assert_eq!(one, other, "{ask}");
        let status = &one.status;
        assert!(
            status.contains(" 200 ") || status.contains(" 304 "),
            "{ask}"
        );
    }
}

#[test]
fn both_ways_give_a_person_the_same_answers() {
    let scene = Scene::new();
    let mut connection = scene.connect();
    let recipe = "{\"calendars\":[{\"calendar\":\"good\"}]}";
    let host = scene.server.address();
    connection.send(format!(
        "POST /api/v1/subscriptions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{recipe}",
        recipe.len()
    ));
    let made = connection.answer();
    assert_eq!(made.status, "HTTP/1.1 201 Created");
    let made: serde_json::Value = serde_json::from_slice(&made.body).expect("JSON");
    let feed = made["feed"].as_str().expect("an address");
    let feed = &feed[feed.find("/feeds/").expect("of a feed")..];
    let ask = |headers: &str, way| {
        let mut connection = scene.connect();
        connection.send(scene.request(feed, headers, way));
        connection.answer()
    };
    let whole = ask("", Way::Hyper);
    let (tag, modified) = (&whole.headers["etag"], &whole.headers["last-modified"]);
    for (headers, status) in [
        (String::new(), "200"),
        (format!("If-None-Match: {tag}\r\n"), "304"),
        (
            format!("If-None-Match: W/{tag}\r\nAccept-Encoding: gzip\r\n"),
            "304",
        ),
        (
            "If-None-Match: *\r\nAccept-Encoding: br\r\n".to_owned(),
            "304",
        ),
        ("If-None-Match: \"other\"\r\n".to_owned(), "200"),
        (format!("If-Modified-Since: {modified}\r\n"), "200"),
    ] {
        let (one, other) = (ask(&headers, Way::Plain), ask(&headers, Way::Hyper));
        assert_eq!(one, other, "{headers}");
        assert!(one.status.contains(status), "{headers}");
        assert_eq!(one.headers["referrer-policy"], "no-referrer");
    }
}

#[test]
fn requests_that_come_together_are_answered_in_their_order() {
    let scene = Scene::new();
    let mut connection = scene.connect();
    let poll = scene.request("/feeds/good.ics", "If-None-Match: *\r\n", Way::Plain);
    let whole = scene.request("/feeds/good.ics", "", Way::Plain);
    let page = scene.request("/healthz", "", Way::Plain);
    let missing = scene.request("/feeds/absent.ics", "", Way::Plain);
    connection.send([&*poll, &*whole, &*poll, &*page, &*poll, &*missing, &*whole].concat());
    let statuses: Vec<_> = (0..7).map(|_| connection.answer().status).collect();
    let wanted = [
        "304 Not Modified",
        "200 OK",
        "304 Not Modified",
        "200 OK",
        "304 Not Modified",
        "404 Not Found",
        "200 OK",
    ];
    let wanted = wanted.map(|status| format!("HTTP/1.1 {status}"));
    assert_eq!(statuses, wanted);
}

#[test]
fn a_request_may_come_in_pieces() {
    let scene = Scene::new();
    let mut connection = scene.connect();
    let poll = scene.request("/feeds/good.ics", "If-None-Match: *\r\n", Way::Plain);
    for byte in poll.as_bytes() {
        connection.send([*byte]);
    }
    assert_eq!(connection.answer().status, "HTTP/1.1 304 Not Modified");
    // Half of the second with the first: what was read of it is not lost when hyper takes over.
    let page = scene.request("/healthz", "", Way::Plain);
    let (begun, rest) = page.split_at(20);
    connection.send([&*poll, begun].concat());
    assert_eq!(connection.answer().status, "HTTP/1.1 304 Not Modified");
    connection.send(rest);
    assert_eq!(connection.answer().status, "HTTP/1.1 200 OK");
}

#[test]
fn the_last_request_ends_the_connection() {
    let scene = Scene::new();
    let mut connection = scene.connect();
    let last = scene.request("/feeds/good.ics", "Connection: close\r\n", Way::Plain);
    connection.send(last);
    let answer = connection.answer();
    assert_eq!(answer.status, "HTTP/1.1 200 OK");
    assert_eq!(answer.headers["connection"], "close");
    assert!(connection.is_over());
}

#[test]
fn e12_what_two_readers_may_take_differently_is_not_answered_as_a_poll() {
    let scene = Scene::new();
    let host = scene.server.address();
    // A body that looks like a second request: the one answer is to the one request.
    let hidden = "GET /feeds/good.ics HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut connection = scene.connect();
    connection.send(format!(
        "GET /feeds/good.ics HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{hidden}",
        hidden.len()
    ));
    assert_eq!(connection.answer().status, "HTTP/1.1 200 OK");
    assert!(connection.is_over());
    for (request, status) in [
        (
            format!("GET /feeds/good.ics HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
            "400",
        ),
        ("GET /feeds/good.ics HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (
            "GET /feeds/good.ics HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
            "421",
        ),
        (
            format!("GET /feeds/good.ics HTTP/1.1\r\nHost : {host}\r\n\r\n"),
            "400",
        ),
        (
            format!(
                "GET /feeds/good.ics HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\
                 Content-Length: 5\r\n\r\n0\r\n\r\n"
            ),
            "",
        ),
        (
            format!("POST /feeds/good.ics HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"),
            "405",
        ),
    ] {
        let mut connection = scene.connect();
        connection.send(&request);
        let answer = connection.answer().status;
        assert!(answer.contains(status), "{request}: {answer}");
    }
}
