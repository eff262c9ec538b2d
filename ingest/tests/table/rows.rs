//! Rows of text tables: what becomes an event, what is skipped with which word.

use domain::event::{Draft, Status};
use domain::patch::Field;
use domain::text::Lang;
use domain::time::EventTime;
use domain::zone::Zone;
use ingest::table::Choice;
use ingest::{Format, ReadOptions, Reading, Refusal, read_with};

fn read(text: &str, choices: &[&str]) -> Result<Reading, Refusal> {
    named("", text, choices)
}

fn named(name: &str, text: &str, choices: &[&str]) -> Result<Reading, Refusal> {
    let choices: Vec<Choice> = choices.iter().map(|c| c.parse().unwrap()).collect();
    let zone = Zone::seoul();
    let options = ReadOptions {
        name,
        today: "2026-11-22".parse().ok(),
        choices: &choices,
        ..ReadOptions::new(Lang::KO, &zone)
    };
    read_with(Format::Csv, text.as_bytes(), &options)
}

fn title(draft: &Draft) -> &str {
    draft.body.main.title.pick(Lang::KO, Lang::KO)
}

fn days(reading: &Reading) -> Vec<String> {
    let day = |draft: &Draft| match draft.body.main.time.days(&Zone::seoul()) {
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first}..{last}"),
        None => "?".to_owned(),
    };
    reading.drafts.iter().map(day).collect()
}

#[test]
fn a_bad_row_is_named_by_its_line_and_the_others_are_read() {
    let text = "날짜,시간,경기,장소\r\n2027.05.01,18:30,딱따구리 vs 왜가리,다람못\r\n\
                2027.05.32,18:30,없는 날,다람못\r\n2027.05.03,14:00,딱따구리 vs 물총새,다람못\r\n";
    let reading = read(text, &[]).unwrap();
    assert_eq!(days(&reading), ["2027-05-01", "2027-05-03"]);
    let skipped: Vec<String> = reading.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        skipped,
        ["line 3: \"없는 날\": 날짜: \"2027.05.32\" is no date that exists"]
    );
    assert_eq!(
        reading.columns,
        ["columns: 경기 → title, 날짜 → date, 시간 → time, 장소 → place"]
    );
    let EventTime::Zoned(first) = &reading.drafts[0].body.main.time else {
        panic!()
    };
    assert_eq!(first.start.at.to_string(), "2027-05-01T18:30:00");
}

#[test]
fn a_school_year_has_its_years_from_its_title() {
    let text = "2025학년도 학사일정,,\n,,\n날짜,행사명,비고\n3/4(화),입학식,\n12/24(수) ~ 2/1(일),겨울방학,\n\
                2/13(금),졸업식,강당\n";
    let reading = read(text, &[]).unwrap();
    assert_eq!(
        days(&reading),
        ["2025-03-04", "2025-12-24..2026-02-01", "2026-02-13"]
    );
    assert_eq!(
        reading.title.pick(Lang::KO, Lang::KO),
        "2025학년도 학사일정"
    );
    assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
}

#[test]
fn the_year_comes_from_the_file_a_column_or_a_choice() {
    let text = "날짜,제목\n12/30,송년\n1/2,신년\n";
    assert_eq!(
        days(&named("2025 행사.csv", text, &[]).unwrap()),
        ["2025-12-30", "2026-01-02"]
    );
    assert_eq!(
        days(&read(text, &["year=2030"]).unwrap()),
        ["2030-12-30", "2031-01-02"]
    );
    let column = "연도,날짜,제목\n2029,1/2,신년\n2028,12/30,송년\n";
    assert_eq!(
        days(&read(column, &[]).unwrap()),
        ["2029-01-02", "2028-12-30"]
    );
    let guessed = read(text, &[]).unwrap();
    assert!(
        guessed.warnings[0].contains("2026 (today's)"),
        "{:?}",
        guessed.warnings
    );
    let told = read(
        "날짜,제목\n6월 1일 (수),가\n6월 3일 (금),나\n9월 4일 (일),다\n",
        &[],
    )
    .unwrap();
    assert_eq!(days(&told), ["2022-06-01", "2022-06-03", "2022-09-04"]);
}

