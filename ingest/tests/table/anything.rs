//! Whatever the bytes are, the reader answers; what it takes over has a title and a sound time.

use crate::workbook::{Sheet, workbook};
use domain::text::Lang;
use domain::zone::Zone;
use ingest::table::Choice;
use ingest::{Format, ReadOptions, Reading, read_with};
use proptest::prelude::*;

fn sound(format: Format, bytes: &[u8]) -> Option<Reading> {
    sound_with(format, bytes, &[])
}

fn sound_with(format: Format, bytes: &[u8], choices: &[&str]) -> Option<Reading> {
    let zone = Zone::seoul();
    let choices: Vec<Choice> = choices.iter().map(|c| c.parse().unwrap()).collect();
    let options = ReadOptions {
        today: "2026-11-22".parse().ok(),
        choices: &choices,
        ..ReadOptions::new(Lang::KO, &zone)
    };
    let reading = read_with(format, bytes, &options).ok()?;
    for draft in &reading.drafts {
        assert!(!draft.body.main.title.is_empty());
        assert_eq!(draft.body.main.time.check(), Ok(()));
    }
    Some(reading)
}

/// Texts that look nearly like dates and times.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,8}",
        "[-./:~()', T월일년시분\"]",
        Just("오후".to_owned()),
        Just("pm".to_owned()),
        Just("March".to_owned()),
        Just("미정".to_owned()),
        Just("Z".to_owned()),
        Just("+09:00".to_owned()),
    ];
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Pieces of a sheet's XML, in any order.
fn xml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<sheetData>".to_owned()),
        Just("</sheetData>".to_owned()),
        "<row r=\"[0-9]{0,11}\">",
        Just("</row>".to_owned()),
        "<c r=\"[A-Z]{0,5}[0-9]{0,11}\" s=\"[0-9]{1,4}\" t=\"(s|n|b|e|d|str|inlineStr)\">",
        "<v>[-0-9.eE#]{0,12}</v>",
        "<is><t>[^<]{0,9}</t></is>",
        Just("</c>".to_owned()),
        "<mergeCell ref=\"[A-Z]{0,4}[0-9]{0,11}:[A-Z]{0,4}[0-9]{0,11}\"/>",
        Just("<mergeCells>".to_owned()),
        Just("</mergeCells>".to_owned()),
        "<dimension ref=\"[A-Z]{1,3}[0-9]{1,11}:[A-Z]{1,3}[0-9]{1,11}\"/>",
        "[<>&\";/]{1,3}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        sound(Format::Csv, &bytes);
        sound(Format::Xlsx, &bytes);
        sound(Format::Xlsx, &[b"PK\x03\x04".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,80}(\n\\PC{0,80}){0,5}") {
        sound(Format::Csv, text.as_bytes());
    }

    #[test]
    fn nearly_dates_are_read_or_named(cells in proptest::collection::vec([nearly(), nearly(), nearly()], 1..6)) {
        let mut text = "날짜,종료일,시간,제목\n2027-05-01,,18:30,틀림없는 행사\n".to_owned();
        for [date, end, time] in &cells {
            let quoted = [date, end, time].map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
            text += &format!("{},행사\n", quoted.join(","));
        }
        let choices = ["date=날짜", "end=종료일", "time=시간", "title=제목"];
        let reading = sound_with(Format::Csv, text.as_bytes(), &choices).expect("one row is sound");
        prop_assert_eq!(reading.drafts.len() + reading.skipped.len(), cells.len() + 1, "{}", text);
    }

    #[test]
    fn any_sheet_gets_an_answer(xml in xml()) {
        sound(Format::Xlsx, &workbook(&[Sheet::new("일정", xml)]));
    }

    #[test]
    fn a_damaged_workbook_gets_an_answer(at in 0usize..4000, byte in any::<u8>()) {
        let xml = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>날짜</t></is></c></row></sheetData>";
        let mut bytes = workbook(&[Sheet::new("일정", xml)]);
        let at = at % bytes.len();
        bytes[at] = byte;
        sound(Format::Xlsx, &bytes);
    }
}
