//! `kill -9` at random moments: the feed is always the old or the new one, and nothing that was
//! acknowledged is lost.

use crate::support::http::Response;
use crate::support::server::{Server, cli, program};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

const GAMES: usize = 300;
const FEED: &str = "/feeds/season.ics?past=all";

/// A season in which every title carries the edition, so that a mixture is seen.
fn season(edition: usize) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//KO\r\n");
    for game in 0..GAMES {
        let (month, day) = (1 + game / 28 % 12, 1 + game % 28);
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:g{game}\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART;TZID=Asia/Seoul:2027{month:02}{day:02}T183000\r\nSUMMARY:판 {edition} 끝\r\n\
             END:VEVENT\r\n"
        );
    }
    text + "END:VCALENDAR\r\n"
}

/// The one edition that a feed shows; fails the test when it is torn or mixed.
fn edition(feed: &str) -> usize {
    assert!(feed.starts_with("BEGIN:VCALENDAR\r\n") && feed.ends_with("END:VCALENDAR\r\n"));
    let mut editions: Vec<usize> = feed
        .lines()
        .filter_map(|line| {
            line.strip_prefix("SUMMARY:판 ")?
                .strip_suffix(" 끝")?
                .parse()
                .ok()
        })
        .collect();
    assert_eq!(editions.len(), GAMES, "every game is there");
    editions.dedup();
    assert_eq!(editions.len(), 1, "one edition: {editions:?}");
    editions[0]
}

/// Steps of a linear congruential generator: the same moments in every run.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below_ms: u64) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis((self.0 >> 33) % below_ms)
    }
}

fn import_arguments<'a>(file: &'a str, data: &'a str) -> [&'a str; 6] {
    ["import", file, "--calendar", "season", "--data-dir", data]
}

/// Imports an edition and kills the command after a while. True when it had said that it is done.
fn import_killed(data: &str, file: &str, after: Duration) -> bool {
    let mut child = program()
        .args(import_arguments(file, data))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("almanac starts");
    let start = Instant::now();
    while start.elapsed() < after && child.try_wait().expect("it can be waited for").is_none() {
        sleep(Duration::from_millis(1));
    }
    let _already_ended = child.kill();
    let output = child.wait_with_output().expect("it has ended");
    String::from_utf8_lossy(&output.stdout).contains("updated ")
}

fn written(folder: &Path, number: usize) -> String {
    let file = folder.join("season.ics");
    std::fs::write(&file, season(number)).expect("the file is written");
    file.display().to_string()
}

#[test]
fn an_import_killed_at_any_moment_leaves_the_old_feed_or_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let file = written(folder.path(), 0);
    let done = cli(&import_arguments(&file, &data));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let server = Server::start(Path::new(&data), &[]);
    // How long a whole import takes here: the kills are spread over that time and a bit more.
    let start = Instant::now();
    assert_eq!(
        cli(&import_arguments(&written(folder.path(), 1), &data)).code,
        0
    );
    let whole = u64::try_from(start.elapsed().as_millis()).unwrap_or(1_000) + 20;
    let mut moments = Moments(7);
    let (mut acknowledged, mut finished) = (1, 0);
    for number in 2..27 {
        let file = written(folder.path(), number);
        let told = import_killed(&data, &file, moments.next(whole));
        if told {
            acknowledged = number;
            finished += 1;
        }
        // What was acknowledged is seen within a second; of what was not, the old or the new.
        let limit = Duration::from_secs(2);
        let current = |answer: &Response| edition(&answer.text()) >= acknowledged;
        let seen = edition(&server.get_until(FEED, limit, current).text());
        assert!(
            (acknowledged..=number).contains(&seen),
            "{seen}: {acknowledged} to {number}"
        );
        acknowledged = seen;
    }
    assert!(finished < 25, "no import was killed in time");
    let check = cli(&["doctor", "--data-dir", &data]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

#[test]
fn a_server_killed_at_any_moment_comes_back_with_everything_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    assert_eq!(
        cli(&import_arguments(&written(folder.path(), 0), &data)).code,
        0
    );
    let mut moments = Moments(11);
    for number in 1..26 {
        let server = Server::start(Path::new(&data), &[]);
        assert_eq!(edition(&server.get(FEED).text()), number - 1);
        let file = written(folder.path(), number);
        let arguments = import_arguments(&file, &data).map(str::to_owned);
        let importing =
            std::thread::spawn(move || cli(&arguments.each_ref().map(String::as_str)).code);
        sleep(moments.next(300));
        server.kill9();
        assert_eq!(importing.join().expect("the import ends"), 0);
    }
    let server = Server::start(Path::new(&data), &[]);
    assert_eq!(edition(&server.get(FEED).text()), 25);
}
