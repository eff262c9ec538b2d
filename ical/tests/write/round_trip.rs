//! What the letter of the RFCs can say comes back through our own reader as it was.

use crate::support::*;
use domain::event::{Availability, Event, EventBody, Geo, Status, WebAddress};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use ical::read::{ReadOptions, decode};
use ical::write::{Form, calendar};
use jiff::civil::{DateTime, date, datetime};
use proptest::prelude::*;
use rstest::rstest;

/// Writes an event by the letter and reads it again.
fn read_back(event: &Event) -> EventBody {
    let zone = Zone::seoul();
    let context = context(Form::Standard, Lang::KO, &zone);
    let bytes = calendar(&calendar_of("x"), std::slice::from_ref(event), &context);
    let document = decode(&bytes, ReadOptions::new(Lang::KO)).unwrap();
    assert!(document.skipped.is_empty(), "{:?}", document.skipped);
    // A fixed offset is no zone that its TZID names; the reader says that it took it for one.
    let mut warnings = document.warnings.iter();
    assert!(
        warnings.all(|w| w.code == "zone-guessed"),
        "{:?}",
        document.warnings
    );
    let [draft] = &document.drafts[..] else {
        unreachable!("{} drafts", document.drafts.len())
    };
    assert_eq!(draft.uid.as_deref(), Some(&*event.uid));
    assert_eq!(draft.sequence, event.sequence);
    draft.body.clone()
}

fn keeps(body: EventBody) {
    let mut event = event_of(body);
    // The feed gives every event an address; with its own it is the same on both sides.
    event.body.main.url = WebAddress::parse("https://team.example/a,b;c");
    for changed in event.body.series.iter_mut().flat_map(|s| &mut s.overrides) {
        changed.instead.url = event.body.main.url.clone();
    }
    let body = event.body.clone();
    assert_eq!(read_back(&event), body);
}

fn korean(time: EventTime) -> domain::event::Occurrence {
    domain::event::Occurrence::new(Text::new(Lang::KO, "롯데 vs 두산"), time)
}

fn in_zone(name: &str, start: DateTime, end: Option<DateTime>) -> EventTime {
    EventTime::zoned(start, end, Zone::parse(name).unwrap())
}

#[rstest]
#[case::seoul("Asia/Seoul")]
#[case::new_york("America/New_York")]
#[case::jerusalem("Asia/Jerusalem")]
#[case::casablanca("Africa/Casablanca")]
#[case::utc("UTC")]
#[case::fixed("+05:30")]
#[case::odd_seconds("-00:44:30")]
fn times_in_zones(#[case] zone: &str) {
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    keeps(korean(in_zone(zone, start, None)).into());
    let end = datetime(2027, 4, 6, 1, 0, 0, 0);
    keeps(korean(in_zone(zone, start, Some(end))).into());
}

#[rstest]
#[case(EventTime::Floating { start: datetime(2027, 1, 1, 0, 0, 0, 0), end: None })]
#[case(EventTime::day(date(2027, 4, 10)))]
#[case(EventTime::AllDay { first: date(2026, 12, 30), last: date(2027, 1, 2) })]
fn times_without_zones(#[case] time: EventTime) {
    keeps(korean(time).into());
}

#[rstest]
#[case(Status::Tentative)]
#[case(Status::Confirmed)]
#[case(Status::Cancelled)]
fn states_and_texts(#[case] status: Status) {
    let mut what = korean(EventTime::day(date(2027, 4, 10)));
    what.status = status;
    what.availability = Availability::Busy;
    what.description = Text::new(Lang::KO, "1차전; 환불, \\없음\\n\n\t둘째 줄: \"끝\"");
    what.place.name = Text::new(Lang::KO, "사직, 부산; 북문");
    what.place.geo = Some(Geo {
        lat_e6: -35_194_017,
        lon_e6: 500,
    });
    what.tags = vec![
        Tag::from_label("홈, 경기", Lang::KO).unwrap(),
        Tag::from_label("kbo", Lang::KO).unwrap(),
    ];
    keeps(what.into());
}

#[test]
fn the_second_pass_through_an_hour_is_the_same_instant() {
    let zone = Zone::parse("America/New_York").unwrap();
    let at = datetime(2026, 11, 1, 1, 30, 0, 0);
    let start = WallTime { at, second: true };
    let time = EventTime::Zoned(Zoned {
        start,
        end: None,
        zone: zone.clone(),
    });
    let read = read_back(&event_of(korean(time.clone()))).main.time;
    assert_eq!(read.instants(&Zone::seoul()), time.instants(&Zone::seoul()));
}

#[rstest]
#[case("Asia/Seoul", "FREQ=WEEKLY;COUNT=9;BYDAY=TH")]
#[case("America/New_York", "FREQ=WEEKLY;BYDAY=TH")]
#[case("UTC", "FREQ=MONTHLY;BYDAY=1TH")]
#[case("+05:30", "FREQ=YEARLY;BYYEARDAY=91")]
fn series_with_all_they_have(#[case] zone: &str, #[case] rule: &str) {
    let at = |day, hour| datetime(2027, 4, day, hour, 0, 0, 0);
    let mut moved = korean(in_zone("Europe/Paris", at(23, 14), Some(at(23, 16))));
    moved.status = Status::Cancelled;
    let series = Series {
        rules: vec![rule.parse().unwrap()],
        extra: vec![
            ExtraDate {
                start: RecurrenceId::Local(at(3, 9)),
                end: None,
            },
            ExtraDate {
                start: RecurrenceId::Local(at(4, 9)),
                end: Some(at(4, 12)),
            },
        ],
        except: vec![RecurrenceId::Local(at(8, 9))],
        overrides: vec![Override {
            at: RecurrenceId::Local(at(3, 9)),
            instead: moved,
        }],
    };
    let main = korean(in_zone(zone, at(1, 9), Some(at(1, 10))));
    keeps(EventBody {
        main,
        series: Some(series),
    });
}

#[test]
fn series_of_days() {
    let day = |day| RecurrenceId::Date(date(2027, 4, day));
    let series = Series {
        rules: vec!["FREQ=DAILY;UNTIL=20270430".parse().unwrap()],
        except: vec![day(8), day(9)],
        overrides: vec![Override {
            at: day(12),
            instead: korean(EventTime::day(date(2027, 5, 2))),
        }],
        ..Series::default()
    };
    keeps(EventBody {
        main: korean(EventTime::day(date(2027, 4, 1))),
        series: Some(series),
    });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_clean_text_comes_back(title in ".{1,80}", block in "(?s).{0,300}") {
        let mut what = korean(EventTime::day(date(2027, 4, 10)));
        let title = clean_line(&title, 2000);
        prop_assume!(!title.is_empty());
        what.title = Text::new(Lang::KO, title);
        what.description = Text::new(Lang::KO, clean_block(&block, 8000));
        keeps(what.into());
    }
}
