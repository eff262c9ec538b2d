//! The bytes of each form, side by side: one snapshot for each situation, with every form in
//! Korean and English. A difference between clients is seen at one look.

use crate::support::*;
use domain::alarm::Alarms;
use domain::event::{Availability, Event, Geo, Link, LinkKind, Occurrence, Status, WebAddress};
use domain::news::{Difference, News};
use domain::series::{Override, RecurrenceId, Series};
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use ical::write::{
    Additions, Context, Ending, Form, LINE_OCTETS, Repeats, calendar, deleted, dropped, splice,
};
use jiff::civil::{date, datetime};
use rstest::rstest;

fn evening() -> EventTime {
    evening_of(5, 18)
}

fn evening_of(day: i8, hour: i8) -> EventTime {
    let start = datetime(2027, 4, day, hour, 30, 0, 0);
    let end = datetime(2027, 4, day, 21, 30, 0, 0);
    EventTime::zoned(start, Some(end), Zone::seoul())
}

/// A game with everything that an entry can say.
fn told(time: EventTime) -> Occurrence {
    let address = |text| WebAddress::parse(text).unwrap();
    let mut what = game(time);
    what.description = Text::new(
        Lang::KO,
        "1차전; 우천 시 순연\n문의 http://a.kr/?q=1&r=2에서",
    )
    .with(
        Lang::EN,
        "Game 1; <moved> when it rains\nAsk http://a.kr/?q=1&r=2.",
    );
    what.place.name = Text::new(Lang::KO, "사직").with(Lang::EN, "Sajik");
    what.url = Some(address("https://team.example/g/1"));
    what.links = vec![Link {
        kind: LinkKind::Tickets,
        address: address("https://tickets.example/1"),
    }];
    what.availability = Availability::Busy;
    what
}

fn with_status(status: Status) -> Event {
    let mut what = told(evening());
    what.status = status;
    event_of(what)
}

fn at(day: i8) -> RecurrenceId {
    RecurrenceId::Local(datetime(2027, 4, day, 18, 30, 0, 0))
}

fn news(instance: Option<RecurrenceId>, source: Option<&str>, changes: Vec<Difference>) -> News {
    News {
        at: "2026-11-22T01:14:00Z".parse().unwrap(),
        source: source.map(str::to_owned),
        instance,
        changes,
    }
}

fn series(rule: &str) -> Event {
    let mut moved = told(evening_of(13, 17));
    moved.place.name = Text::new(Lang::KO, "울산").with(Lang::EN, "Ulsan");
    let mut off = told(evening_of(19, 18));
    off.status = Status::Cancelled;
    let changed = |day, instead| Override {
        at: at(day),
        instead,
    };
    let series = Series {
        rules: vec![rule.parse().unwrap()],
        overrides: vec![changed(12, moved), changed(19, off)],
        ..Series::default()
    };
    let mut event = repeating(evening(), series);
    let time = Difference::Time {
        was: evening_of(12, 18),
        is: evening_of(13, 17),
    };
    event.news = vec![
        news(Some(at(12)), Some("KBO"), vec![time]),
        news(None, None, vec![Difference::Series]),
    ];
    event
}

fn on_the_map() -> Event {
    let mut what = game(evening());
    what.place.name = Text::new(Lang::KO, "사직 야구장: \"북문\", 부산");
    what.place.geo = Some(Geo {
        lat_e6: 35_194_017,
        lon_e6: -500,
    });
    event_of(what)
}

fn changed() -> Event {
    let mut event = with_status(Status::Cancelled);
    let text = |ko, en| Text::new(Lang::KO, ko).with(Lang::EN, en);
    let place = Difference::Place {
        was: text("잠실", "Jamsil"),
        is: text("사직", "Sajik"),
    };
    let title = Difference::Title {
        was: text("롯데 대 두산", "Lotte vs Doosan"),
        is: text("롯데 vs 두산", "Lotte vs Doosan"),
    };
    let status = Difference::Status {
        was: Status::Confirmed,
        is: Status::Cancelled,
    };
    let time = Difference::Time {
        was: EventTime::DateOnly {
            date: date(2027, 4, 4),
        },
        is: evening(),
    };
    event.news = vec![
        news(None, Some("KBO"), vec![status]),
        news(None, None, vec![time, place, title.clone()]),
        news(None, None, vec![title]),
    ];
    event
}

fn alarms() -> Alarms {
    Alarms::parse("1w,1d,2h,30m,0m").unwrap()
}

const FORMS: [(Form, &str); 5] = [
    (Form::FailSafe, "fail-safe"),
    (Form::Standard, "standard"),
    (Form::Apple, "apple"),
    (Form::Google, "google"),
    (Form::Outlook, "outlook"),
];

