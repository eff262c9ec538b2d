//! Real calendar programs subscribe to the real program: what a person sees after the next poll.

use crate::support::clients::{Row, Subscription, evolution, khal, libical_complaints};
use crate::support::server::{Server, cli};
use crate::support::shared;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

const DEFAULT: &str = "/feeds/forest.ics?past=all";
const STANDARD: &str = "/feeds/forest.ics?for=standard&past=all";
const FORMS: [&str; 5] = [
    "",
    "?for=standard",
    "?for=apple",
    "?for=google",
    "?for=outlook",
];

#[test]
fn khal_shows_add_edit_cancel_and_delete_within_one_poll() {
    changes_show_within_one_poll(khal, |row| Row {
        end: if row.end.len() == 8 {
            day_before(&row.end)
        } else {
            row.end
        },
        uid: "-".to_owned(),
        ..row
    });
}

#[test]
fn evolution_shows_add_edit_cancel_and_delete_within_one_poll() {
    changes_show_within_one_poll(evolution, |row| row);
}

#[test]
fn libical_strict_accepts_every_form_of_every_demo_calendar() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let slugs = linked_calendars(&server.get("/").text());
    assert!(slugs.len() >= 12, "the home page links to {slugs:?}");
    let complaints: Vec<String> = slugs
        .iter()
        .flat_map(|slug| FORMS.map(|form| format!("/feeds/{slug}.ics{form}")))
        .filter_map(|target| {
            let feed = server.get(&target);
            assert_eq!(feed.status, 200, "{target}");
            libical_complaints(&shared, &feed.body).map(|said| format!("{target}: {said}"))
        })
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

type Poll = fn(&Path, &Subscription, &str, &str) -> Vec<Row>;

/// Given a calendar that a client has polled, when its file is imported again with one event moved,
/// one called off, one gone and one new, then the next poll shows exactly that, in both forms.
fn changes_show_within_one_poll(poll: Poll, as_client_shows: fn(Row) -> Row) {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a data folder");
    let server = Server::start(&data, &[]);
    let poll_both = || {
        let one = |form: &str, target: &str| {
            let state = folder.path().join(form);
            let url = server.url(target);
            let feed = Subscription {
                url: &url,
                state: &state,
            };
            normalised(poll(&shared, &feed, "2027-01-01", "2028-01-01"))
        };
        thread::scope(|scope| {
            let standard = scope.spawn(|| one("standard", STANDARD));
            (
                one("default", DEFAULT),
                standard.join().expect("the standard form is polled"),
            )
        })
    };
    let shown = |events: &[[&str; 5]]| {
        normalised(
            events
                .iter()
                .map(|event| as_client_shows(row(event)))
                .collect(),
        )
    };

    import(&data, folder.path(), &before());
    server.get_until(DEFAULT, Duration::from_secs(5), |feed| feed.status == 200);
    let expected = shown(&[&KEPT[..], &FIRST[..]].concat());
    assert_eq!(poll_both(), (expected.clone(), expected), "the first poll");

    import(&data, folder.path(), &after());
    server.get_until(DEFAULT, Duration::from_secs(5), |feed| {
        feed.text().contains("added@forest")
    });
    let (default, standard) = poll_both();
    assert_eq!(
        default,
        shown(&[&KEPT[..], &THEN[..], &[OFF_BY_TITLE]].concat()),
        "default form"
    );
    assert_eq!(
        standard,
        shown(&[&KEPT[..], &THEN[..], &[OFF_BY_STATUS]].concat()),
        "standard form"
    );
}

fn import(data: &Path, folder: &Path, calendar: &str) {
    let file = folder.join("forest.ics").display().to_string();
    fs::write(&file, calendar).expect("the file is written");
    let data = data.display().to_string();
    let words = [
        "import",
        &file,
        "--calendar",
        "forest",
        "--title",
        "이끼숲 마을",
        "--data-dir",
        &data,
    ];
    let done = cli(&words);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
}

/// Sorted, and without the difference between no status and CONFIRMED (RFC 5545 gives it no
/// meaning of its own).
fn normalised(mut rows: Vec<Row>) -> Vec<Row> {
    for row in &mut rows {
        if row.status.is_empty() {
            "CONFIRMED".clone_into(&mut row.status);
        }
    }
    rows.sort();
    rows
}

fn row([start, end, status, uid, summary]: &[&str; 5]) -> Row {
    Row {
        start: (*start).to_owned(),
        end: (*end).to_owned(),
        status: (*status).to_owned(),
        uid: (*uid).to_owned(),
        summary: (*summary).to_owned(),
    }
}

