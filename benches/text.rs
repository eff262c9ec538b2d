//! Parse and render speed of iCalendar text, beside the icalendar crate, calcard and python's
//! icalendar, all in this one run; and the stages of an import of the same file.
//!
//!     cargo bench --bench text -- FILE.ics
//!
//! Medians of several rounds. The work is not equal: ours ends in checked domain events with
//! their zones resolved, icalendar keeps values as text, calcard types them while it parses.

#![expect(clippy::panic, reason = "a benchmark that cannot go on stops")]

use domain::event::{Draft, Event};
use domain::id::{EventId, PublicId};
use domain::text::{Lang, Text};
use domain::zone::Zone;
use feeds::{FeedQuery, Past};
use ical::write::Form;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn line(what: &str, bytes: usize, took: Duration) {
    let speed = bytes as f64 / took.as_secs_f64() / 1e6;
    let mut out = std::io::stdout();
    let _ = writeln!(
        out,
        "{what:<44} {:>9.1} ms {speed:>8.1} MB/s",
        took.as_secs_f64() * 1e3
    );
}

fn main() {
    let file = std::env::args().skip(1).find(|a| a.ends_with(".ics"));
    let text = match &file {
        Some(path) => std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}")),
        None => sample(5_000),
    };
    let drafts = parse(&text);
    render(&text, &drafts);
    if let Some(path) = file {
        python(&path, text.len());
    }
}

/// A file like those of schools and clubs, where none is given.
fn sample(events: usize) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//KO\r\n");
    for n in 0..events {
        let (month, day) = (1 + n % 12, 1 + n % 28);
        text += &format!(
            "BEGIN:VEVENT\r\nUID:bench-{n}\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART;TZID=Asia/Seoul:2026{month:02}{day:02}T183000\r\n\
             DTEND;TZID=Asia/Seoul:2026{month:02}{day:02}T213000\r\n\
             SUMMARY:하늘구단 대 바다구단 {n}차전\r\nLOCATION:하늘구장\r\n\
             DESCRIPTION:선발과 중계는 당일 오전에 알려 드려요\\, 비가 오면 \r\n 연기돼요.\r\n\
             CATEGORIES:홈\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n"
        );
    }
    text + "END:VCALENDAR\r\n"
}

fn parse(text: &str) -> Vec<Draft> {
    let bytes = text.as_bytes();
    let read = || ical::read::decode(bytes, ical::read::ReadOptions::new(Lang::KO));
    let drafts = read().unwrap_or_else(|e| panic!("{e}")).drafts;
    let ours = median(|| drop(black_box(read())));
    line("parse: almanac (to domain events)", bytes.len(), ours);
    let theirs = median(|| {
        let unfolded = icalendar::parser::unfold(text);
        drop(black_box(icalendar::parser::read_calendar(&unfolded)));
    });
    line("parse: icalendar (borrowed)", bytes.len(), theirs);
    let owned = median(|| drop(black_box(text.parse::<icalendar::Calendar>())));
    line("parse: icalendar (owned)", bytes.len(), owned);
    let calcard = median(|| drop(black_box(calcard::icalendar::ICalendar::parse(text))));
    line("parse: calcard", bytes.len(), calcard);
    drafts
}

