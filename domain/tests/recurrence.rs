//! The recurrence engine against the shared corpus, and its general laws.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

use domain::caps;
use domain::event::{EventBody, Occurrence};
use domain::expand::{Budget, ExpandError};
use domain::recur::{OutOfSteps, Rule, Until};
use domain::series::{ExtraDate, RecurrenceId, Series};
use domain::text::Text;
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{DateTime, datetime};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[derive(Deserialize)]
struct Corpus {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: usize,
    title: String,
    dtstart: String,
    tzid: Option<String>,
    value: String,
    rrule: Vec<String>,
    #[serde(default)]
    exrule: Vec<String>,
    rdate: Vec<String>,
    exdate: Vec<String>,
    expect: String,
    expected: Vec<String>,
}

#[derive(Deserialize)]
struct Refused {
    case: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    id: usize,
    title: String,
    reason: String,
}

/// The shared corpus; `None` where it may be missing, which a build server never accepts.
fn corpus() -> Option<Vec<Case>> {
    let shared = std::env::var_os("ALMANAC_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(shared.join("corpus/recurrence.json")) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "the recurrence corpus is missing"
        );
        println!("recurrence: the shared corpus is missing, its cases were not run");
        return None;
    };
    Some(serde_json::from_str::<Corpus>(&text).unwrap().cases)
}

fn reading(text: &str) -> DateTime {
    text.trim_end_matches('Z').parse().unwrap()
}