#[test]
fn month_headings_hold_for_the_rows_below() {
    let text = "일,행사\n2026년 3월,\n2,개학식\n9~13,상담 주간\n2026년 4월,\n6,과학의 날\n";
    let reading = read(text, &[]).unwrap();
    assert_eq!(
        days(&reading),
        ["2026-03-02", "2026-03-09..2026-03-13", "2026-04-06"]
    );
    assert!(reading.skipped.is_empty());
    assert!(
        reading.warnings[0].contains("2026년 3월"),
        "{:?}",
        reading.warnings
    );
}

#[test]
fn helper_rows_are_skipped_with_a_word_and_half_rows_by_name() {
    let text = "날짜,제목,장소\n2027-05-01,개막,강당\n,,\n※ 우천 시 변경,,\n날짜,제목,장소\n,이름만,강당\n\
                2027-05-03,,강당\n2027-05-04,폐막,강당\n합계,3건,\n";
    let reading = read(text, &[]).unwrap();
    assert_eq!(days(&reading), ["2027-05-01", "2027-05-04"]);
    let skipped: Vec<String> = reading.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    assert!(
        skipped[0].starts_with("line 6: \"이름만\": there is no date"),
        "{skipped:?}"
    );
    assert!(
        skipped[1].starts_with("line 7: there is no title"),
        "{skipped:?}"
    );
    let helpers = reading.warnings.join("\n");
    for word in [
        "line 4 \"※ 우천 시 변경\"",
        "line 5 \"the header again\"",
        "line 9 \"합계\"",
    ] {
        assert!(helpers.contains(word), "{helpers}");
    }
}

#[test]
fn a_wrong_guess_is_corrected_with_choices() {
    let text = "날짜,내용,경기\n2027-05-01,정규리그,하늘 대 바다\n";
    let guessed = read(text, &[]).unwrap();
    assert_eq!(title(&guessed.drafts[0]), "하늘 대 바다");
    let chosen = read(text, &["title=내용", "description=#3"]).unwrap();
    assert_eq!(title(&chosen.drafts[0]), "정규리그");
    assert_eq!(
        chosen.columns,
        ["columns: 내용 → title, 날짜 → date, 경기 → description"]
    );
    let refused = read(text, &["title=시합"]).unwrap_err().to_string();
    assert!(
        refused.contains("\"시합\"") && refused.contains("\"경기\""),
        "{refused}"
    );
    let without = read(text, &["description="]).unwrap();
    assert_eq!(
        without.columns,
        ["columns: 경기 → title, 날짜 → date; not used: 내용"]
    );
}

#[test]
fn two_sides_are_one_title_and_two_tags() {
    let text = "date,home_team,away_team,home_score,away_score,status\n\
                2027-05-01,하늘,바다,2,1,\n2027-05-08,바다,하늘,NA,NA,우천취소\n2027-05-09,하늘,숲,,,연기\n";
    let reading = read(text, &[]).unwrap();
    let titles: Vec<&str> = reading.drafts.iter().map(title).collect();
    assert_eq!(titles, ["하늘 vs 바다", "바다 vs 하늘", "하늘 vs 숲"]);
    let main = |n: usize| &reading.drafts[n].body.main;
    assert_eq!(main(0).result.pick(Lang::KO, Lang::KO), "2:1");
    assert!(main(1).result.is_empty());
    let states: Vec<Status> = (0..3).map(|n| main(n).status).collect();
    assert_eq!(
        states,
        [Status::Confirmed, Status::Cancelled, Status::Postponed]
    );
    assert_eq!(main(0).tags.len(), 2);
    let fields = &reading.drafts[0].speaks_of;
    assert!(
        fields.contains(&Field::Result) && !fields.contains(&Field::Place),
        "{fields:?}"
    );
}