/// What `write` gives in every form and both languages, one after the other.
fn side_by_side(write: impl Fn(&Context<'_>) -> Vec<u8>) -> String {
    let zone = Zone::seoul();
    let mut all = String::new();
    for lang in [Lang::KO, Lang::EN] {
        for (form, name) in FORMS {
            let written = String::from_utf8(write(&context(form, lang, &zone))).unwrap();
            for line in written.split("\r\n") {
                assert!(line.len() <= LINE_OCTETS, "{line}");
            }
            all += &format!("== {name}, {lang}\n{}\n", written.replace("\r\n", "\n"));
        }
    }
    all
}

#[rstest]
#[case::confirmed(with_status(Status::Confirmed))]
#[case::tentative(with_status(Status::Tentative))]
#[case::called_off(with_status(Status::Cancelled))]
#[case::postponed(with_status(Status::Postponed))]
#[case::hour_unknown(event_of(told(EventTime::DateOnly { date: date(2027, 4, 5) })))]
#[case::whole_days(event_of(game(EventTime::AllDay { first: date(2027, 4, 5), last: date(2027, 4, 6) })))]
#[case::place_with_position(on_the_map())]
#[case::news(changed())]
#[case::series_by_rule(series("FREQ=WEEKLY;COUNT=3"))]
#[case::series_date_by_date(series("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1;COUNT=3"))]
fn every_form(#[case] event: Event) {
    let name = std::thread::current().name().unwrap().to_owned();
    let name = name.rsplit("case_").next().unwrap();
    let written = side_by_side(|context| raw(&event, context).0);
    insta::assert_snapshot!(name.split_once('_').unwrap().1, written);
}

#[rstest]
#[case::on_a_clock(event_of(told(evening())))]
#[case::on_whole_days(event_of(game(EventTime::day(date(2027, 4, 5)))))]
#[case::in_a_series(series("FREQ=WEEKLY;COUNT=3"))]
fn additions(#[case] event: Event) {
    let name = std::thread::current().name().unwrap().to_owned();
    let name = name.rsplit("case_").next().unwrap();
    let written = side_by_side(|context| {
        let (fragment, cuts) = raw(&event, context);
        let mut out = Vec::new();
        let additions = Additions {
            ending: &Ending::fixed(
                "\n\n내 구독 <설정>: https://almanac.example/s/0123456789abcdefghijkl",
            ),
            id: &event.public_id,
            alarms: &alarms(),
        };
        splice(&mut out, &fragment, &cuts, &additions);
        out
    });
    let name = format!("additions_{}", name.split_once('_').unwrap().1);
    insta::assert_snapshot!(name, written);
}

#[test]
fn whole_feeds() {
    let written = side_by_side(|context| {
        let mut abroad = on_the_map();
        abroad.uid = "abroad".into();
        let start = datetime(2027, 4, 7, 18, 30, 0, 0);
        let zone = Zone::parse("Europe/Vienna").unwrap();
        abroad.body.main.time = EventTime::zoned(start, None, zone);
        calendar(
            &calendar_of("롯데"),
            &[series("FREQ=WEEKLY"), abroad],
            context,
        )
    });
    for never in ["METHOD", "\nUID:urn", "RSCALE", "PRODID:\n"] {
        assert!(!written.contains(never), "{never}");
    }
    insta::assert_snapshot!("whole_feeds", written);
}

#[test]
fn what_is_gone_names_every_uid_it_had() {
    let written = side_by_side(|context| {
        let mut out = Vec::new();
        for event in [
            event_of(told(evening())),
            event_of(game(EventTime::day(date(2027, 4, 5)))),
            event_of(game(EventTime::Undecided { was: None })),
            series("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1;COUNT=3"),
        ] {
            deleted(&mut out, &event, context);
        }
        out
    });
    insta::assert_snapshot!("deleted", written);
}

#[test]
fn what_is_gone_has_the_uids_that_it_was_written_with() {
    let uids = |bytes: &[u8]| -> Vec<String> {
        let all = unfolded(bytes);
        let mut uids: Vec<_> = all
            .lines()
            .filter(|l| l.starts_with("UID:"))
            .map(str::to_owned)
            .collect();
        uids.dedup();
        uids
    };
    let zone = Zone::seoul();
    for event in [
        series("FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO"),
        series("FREQ=WEEKLY"),
    ] {
        for (form, _) in FORMS {
            for repeats in [Repeats::ByForm, Repeats::AsRule] {
                let context = Context {
                    repeats,
                    ..context(form, Lang::KO, &zone)
                };
                let mut gone = Vec::new();
                deleted(&mut gone, &event, &context);
                let here = uids(&raw(&event, &context).0);
                assert_eq!(uids(&gone), here, "{form:?} {repeats:?}");
                if repeats == Repeats::AsRule {
                    assert_eq!(here, ["UID:game-1@example.kr"]);
                }
            }
        }
    }
}

#[test]
fn uids_that_an_event_has_no_more_are_dropped() {
    let zone = Zone::seoul();
    let context = context(Form::FailSafe, Lang::KO, &zone);
    let uids = |before: &Event, now: &Event| -> Vec<String> {
        let mut out = Vec::new();
        dropped(&mut out, before, now, &context);
        let all = unfolded(&out);
        all.lines()
            .filter_map(|l| l.strip_prefix("UID:").map(str::to_owned))
            .collect()
    };
    let dated = series("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1;COUNT=3");
    let mut fewer = dated.clone();
    fewer.body.series.as_mut().unwrap().except = vec![at(12)];
    let ruled = series("FREQ=WEEKLY;COUNT=3");
    let lost = event_of(game(EventTime::Undecided { was: None }));
    let each = |day| format!("game-1@example.kr-202704{day}T183000");
    let own = "game-1@example.kr".to_owned();
    assert_eq!(uids(&dated, &dated), [""; 0]);
    assert_eq!(uids(&dated, &fewer), [each("12")]);
    assert_eq!(uids(&fewer, &dated), [""; 0]);
    assert_eq!(uids(&dated, &ruled), [each("05"), each("12"), each("19")]);
    assert_eq!(uids(&ruled, &dated), std::slice::from_ref(&own));
    assert_eq!(uids(&ruled, &ruled), [""; 0]);
    assert_eq!(uids(&ruled, &lost), [own]);
}
