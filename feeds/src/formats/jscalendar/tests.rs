//! Groups from events, read as a reader of RFC 8984 reads them.

use super::patch::tests::apply;
use super::*;
use crate::formats::examples::{self, at, event, in_zone, says, series, weekly};
use domain::event::EventBody;
use domain::series::{Override, RecurrenceId, Series};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use ical::write::Form;
use jiff::civil::{date, datetime};
use proptest::prelude::*;

fn group(events: &[Event], lang: Lang, results: Results) -> Value {
    let calendar = examples::calendar();
    let alarms = examples::alarms();
    let context = Context {
        results,
        ..examples::context(&calendar, Form::FailSafe, lang)
    };
    let group = Group {
        uid: "group-1",
        title: &calendar.profile.title,
        description: &calendar.profile.description,
        source: "https://almanac.example/feeds/x.jscalendar",
        modified: calendar.modified,
    };
    let events = events.iter().map(|event| (event, &calendar, &alarms));
    serde_json::from_slice(&write(&group, events, &context)).unwrap()
}

fn told(body: impl Into<EventBody>) -> Value {
    let events = [event("x", body)];
    group(&events, Lang::KO, Results::Shown)["entries"][0].clone()
}

/// What a reader takes an instance for: the event with its patch, less how it repeats.
fn instance(event: &Value, id: &str) -> Value {
    let mut main = event.clone();
    let object = main.as_object_mut().unwrap();
    object.remove("recurrenceRules");
    let overrides = object.remove("recurrenceOverrides").unwrap();
    put(object, "start", id);
    apply(&main, overrides[id].as_object().unwrap())
}

#[test]
fn a_group_of_everything() {
    let group = group(&examples::all(), Lang::KO, Results::Shown);
    insta::assert_snapshot!(serde_json::to_string_pretty(&group).unwrap());
}

#[test]
fn every_event_has_what_rfc_8984_asks_for() {
    let group = group(&examples::all(), Lang::EN, Results::Shown);
    assert_eq!(
        (&group["@type"], &group["uid"]),
        (&json!("Group"), &json!("group-1"))
    );
    let entries = group["entries"].as_array().unwrap();
    // One has never had a day.
    assert_eq!(entries.len(), examples::all().len() - 1);
    for entry in entries {
        assert_eq!(entry["@type"], "Event");
        for name in ["uid", "updated", "start", "title"] {
            assert!(entry[name].is_string(), "{name} of {entry}");
        }
        assert!(entry.get("method").is_none());
    }
}

#[test]
fn times_are_told_by_their_kind() {
    let new_york = |hour, second| {
        EventTime::Zoned(Zoned {
            start: WallTime {
                at: datetime(2026, 11, 1, hour, 30, 0, 0),
                second,
            },
            end: Some(WallTime::new(datetime(2026, 11, 1, 3, 0, 0, 0))),
            zone: Zone::parse("America/New_York").unwrap(),
        })
    };
    let floating = EventTime::Floating {
        start: at(1, 0),
        end: Some(at(2, 6)),
    };
    let day = |day| date(2027, 4, day);
    let (first, last) = (day(1), day(30));
    let all_day = EventTime::AllDay { first, last };
    let window = EventTime::Window { first, last };
    let was = Some((first, last));
    for (time, start, zone, duration, title) in [
        (
            in_zone("Asia/Seoul", at(5, 18), Some(at(5, 21))),
            "2027-04-05T18:00:00",
            Some("Asia/Seoul"),
            "PT3H",
            "",
        ),
        (
            in_zone("Asia/Seoul", at(5, 18), None),
            "2027-04-05T18:00:00",
            Some("Asia/Seoul"),
            "PT0S",
            "",
        ),
        (
            in_zone("UTC", at(5, 18), Some(at(6, 18))),
            "2027-04-05T18:00:00",
            Some("Etc/UTC"),
            "PT24H",
            "",
        ),
        (
            in_zone("+09:00", at(5, 18), None),
            "2027-04-05T18:00:00",
            Some("Etc/GMT-9"),
            "PT0S",
            "",
        ),
        (
            in_zone("-12:00", at(5, 18), None),
            "2027-04-05T18:00:00",
            Some("Etc/GMT+12"),
            "PT0S",
            "",
        ),
        (
            in_zone("-13:00", at(5, 18), None),
            "2027-04-05T18:00:00",
            Some("/UTC-1300"),
            "PT0S",
            "",
        ),
        (
            in_zone("+00:00", at(5, 18), None),
            "2027-04-05T18:00:00",
            Some("Etc/UTC"),
            "PT0S",
            "",
        ),
        // The day on which clocks are put back: an hour longer than they show.
        (
            new_york(0, false),
            "2026-11-01T00:30:00",
            Some("America/New_York"),
            "PT3H30M",
            "",
        ),
        (
            new_york(1, false),
            "2026-11-01T01:30:00",
            Some("America/New_York"),
            "PT2H30M",
            "",
        ),
        (
            new_york(1, true),
            "2026-11-01T06:30:00",
            Some("Etc/UTC"),
            "PT1H30M",
            "",
        ),
        (floating, "2027-04-01T00:00:00", None, "P1DT6H", ""),
        (all_day, "2027-04-01T00:00:00", None, "P30D", ""),
        (
            EventTime::DateOnly { date: day(9) },
            "2027-04-09T00:00:00",
            None,
            "P1D",
            " (시간 미정)",
        ),
        (window, "2027-04-01T00:00:00", None, "P30D", " (날짜 미정)"),
        (
            EventTime::Undecided { was },
            "2027-04-01T00:00:00",
            None,
            "P30D",
            " (일정 미정)",
        ),
    ] {
        let whole_days = time.is_all_day();
        let told = told(says(time.clone()));
        assert_eq!(told["start"], start, "{time:?}");
        assert_eq!(told["timeZone"].as_str(), zone, "{time:?}");
        assert_eq!(told["duration"], duration, "{time:?}");
        assert_eq!(told["title"], format!("달팽이 경주{title}"));
        assert_eq!(
            told.get("showWithoutTime").is_some(),
            whole_days,
            "{time:?}"
        );
        let own = zone.is_some_and(|zone| zone.starts_with('/'));
        assert_eq!(told.get("timeZones").is_some(), own, "{time:?}");
    }
}