#[test]
fn identifiers_are_taken_and_row_numbers_are_not() {
    let ids = read(
        "번호,날짜,제목\nA-7,2027-05-01,가\nA-9,2027-05-32,나\n",
        &[],
    )
    .unwrap();
    assert_eq!(ids.drafts[0].uid.as_deref(), Some("A-7"));
    assert_eq!(ids.skipped[0].uid.as_deref(), Some("A-9"));
    let numbers = read("번호,날짜,제목\n1,2027-05-01,가\n2,2027-05-02,나\n", &[]).unwrap();
    assert_eq!(numbers.drafts[0].uid, None);
}

#[test]
fn addresses_are_parsed_or_left_out_with_a_word() {
    let text = "날짜,제목,링크\n2027-05-01,가,https://a.kr/x\n2027-05-02,나,www.b.kr\n\
                2027-05-03,다,javascript:alert(1)\n2027-05-04,라,https://c.kr\n";
    let reading = read(text, &[]).unwrap();
    let url = |n: usize| {
        reading.drafts[n]
            .body
            .main
            .url
            .as_ref()
            .map(|u| u.as_str().to_owned())
    };
    assert_eq!(url(0).as_deref(), Some("https://a.kr/x"));
    assert_eq!(url(1).as_deref(), Some("https://www.b.kr"));
    assert_eq!(url(2), None);
    assert!(
        reading.warnings.iter().any(|w| w.contains("line 4")),
        "{:?}",
        reading.warnings
    );
}

#[test]
fn layouts_that_are_no_table_are_refused_with_what_is_expected() {
    let grids = [
        ",3월,4월,5월,6월\n1,개학,,준비,\n2,,상담,,\n",
        "일,월,화,수,목,금,토\n,,,,,,1 개학\n2,3,4,5,6,7,8\n",
        "날짜,하늘,바다,숲\n6/1,바다,하늘,\n6/2,숲,,하늘\n6/3,,숲,바다\n",
        "학교 안내문\n3월에 개학합니다\n",
        "날짜,제목\n",
        "",
    ];
    for grid in grids {
        let refused = read(grid, &[]).unwrap_err().to_string();
        assert!(refused.contains("one row per event"), "{grid}: {refused}");
        assert!(!refused.contains('\n'));
    }
}

#[test]
fn a_table_without_one_readable_row_is_refused_with_its_mapping() {
    let refused = read("날짜,제목\n2027-13-01,가\n2027-14-01,나\n", &[])
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("line 2") && refused.contains("날짜 → date"),
        "{refused}"
    );
}

#[test]
fn texts_are_cleaned() {
    let reading = read(
        "날짜,제목,설명\n2027-05-01,\"  하늘\u{202e}\n축제 \",\"가\r\n나\u{0}\"\n",
        &[],
    );
    // A NUL makes it no text at all.
    assert!(reading.is_err());
    let reading = read(
        "날짜,제목,설명\n2027-05-01,\"  하늘\u{202e}\n축제 \",\"가\r\n나\"\n",
        &[],
    )
    .unwrap();
    assert_eq!(title(&reading.drafts[0]), "하늘 축제");
    assert_eq!(
        reading.drafts[0]
            .body
            .main
            .description
            .pick(Lang::KO, Lang::KO),
        "가\n나"
    );
}

#[test]
fn choices_for_what_is_no_table_are_refused() {
    let zone = Zone::seoul();
    let choices = ["title=경기".parse().unwrap()];
    let options = ReadOptions {
        choices: &choices,
        ..ReadOptions::new(Lang::KO, &zone)
    };
    assert!(read_with(Format::Json, b"[]", &options).is_err());
}

#[test]
fn formats_are_told_by_name_and_content() {
    let csv = "날짜,제목\n2027-05-01,가\n".as_bytes();
    for (name, bytes, want) in [
        ("a.csv", csv, Format::Csv),
        ("a.CSV", b"PK\x03\x04".as_slice(), Format::Xlsx),
        ("a.xls", b"\xd0\xcf\x11\xe0", Format::Xlsx),
        ("-", csv, Format::Csv),
        ("-", b"PK\x03\x04", Format::Xlsx),
        ("-", b"\xef\xbb\xbfbegin:VCALENDAR\r\nX-A:1,2", Format::Ics),
        ("-", b" [1,2]", Format::Json),
    ] {
        assert_eq!(Format::guess(name, bytes), Ok(want), "{name}");
    }
}