fn render(text: &str, drafts: &[Draft]) {
    let now: jiff::Timestamp = "2026-11-22T03:00:00Z".parse().unwrap_or_default();
    let events: Vec<Event> = (1u128..)
        .zip(drafts)
        .map(|(n, draft)| Event {
            id: EventId(store::new_id()),
            public_id: PublicId::from_bits(n),
            uid: draft.uid.clone().unwrap_or_else(|| n.to_string()),
            version: 1,
            sequence: 0,
            created: now,
            modified: now,
            body: draft.body.clone(),
            news: Vec::new(),
        })
        .collect();
    let title = Text::new(Lang::KO, "하늘구단 일정");
    let profile = domain::calendar::CalendarProfile {
        slug: domain::calendar::Slug::parse("bench").unwrap_or_else(|e| panic!("{e}")),
        category: domain::calendar::Slug::parse("bench").unwrap_or_else(|e| panic!("{e}")),
        description: Text::none(),
        color: domain::calendar::Color::for_name("bench"),
        language: Lang::KO,
        zone: Zone::seoul(),
        url: None,
        attribution: None,
        sample: true,
        title,
    };
    let calendar = store::calendars::draft(profile, now);
    for (form, name) in [(Form::FailSafe, "fail-safe"), (Form::Standard, "standard")] {
        let asked = FeedQuery {
            form,
            past: Some(Past::All),
            ..FeedQuery::default()
        };
        let feed = || feeds::render(&calendar, &events, &asked, "https://almanac.example");
        let size = feed().len();
        line(
            &format!("render: almanac ({name})"),
            size,
            median(|| drop(black_box(feed()))),
        );
    }
    // Events alone, into a buffer that is there: what a form costs without what stands around it.
    for (form, name) in [(Form::FailSafe, "fail-safe"), (Form::Apple, "apple")] {
        let context = ical::write::Context {
            form,
            lang: Lang::KO,
            primary: Lang::KO,
            zone: &calendar.profile.zone,
            base_url: "https://almanac.example",
            refresh_minutes: 60,
            horizon: jiff::civil::date(2029, 1, 1),
            results: ical::write::Results::Shown,
            repeats: ical::write::Repeats::ByForm,
        };
        let mut out: Vec<u8> = Vec::new();
        let mut cuts = Vec::new();
        let mut used = ical::write::Used::default();
        let mut write = || {
            out.clear();
            cuts.clear();
            for event in &events {
                ical::write::event(&mut out, &mut used, &mut cuts, event, &context);
            }
            black_box(&out).len()
        };
        let size = write();
        line(
            &format!("render: almanac, events alone ({name})"),
            size,
            median(|| {
                black_box(write());
            }),
        );
    }
    if let Ok(calendar) = text.parse::<icalendar::Calendar>() {
        let size = calendar.to_string().len();
        line(
            "render: icalendar",
            size,
            median(|| drop(black_box(calendar.to_string()))),
        );
    }
    if let Ok(calendar) = calcard::icalendar::ICalendar::parse(text) {
        let size = calendar.to_string().len();
        line(
            "render: calcard",
            size,
            median(|| drop(black_box(calendar.to_string()))),
        );
    }
    let bodies: Vec<String> = events
        .iter()
        .filter_map(|e| serde_json::to_string(&e.body).ok())
        .collect();
    let size = bodies.iter().map(String::len).sum();
    let write = median(|| {
        for event in &events {
            drop(black_box(serde_json::to_string(&event.body)));
        }
    });
    line("store: bodies to JSON", size, write);
    let read = median(|| {
        for body in &bodies {
            drop(black_box(serde_json::from_str::<domain::event::EventBody>(
                body,
            )));
        }
    });
    line("store: bodies from JSON", size, read);
}

/// One round: it takes a hundred times as long.
fn python(path: &str, bytes: usize) {
    let script = "import sys,time,icalendar\n\
        data=open(sys.argv[1],'rb').read()\n\
        a=time.perf_counter(); c=icalendar.Calendar.from_ical(data)\n\
        b=time.perf_counter(); c.to_ical(); print(b-a, time.perf_counter()-b)";
    let python = std::env::var("ALMANAC_TEST_PYTHON").map(|venv| format!("{venv}/bin/python"));
    let python = python.unwrap_or_else(|_| "target/python/bin/python".to_owned());
    let output = std::process::Command::new(python)
        .args(["-c", script, path])
        .output();
    let said = output
        .map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
        .unwrap_or_default();
    let times: Vec<f64> = said
        .split_whitespace()
        .filter_map(|t| t.parse().ok())
        .collect();
    if let [parse, render] = times[..] {
        line(
            "parse: python icalendar",
            bytes,
            Duration::from_secs_f64(parse),
        );
        line(
            "render: python icalendar",
            bytes,
            Duration::from_secs_f64(render),
        );
    }
}