#[test]
fn a_zone_without_a_name_is_described() {
    let told = told(says(in_zone("-00:44:30", at(1, 9), None)));
    let id = told["timeZone"].as_str().unwrap();
    assert_eq!(id, "/UTC-004430");
    let zone = &told["timeZones"][id];
    assert_eq!(zone["tzId"], "UTC-004430");
    assert_eq!(zone["standard"][0]["offsetTo"], "-004430");
}

#[test]
fn what_is_off_is_told_and_neither_rings_nor_blocks_time() {
    for (status, want, title, rings) in [
        (Status::Confirmed, "confirmed", "달팽이 경주", true),
        (Status::Tentative, "tentative", "달팽이 경주", true),
        (Status::Postponed, "tentative", "[연기] 달팽이 경주", false),
        (Status::Cancelled, "cancelled", "달팽이 경주", false),
    ] {
        let mut what = says(in_zone("Asia/Seoul", at(5, 18), None));
        what.status = status;
        what.availability = Availability::Busy;
        let told = told(what);
        assert_eq!(
            (&told["status"], &told["title"]),
            (&json!(want), &json!(title))
        );
        assert_eq!(told.get("alerts").is_some(), rings, "{status:?}");
        assert_eq!(told["freeBusyStatus"], if rings { "busy" } else { "free" });
    }
}

#[test]
fn alerts_ring_when_the_calendars_do() {
    let offsets = |time| {
        let told = told(says(time));
        let alerts = told["alerts"].as_object().cloned().unwrap_or_default();
        let offsets = alerts
            .values()
            .map(|alert| alert["trigger"]["offset"].to_string());
        offsets.collect::<Vec<_>>().join(" ")
    };
    let clock = in_zone("Asia/Seoul", at(5, 18), None);
    assert_eq!(offsets(clock), "\"-PT24H\" \"-PT2H\" \"-PT30M\"");
    let day = date(2027, 4, 5);
    assert_eq!(offsets(EventTime::day(day)), "\"-PT15H\" \"PT9H\"");
    assert_eq!(
        offsets(EventTime::DateOnly { date: day }),
        "\"-PT15H\" \"PT9H\""
    );
    let (first, last) = (day, day);
    assert_eq!(offsets(EventTime::Window { first, last }), "");
}

#[test]
fn other_languages_say_what_differs() {
    let event = examples::full();
    let events = std::slice::from_ref(&event);
    let told = &group(events, Lang::KO, Results::Hidden)["entries"][0];
    let english = &told["localizations"]["en"];
    assert_eq!(english["title"], "Snail <final> & ]]>");
    assert_eq!(english["locations/1/name"], "North gate");
    assert_eq!(english["links/3/title"], "Tickets");
    assert!(
        english["description"]
            .as_str()
            .unwrap()
            .starts_with("Rain or shine")
    );
    let told = &group(events, Lang::EN, Results::Shown)["entries"][0];
    assert_eq!(told["title"], "Snail <final> & ]]>");
    assert_eq!(told["localizations"]["ko"]["title"], "달팽이 <결승> & ]]>");
    let one_language = Occurrence::new(Text::new(Lang::KO, "x"), EventTime::day(date(2027, 4, 5)));
    assert!(self::told(one_language).get("localizations").is_none());
}

