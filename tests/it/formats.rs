//! The formats of one feed, read back by programs that are not ours: JSON Feed, RSS and Atom say the
//! same, jCal and JSCalendar have the instances of the iCalendar file.

use crate::support::clients::python;
use crate::support::shared;
use domain::calendar::{Attribution, Calendar, CalendarProfile, Color, Slug, Visibility};
use domain::event::{Event, EventBody, Geo, Link, LinkKind, Occurrence, Status, WebAddress};
use domain::id::{CalendarId, EventId, PublicId};
use domain::news::{Difference, News};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::tag::Tag;
use domain::text::{Lang, Text};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use feeds::{FeedQuery, Format};
use ical::read::{ReadOptions, decode};
use jiff::civil::{DateTime, date, datetime};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const BASE: &str = "https://almanac.example";

/// What XML and HTML would take for their own.
const HOSTILE: &str = "]]> <!-- </title> &amp;lt; &#0; \"'<br> <script>alert(1)</script>";

fn calendar() -> Calendar {
    Calendar {
        id: CalendarId(Default::default()),
        public_id: PublicId::from_bits(1),
        profile: CalendarProfile {
            slug: Slug::parse("moss").unwrap(),
            title: Text::new(Lang::KO, "이끼숲 <모임> & ]]>"),
            description: Text::new(Lang::KO, HOSTILE),
            category: Slug::parse("clubs").unwrap(),
            color: Color::for_name("moss"),
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: Some(Attribution {
                name: "협회 <&>".to_owned(),
                licence: Some("CC-BY-4.0".to_owned()),
                address: WebAddress::parse("https://moss.example/?a=1&b=2"),
            }),
            sample: true,
        },
        visibility: Visibility::Public,
        revision: 9,
        modified: "2026-11-21T00:00:00Z".parse().unwrap(),
        as_of: date(2026, 11, 16),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}

fn says(time: EventTime) -> Occurrence {
    let title = Text::new(Lang::KO, "달팽이 경주").with(Lang::EN, "Snail race");
    Occurrence::new(title, time)
}

fn at(day: i8, hour: i8) -> DateTime {
    datetime(2027, 4, day, hour, 0, 0, 0)
}

fn zoned(zone: &str, start: DateTime, end: DateTime) -> EventTime {
    EventTime::zoned(start, Some(end), Zone::parse(zone).unwrap())
}

/// Every text hostile, every field there, and news.
fn hostile() -> Occurrence {
    let text = || Text::new(Lang::KO, format!("하나 {HOSTILE}")).with(Lang::EN, HOSTILE);
    let mut what = says(zoned("Asia/Seoul", at(5, 18), at(5, 21)));
    what.title = text();
    what.description = Text::new(Lang::KO, format!("{HOSTILE}\n둘째; 줄,\n\\n"));
    what.place.name = text();
    what.place.geo = Geo::from_degrees(-35.5, 129.000_001);
    what.url = WebAddress::parse("https://moss.example/?a=1&b=%3C2%3E");
    what.links = vec![Link {
        kind: LinkKind::Tickets,
        address: WebAddress::parse("https://tickets.example/a;b,c?d=1&e=2").unwrap(),
    }];
    what.tags = vec![
        Tag {
            key: "home".to_owned(),
            label: text(),
        },
        Tag::from_label("홈, 경기", Lang::KO).unwrap(),
    ];
    what.result = Text::new(Lang::KO, "5 < 3 & ]]>");
    what
}

/// A series with an extra date, one with an end of its own, an exception, and instances that are
/// moved, called off, of a whole day.
fn weekly(zone: &str, rule: &str, day: i8) -> EventBody {
    let main = says(zoned(zone, at(day, 9), at(day, 10)));
    let changed = |after: i8, change: &dyn Fn(&mut Occurrence)| {
        let mut instead = main.clone();
        instead.time = zoned(zone, at(day + after, 9), at(day + after, 10));
        change(&mut instead);
        Override {
            at: RecurrenceId::Local(at(day + after, 9)),
            instead,
        }
    };
    let overrides = vec![
        changed(7, &|what| {
            what.time = zoned("Europe/Paris", at(9, 14), at(9, 16))
        }),
        changed(14, &|what| what.status = Status::Cancelled),
        changed(21, &|what| {
            what.time = EventTime::DateOnly {
                date: date(2027, 5, 1),
            };
            what.status = Status::Postponed;
        }),
    ];
    let extra = |after, end| ExtraDate {
        start: RecurrenceId::Local(at(day + after, 9)),
        end,
    };
    let extra = vec![extra(2, None), extra(3, Some(at(day + 3, 12)))];
    let series = Some(Series {
        rules: vec![rule.parse().unwrap()],
        extra,
        except: vec![RecurrenceId::Local(at(day + 28, 9))],
        overrides,
    });
    EventBody { main, series }
}

fn events() -> Vec<Event> {
    let day = |day| date(2027, 4, day);
    let repeats = |time, rule: &str| {
        let series = Series {
            rules: vec![rule.parse().unwrap()],
            ..Series::default()
        };
        EventBody {
            main: says(time),
            series: Some(series),
        }
    };
    let second = EventTime::Zoned(Zoned {
        start: WallTime {
            at: datetime(2026, 11, 1, 1, 30, 0, 0),
            second: true,
        },
        end: Some(WallTime::new(datetime(2026, 11, 1, 3, 0, 0, 0))),
        zone: Zone::parse("America/New_York").unwrap(),
    });
    let floating = EventTime::Floating {
        start: at(1, 22),
        end: Some(at(2, 6)),
    };
    let (first, last) = (day(10), day(12));
    let mut off = says(EventTime::AllDay { first, last });
    off.status = Status::Cancelled;
    let mut put_off = says(zoned("+09:00", at(8, 9), at(8, 10)));
    put_off.status = Status::Postponed;
    let was = Some((first, last));
    let mut days = repeats(EventTime::day(day(1)), "FREQ=DAILY;UNTIL=20270409");
    if let Some(series) = &mut days.series {
        series.except = vec![RecurrenceId::Date(day(3))];
        series.overrides = vec![Override {
            at: RecurrenceId::Date(day(4)),
            instead: says(EventTime::day(date(2027, 5, 2))),
        }];
    }
    let bodies: Vec<EventBody> = vec![
        hostile().into(),
        says(zoned("UTC", at(1, 9), at(2, 9))).into(),
        says(second).into(),
        says(floating).into(),
        off.into(),
        put_off.into(),
        says(EventTime::DateOnly { date: day(9) }).into(),
        says(EventTime::Window { first, last }).into(),
        says(EventTime::Undecided { was }).into(),
        says(EventTime::Undecided { was: None }).into(),
        days,
        weekly("Asia/Seoul", "FREQ=WEEKLY;COUNT=6;BYDAY=TH", 1),
        weekly("America/New_York", "FREQ=WEEKLY;UNTIL=20270601T130000Z", 2),
        repeats(
            zoned("+05:30", at(1, 2), at(1, 3)),
            "FREQ=MONTHLY;BYDAY=-1FR,1TH;COUNT=9",
        ),
        repeats(
            zoned("+09:00", at(1, 2), at(1, 3)),
            "FREQ=DAILY;INTERVAL=3;UNTIL=20270420",
        ),
        // The second Thursday of March lies after the clocks are put forward, that of November
        // after they are put back.
        repeats(
            zoned("America/New_York", at(8, 9), at(8, 10)),
            "FREQ=MONTHLY;BYDAY=2TH",
        ),
        repeats(
            zoned("Europe/London", at(1, 9), at(1, 10)),
            "FREQ=YEARLY;BYMONTH=4,11;BYDAY=TH;BYSETPOS=1,-1;COUNT=7",
        ),
        repeats(
            EventTime::day(day(1)),
            "FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=1;BYMONTH=4",
        ),
    ];
    let made = |(number, body): (usize, EventBody)| {
        let seconds = jiff::SignedDuration::from_secs((number as i64 * 7) % 5);
        let created: jiff::Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let time = body.main.time.clone();
        Event {
            id: EventId(Default::default()),
            public_id: PublicId::from_bits(number as u128 + 100),
            uid: format!("{number}@moss.example"),
            version: 1,
            sequence: number as i64,
            created,
            modified: created + seconds,
            body,
            news: vec![News {
                at: created,
                source: Some(HOSTILE.to_owned()),
                instance: None,
                changes: vec![
                    Difference::Time {
                        was: EventTime::day(date(2027, 3, 1)),
                        is: time,
                    },
                    Difference::Place {
                        was: Text::new(Lang::KO, HOSTILE),
                        is: Text::none(),
                    },
                ],
            }],
        }
    };
    bodies.into_iter().enumerate().map(made).collect()
}

fn write_formats(folder: &Path, events: &[Event]) {
    let calendar = calendar();
    let asked = |format| FeedQuery {
        format,
        ..FeedQuery::parse("for=standard&past=all&alarm=1d,30m").unwrap()
    };
    let rendered = |format| feeds::render(&calendar, events, &asked(format), BASE);
    let ics = rendered(Format::Ics);
    let jcal = feeds::formats::jcal::from_ical(&ics);
    for (name, bytes) in [
        ("feed.ics", ics),
        ("feed.jcal", jcal),
        ("feed.jscalendar", rendered(Format::JsCalendar)),
        ("feed.json", rendered(Format::Json)),
        ("feed.rss", rendered(Format::Rss)),
        ("feed.atom", rendered(Format::Atom)),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/check.py")
}

#[test]
fn every_format_of_a_feed_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    write_formats(folder.path(), &events());
    let output = python()
        .arg(script())
        .arg(folder.path())
        .output()
        .expect("python starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let fault = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{fault}");
    let counts: serde_json::Value = serde_json::from_str(&said).unwrap();
    let all = events().len();
    assert_eq!(counts["entries"], all);
    // One has never had a day: news of it can be told, a calendar cannot show it.
    assert_eq!(counts["events"], all - 1);
    assert!(counts["instances"].as_u64() > Some(100), "{counts}");
}

/// Files whose instances Python's libraries see in another way than we do.
const OTHERWISE: [&str; 2] = [
    // SKIP (RFC 7529), which they do not know.
    "rfc_7529.ics",
    // UNTIL before DTSTART: they leave out the start itself, which RFC 8984 always counts in.
    "issue_117_until_before_dtstart.ics",
];
/// One file of so many is taken: all of them take minutes.
const ONE_IN: usize = 4;
/// Larger files take Python long and say nothing new.
const LARGEST: usize = 100_000;

fn ics_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            ics_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "ics") {
            found.push(path);
        }
    }
}

