//! What is spliced into fragments is there and nothing else changes.

use crate::support::*;
use domain::alarm::Alarms;
use domain::event::{Event, EventBody, Status};
use domain::id::PublicId;
use domain::series::{Override, RecurrenceId, Series};
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::time::EventTime;
use domain::zone::Zone;
use ical::read::{ReadOptions, decode};
use ical::write::{
    Additions, Cut, Ending, Form, LINE_OCTETS, Rings, begin, most_added, splice, tail,
};
use jiff::civil::{date, datetime};
use proptest::prelude::*;
use rstest::rstest;

fn spliced(fragment: &[u8], cuts: &[Cut], text: &str, alarms: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let alarms = Alarms::parse(alarms).unwrap_or_default();
    let additions = Additions {
        ending: &Ending::fixed(text),
        id: &PublicId::from_bits(7),
        alarms: &alarms,
    };
    splice(&mut out, fragment, cuts, &additions);
    out
}

/// RFC 5545 §3.3.11, once more.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace('\n', "\\n")
}

fn in_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('\n', "<br>")
}

/// What splicing has to give, made from unfolded lines.
fn expected(
    fragment: &[u8],
    cuts: &[Cut],
    text: &str,
    triggers: &dyn Fn(Rings) -> Vec<&'static str>,
) -> String {
    let (mut all, mut cuts) = (String::new(), cuts.iter());
    let (mut summary, mut described) = (String::new(), false);
    for line in unfolded(fragment).lines() {
        let (name, value) = line.split_once(':').unwrap();
        match name.split(';').next().unwrap() {
            "SUMMARY" => summary = value.to_owned(),
            "DESCRIPTION" => {
                described = true;
                all += &format!("{line}{}\n", escaped(text));
                continue;
            }
            "X-ALT-DESC" => {
                let before = line.strip_suffix("</body></html>").unwrap();
                all += &format!("{before}{}</body></html>\n", escaped(&in_html(text)));
                continue;
            }
            "END" => {
                let alone = text.trim_start_matches('\n');
                if !described && !alone.is_empty() {
                    all += &format!("DESCRIPTION:{}\n", escaped(alone));
                }
                described = false;
                for trigger in triggers(cuts.next().unwrap().rings) {
                    all += &format!(
                        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:{trigger}\n\
                         DESCRIPTION:{summary}\nEND:VALARM\n"
                    );
                }
            }
            _ => {}
        }
        all += line;
        all.push('\n');
    }
    all
}

fn read(fragment: &[u8]) -> EventBody {
    let mut out = Vec::new();
    begin(&mut out);
    out.extend_from_slice(fragment);
    tail(&mut out);
    let document = decode(&out, ReadOptions::new(Lang::KO)).unwrap();
    assert!(document.skipped.is_empty(), "{:?}", document.skipped);
    document.drafts[0].body.clone()
}

#[rstest]
#[case("2h,30m", &["-PT2H", "-PT30M"], &["PT9H"])]
#[case("1d,90m,0m", &["-P1D", "-PT90M", "PT0S"], &["-PT15H", "PT9H"])]
#[case("2w,36h,1d", &["-P14D", "-PT36H", "-P1D"], &["-P13DT15H", "-PT15H"])]
#[case("", &[], &[])]
fn alarms_ring_before_the_start_or_at_nine(
    #[case] asked: &str,
    #[case] clock: &[&'static str],
    #[case] days: &[&'static str],
) {
    let zone = Zone::seoul();
    let context = context(Form::FailSafe, Lang::KO, &zone);
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    let timed = EventTime::zoned(start, None, Zone::seoul());
    let was = Some((date(2027, 4, 5), date(2027, 4, 5)));
    for (time, status, want) in [
        (timed.clone(), Status::Confirmed, clock),
        (timed.clone(), Status::Tentative, clock),
        (timed.clone(), Status::Postponed, &[]),
        (timed, Status::Cancelled, &[]),
        (
            EventTime::Floating { start, end: None },
            Status::Confirmed,
            clock,
        ),
        (EventTime::day(date(2027, 4, 5)), Status::Confirmed, days),
        (
            EventTime::DateOnly {
                date: date(2027, 4, 5),
            },
            Status::Confirmed,
            days,
        ),
        (EventTime::Undecided { was }, Status::Confirmed, &[]),
    ] {
        let mut what = game(time);
        what.status = status;
        let (fragment, cuts) = raw(&event_of(what), &context);
        let out = unfolded(&spliced(&fragment, &cuts, "", asked));
        let triggers: Vec<_> = out
            .lines()
            .filter_map(|l| l.strip_prefix("TRIGGER:"))
            .collect();
        assert_eq!(triggers, want, "{status:?}");
    }
}

#[test]
fn nothing_added_changes_nothing() {
    let zone = Zone::seoul();
    for form in Form::ALL {
        let event = event_of(game(EventTime::day(date(2027, 4, 5))));
        let (fragment, cuts) = raw(&event, &context(form, Lang::KO, &zone));
        assert_eq!(spliced(&fragment, &cuts, "", ""), fragment);
    }
}

#[test]
fn cuts_of_another_fragment_do_no_harm() {
    let zone = Zone::seoul();
    let event = event_of(game(EventTime::day(date(2027, 4, 5))));
    let (fragment, mut cuts) = raw(&event, &context(Form::Outlook, Lang::KO, &zone));
    cuts[0].end = u32::MAX;
    cuts[0].text = Some(u32::MAX);
    cuts[0].html = None;
    assert_eq!(spliced(&fragment, &cuts, "x", "1d"), fragment);
    assert_eq!(spliced(b"", &cuts, "x", "1d"), b"");
}

