//! The server's edge under abuse (security cases E11, E16), and hostile files beside a running
//! server (B1 to B4, B6, B7, B9, B13, B18): refused in bounded time and memory, the feed untouched.

use crate::support::http::Request;
use crate::support::server::{Finished, Server, program};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const GOOD: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//KO\r\nBEGIN:VEVENT\r\nUID:a\r\n\
    DTSTAMP:20260101T000000Z\r\nDTSTART:20270405T093000Z\r\nSUMMARY:하늘 대 바다\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

/// Far more than an answer takes, far less than a stalled server's: the machine under test has two
/// cores and runs other tests too.
const PROMPT: Duration = Duration::from_secs(2);

struct Scene {
    folder: tempfile::TempDir,
    server: Server,
    feed: Vec<u8>,
}

impl Scene {
    /// A server with one good calendar, `good`.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("a data folder");
        let server = Server::start(&data, &[]);
        let mut scene = Self {
            folder,
            server,
            feed: Vec::new(),
        };
        let done = scene.import("good.ics", GOOD.as_bytes());
        assert_eq!(done.finished.code, 0, "{}", done.finished.stderr);
        let seen = |answer: &crate::support::http::Response| answer.status == 200;
        scene.feed = scene
            .server
            .get_until("/feeds/good.ics", Duration::from_secs(5), seen)
            .body;
        scene
    }

    fn import(&self, name: &str, content: &[u8]) -> Import {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).expect("the file is written");
        self.import_file(&file)
    }

    fn import_file(&self, file: &Path) -> Import {
        let data = self.folder.path().join("data");
        let mut child = program()
            .args([
                "import",
                &file.display().to_string(),
                "--calendar",
                "good",
                "--data-dir",
            ])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("almanac starts");
        let start = Instant::now();
        let status = format!("/proc/{}/status", child.id());
        let mut peak_kib = 0;
        while child.try_wait().expect("it can be waited for").is_none() {
            peak_kib = peak_kib.max(high_water_kib(&status));
            std::thread::sleep(Duration::from_millis(2));
        }
        let took = start.elapsed();
        let output = child.wait_with_output().expect("it has ended");
        Import {
            finished: Finished {
                code: output.status.code().unwrap_or(-1),
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            },
            took,
            peak_kib,
        }
    }

    /// The file is refused with one line that holds the word, in bounded time and memory, and
    /// the feed is what it was.
    fn refuses(&self, name: &str, content: &[u8], word: &str) {
        let import = self.import(name, content);
        import.is_refused(word);
        self.feed_is_untouched();
    }

    fn feed_is_untouched(&self) {
        assert_eq!(self.server.get("/feeds/good.ics").body, self.feed);
    }
}

struct Import {
    finished: Finished,
    took: Duration,
    peak_kib: u64,
}

impl Import {
    fn is_refused(&self, word: &str) {
        let Finished { code, stderr, .. } = &self.finished;
        assert_eq!(*code, 1, "{stderr}");
        assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
        assert!(stderr.contains(word), "{stderr}");
        self.is_bounded();
    }

    /// Far below what an unbounded reader takes; the build under test is not an optimised one.
    fn is_bounded(&self) {
        assert!(self.took < Duration::from_secs(10), "{:?}", self.took);
        assert!(self.peak_kib < 400 << 10, "{} KiB", self.peak_kib);
    }
}