fn written(at: DateTime, is_date: bool) -> String {
    let format = if is_date { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    at.strftime(format).to_string()
}

/// What the rules of a case make, less what they take away.
fn starts(case: &Case) -> Result<Vec<String>, String> {
    let is_date = case.value == "DATE";
    let first = reading(&case.dtstart);
    let expand = |texts: &[String]| -> Result<BTreeSet<String>, String> {
        let mut all = BTreeSet::new();
        for text in texts {
            let rule: Rule = text.parse().map_err(|e| format!("{e}"))?;
            let mut starts = if is_date {
                rule.starts_on(first.date())
            } else {
                rule.starts_at(first)
            };
            if let (Some(Until::Utc(utc)), Some(name)) = (rule.until(), &case.tzid) {
                let zone = Zone::parse(name).unwrap();
                let instant = jiff::tz::TimeZone::UTC.to_timestamp(utc).unwrap();
                starts = starts.ending_at(WallTime::of(instant, &zone).at);
            }
            // Only a prefix of the endless ones is known.
            let most = if rule.is_endless() {
                case.expected.len().max(1) + 50
            } else {
                usize::MAX
            };
            for start in starts.take(most) {
                all.insert(written(start.map_err(|e| format!("{e}"))?, is_date));
            }
        }
        Ok(all)
    };
    let mut all = expand(&case.rrule)?;
    all.extend(
        case.rdate
            .iter()
            .map(|date| written(reading(date), is_date)),
    );
    for gone in case
        .exdate
        .iter()
        .map(|date| written(reading(date), is_date))
    {
        all.remove(&gone);
    }
    for gone in expand(&case.exrule)? {
        all.remove(&gone);
    }
    Ok(all.into_iter().collect())
}

/// The same case as an event, for the ones whose first start is an instance of the rule.
fn instances(case: &Case) -> Result<Vec<String>, String> {
    let is_date = case.value == "DATE";
    let id = |text: &String| match is_date {
        true => RecurrenceId::Date(reading(text).date()),
        false => RecurrenceId::Local(reading(text)),
    };
    let first = reading(&case.dtstart);
    let zone = case.tzid.as_ref().map(|name| Zone::parse(name).unwrap());
    let time = match (is_date, zone) {
        (true, _) => EventTime::day(first.date()),
        (false, Some(zone)) => EventTime::zoned(first, None, zone),
        (false, None) => EventTime::Floating {
            start: first,
            end: None,
        },
    };
    let rules: Result<Vec<Rule>, _> = case.rrule.iter().map(|text| text.parse()).collect();
    let body = EventBody {
        main: Occurrence::new(Text::none(), time),
        series: Some(Series {
            rules: rules.map_err(|e| format!("{e}"))?,
            extra: case
                .rdate
                .iter()
                .map(|text| ExtraDate {
                    start: id(text),
                    end: None,
                })
                .collect(),
            except: case.exdate.iter().map(id).collect(),
            overrides: Vec::new(),
        }),
    };
    let instances = body
        .instances(None, &Zone::utc(), Budget::default())
        .map_err(|e| format!("{e}"))?;
    let ids = instances
        .iter()
        .filter_map(|instance| instance.recurrence_id);
    Ok(ids.map(|id| written(id.at(), is_date)).collect())
}

fn verdict(case: &Case) -> Result<(), String> {
    let expected: Vec<String> = case
        .expected
        .iter()
        .map(|text| text.trim_end_matches('Z').to_owned())
        .collect();
    let starts = starts(case);
    if case.expect == "error" {
        return starts.map_or(Ok(()), |_| Err("is not refused".to_owned()));
    }
    let starts = starts?;
    let agrees = match case.expect.as_str() {
        "prefix" => starts.starts_with(&expected),
        _ => starts == expected,
    };
    if !agrees {
        return Err(format!("expected {expected:?}\n     made {starts:?}"));
    }
    let begins = case.expected.first() == Some(&case.dtstart);
    if case.expect == "instances" && begins && case.exrule.is_empty() {
        let instances = instances(case)?;
        if instances != expected {
            return Err(format!(
                "expected {expected:?}\n     as instances {instances:?}"
            ));
        }
    }
    Ok(())
}

#[test]
fn the_corpus_agrees_except_for_the_cases_listed_with_a_reason() {
    let Some(cases) = corpus() else { return };
    let listed: Refused = toml::from_str(include_str!("recurrence_refused.toml")).unwrap();
    let mut listed: BTreeMap<usize, Difference> = listed
        .case
        .into_iter()
        .map(|case| (case.id, case))
        .collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let name = format!(
            "{} {:?} {} {:?}",
            case.id, case.title, case.dtstart, case.rrule
        );
        match (verdict(case), listed.remove(&case.id)) {
            (Ok(()), None) => {}
            (Err(_), Some(listed)) => {
                assert_eq!(listed.title, case.title, "{}", case.id);
                assert!(!listed.reason.is_empty(), "{} needs a reason", case.id);
            }
            (Ok(()), Some(_)) => wrong.push(format!("{name}: passes although it is listed")),
            (Err(why), None) => wrong.push(format!("{name}: {why}")),
        }
    }
    wrong.extend(
        listed
            .keys()
            .map(|id| format!("{id} is listed but not in the corpus")),
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

/// A floating series of one rule.
fn event(rule: Rule, first: DateTime) -> EventBody {
    EventBody {
        main: Occurrence::new(
            Text::none(),
            EventTime::Floating {
                start: first,
                end: None,
            },
        ),
        series: Some(Series {
            rules: vec![rule],
            ..Series::default()
        }),
    }
}

fn utc(at: DateTime) -> Timestamp {
    WallTime::new(at).instant(&Zone::utc())
}

fn year(from: i16) -> (Timestamp, Timestamp) {
    let start = |year| utc(datetime(year, 1, 1, 0, 0, 0, 0));
    (start(from), start(from + 1))
}

#[test]
fn b9_secondly_rules_end_within_budget() {
    let first = datetime(2026, 1, 1, 0, 0, 0, 0);
    let counted = event(rule("FREQ=SECONDLY;COUNT=2000000000"), first);
    let expand = |body: &EventBody, window| {
        body.instances(window, &Zone::utc(), Budget::default())
            .map(|instances| instances.len())
    };
    let too_many = Err(ExpandError::Instances(caps::EXPANSION_INSTANCES));
    let out_of_steps = Err(ExpandError::Steps(OutOfSteps(caps::EXPANSION_STEPS)));
    assert_eq!(expand(&counted, None), too_many);
    assert_eq!(expand(&counted, Some(year(2090))), out_of_steps);
    let endless = event(rule("FREQ=SECONDLY"), first);
    assert_eq!(expand(&endless, None), Err(ExpandError::Endless));
    assert_eq!(expand(&endless, Some(year(2090))), too_many);
    let from = utc(datetime(2090, 1, 1, 0, 0, 0, 0));
    let minute = from + jiff::SignedDuration::from_mins(1);
    assert_eq!(expand(&endless, Some((from, minute))), Ok(60));
    let hourly = event(rule("FREQ=HOURLY"), first);
    assert_eq!(expand(&hourly, Some((from, minute))), Ok(1));
    let never = rule("FREQ=SECONDLY;INTERVAL=2;BYSECOND=1");
    let mut starts = never.starts_at(first);
    assert_eq!(starts.next(), Some(Err(OutOfSteps(caps::EXPANSION_STEPS))));
    assert_eq!(
        (starts.next(), starts.steps()),
        (None, caps::EXPANSION_STEPS)
    );
}

#[test]
fn b10_dense_lists_cost_only_what_is_read() {
    let numbers = |from: i32, to: i32| {
        (from..=to)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    let dense = format!(
        "FREQ=YEARLY;BYMONTH={};BYMONTHDAY={};BYHOUR={};BYMINUTE={};BYSECOND={}",
        numbers(1, 12),
        numbers(1, 31),
        numbers(0, 23),
        numbers(0, 59),
        numbers(0, 60)
    );
    let first = datetime(2026, 12, 31, 23, 59, 58, 0);
    let one = rule(&format!("{dense};COUNT=1"));
    let mut starts = one.starts_at(first);
    assert_eq!(starts.next(), Some(Ok(first)));
    assert_eq!(starts.next(), None);
    assert!(starts.steps() <= 4, "{}", starts.steps());
    let last = rule(&format!("{dense};BYSETPOS=-1,1;COUNT=3"));
    let mut starts = last.starts_at(first);
    let picked: Vec<_> = starts.by_ref().map(Result::unwrap).collect();
    assert_eq!(
        picked,
        [
            datetime(2026, 12, 31, 23, 59, 59, 0),
            datetime(2027, 1, 1, 0, 0, 0, 0),
            datetime(2027, 12, 31, 23, 59, 59, 0)
        ]
    );
    assert!(starts.steps() <= 8, "{}", starts.steps());
}

#[test]
fn b11_impossible_rules_end() {
    let first = datetime(2026, 1, 1, 9, 0, 0, 0);
    for (text, made, most) in [
        ("FREQ=MONTHLY;BYDAY=1TH;BYSETPOS=2", 0, 3_000),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 0, 200),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", 0, 3_000),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 0, 20_000),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", 0, 20_000),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", 0, 20_000),
        ("FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=100", 0, 200),
        (
            "FREQ=YEARLY;BYMONTHDAY=15,16,17,18,19,20,21;BYDAY=1MO",
            0,
            200,
        ),
        ("FREQ=YEARLY;BYDAY=4TH;BYMONTHDAY=24;BYMONTH=11", 25, 300),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366", 0, 3_000),
        ("FREQ=DAILY;BYSETPOS=-2", 0, 70_000),
    ] {
        let rule = rule(text);
        let mut starts = rule.starts_at(first);
        let count = starts.by_ref().map(Result::unwrap).count();
        assert_eq!(count, made, "{text}");
        assert!(starts.steps() <= most, "{text}: {} steps", starts.steps());
    }
}

#[test]
fn b12_huge_intervals_end_at_once() {
    let first = datetime(2026, 1, 1, 9, 0, 0, 0);
    for freq in ["MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] {
        let rule = rule(&format!("FREQ={freq};INTERVAL=2147483647;COUNT=2147483647"));
        let mut starts = rule.starts_at(first);
        assert_eq!(starts.next(), Some(Ok(first)), "{freq}");
        assert_eq!(starts.next(), None, "{freq}");
        assert!(starts.steps() <= 3);
    }
}

#[test]
fn b13_years_far_away_cost_nothing() {
    let daily = rule("FREQ=DAILY;UNTIL=99991231T235959Z");
    let mut starts = daily
        .starts_at(datetime(1, 1, 1, 9, 0, 0, 0))
        .since(datetime(2026, 11, 22, 0, 0, 0, 0));
    assert_eq!(starts.next(), Some(Ok(datetime(2026, 11, 22, 9, 0, 0, 0))));
    assert!(starts.steps() <= 6, "{}", starts.steps());
    assert_eq!(
        daily.starts_at(datetime(1, 1, 1, 9, 0, 0, 0)).last(),
        Some(Err(OutOfSteps(caps::EXPANSION_STEPS)))
    );
    for first in [
        datetime(9999, 12, 31, 9, 0, 0, 0),
        datetime(2200, 1, 1, 0, 0, 0, 0),
    ] {
        let mut starts = daily.starts_at(first);
        assert_eq!(starts.next(), None);
        assert!(starts.steps() <= 2, "{}", starts.steps());
    }
    let yearly = rule("FREQ=YEARLY;BYWEEKNO=1,53");
    assert!(
        yearly
            .starts_at(datetime(-9999, 1, 1, 0, 0, 0, 0))
            .all(|start| start.is_ok())
    );
}

#[test]
fn a_window_far_ahead_is_reached_without_walking() {
    let first = datetime(1970, 1, 1, 9, 0, 0, 0);
    let low = datetime(2130, 1, 1, 0, 0, 0, 0);
    for freq in [
        "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY",
    ] {
        let rule = rule(&format!("FREQ={freq};INTERVAL=3"));
        let mut starts = rule.starts_at(first).since(low);
        assert!(starts.next().is_some_and(|start| start.unwrap() >= low));
        assert!(starts.steps() <= 6, "{freq}: {} steps", starts.steps());
    }
}

fn list(name: &'static str, values: std::ops::RangeInclusive<i32>) -> BoxedStrategy<String> {
    let number = values.prop_filter("0 is in no signed range", move |n| {
        *n != 0 || matches!(name, "BYHOUR" | "BYMINUTE" | "BYSECOND")
    });
    let list = prop::collection::vec(number, 1..4);
    prop_oneof![
        4 => Just(String::new()),
        1 => list.prop_map(move |list| {
            let list: Vec<_> = list.iter().map(ToString::to_string).collect();
            format!(";{name}={}", list.join(","))
        }),
    ]
    .boxed()
}

/// Any rule whose frequency is one of these.
fn any_rule(freqs: &'static [&'static str]) -> impl Strategy<Value = Rule> {
    let days = prop::collection::vec("[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)", 1..4)
        .prop_map(|days| {
            days.into_iter()
                .map(|day| match day.strip_prefix(['+', '-']) {
                    Some(plain) if plain.len() == 2 => plain.to_owned(),
                    _ => day,
                })
        })
        .prop_map(|days| format!(";BYDAY={}", days.collect::<Vec<_>>().join(",")));
    let optional = |part: &'static str| prop_oneof![4 => Just(""), 1 => Just(part)];
    let parts = (
        prop::sample::select(freqs),
        prop_oneof![
            Just(String::new()),
            (1..40u32).prop_map(|n| format!(";INTERVAL={n}"))
        ],
        prop_oneof![
            2 => Just(String::new()),
            1 => (1..200u32).prop_map(|n| format!(";COUNT={n}")),
            1 => (2026..2040u32).prop_map(|n| format!(";UNTIL={n}0301T120000")),
        ],
        prop_oneof![Just(String::new()), days],
        (list("BYMONTH", 1..=12), list("BYMONTHDAY", -31..=31)),
        (list("BYYEARDAY", -366..=366), list("BYWEEKNO", -53..=53)),
        (
            list("BYHOUR", 0..=23),
            list("BYMINUTE", 0..=59),
            list("BYSECOND", 0..=60),
        ),
        list("BYSETPOS", -5..=5),
        optional(";WKST=SU"),
        optional(";RSCALE=GREGORIAN;SKIP=FORWARD"),
    );
    parts.prop_map(
        |(freq, interval, end, days, month, year, clock, set_pos, wkst, skip)| {
            let text = format!(
                "FREQ={freq}{interval}{end}{days}{}{}{}{}{}{}{}{set_pos}{wkst}{skip}",
                month.0, month.1, year.0, year.1, clock.0, clock.1, clock.2
            );
            rule(&text)
        },
    )
}

