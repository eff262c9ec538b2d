use super::*;
use crate::recur::Rule;
use crate::series::Series;
use crate::text::Lang;
use crate::time::WallTime;
use crate::zone::Zone;
use jiff::civil::{date, datetime};
use proptest::prelude::*;
use serde_json::json;

fn home() -> Home {
    Home {
        zone: Zone::seoul(),
        language: Lang::KO,
    }
}

fn new_york() -> Home {
    Home {
        zone: Zone::parse("America/New_York").unwrap(),
        language: Lang::EN,
    }
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn game() -> Occurrence {
    let time = EventTime::zoned(
        datetime(2027, 5, 1, 18, 30, 0, 0),
        Some(datetime(2027, 5, 1, 21, 30, 0, 0)),
        Zone::seoul(),
    );
    Occurrence::new(
        Text::new(Lang::KO, "롯데 vs 두산").with(Lang::EN, "Lotte v Doosan"),
        time,
    )
}

fn clock(start: DateTime, end: Option<DateTime>) -> EventTime {
    EventTime::zoned(start, end, Zone::seoul())
}

fn faults<T>(read: Result<T, Faults>) -> Vec<String> {
    read.err()
        .map(|faults| faults.into_keys().collect())
        .unwrap_or_default()
}

#[test]
fn a_new_event_is_read_in_the_calendar_s_zone_and_language() {
    let read = new_event(
        &map(json!({ "title": " 개막전\n", "start": "2027-05-01T18:30", "place": "잠실" })),
        &home(),
    );
    let body = read.unwrap();
    assert_eq!(body.main.title, Text::new(Lang::KO, "개막전"));
    assert_eq!(body.main.place.name, Text::new(Lang::KO, "잠실"));
    assert_eq!(
        body.main.time,
        clock(datetime(2027, 5, 1, 18, 30, 0, 0), None)
    );
    let read = new_event(&map(json!({})), &home());
    assert_eq!(faults(read), ["start", "title"]);
}

#[test]
fn every_way_to_say_when_is_understood() {
    let day = |n| date(2027, 5, n);
    let at = |h, m| datetime(2027, 5, 1, h, m, 0, 0);
    let days = |first, last| EventTime::AllDay {
        first: day(first),
        last: day(last),
    };
    for (said, want) in [
        (
            json!({ "start": "2027-05-01T17:00" }),
            clock(at(17, 0), Some(at(20, 0))),
        ),
        (
            json!({ "start": "2027-05-01 17:00:00" }),
            clock(at(17, 0), Some(at(20, 0))),
        ),
        (
            json!({ "start": "2027-05-01T08:00Z" }),
            clock(at(17, 0), Some(at(20, 0))),
        ),
        (
            json!({ "start": "2027-05-01T17:00:00+09:00" }),
            clock(at(17, 0), Some(at(20, 0))),
        ),
        (
            json!({ "start": "2027-05-01T17:00", "end": null }),
            clock(at(17, 0), None),
        ),
        (
            json!({ "end": "2027-05-01T22:00" }),
            clock(at(18, 30), Some(at(22, 0))),
        ),
        (json!({ "end": null }), clock(at(18, 30), None)),
        (
            json!({ "start": "2027-05-02" }),
            clock(
                datetime(2027, 5, 2, 18, 30, 0, 0),
                Some(datetime(2027, 5, 2, 21, 30, 0, 0)),
            ),
        ),
        (
            json!({ "start": "2027-05-02", "all_day": false }),
            EventTime::DateOnly { date: day(2) },
        ),
        (
            json!({ "start": "2027-05-02", "all_day": true }),
            days(2, 2),
        ),
        (json!({ "date": "2027-05-02" }), days(2, 2)),
        (
            json!({ "date": "2027-05-02", "end": "2027-05-05" }),
            days(2, 4),
        ),
        (json!({ "all_day": true }), days(1, 1)),
        (
            json!({ "start": "2027-05-02", "end": "2027-05-04" }),
            days(2, 3),
        ),
        (json!({}), game().time),
    ] {
        let read = correction(&map(said.clone()), &game(), &home());
        assert_eq!(read.map(|o| o.time), Ok(want), "{said}");
    }
    let mut whole = game();
    whole.time = days(1, 3);
    for (said, want) in [
        (json!({ "start": "2027-05-11" }), days(11, 13)),
        (json!({ "end": "2027-05-06" }), days(1, 5)),
        (
            json!({ "start": "2027-05-01T10:00" }),
            clock(at(10, 0), None),
        ),
    ] {
        let read = correction(&map(said.clone()), &whole, &home());
        assert_eq!(read.map(|o| o.time), Ok(want), "{said}");
    }
}

#[test]
fn what_cannot_be_is_refused_at_its_field() {
    for (said, field) in [
        (json!({ "start": "2027-02-30" }), "start"),
        (json!({ "start": "2027-05-01T25:00" }), "start"),
        (json!({ "start": "tomorrow" }), "start"),
        (json!({ "start": "2027-05-01T18:30[Asia/Seoul]" }), "start"),
        (json!({ "start": "2027-05-01T18:30:00.5" }), "start"),
        (json!({ "start": "2027-05-01T1830" }), "start"),
        (json!({ "start": "0027-05-01T18:30" }), "start"),
        (json!({ "start": "2200-05-01" }), "start"),
        (json!({ "start": null }), "start"),
        (json!({ "start": 5 }), "start"),
        (
            json!({ "start": "2027-05-01T18:30", "all_day": true }),
            "all_day",
        ),
        (
            json!({ "start": "2027-05-01T18:30", "end": "2027-05-02" }),
            "end",
        ),
        (
            json!({ "start": "2027-05-01", "date": "2027-05-01" }),
            "date",
        ),
        (json!({ "date": "2027-05-01T18:00" }), "date"),
        (json!({ "end": "2027-05-01T18:00" }), "end"),
        (
            json!({ "start": "2027-05-02T18:30", "end": "2027-05-02T18:00" }),
            "end",
        ),
        (json!({ "date": "2027-05-02", "end": "2027-05-02" }), "end"),
        (json!({ "all_day": "yes" }), "all_day"),
        (json!({ "title": "" }), "title"),
        (json!({ "title": "\u{202e}x" }), "title"),
        (json!({ "title": " . " }), "title"),
        (
            json!({ "title": "가".repeat(caps::TIP_LINE_CHARS + 1) }),
            "title",
        ),
        (json!({ "title": ["x"] }), "title"),
        (json!({ "place": "a\u{0}" }), "place"),
        (json!({ "url": "javascript:alert(1)" }), "url"),
        (json!({ "status": "called off" }), "status"),
    ] {
        let read = correction(&map(said.clone()), &game(), &home());
        assert_eq!(faults(read), [field], "{said}");
    }
}

#[test]
fn d2_fields_that_are_nobody_s_business_are_refused_by_name() {
    let said = json!({ "id": "x", "tenant_id": 1, "verified": true, "title": "x" });
    let read = correction(&map(said), &game(), &home());
    assert_eq!(faults(read), ["id", "tenant_id", "verified"]);
}

#[test]
fn a_time_that_the_clocks_skip_is_named_with_what_it_would_become() {
    let said = map(json!({ "title": "x", "start": "2027-03-14T02:30" }));
    let read = new_event(&said, &new_york());
    let want = Wrong::Skipped {
        at: datetime(2027, 3, 14, 2, 30, 0, 0),
        zone: "America/New_York".into(),
        instead: datetime(2027, 3, 14, 3, 30, 0, 0),
    };
    assert_eq!(read.unwrap_err().get("start"), Some(&want));
    // An instant has no gap, and the second pass through an hour can be named by its offset.
    let said = map(json!({ "title": "x", "start": "2027-11-07T01:30:00-05:00" }));
    let body = new_event(&said, &new_york()).unwrap();
    let EventTime::Zoned(zoned) = body.main.time else {
        unreachable!("clock times have a zone");
    };
    assert!(zoned.start.second);
}

#[test]
fn a_corrected_text_is_one_language_s() {
    let said = map(json!({ "title": "Lotte v Hanwha" }));
    let read = correction(&said, &game(), &home().in_language(Lang::EN)).unwrap();
    assert_eq!(read.title.get(Lang::KO), Some("롯데 vs 두산"));
    assert_eq!(read.title.get(Lang::EN), Some("Lotte v Hanwha"));
}

fn weekly() -> EventBody {
    let mut body = EventBody::from(game());
    body.series = Some(Series {
        rules: vec!["FREQ=WEEKLY;COUNT=5".parse::<Rule>().unwrap()],
        ..Series::default()
    });
    body
}

#[test]
fn one_date_of_a_series_is_changed_alone() {
    let body = weekly();
    let at = RecurrenceId::Local(datetime(2027, 5, 8, 18, 30, 0, 0));
    let base = body.instance(at).occurrence();
    let said = map(json!({ "start": "2027-05-08T17:00" }));
    let wanted = correction(&said, &base, &home()).unwrap();
    let patch = patch(&body, Some(at), wanted).unwrap();
    let mut after = body.clone();
    patch.apply(&mut after);
    assert_eq!(after.main, body.main);
    let moved = after.instance(at).time();
    assert_eq!(
        moved,
        clock(
            datetime(2027, 5, 8, 17, 0, 0, 0),
            Some(datetime(2027, 5, 8, 20, 0, 0, 0))
        )
    );
    let next = RecurrenceId::Local(datetime(2027, 5, 15, 18, 30, 0, 0));
    assert_eq!(after.instance(next).time(), body.instance(next).time());
}

#[test]
fn the_times_of_a_whole_series_are_not_one_tip_s_affair() {
    let body = weekly();
    for (said, want) in [
        (
            json!({ "start": "2027-05-01T17:00" }),
            Err(Wrong::WhichDate),
        ),
        (json!({ "status": "cancelled" }), Err(Wrong::WhichDate)),
        (json!({ "place": "잠실" }), Ok(1)),
        (json!({}), Ok(0)),
    ] {
        let wanted = correction(&map(said.clone()), &body.main, &home()).unwrap();
        let found = patch(&body, None, wanted).map(|p| p.fields().count());
        assert_eq!(found, want, "{said}");
    }
}

#[test]
fn wishes_gather_by_what_they_are_called() {
    let key = |title: &str| wish(&map(json!({ "title": title }))).map(|w| w.key);
    assert_eq!(key("FC 서울 여자축구"), key("fc서울  여자 축구!"));
    assert_eq!(faults(wish(&map(json!({ "title": " " })))), ["title"]);
    let more = wish(&map(json!({ "title": "x", "start": "2027-05-01" })));
    assert_eq!(faults(more), ["start"]);
}

#[test]
fn notes_and_evidence_are_read() {
    assert_eq!(note(" \n"), Ok(None));
    assert_eq!(note("a\nb"), Ok(Some("a\nb".into())));
    let long = "x".repeat(caps::NOTE_CHARS + 1);
    assert_eq!(note(&long), Err(Wrong::TooLong(caps::NOTE_CHARS)));
    assert_eq!(evidence(" "), Ok(None));
    assert_eq!(evidence("data:text/html,x"), Err(Wrong::NotAnAddress));
}

proptest! {
    #[test]
    fn nothing_that_is_sent_breaks_anything(
        values in proptest::collection::vec((0..FIELDS.len(), "[0-9T:Z+ -]{0,26}|\\PC{0,30}"), 0..6),
    ) {
        let said: Map<String, Value> = values
            .into_iter()
            .map(|(field, text)| (FIELDS[field].to_owned(), Value::String(text)))
            .collect();
        for home in [home(), new_york()] {
            if let Ok(body) = new_event(&said, &home) {
                prop_assert!(body.main.time.check().is_ok());
                prop_assert!(!body.main.title.is_empty());
            }
            if let Ok(read) = correction(&said, &game(), &home) {
                prop_assert!(read.time.check().is_ok());
            }
        }
    }

    #[test]
    fn a_time_that_is_accepted_is_one_that_the_clock_shows(
        day in 1i8..=28, month in 1i8..=12, hour in 0i8..24, minute in 0i8..60,
    ) {
        let start = datetime(2027, month, day, hour, minute, 0, 0);
        let said = map(json!({ "title": "x", "start": start.to_string() }));
        match new_event(&said, &new_york()) {
            Ok(body) => {
                let EventTime::Zoned(z) = &body.main.time else { unreachable!() };
                prop_assert_eq!(WallTime::of(z.start.instant(&z.zone), &z.zone).at, start);
            }
            Err(faults) => {
                let skipped = matches!(faults.get("start"), Some(Wrong::Skipped { .. }));
                prop_assert!(skipped, "{:?}", faults);
            }
        }
    }
}
