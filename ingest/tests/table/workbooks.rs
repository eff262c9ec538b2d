//! Workbooks: dates as numbers, merged cells, formulas, several sheets, and bombs.

use crate::workbook::{Sheet, data, number, text, workbook, workbook_with};
use domain::caps;
use domain::text::Lang;
use domain::zone::Zone;
use ingest::{Format, Reading, Refusal, read};

fn xlsx(bytes: &[u8]) -> Result<Reading, Refusal> {
    read(Format::Xlsx, bytes, Lang::KO, &Zone::seoul())
}

fn told(reading: &Reading) -> Vec<String> {
    let one = |draft: &domain::event::Draft| {
        let main = &draft.body.main;
        let (from, _) = main.time.instants(&Zone::seoul()).unwrap();
        format!(
            "{} {} {from}",
            draft.line,
            main.title.pick(Lang::KO, Lang::KO)
        )
    };
    reading.drafts.iter().map(one).collect()
}

fn header(row: u32) -> (u32, Vec<String>) {
    let at = |column: &str| format!("{column}{row}");
    let cells = [
        text(&at("A"), "날짜"),
        text(&at("B"), "시간"),
        text(&at("C"), "행사"),
    ];
    (row, cells.to_vec())
}

#[test]
fn serial_dates_and_times_are_read() {
    let rows = [
        header(2),
        (
            3,
            vec![
                number("A3", 1, 46508.0),
                number("B3", 2, 0.770_833_333_333_333_3),
                text("C3", "개막"),
            ],
        ),
        (
            5,
            vec![
                number("A5", 0, 46509.0),
                text("B5", "오후 2시"),
                text("C5", "둘째 날"),
            ],
        ),
    ];
    let reading = xlsx(&workbook(&[Sheet::new("일정", data(&rows))])).unwrap();
    let want = [
        "3 개막 2027-05-01T09:30:00Z",
        "5 둘째 날 2027-05-02T05:00:00Z",
    ];
    assert_eq!(told(&reading), want);
}

#[test]
fn merged_cells_say_what_their_first_says() {
    let rows = [
        (1, vec![text("A1", "2027년 체험 주간")]),
        header(2),
        (3, vec![text("A3", "5/1"), text("C3", "가")]),
        (4, vec![text("C4", "나")]),
        (5, vec![text("A5", "5/2"), text("C5", "다")]),
    ];
    let merges =
        r#"<mergeCells count="2"><mergeCell ref="A1:C1"/><mergeCell ref="A3:A4"/></mergeCells>"#;
    let sheet = Sheet::new("일정", data(&rows) + merges);
    let reading = xlsx(&workbook(&[sheet])).unwrap();
    let days: Vec<String> = told(&reading);
    assert_eq!(days.len(), 3);
    assert!(days[1].starts_with("4 나 2027-04-30T15:00"), "{days:?}");
    assert_eq!(reading.title.pick(Lang::KO, Lang::KO), "2027년 체험 주간");
}

#[test]
fn a_merge_over_everything_costs_nothing() {
    let rows = [
        header(1),
        (2, vec![text("A2", "2027-05-01"), text("C2", "가")]),
    ];
    let merges = r#"<mergeCells count="1"><mergeCell ref="D1:XFD1048576"/></mergeCells>"#;
    let sheet = Sheet::new("일정", data(&rows) + merges);
    assert_eq!(xlsx(&workbook(&[sheet])).unwrap().drafts.len(), 1);
}

#[test]
fn of_formulas_the_last_value_counts_and_errors_are_named() {
    let computed = r#"<c r="A2" s="1"><f>TODAY()</f><v>46508</v></c>"#.to_owned();
    let broken = r#"<c r="A3" t="e"><f>A99</f><v>#REF!</v></c>"#.to_owned();
    let rows = [
        header(1),
        (2, vec![computed, text("C2", "가")]),
        (3, vec![broken, text("C3", "나")]),
    ];
    let reading = xlsx(&workbook(&[Sheet::new("일정", data(&rows))])).unwrap();
    assert_eq!(told(&reading), ["2 가 2027-04-30T15:00:00Z"]);
    let reason = reading.skipped[0].to_string();
    assert!(
        reason.contains("line 3") && reason.contains("the formula gives"),
        "{reason}"
    );
}

#[test]
fn sheets_that_are_no_schedule_are_left_out_with_a_word() {
    let rows = [
        header(1),
        (2, vec![text("A2", "2027-05-01"), text("C2", "가")]),
    ];
    let stadiums = [
        (1, vec![text("A1", "이름"), text("B1", "위도")]),
        (2, vec![text("A2", "가"), text("B2", "나")]),
    ];
    let hidden = Sheet {
        state: "hidden",
        ..Sheet::new("옛날", data(&rows))
    };
    let sheets = [
        Sheet::new("5월", data(&rows)),
        Sheet::new("경기장", data(&stadiums)),
        Sheet::new("작성 예시", data(&rows)),
        hidden,
    ];
    let reading = xlsx(&workbook(&sheets)).unwrap();
    assert_eq!(reading.drafts.len(), 1);
    let words = reading.warnings.join("\n");
    for name in ["경기장", "작성 예시", "옛날"] {
        assert!(words.contains(name), "{words}");
    }
    assert!(
        reading.columns[0].starts_with("sheet \"5월\": columns: "),
        "{:?}",
        reading.columns
    );
}

#[test]
fn a_bomb_is_refused_before_it_is_read() {
    let size = usize::try_from(caps::XLSX_INFLATED_BYTES).unwrap() + 1;
    let bomb = workbook_with(&[], &[("xl/sharedStrings.xml", vec![b' '; size])]);
    assert!(bomb.len() < 1 << 20);
    let honest = xlsx(&bomb).unwrap_err().to_string();
    assert!(honest.contains("128 MiB"), "{honest}");
    // The archive says that the part is small.
    let (true_size, small) = ((size as u32).to_le_bytes(), 1000u32.to_le_bytes());
    let mut lying = bomb;
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == true_size {
            lying[at..at + 4].copy_from_slice(&small);
        }
    }
    assert!(xlsx(&lying).is_err());
}

#[test]
fn one_long_text_in_very_many_cells_is_refused() {
    let long = "가".repeat(30_000);
    let strings = format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><t>{long}</t></si></sst>"#
    );
    let rows: String = (1..=3_000)
        .map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>"#))
        .collect();
    let sheet = Sheet::new("일정", format!("<sheetData>{rows}</sheetData>"));
    let bytes = workbook_with(&[sheet], &[("xl/sharedStrings.xml", strings.into_bytes())]);
    let refused = xlsx(&bytes).unwrap_err().to_string();
    assert!(refused.contains("bytes of text"), "{refused}");
}

#[test]
fn what_is_no_workbook_is_refused_by_name() {
    let old = xlsx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        .unwrap_err()
        .to_string();
    assert!(old.contains("save it as .xlsx"), "{old}");
    for bytes in [b"".as_slice(), b"PK\x03\x04", b"<html>"] {
        assert!(xlsx(bytes).is_err());
    }
    let far = [(1, vec![text("XFD1", "날짜"), text("A1", "제목")])];
    let wide = xlsx(&workbook(&[Sheet::new("일정", data(&far))]))
        .unwrap_err()
        .to_string();
    assert!(wide.contains("columns"), "{wide}");
}
