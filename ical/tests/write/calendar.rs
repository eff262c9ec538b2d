//! Whole feeds: their first lines, their order, and that nothing from outside can break them
//! (security cases C1, C2, C3).

use crate::support::*;
use domain::calendar::Attribution;
use domain::event::{Event, Occurrence, WebAddress};
use domain::series::{Override, RecurrenceId, Series};
use domain::tag::Tag;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use ical::write::{Form, LINE_OCTETS, calendar};
use icalendar::parser::{read_calendar, unfold};
use jiff::civil::{date, datetime};
use proptest::prelude::*;

const FORMS: [Form; 5] = Form::ALL;

fn one_day(day: i8, uid: &str) -> Event {
    Event {
        uid: uid.into(),
        ..event_of(game(EventTime::day(date(2027, 4, day))))
    }
}

#[test]
fn the_first_lines_say_what_clients_look_for() {
    let zone = Zone::seoul();
    let mut of = calendar_of("롯데, 자이언츠");
    of.profile.sample = true;
    of.profile.attribution = Some(Attribution {
        name: "모임".into(),
        licence: Some("CC0-1.0".into()),
        address: WebAddress::parse("https://data.example/"),
    });
    let out = calendar(&of, &[], &context(Form::FailSafe, Lang::KO, &zone));
    let id = of.public_id.as_str();
    let expected = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Almanac//Almanac//EN\nCALSCALE:GREGORIAN\n\
         X-WR-CALNAME:[예시] 롯데, 자이언츠\nNAME;LANGUAGE=ko:[예시] 롯데\\, 자이언츠\n\
         X-WR-CALDESC:모든 경기\\n\\n모임\\, CC0-1.0\\, https://data.example/\n\
         DESCRIPTION;LANGUAGE=ko:모든 경기\\n\\n모임\\, CC0-1.0\\, https://data.example/\n\
         X-WR-TIMEZONE:Asia/Seoul\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\n\
         X-PUBLISHED-TTL:PT1H\nURL:https://almanac.example/calendars/lotte\n\
         SOURCE;VALUE=URI:https://almanac.example/feeds/{id}.ics\n\
         COLOR:brown\nX-APPLE-CALENDAR-COLOR:#B42F2F\nLAST-MODIFIED:20261121T000000Z\n\
         BEGIN:VTIMEZONE\nTZID:Asia/Seoul\nBEGIN:STANDARD\nDTSTART:19881009T030000\n\
         TZOFFSETFROM:+1000\nTZOFFSETTO:+0900\nTZNAME:KST\nEND:STANDARD\nEND:VTIMEZONE\n\
         END:VCALENDAR\n"
    );
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.replace("\r\n ", "").replace("\r\n", "\n"), expected);
}

#[test]
fn the_name_for_phones_is_one_line_however_long() {
    let zone = Zone::seoul();
    let of = calendar_of(&"가나다라".repeat(20));
    let out = calendar(&of, &[], &context(Form::FailSafe, Lang::KO, &zone));
    let text = String::from_utf8(out).unwrap();
    let line = text
        .split("\r\n")
        .find(|l| l.starts_with("X-WR-CALNAME:"))
        .unwrap();
    assert_eq!(line, format!("X-WR-CALNAME:{}", "가나다라".repeat(5)));
    assert!(text.contains("X-WR-CALDESC:") && text.find("CALNAME") < text.find("CALDESC"));
}

#[test]
fn only_the_form_that_fails_safe_names_a_home_and_lends_addresses() {
    let zone = Zone::seoul();
    let at = datetime(2027, 4, 5, 18, 30, 0, 0);
    let events = [event_of(game(EventTime::Floating {
        start: at,
        end: None,
    }))];
    for (form, says) in [(Form::FailSafe, true), (Form::Standard, false)] {
        let out = calendar(&calendar_of("x"), &events, &context(form, Lang::KO, &zone));
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.contains("X-WR-TIMEZONE:"), says, "{form:?}");
        assert_eq!(text.contains("URL:https://almanac.example/events/"), says);
    }
}

#[test]
fn a_calendar_of_utc_events_still_has_a_component_besides() {
    let utc = Zone::utc();
    let out = calendar(
        &calendar_of("x"),
        &[],
        &context(Form::Standard, Lang::KO, &utc),
    );
    assert!(
        String::from_utf8(out)
            .unwrap()
            .contains("BEGIN:VTIMEZONE\r\nTZID:UTC\r\n")
    );
}