/// The events of a file; none where it cannot be read.
fn events_of(file: &Path) -> Vec<Event> {
    let bytes = fs::read(file).expect("a file of the corpora");
    if bytes.len() > LARGEST {
        return Vec::new();
    }
    let document = decode(&bytes, ReadOptions::new(Lang::KO));
    let drafts = document.map_or_else(|_| Vec::new(), |document| document.drafts);
    let at: jiff::Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let made = |(number, draft): (usize, domain::event::Draft)| Event {
        id: EventId(Default::default()),
        public_id: PublicId::from_bits(number as u128 + 100),
        uid: format!("{number}@corpus.example"),
        version: 1,
        sequence: draft.sequence,
        created: at,
        modified: at,
        body: draft.body,
        news: Vec::new(),
    };
    drafts.into_iter().enumerate().map(made).collect()
}

#[test]
fn every_format_of_the_corpora_says_the_same() {
    let Some(shared) = shared() else {
        return;
    };
    let mut files = Vec::new();
    ics_files(&shared.join("corpus"), &mut files);
    files.sort();
    files.retain(|file| !OTHERWISE.iter().any(|name| file.ends_with(name)));
    let folder = tempfile::tempdir().unwrap();
    let mut list = String::new();
    let mut taken = Vec::new();
    for (number, file) in files.into_iter().step_by(ONE_IN).enumerate() {
        let events = events_of(&file);
        if !events.is_empty() {
            let folder = folder.path().join(number.to_string());
            fs::create_dir(&folder).unwrap();
            write_formats(&folder, &events);
            list.push_str(&format!("{}\n", folder.display()));
            taken.push(file);
        }
    }
    assert!(taken.len() > 50, "{} files", taken.len());
    let mut child = python()
        .arg(script())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(list.as_bytes()).expect("python reads");
    drop(stdin);
    let output = child.wait_with_output().expect("python ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.lines().count(), taken.len(), "one answer per file");
    let faults: Vec<String> = said
        .lines()
        .zip(&taken)
        .filter(|(line, _)| line.contains("\"fault\""))
        .map(|(line, file)| format!("{}: {line}", file.display()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