fn high_water_kib(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

fn with_event(lines: &str) -> String {
    GOOD.replace("SUMMARY:", &format!("{lines}SUMMARY:"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

#[test]
fn b1_b2_compressed_files_are_refused_unopened() {
    let scene = Scene::new();
    let bomb = gzip(&vec![b'A'; 100 << 20]);
    scene.refuses("bomb.ics", &bomb, "VCALENDAR");
    scene.refuses("twice.ics", &gzip(&bomb), "VCALENDAR");
}

#[test]
fn b3_a_file_cut_off_anywhere_is_refused_whole() {
    let scene = Scene::new();
    for cut in [16, 60, 100, GOOD.len() - 30, GOOD.len() - 16] {
        scene.refuses("cut.ics", &GOOD.as_bytes()[..cut], "");
    }
}

#[test]
fn b4_a_source_that_drips_does_not_disturb_the_feeds() {
    let scene = Scene::new();
    let data = scene.folder.path().join("data");
    let mut child = program()
        .args(["import", "-", "--calendar", "good", "--data-dir"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("almanac starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    for byte in GOOD.as_bytes().iter().take(20) {
        stdin.write_all(&[*byte]).expect("it reads");
        let start = Instant::now();
        scene.feed_is_untouched();
        assert!(start.elapsed() < PROMPT);
    }
    drop(stdin);
    let output = child.wait_with_output().expect("it has ended");
    assert_eq!(output.status.code(), Some(1));
    scene.feed_is_untouched();
}

#[test]
fn b5_nesting_bombs_are_refused() {
    let scene = Scene::new();
    for depth in [1_400, 100_000] {
        scene.refuses("deep.ics", "BEGIN:VEVENT\r\n".repeat(depth).as_bytes(), "");
        let inside = format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:VEVENT\r\n".repeat(depth));
        scene.refuses("deep.ics", inside.as_bytes(), "");
    }
}

#[test]
fn b6_endless_lines_are_refused_or_skipped_in_bounded_time() {
    let scene = Scene::new();
    let huge = scene.folder.path().join("huge.ics");
    let file = std::fs::File::create(&huge).expect("the file is made");
    file.set_len(200 << 20).expect("a 200 MB line");
    scene.import_file(&huge).is_refused("64 MiB");
    scene.feed_is_untouched();
    for long in ["x".repeat(8 << 20), "x\r\n ".repeat(2 << 20)] {
        let two = GOOD.replace(
            "END:VCALENDAR",
            &format!(
                "BEGIN:VEVENT\r\nUID:long\r\nDTSTART:20270406T093000Z\r\nSUMMARY:{long}\r\n\
                 END:VEVENT\r\nEND:VCALENDAR"
            ),
        );
        let import = scene.import("long.ics", two.as_bytes());
        import.is_bounded();
        assert_eq!(import.finished.code, 0, "{}", import.finished.stderr);
        assert!(
            import
                .finished
                .stdout
                .contains("unchanged 1, cancelled 0, skipped 1")
        );
        assert!(
            import.finished.stdout.contains("KiB"),
            "{}",
            import.finished.stdout
        );
    }
    scene.feed_is_untouched();
}

#[test]
fn b7_too_many_entries_are_refused() {
    let scene = Scene::new();
    let one = "BEGIN:VEVENT\r\nDTSTART:20270406T093000Z\r\nEND:VEVENT\r\n";
    let many = format!(
        "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n",
        one.repeat(100_001)
    );
    scene.refuses("many.ics", many.as_bytes(), "100000");
}

#[test]
fn b9_b12_rules_beyond_reason_are_named_and_skipped() {
    let scene = Scene::new();
    for rule in [
        "FREQ=SECONDLY;COUNT=2000000000",
        "FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;INTERVAL=99999999999999999999",
        "FREQ=HOURLY;UNTIL=99991231T000000Z",
    ] {
        let file = with_event(&format!("RRULE:{rule}\r\n"));
        let import = scene.import("rule.ics", file.as_bytes());
        import.is_bounded();
        assert!(
            import.finished.stdout.contains("skipped 1"),
            "{rule}: {}",
            import.finished.stdout
        );
        assert!(
            import.finished.stdout.starts_with("line 4: "),
            "{}",
            import.finished.stdout
        );
    }
    scene.feed_is_untouched();
}

#[test]
fn b13_years_beyond_the_calendar_are_named_and_never_moved() {
    let scene = Scene::new();
    for year in ["0001", "1601", "2200", "9999"] {
        let file = GOOD.replace("20270405", &format!("{year}0405"));
        let import = scene.import("year.ics", file.as_bytes());
        let number = year.trim_start_matches('0');
        assert!(
            import.finished.stdout.contains(number),
            "{}",
            import.finished.stdout
        );
        assert!(import.finished.stdout.contains("skipped 1, removed 0"));
    }
    scene.feed_is_untouched();
}

#[test]
fn b18_a_page_an_empty_file_and_an_empty_calendar_are_not_a_deletion() {
    let scene = Scene::new();
    scene.refuses(
        "page.ics",
        b"<!doctype html><html><title>Sign in</title>",
        "web page",
    );
    scene.refuses("empty.ics", b"", "empty");
    scene.refuses("blank.ics", b" \r\n\r\n", "empty");
    scene.refuses(
        "none.ics",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
        "--allow-removals",
    );
    scene.refuses("error.json", b"{\"error\":\"down\"}", "JSON");
    scene.refuses("table.csv", b"a,b\n", "one row per event");
    scene.refuses("absent.json", b"[]", "--allow-removals");
}

#[test]
fn e11_large_bodies_and_heads_are_refused() {
    let scene = Scene::new();
    // Only announced: the server says no before the body is sent.
    let mut stream = TcpStream::connect(scene.server.address()).expect("a connection");
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        (1 << 20) + 1
    );
    stream
        .write_all(head.as_bytes())
        .expect("it takes the head");
    let mut said = [0; 12];
    stream.read_exact(&mut said).expect("an answer");
    assert_eq!(&said, b"HTTP/1.1 413");
    let many = (0..200).fold(Request::new("GET", "/"), |r, n| {
        r.header(&format!("X-{n}"), "1")
    });
    assert_eq!(scene.server.send(&many).status, 431);
    let long = Request::new("GET", "/").header("X-Long", &"x".repeat(64 << 10));
    assert_eq!(scene.server.send(&long).status, 431);
    scene.feed_is_untouched();
}

#[test]
fn e11_slow_heads_and_idle_connections_do_not_keep_others_waiting() {
    let scene = Scene::new();
    let connect = || TcpStream::connect(scene.server.address()).expect("a connection");
    let idle: Vec<TcpStream> = (0..500).map(|_| connect()).collect();
    let mut slow = connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .expect("it takes the beginning");
    // One byte after another is no head either.
    let mut drip = connect();
    let dripping = std::thread::spawn(move || {
        let begun = Instant::now();
        let mut sent = drip.write_all(b"GET /feeds/good.ics HTTP/1.1\r\nX-Slow: ");
        while sent.is_ok() && begun.elapsed() < Duration::from_secs(28) {
            std::thread::sleep(Duration::from_millis(500));
            sent = drip.write_all(b"x");
        }
        sent
    });
    for _ in 0..20 {
        let start = Instant::now();
        scene.feed_is_untouched();
        assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    }
    slow.set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a time limit");
    let mut said = Vec::new();
    let ended = slow.read_to_end(&mut said);
    assert!(
        ended.is_ok(),
        "the server ends a head that never comes: {ended:?}"
    );
    let dripped = dripping.join().expect("it came to an end");
    assert!(dripped.is_err(), "the server ends a head that only drips");
    drop(idle);
}

/// HTTP/2 without TLS: the preface, an empty SETTINGS, then frames by hand (RFC 9113 §4.1).
fn h2_frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len())
        .expect("a short frame")
        .to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

fn h2_flood(scene: &Scene, frames: impl Iterator<Item = Vec<u8>>) {
    let mut stream = TcpStream::connect(scene.server.address()).expect("a connection");
    stream
        .set_write_timeout(Some(Duration::from_secs(5)))
        .expect("a time limit");
    let mut start = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    start.extend(h2_frame(4, 0, 0, &[]));
    stream.write_all(&start).expect("the preface");
    for frame in frames {
        // The server may well have had enough before all is said.
        if stream.write_all(&frame).is_err() {
            break;
        }
    }
    let start = Instant::now();
    scene.feed_is_untouched();
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
}

#[test]
fn e11_http2_rapid_reset_and_empty_data_floods_are_survived() {
    let scene = Scene::new();
    // :method GET, :path /, :scheme http, each by its index in HPACK's static table.
    let get = [0x82, 0x84, 0x86];
    let resets = (0..20_000u32).flat_map(|n| {
        let stream = 2 * n + 1;
        [
            h2_frame(1, 5, stream, &get),
            h2_frame(3, 0, stream, &8u32.to_be_bytes()),
        ]
    });
    h2_flood(&scene, resets);
    // :method POST and a body that never gets anywhere.
    let post = h2_frame(1, 4, 1, &[0x83, 0x84, 0x86]);
    h2_flood(
        &scene,
        std::iter::once(post).chain((0..50_000).map(|_| h2_frame(0, 0, 1, &[]))),
    );
}