#[test]
fn events_stand_by_first_instant_then_uid_whatever_order_they_come_in() {
    let zone = Zone::seoul();
    let evening = EventTime::zoned(datetime(2027, 4, 2, 18, 0, 0, 0), None, Zone::seoul());
    let timed = Event {
        uid: "a".into(),
        ..event_of(game(evening))
    };
    let mut events = vec![
        timed,
        one_day(3, "c"),
        one_day(2, "z"),
        one_day(3, "b"),
        one_day(1, "y"),
    ];
    let of = calendar_of("x");
    let forwards = calendar(&of, &events, &context(Form::FailSafe, Lang::KO, &zone));
    events.reverse();
    let backwards = calendar(&of, &events, &context(Form::FailSafe, Lang::KO, &zone));
    assert_eq!(forwards, backwards);
    let text = String::from_utf8(forwards).unwrap();
    let uids: Vec<_> = text
        .lines()
        .filter_map(|l| l.strip_prefix("UID:"))
        .collect();
    assert_eq!(uids, ["y", "z", "a", "b", "c"]);
    assert!(!text.contains("METHOD"));
}

/// Every editable field set to the same hostile text.
fn hostile(text: &str) -> Vec<Event> {
    let texts = Text::new(Lang::KO, text);
    let fill = |time| Occurrence {
        description: texts.clone(),
        place: domain::event::Place {
            name: texts.clone(),
            geo: None,
        },
        result: texts.clone(),
        tags: vec![Tag {
            key: text.into(),
            label: texts.clone(),
        }],
        url: WebAddress::parse(&format!("https://a.example/{text}")),
        ..Occurrence::new(texts.clone(), time)
    };
    let day = |day| EventTime::day(date(2027, 4, day));
    let single = Event {
        uid: text.into(),
        ..event_of(fill(EventTime::DateOnly {
            date: date(2027, 4, 1),
        }))
    };
    let mut series = repeating(
        day(5),
        Series {
            rules: vec!["FREQ=DAILY;COUNT=3".parse().unwrap()],
            overrides: vec![Override {
                at: RecurrenceId::Date(date(2027, 4, 6)),
                instead: fill(day(9)),
            }],
            ..Series::default()
        },
    );
    series.body.main = fill(day(5));
    vec![single, series]
}

/// What holds for every feed, whatever people typed.
fn holds(text: &str) {
    let zone = Zone::parse("Europe/Paris").unwrap();
    let mut of = calendar_of(text);
    of.profile.description = Text::new(Lang::KO, text);
    of.profile.attribution = Some(Attribution {
        name: text.into(),
        licence: Some(text.into()),
        address: None,
    });
    for form in FORMS {
        let context = ical::write::Context {
            base_url: text,
            ..context(form, Lang::KO, &zone)
        };
        let out = calendar(&of, &hostile(text), &context);
        assert_eq!(
            out,
            calendar(&of, &hostile(text), &context),
            "rendered twice"
        );
        assert!(out.starts_with(b"BEGIN:VCALENDAR\r\n") && out.ends_with(b"END:VCALENDAR\r\n"));
        let out = String::from_utf8(out).unwrap();
        for line in out.strip_suffix("\r\n").unwrap().split("\r\n") {
            assert!(line.len() <= LINE_OCTETS, "{line:?}");
            let stray = |c: char| (c.is_control() && c != '\t') || "\u{2028}\u{2029}".contains(c);
            assert!(!line.contains(stray), "{line:?}");
        }
        let unfolded = unfold(&out);
        let parsed = read_calendar(&unfolded).unwrap();
        let names: Vec<_> = parsed
            .components
            .iter()
            .map(|c| c.name.as_str().to_owned())
            .collect();
        assert_eq!(names, ["VTIMEZONE", "VEVENT", "VEVENT", "VEVENT"], "{out}");
    }
}

#[test]
fn c2_no_control_or_separator_reaches_a_line() {
    holds("\rEND:VEVENT");
    holds("a\u{b}b\u{c}c\u{85}d\u{2028}e\u{2029}f\0g\u{1b}h\u{7f}");
}

#[test]
fn c3_long_texts_are_folded_between_characters() {
    holds(&"😀".repeat(10_000));
    holds(&"가,".repeat(500));
}

#[test]
fn c1_texts_cannot_begin_or_end_a_component() {
    for text in [
        "A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil",
        "A\nEND:VCALENDAR\n",
        "\r\n BEGIN:VALARM",
        "\\n\\,\\;\\\\\\",
        "\";x=\":y",
        "^n^'^^",
        "",
    ] {
        holds(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c1_c2_c3_any_text_stays_inside_its_line(
        text in proptest::collection::vec(
            prop_oneof![
                any::<char>().prop_map(String::from),
                prop_oneof![
                    Just("\r"), Just("\n"), Just("\\"), Just(","), Just(";"), Just("\""),
                    Just("\r\nEND:VEVENT\r\n"), Just("\u{85}"), Just("\u{2028}"), Just("가나다"),
                    Just(" "), Just("\t"), Just(":"), Just("^"), Just("\u{0}"),
                ].prop_map(String::from),
            ],
            0..120,
        )
    ) {
        holds(&text.concat());
    }
}