fn any_event() -> impl Strategy<Value = Event> {
    let states = vec![Status::Confirmed, Status::Cancelled, Status::Tentative];
    let hostile = "[a-z가-힣😀,;\\\\\"<&' :\u{2028}é]{1,90}";
    let texts = (hostile, "(?s)[a-z가-힣😀,;\\\\\"<&' \n]{0,200}");
    let times = vec![
        EventTime::day(date(2027, 4, 5)),
        EventTime::zoned(datetime(2027, 4, 5, 18, 30, 0, 0), None, Zone::utc()),
        EventTime::DateOnly {
            date: date(2027, 4, 5),
        },
    ];
    let parts = (
        texts,
        prop::sample::select(states),
        prop::sample::select(times),
        any::<bool>(),
    );
    parts.prop_map(|((title, text), status, time, repeats)| {
        let mut main = game(time);
        let title = clean_line(&title, 2000);
        let title = if title.is_empty() {
            "제목".to_owned()
        } else {
            title
        };
        main.title = Text::new(Lang::KO, title);
        main.description = Text::new(Lang::KO, clean_block(&text, 8000));
        main.status = status;
        if !repeats || !main.time.can_repeat() {
            return event_of(main);
        }
        let at = match &main.time {
            EventTime::AllDay { .. } => RecurrenceId::Date(date(2027, 4, 12)),
            _ => RecurrenceId::Local(datetime(2027, 4, 12, 18, 30, 0, 0)),
        };
        let mut instead = main.clone();
        instead.status = Status::Cancelled;
        instead.description = Text::none();
        let series = Series {
            rules: vec!["FREQ=WEEKLY;COUNT=5".parse().unwrap()],
            overrides: vec![Override { at, instead }],
            ..Series::default()
        };
        event_of(EventBody {
            main,
            series: Some(series),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn exactly_the_additions_are_added(
        event in any_event(),
        form in prop::sample::select(Form::ALL.to_vec()),
        text in "(?s)\n{0,2}[a-z가-힣😀,;\\\\\"<&' \n]{0,200}",
        english in any::<bool>(),
        before in 0_usize..90,
    ) {
        let zone = Zone::seoul();
        let context = context(form, if english { Lang::EN } else { Lang::KO }, &zone);
        let (fragment, cuts) = raw(&event, &context);
        let out = spliced(&fragment, &cuts, &text, "1d,2h");
        for line in out.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            prop_assert!(line.len() <= LINE_OCTETS, "{}", String::from_utf8_lossy(line));
            prop_assert!(std::str::from_utf8(line).is_ok());
            prop_assert!(line != b" ", "an empty fold");
        }
        let triggers = |rings| match rings {
            Rings::Never => vec![],
            Rings::Clock => vec!["-P1D", "-PT2H"],
            Rings::Days => vec!["-PT15H", "PT9H"],
        };
        prop_assert_eq!(unfolded(&out), expected(&fragment, &cuts, &text, &triggers));

        // Cuts do not depend on what was in the output before.
        let (mut later, mut again) = (vec![b'x'; before], Vec::new());
        ical::write::event(&mut later, &mut Default::default(), &mut again, &event, &context);
        prop_assert_eq!(&later[before..], &fragment[..]);
        prop_assert_eq!(again, cuts);

        let plain = read(&fragment);
        let told = read(&out);
        let told_of = told.main.description.pick(Lang::KO, Lang::KO);
        let plain_of = plain.main.description.pick(Lang::KO, Lang::KO);
        prop_assert_eq!(told_of, clean_block(&format!("{plain_of}{text}"), 8000));
        let mut undone = told.clone();
        undone.main.description = plain.main.description.clone();
        if let (Some(a), Some(b)) = (&mut undone.series, &plain.series) {
            for (one, other) in a.overrides.iter_mut().zip(&b.overrides) {
                one.instead.description = other.instead.description.clone();
            }
        }
        prop_assert_eq!(undone, plain);
    }
}

proptest! {
    #[test]
    fn words_with_an_id_are_the_words_that_the_id_makes(
        before in "[\n a-z가-힣;,<&]{0,90}",
        after in "[\n a-z가-힣]{0,40}",
        bits: u128,
        form in 0..Form::ALL.len(),
    ) {
        let id = PublicId::from_bits(bits);
        let text = |id: &str| format!("\n{before}{id}{after}\n{before}/{id}");
        let event = event_of(EventBody::from(game(EventTime::day(date(2027, 4, 5)))));
        let (fragment, cuts) = raw(&event, &context(Form::ALL[form], Lang::KO, &Zone::seoul()));
        let alarms = Alarms::parse("2h,30m").unwrap();
        let with = |words: &Ending| {
            let mut out = Vec::new();
            splice(&mut out, &fragment, &cuts, &Additions { ending: words, id: &id, alarms: &alarms });
            out
        };
        let (once, each) = (Ending::with_id(text), Ending::fixed(&text(id.as_str())));
        let written = with(&once);
        prop_assert!(written.len() <= fragment.len() + most_added(&once, &alarms));
        prop_assert_eq!(String::from_utf8(written).unwrap(), String::from_utf8(with(&each)).unwrap());
    }
}
