//! What a repeating event's instances are: exceptions, changes, extra dates, lengths, windows.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use domain::event::{EventBody, Occurrence};
use domain::expand::{Budget, ExpandError, Instance};
use domain::recur::OutOfSteps;
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::text::Text;
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use rstest::rstest;

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

/// A game from `start` to `end` in a zone, repeated by rules.
fn games(start: &str, end: Option<&str>, zone_name: &str, rules: &[&str]) -> EventBody {
    let time = EventTime::zoned(at(start), end.map(at), zone(zone_name));
    repeated(time, rules)
}

fn repeated(time: EventTime, rules: &[&str]) -> EventBody {
    let rules = rules.iter().map(|text| text.parse().unwrap()).collect();
    EventBody {
        main: Occurrence::new(Text::none(), time),
        series: Some(Series {
            rules,
            ..Series::default()
        }),
    }
}

fn id(text: &str) -> RecurrenceId {
    RecurrenceId::parse(text).unwrap()
}

fn expand<'a>(
    body: &'a EventBody,
    window: Option<(&str, &str)>,
) -> Result<Vec<Instance<'a>>, ExpandError> {
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    let window = window.map(|(from, to)| (instant(from), instant(to)));
    body.instances(window, &Zone::seoul(), Budget::default())
}

/// `id start/end` of each instance, on the series' clock.
fn told(body: &EventBody, window: Option<(&str, &str)>) -> Vec<String> {
    let tell = |instance: &Instance<'_>| {
        let id = instance
            .recurrence_id
            .map_or("-".into(), |id| id.to_string());
        let span = match instance.time() {
            EventTime::Zoned(z) => format!("{}/{}", z.start.at, end(z.end.map(|end| end.at))),
            EventTime::Floating { start, end: e } => format!("{start}/{}", end(e)),
            EventTime::AllDay { first, last } => format!("{first}..{last}"),
            other => format!("{other:?}"),
        };
        format!("{id} {span}")
    };
    expand(body, window).unwrap().iter().map(tell).collect()
}

fn end(end: Option<DateTime>) -> String {
    end.map_or("-".into(), |end| end.to_string())
}

