//! Damaged text and other character sets: what can be read is read, the rest is named.

use crate::{all, calendar, codes, event, one, read, skips, uids};
use domain::event::Draft;
use domain::event::Status;
use domain::text::Lang;
use ical::read::ReadOptions;
use ical::read::decode;
use proptest::prelude::*;

#[test]
fn b17_hostile_characters_do_not_survive() {
    let draft =
        one("DTSTART:20270101\nSUMMARY:a\u{0}b\u{202e}c\u{2028}d\\nEND:VEVENT\nUID:x\u{7}y");
    assert_eq!(
        draft.body.main.title.pick(Lang::KO, Lang::KO),
        "abc d END:VEVENT"
    );
    assert_eq!(draft.uid.as_deref(), Some("xy"));
}

#[test]
fn b17_other_character_sets_are_read_and_named() {
    let text = calendar(&event("DTSTART:20270101\nSUMMARY:롯데 경기"));
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let cp949 = encoding_rs::EUC_KR.encode(&text).0.into_owned();
    for bytes in [utf16, cp949] {
        let document = decode(&bytes, ReadOptions::new(Lang::KO)).unwrap();
        let title = &document.drafts[0].body.main.title;
        assert_eq!(title.pick(Lang::KO, Lang::KO), "롯데 경기");
        assert_eq!(codes(&document), ["charset"]);
    }
}

#[test]
fn raw_line_breaks_in_a_text_belong_to_it() {
    let lines = "DTSTART:20270101\nDESCRIPTION:first\nsecond: line\n\nhttp://a.kr\nLOCATION:Nieuwe Kalfjeslaan 19\n1182AA Amstelveen\nSTATUS:TENTATIVE";
    let document = all(&[lines]);
    let main = &document.drafts[0].body.main;
    let text = main.description.pick(Lang::KO, Lang::KO);
    assert_eq!(text, "first\nsecond: line\n\nhttp://a.kr");
    let place = main.place.name.pick(Lang::KO, Lang::KO);
    assert_eq!(place, "Nieuwe Kalfjeslaan 19 1182AA Amstelveen");
    assert_eq!(main.status, Status::Tentative);
    assert_eq!(codes(&document), ["raw-line-break", "raw-line-break"]);
}

#[test]
fn damage_inside_an_entry_leaves_the_others() {
    let good = event("UID:good\nDTSTART:20270101");
    for bad in [
        "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:20270101\r\n",
        "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:20270101\r\nEND:VTODO\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\nUID:bad\r\nBEGIN:VALARM\r\nDTSTART:20270101\r\nEND:VEVENT\r\n",
    ] {
        for inside in [format!("{bad}{good}"), format!("{good}{bad}")] {
            let document = read(&calendar(&inside)).unwrap();
            assert_eq!(skips(&document), ["unbalanced"], "{inside}");
            assert_eq!(uids(&document), ["good"], "{inside}");
            assert_eq!(document.skipped[0].what, "bad");
        }
    }
    let document = read(&calendar(&format!("{good}END:VEVENT\r\n"))).unwrap();
    assert_eq!(
        (codes(&document), document.drafts.len()),
        (vec!["stray-end"], 1)
    );
}

#[test]
fn tasks_and_journals_are_named_as_skipped() {
    let inside =
        "BEGIN:VTODO\r\nSUMMARY:buy milk\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nEND:VJOURNAL\r\n";
    let document = read(&calendar(inside)).unwrap();
    assert_eq!(skips(&document), ["not-an-event", "not-an-event"]);
    assert_eq!(
        document.skipped[0].to_string(),
        "line 3 (buy milk): VTODO is not an event"
    );
}

#[test]
fn several_calendars_in_one_stream_are_joined() {
    let first = calendar(&format!(
        "X-WR-CALNAME:하나\r\n{}",
        event("UID:a\nDTSTART:20270101")
    ));
    let text = format!("{first}{}", calendar(&event("UID:b\nDTSTART:20270101")));
    let document = read(&text).unwrap();
    assert_eq!(uids(&document), ["a", "b"]);
    assert_eq!(document.name.as_deref(), Some("하나"));
}

/// Pieces of calendars, whole and broken, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "BEGIN:VCALENDAR\r\n",
        "END:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\n",
        "END:VEVENT\n",
        "BEGIN:VALARM\r\n",
        "END:VALARM\r",
        "BEGIN:VTIMEZONE\r\nTZID:X\r\n",
        "END:VTIMEZONE\r\n",
        "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0900\r\n",
        "END:STANDARD\r\n",
        "DTSTART:20270405T183000\r\n",
        "DTSTART;TZID=X:20270405T183000\r\n",
        "UID:a\r\n",
        "DTEND;VALUE=DATE:20270405\r\n",
        "RRULE:FREQ=DAILY;COUNT=3\r\n",
        "SEQUENCE:1\r\n",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270406T183000\r\n",
        "EXDATE:20270406\r\n",
        "RDATE;VALUE=PERIOD:20270405T183000/PT1H\r\n",
        "SUMMARY:가\r\n ",
        "\r\n",
        "text\r\n",
        ";:\"",
        "DURATION:-P1D\r\n",
        "EXRULE:FREQ=WEEKLY\r\n",
        "X-A;B=\"c:d",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes, ReadOptions::new(Lang::KO));
        let inside = [b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", &bytes[..], b"\r\nEND:VEVENT\r\nEND:VCALENDAR"];
        let _ = decode(&inside.concat(), ReadOptions::new(Lang::KO));
    }

    #[test]
    fn the_books_always_balance(inside in pieces()) {
        for text in [inside.clone(), calendar(&inside), calendar(&event(&inside))] {
            if let Ok(document) = read(&text) {
                let changed = |d: &Draft| d.body.series.as_ref().map_or(0, |s| s.overrides.len());
                let changed: usize = document.drafts.iter().map(changed).sum();
                let told = document.drafts.len() + changed + document.merged + document.skipped.len();
                prop_assert_eq!(told, document.entries);
                prop_assert!(document.drafts.iter().all(|d| d.body.main.time.check().is_ok()));
            }
        }
    }
}