#[test]
fn a_result_is_told_only_where_results_are() {
    let event = examples::full();
    for (results, shown) in [(Results::Shown, true), (Results::Hidden, false)] {
        let told = group(std::slice::from_ref(&event), Lang::KO, results).to_string();
        assert_eq!(told.contains("5:3"), shown);
    }
}

#[test]
fn changed_instances_are_patches_of_what_differs() {
    let told = told(weekly().body);
    assert_eq!(
        told["recurrenceOverrides"],
        json!({
            "2027-04-03T09:00:00": {},
            "2027-04-04T09:00:00": { "duration": "PT3H" },
            "2027-04-08T09:00:00": { "excluded": true },
            "2027-04-15T09:00:00": {
                "start": "2027-04-16T14:00:00",
                "timeZone": "Europe/Paris",
                "duration": "PT2H",
                "locations": { "1": { "@type": "Location", "name": "남문" } },
            },
            "2027-04-22T09:00:00": { "status": "cancelled", "alerts": null },
            "2027-04-29T09:00:00": {
                "title": "[연기] 달팽이 경주 (일정 미정)",
                "localizations/en/title": "[Postponed] Snail race (to be announced)",
                "start": "2027-04-29T00:00:00",
                "timeZone": null,
                "duration": "P1D",
                "showWithoutTime": true,
                "status": "tentative",
                "alerts": null,
            },
        })
    );
    let lost = instance(&told, "2027-04-29T09:00:00");
    assert_eq!(
        lost["localizations"]["en"]["title"],
        "[Postponed] Snail race (to be announced)"
    );
}

#[test]
fn an_instance_moved_to_the_start_of_its_series_says_so() {
    let moved = says(in_zone("Asia/Seoul", at(1, 9), None));
    let body = series(
        moved.time.clone(),
        Series {
            rules: vec!["FREQ=WEEKLY;COUNT=3".parse().unwrap()],
            overrides: vec![Override {
                at: RecurrenceId::Local(at(8, 9)),
                instead: moved,
            }],
            ..Series::default()
        },
    );
    let patch = &told(body)["recurrenceOverrides"]["2027-04-08T09:00:00"];
    assert_eq!(*patch, json!({ "start": "2027-04-01T09:00:00" }));
}

#[test]
fn a_series_that_begins_in_an_hour_s_second_pass_says_so_once() {
    let time = |second| {
        EventTime::Zoned(Zoned {
            start: WallTime {
                at: datetime(2026, 11, 1, 1, 30, 0, 0),
                second,
            },
            end: None,
            zone: Zone::parse("America/New_York").unwrap(),
        })
    };
    let of = |second| {
        let rules = Series {
            rules: vec!["FREQ=DAILY;COUNT=3".parse().unwrap()],
            ..Series::default()
        };
        told(series(time(second), rules))
    };
    let told = of(true);
    assert_eq!(told["start"], "2026-11-01T01:30:00");
    assert_eq!(
        told["recurrenceOverrides"],
        json!({ "2026-11-01T01:30:00": { "start": "2026-11-01T06:30:00", "timeZone": "Etc/UTC" } })
    );
    assert!(of(false).get("recurrenceOverrides").is_none());
}

/// What stands in a changed instance, `null` and nothing being the same.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name.clone(), without_nulls(value)))
                .collect()
        }
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn any_changed_instance_is_what_it_would_be_alone(main in examples::any_event(), other in examples::any_event()) {
        prop_assume!(main.body.main.time.can_repeat());
        let alone = told(other.body.main.clone());
        let id = match &main.body.main.time {
            EventTime::AllDay { first, .. } => RecurrenceId::Date(*first),
            EventTime::Floating { start, .. } => RecurrenceId::Local(*start),
            EventTime::Zoned(zoned) => RecurrenceId::Local(zoned.start.at),
            _ => unreachable!("it can repeat"),
        };
        let rules = main.body.series.clone().map(|series| series.rules).unwrap_or_default();
        let body = EventBody {
            main: main.body.main.clone(),
            series: Some(Series {
                rules,
                overrides: vec![Override { at: id, instead: other.body.main.clone() }],
                ..Series::default()
            }),
        };
        let told = told(body);
        let ids: Vec<&String> = told["recurrenceOverrides"].as_object().unwrap().keys().collect();
        prop_assert_eq!(ids.len(), 1);
        let mut changed = without_nulls(&instance(&told, ids[0]));
        let mut alone = without_nulls(&alone);
        // A zone of the event's own stands at the event, whichever instance needs it.
        changed.as_object_mut().unwrap().remove("timeZones");
        alone.as_object_mut().unwrap().remove("timeZones");
        prop_assert_eq!(changed, alone);
    }

    #[test]
    fn the_same_events_give_the_same_bytes(event in examples::any_event()) {
        let events = [event];
        let told = || group(&events, Lang::EN, Results::Shown);
        prop_assert_eq!(told(), told());
    }
}