#[test]
fn an_event_that_does_not_repeat_is_one_instance_without_an_id() {
    let mut body = games("2026-04-01T18:30:00", None, "Asia/Seoul", &[]);
    body.series = None;
    let instances = expand(&body, None).unwrap();
    assert_eq!((instances.len(), instances[0].recurrence_id), (1, None));
    assert_eq!(instances[0].occurrence(), body.main);
    let april = ("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
    assert_eq!(told(&body, Some(april)), ["- 2026-04-01T18:30:00/-"]);
    let may = ("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
    assert!(told(&body, Some(may)).is_empty());
}

#[test]
fn instances_keep_their_clock_times_when_the_clocks_change() {
    let body = games(
        "2026-03-01T18:30:00",
        Some("2026-03-01T21:30:00"),
        "America/New_York",
        &["FREQ=WEEKLY;COUNT=2"],
    );
    assert_eq!(
        told(&body, None),
        [
            "2026-03-01T18:30:00 2026-03-01T18:30:00/2026-03-01T21:30:00",
            "2026-03-08T18:30:00 2026-03-08T18:30:00/2026-03-08T21:30:00"
        ]
    );
    let instants = expand(&body, None).unwrap()[1]
        .instants(&Zone::utc())
        .unwrap();
    assert_eq!(instants.0.to_string(), "2026-03-08T22:30:00Z");
}

#[test]
fn a_start_in_a_gap_moves_on_and_takes_its_end_along() {
    let body = games(
        "2026-03-07T02:30:00",
        Some("2026-03-07T02:45:00"),
        "America/New_York",
        &["FREQ=DAILY;COUNT=2"],
    );
    let instances = expand(&body, None).unwrap();
    assert_eq!(instances[1].recurrence_id, Some(id("2026-03-08T02:30:00")));
    let time = instances[1].time();
    assert_eq!(time.check(), Ok(()));
    let (start, end) = time.instants(&Zone::utc()).unwrap();
    assert_eq!(start.to_string(), "2026-03-08T07:30:00Z");
    assert_eq!(end.to_string(), "2026-03-08T07:45:00Z");
}

#[test]
fn the_first_start_keeps_its_pass_through_a_repeated_hour() {
    let mut body = games(
        "2026-11-01T01:30:00",
        None,
        "America/New_York",
        &["FREQ=DAILY;COUNT=2"],
    );
    if let EventTime::Zoned(z) = &mut body.main.time {
        z.start = WallTime {
            second: true,
            ..z.start
        };
    }
    let instances = expand(&body, None).unwrap();
    assert_eq!(instances[0].time(), body.main.time);
}

#[test]
fn whole_days_keep_their_number_of_days() {
    let days = EventTime::AllDay {
        first: date(2028, 2, 27),
        last: date(2028, 2, 29),
    };
    assert_eq!(
        told(&repeated(days, &["FREQ=YEARLY;COUNT=2"]), None),
        [
            "2028-02-27 2028-02-27..2028-02-29",
            "2029-02-27 2029-02-27..2029-03-01"
        ]
    );
}

#[test]
fn the_first_start_extra_dates_and_several_rules_are_joined_without_doubles() {
    let mut body = games(
        "2026-04-01T18:00:00",
        Some("2026-04-01T20:00:00"),
        "Asia/Seoul",
        &[
            "FREQ=WEEKLY;BYDAY=TH;COUNT=2",
            "FREQ=DAILY;INTERVAL=2;COUNT=2;BYDAY=FR,TH",
        ],
    );
    let series = body.series.as_mut().unwrap();
    series.extra = vec![
        ExtraDate {
            start: id("2026-04-02T18:00:00"),
            end: Some(at("2026-04-02T23:00:00")),
        },
        ExtraDate {
            start: id("2026-03-31T09:00:00"),
            end: None,
        },
    ];
    assert_eq!(
        told(&body, None),
        [
            "2026-03-31T09:00:00 2026-03-31T09:00:00/2026-03-31T11:00:00",
            "2026-04-01T18:00:00 2026-04-01T18:00:00/2026-04-01T20:00:00",
            "2026-04-02T18:00:00 2026-04-02T18:00:00/2026-04-02T23:00:00",
            "2026-04-03T18:00:00 2026-04-03T18:00:00/2026-04-03T20:00:00",
            "2026-04-09T18:00:00 2026-04-09T18:00:00/2026-04-09T20:00:00"
        ]
    );
}

/// A weekly series of four; the second falls out, the third moves before the first, the fourth
/// is put off to nobody knows when, and a fifth is added by a changed instance.
fn eventful() -> EventBody {
    let mut body = games(
        "2026-04-01T18:00:00",
        None,
        "Asia/Seoul",
        &["FREQ=WEEKLY;COUNT=4"],
    );
    let instead = |time: EventTime| Occurrence::new(Text::none(), time);
    let moved = |text: &str| instead(EventTime::zoned(at(text), None, Zone::seoul()));
    let series = body.series.as_mut().unwrap();
    series.except = vec![id("2026-04-08T18:00:00")];
    series.overrides = vec![
        Override {
            at: id("2026-04-08T18:00:00"),
            instead: moved("2026-04-08T19:00:00"),
        },
        Override {
            at: id("2026-04-15T18:00:00"),
            instead: moved("2026-03-31T12:00:00"),
        },
        Override {
            at: id("2026-04-22T18:00:00"),
            instead: instead(EventTime::Undecided { was: None }),
        },
        Override {
            at: id("2026-06-01T18:00:00"),
            instead: moved("2026-06-01T20:00:00"),
        },
    ];
    body
}

#[test]
fn changed_instances_stand_in_for_what_they_name() {
    let body = eventful();
    assert_eq!(
        told(&body, None),
        [
            "2026-04-15T18:00:00 2026-03-31T12:00:00/-",
            "2026-04-01T18:00:00 2026-04-01T18:00:00/-",
            "2026-04-22T18:00:00 Undecided { was: None }",
            "2026-06-01T18:00:00 2026-06-01T20:00:00/-"
        ]
    );
    let changed: Vec<_> = expand(&body, None)
        .unwrap()
        .iter()
        .map(|i| i.changed)
        .collect();
    assert_eq!(changed, [true, false, true, true]);
}

#[rstest]
#[case::where_it_moved_to("2026-03-31T00:00:00Z", "2026-04-01T00:00:00Z", &["2026-04-15T18:00:00"])]
#[case::not_where_it_was("2026-04-15T00:00:00Z", "2026-04-16T00:00:00Z", &[])]
#[case::undecided_where_it_was("2026-04-22T00:00:00Z", "2026-04-23T00:00:00Z", &["2026-04-22T18:00:00"])]
#[case::taken_away("2026-04-08T00:00:00Z", "2026-04-09T00:00:00Z", &[])]
#[case::added("2026-06-01T11:00:00Z", "2026-06-01T11:00:01Z", &["2026-06-01T18:00:00"])]
fn a_window_looks_at_where_changed_instances_are(
    #[case] from: &str,
    #[case] to: &str,
    #[case] ids: &[&str],
) {
    let body = eventful();
    let shown = expand(&body, Some((from, to))).unwrap();
    let shown: Vec<_> = shown
        .iter()
        .filter_map(|instance| instance.recurrence_id)
        .collect();
    assert_eq!(shown, ids.iter().map(|text| id(text)).collect::<Vec<_>>());
}

#[rstest]
#[case::ends_when_the_window_begins("2026-04-01T12:00:00Z", "2026-04-01T13:00:00Z", 0)]
#[case::is_under_way("2026-04-01T11:59:59Z", "2026-04-01T13:00:00Z", 1)]
#[case::begins_when_the_window_ends("2026-04-01T08:00:00Z", "2026-04-01T09:00:00Z", 0)]
#[case::begins_just_before("2026-04-01T08:00:00Z", "2026-04-01T09:00:01Z", 1)]
fn window_edges_are_half_open(#[case] from: &str, #[case] to: &str, #[case] count: usize) {
    let body = games(
        "2026-03-01T18:00:00",
        Some("2026-03-01T21:00:00"),
        "Asia/Seoul",
        &["FREQ=DAILY"],
    );
    assert_eq!(expand(&body, Some((from, to))).unwrap().len(), count);
}

#[test]
fn an_instance_without_length_counts_when_it_starts_in_the_window() {
    let body = games("2026-03-01T18:00:00", None, "Asia/Seoul", &["FREQ=DAILY"]);
    let shown = |from, to| expand(&body, Some((from, to))).unwrap().len();
    assert_eq!(shown("2026-04-01T09:00:00Z", "2026-04-01T10:00:00Z"), 1);
    assert_eq!(shown("2026-04-01T08:00:00Z", "2026-04-01T09:00:00Z"), 0);
}

#[test]
fn whole_days_and_floating_times_lie_in_the_home_zone() {
    let day = repeated(EventTime::day(date(2026, 1, 1)), &["FREQ=DAILY"]);
    let hour = ("2026-04-01T14:00:00Z", "2026-04-01T15:00:00Z");
    assert_eq!(
        told(&day, Some(hour)),
        ["2026-04-01 2026-04-01..2026-04-01"]
    );
    let start = at("2026-01-01T23:30:00");
    let floating = repeated(EventTime::Floating { start, end: None }, &["FREQ=DAILY"]);
    assert_eq!(
        told(&floating, Some(hour)),
        ["2026-04-01T23:30:00 2026-04-01T23:30:00/-"]
    );
}

#[rstest]
#[case::utc_is_an_instant("UNTIL=20260402T085959Z", 1)]
#[case::utc_is_inclusive("UNTIL=20260402T090000Z", 2)]
#[case::local_is_the_series_clock("UNTIL=20260402T180000", 2)]
#[case::local_just_before("UNTIL=20260402T175959", 1)]
#[case::a_day_means_through_its_end("UNTIL=20260402", 2)]
#[case::the_nearer_end_wins("UNTIL=20260405;COUNT=3", 3)]
#[case::the_far_end_of_time("UNTIL=99991231T235959Z;COUNT=2", 2)]
#[case::before_the_first_leaves_the_first("UNTIL=20200101", 1)]
fn until_is_read_in_its_form(#[case] until: &str, #[case] count: usize) {
    let rule = format!("FREQ=DAILY;{until}");
    let body = games("2026-04-01T18:00:00", None, "Asia/Seoul", &[&rule]);
    assert_eq!(expand(&body, None).unwrap().len(), count);
}

#[test]
fn a_utc_end_is_compared_as_an_instant_inside_a_repeated_hour() {
    // 1:45 passes first at 5:45Z, before the end at 6:15Z, which the clock shows as 1:15.
    let body = games(
        "2026-10-31T01:45:00",
        None,
        "America/New_York",
        &["FREQ=DAILY;UNTIL=20261101T061500Z"],
    );
    assert_eq!(expand(&body, None).unwrap().len(), 2);
}

#[test]
fn what_cannot_be_expanded_says_why() {
    let endless = games("2026-04-01T18:00:00", None, "Asia/Seoul", &["FREQ=DAILY"]);
    assert_eq!(expand(&endless, None).err(), Some(ExpandError::Endless));
    assert!(endless.series.as_ref().is_some_and(Series::is_endless));
    let undecided = repeated(EventTime::Undecided { was: None }, &["FREQ=DAILY;COUNT=2"]);
    assert_eq!(
        expand(&undecided, None).err(),
        Some(ExpandError::CannotRepeat)
    );
    let body = games(
        "2026-04-01T18:00:00",
        None,
        "Asia/Seoul",
        &["FREQ=DAILY;COUNT=100"],
    );
    let error = |steps, instances| {
        let budget = Budget { steps, instances };
        body.instances(None, &Zone::utc(), budget).err()
    };
    assert_eq!(error(1_000, 100), None);
    assert_eq!(error(1_000, 99), Some(ExpandError::Instances(99)));
    assert_eq!(error(150, 100), Some(ExpandError::Steps(OutOfSteps(150))));
    assert_eq!(
        error(150, 100).map(|e| e.to_string()).as_deref(),
        Some("the rule needs more than 150 steps to expand")
    );
}