fn day_before(day: &str) -> String {
    let day = jiff::civil::Date::strptime("%Y%m%d", day).expect("a day");
    day.yesterday()
        .expect("not the first day of all")
        .strftime("%Y%m%d")
        .to_string()
}

/// The slugs, as they stand in addresses, of the calendars that a page links to.
fn linked_calendars(page: &str) -> BTreeSet<String> {
    let links = page.split("/calendars/").skip(1);
    let slugs = links.filter_map(|rest| rest.split(['"', '/', '?', '#', '&', '<']).next());
    slugs
        .filter(|slug| !slug.is_empty())
        .map(str::to_owned)
        .collect()
}

/// In both versions of the file: weekly meetings with one left out, and whole days.
const KEPT: [[&str; 5]; 3] = [
    [
        "20270401T000000Z",
        "20270401T010000Z",
        "CONFIRMED",
        "weekly@forest",
        "이끼숲 주간 모임",
    ],
    [
        "20270415T000000Z",
        "20270415T010000Z",
        "CONFIRMED",
        "weekly@forest",
        "이끼숲 주간 모임",
    ],
    [
        "20270410",
        "20270412",
        "CONFIRMED",
        "days@forest",
        "달팽이 느린 축제",
    ],
];
const FIRST: [[&str; 5]; 3] = [
    [
        "20270306T010000Z",
        "20270306T030000Z",
        "CONFIRMED",
        "moved@forest",
        "도토리 축구단 연습",
    ],
    [
        "20270313T100000Z",
        "20270313T120000Z",
        "CONFIRMED",
        "off@forest",
        "밤나무 골짜기 음악회",
    ],
    [
        "20270320T020000Z",
        "20270320T040000Z",
        "CONFIRMED",
        "removed@forest",
        "안개섬 벼룩시장",
    ],
];
const THEN: [[&str; 5]; 2] = [
    [
        "20270307T050000Z",
        "20270307T070000Z",
        "CONFIRMED",
        "moved@forest",
        "도토리 축구단 연습",
    ],
    [
        "20270501T060000Z",
        "20270501T080000Z",
        "CONFIRMED",
        "added@forest",
        "이끼숲 낭독회",
    ],
];
const OFF_BY_TITLE: [&str; 5] = [
    "20270313T100000Z",
    "20270313T120000Z",
    "CONFIRMED",
    "off@forest",
    "[취소] 밤나무 골짜기 음악회",
];
const OFF_BY_STATUS: [&str; 5] = [
    "20270313T100000Z",
    "20270313T120000Z",
    "CANCELLED",
    "off@forest",
    "밤나무 골짜기 음악회",
];

fn before() -> String {
    calendar(&[
        seoul(
            "moved",
            "20270306T100000",
            "20270306T120000",
            "도토리 축구단 연습",
        ),
        seoul(
            "off",
            "20270313T190000",
            "20270313T210000",
            "밤나무 골짜기 음악회",
        ),
        seoul(
            "removed",
            "20270320T110000",
            "20270320T130000",
            "안개섬 벼룩시장",
        ),
    ])
}

/// Neither DTSTAMP nor SEQUENCE moves in the file: telling clients of a change is the server's part.
fn after() -> String {
    calendar(&[
        seoul(
            "moved",
            "20270307T140000",
            "20270307T160000",
            "도토리 축구단 연습",
        ),
        seoul(
            "off",
            "20270313T190000",
            "20270313T210000",
            "밤나무 골짜기 음악회",
        ) + "STATUS:CANCELLED\r\n",
        seoul(
            "added",
            "20270501T150000",
            "20270501T170000",
            "이끼숲 낭독회",
        ),
    ])
}

fn calendar(changing: &[String]) -> String {
    let weekly = seoul(
        "weekly",
        "20270401T090000",
        "20270401T100000",
        "이끼숲 주간 모임",
    ) + "RRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;TZID=Asia/Seoul:20270408T090000\r\n";
    let days = "UID:days@forest\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20270410\r\n\
                DTEND;VALUE=DATE:20270412\r\nSUMMARY:달팽이 느린 축제\r\n";
    let events: String = [weekly.as_str(), days]
        .into_iter()
        .chain(changing.iter().map(String::as_str))
        .map(|event| format!("BEGIN:VEVENT\r\n{event}END:VEVENT\r\n"))
        .collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//forest//KO\r\n{events}END:VCALENDAR\r\n")
}

fn seoul(uid: &str, start: &str, end: &str, title: &str) -> String {
    format!(
        "UID:{uid}@forest\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Asia/Seoul:{start}\r\n\
         DTEND;TZID=Asia/Seoul:{end}\r\nSUMMARY:{title}\r\n"
    )
}