const ALL: &[&str] = &[
    "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY",
];
const DAYS: &[&str] = &["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

fn any_first() -> impl Strategy<Value = DateTime> {
    (1995..2030i16, 1..=12i8, 1..=28i8, -3..=3i64, 0..24i8).prop_map(
        |(year, month, day, by, hour)| {
            datetime(year, month, day, hour, 30, 0, 0) + jiff::SignedDuration::from_hours(by * 24)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_rule_reads_back_as_written(rule in any_rule(ALL)) {
        let text = rule.to_string();
        prop_assert_eq!(text.parse::<Rule>(), Ok(rule), "{}", text);
    }

    #[test]
    fn no_text_breaks_the_parser(text in "\\PC*", tail in "[A-Z=;,0-9TZ+-]{0,40}") {
        for text in [text, format!("FREQ=DAILY;{tail}"), format!("FREQ=YEARLY;BYDAY={tail}")] {
            if let Ok(rule) = text.parse::<Rule>() {
                prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
            }
        }
    }

    #[test]
    fn starts_increase_from_the_first_and_keep_to_count_and_budget(
        rule in any_rule(ALL),
        first in any_first(),
        budget in 0..3_000u64,
    ) {
        let mut starts = rule.starts_at(first).within(budget);
        let made: Vec<_> = starts.by_ref().map_while(Result::ok).take(400).collect();
        prop_assert!(made.is_sorted_by(|a, b| a < b), "{made:?}");
        prop_assert!(made.iter().all(|start| *start >= first));
        prop_assert!(rule.count().is_none_or(|count| made.len() <= count as usize));
        prop_assert!(starts.steps() <= budget);
        let days = rule.starts_on(first.date()).within(budget).map_while(Result::ok);
        let days: Vec<_> = days.take(400).collect();
        prop_assert!(days.is_sorted_by(|a, b| a < b), "{days:?}");
        prop_assert!(days.iter().all(|day| *day == day.date().at(0, 0, 0, 0)));
    }

    #[test]
    fn leaving_out_what_is_before_changes_nothing_after(
        rule in any_rule(ALL),
        first in any_first(),
        later in 0..400_000i64,
    ) {
        let low = first + jiff::SignedDuration::from_mins(later);
        let all: Result<Vec<_>, _> = rule.starts_at(first).take(3_000).collect();
        let cut: Result<Vec<_>, _> = rule.starts_at(first).since(low).take(3_000).collect();
        if let (Ok(all), Ok(cut)) = (all, cut) {
            let last = all.last().copied();
            let known = |at: &DateTime| all.len() < 3_000 || Some(*at) <= last;
            let all = all.iter().copied().filter(|at| *at >= low);
            prop_assert!(all.eq(cut.into_iter().filter(known).take(3_000)));
        }
    }

    #[test]
    fn a_window_shows_what_a_filter_of_all_would(
        rule in any_rule(DAYS),
        first in any_first(),
        hours in 0..60i64,
        from in 0..4_000i64,
        length in 1..20_000i64,
        zone in prop::sample::select(&["America/New_York", "Asia/Seoul", "UTC"][..]),
    ) {
        let zone = Zone::parse(zone).unwrap();
        let end = first + jiff::SignedDuration::from_hours(hours);
        let rule = match rule.is_endless() {
            true => rule.times(std::num::NonZeroU32::new(150).unwrap()),
            false => rule,
        };
        let mut body = event(rule, first);
        body.main.time = EventTime::zoned(first, Some(end), zone.clone());
        let from = utc(first) + jiff::SignedDuration::from_hours(from);
        let window = (from, from + jiff::SignedDuration::from_hours(length));
        let ids = |window| body.instances(window, &zone, Budget::default()).map(|instances| {
            instances
                .into_iter()
                .map(|instance| (instance.recurrence_id, instance.instants(&zone).unwrap()))
                .collect::<Vec<_>>()
        });
        if let Ok(mut all) = ids(None) {
            all.retain(|(_, (start, end))| {
                *start < window.1 && (*end > window.0 || (start == end && *start >= window.0))
            });
            prop_assert_eq!(ids(Some(window)), Ok(all));
        }
    }
}
