//! Other people's tables: each CSV and XLSX file of the corpora goes in, row by row, or is refused
//! with what is expected; and the way of a school office's file through the command line.

use crate::support::server::cli;
use crate::support::shared;
use domain::text::Lang;
use domain::zone::Zone;
use ingest::table::Choice;
use ingest::{Format, ReadOptions, Reading, Refusal};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// File, choices, entries, entries skipped, and what the first entry is.
type Case = (
    &'static str,
    &'static [&'static str],
    usize,
    usize,
    &'static str,
);

const FILES: &[Case] = &[
    (
        "conf-python-csv/2017.csv",
        &[],
        40,
        0,
        "2017-02-04 PyCon Belarus",
    ),
    (
        "conf-python-csv/2018.csv",
        &[],
        58,
        0,
        "2018-01-22 PyCascades",
    ),
    (
        "conf-python-csv/2019.csv",
        &[],
        50,
        0,
        "2019-02-08 PyCon Colombia",
    ),
    (
        "conf-python-csv/2020.csv",
        &[],
        36,
        0,
        "2020-02-08 PyCascades",
    ),
    (
        "conf-python-csv/2021.csv",
        &[],
        13,
        0,
        "2021-01-30 PyCamp Leipzig",
    ),
    (
        "conf-python-csv/2022.csv",
        &[],
        25,
        0,
        "2022-01-22 PyCon Kyushu Kumamoto",
    ),
    ("conf-python-csv/2023.csv", &[], 71, 0, "2023-02-04 FOSDEM"),
    (
        "conf-python-csv/2024.csv",
        &[],
        67,
        0,
        "2024-02-04 Python Devroom @ FOSDEM",
    ),
    // One ends a year before it starts.
    (
        "conf-python-csv/2025.csv",
        &[],
        49,
        1,
        "2025-01-24 PyConWeb",
    ),
    (
        "conf-python-csv/2026.csv",
        &[],
        35,
        0,
        "2026-03-14 PyConf Hyderabad 2026",
    ),
    ("conf-python-csv/2027.csv", &[], 5, 0, "2027-04-19 PyCon DE"),
    ("conf-python-csv/2028.csv", &[], 1, 0, "2028-04-24 PyCon DE"),
    // One row a day; 8,093 of them have no holiday's name.
    (
        "fr-school-holidays/data.csv",
        &[],
        5421,
        0,
        "1990-10-27 Vacances de la Toussaint",
    ),
    // 127 games before 1900.
    (
        "intl-football-results/results.csv",
        &[],
        49393,
        127,
        "1900-02-03 Scotland vs Wales",
    ),
    (
        "jp-nijisanji/events.csv",
        &[],
        247,
        0,
        "2018-06-02 月ノ美兎の朝まで起立しナイト（仮）",
    ),
    // 19 end a year before they start.
    (
        "jp-nijisanji/tickets.csv",
        &[],
        273,
        19,
        "2025-03-20 4月分チケット先行抽選",
    ),
    (
        "kr-festival-perf-stdcsv/전국공연행사정보표준데이터.csv",
        &[],
        9081,
        6,
        "2026-06-20 전남도립국악단 토요가무악희 시즌2 그린국악 제959회",
    ),
    (
        "kr-festival-perf-stdcsv/전국문화축제표준데이터.csv",
        &[],
        1298,
        2,
        "2026-11-06 구미라면축제",
    ),
    (
        "kr-holidays-hyunbinseo/2027.csv",
        &[],
        24,
        0,
        "2027-01-01 1월 1일",
    ),
    (
        "kr-holidays-hyunbinseo/anniversaries__2026.csv",
        &[],
        101,
        0,
        "2026-02-28 2ㆍ28민주운동 기념일",
    ),
    (
        "kr-holidays-hyunbinseo/public__2026.csv",
        &[],
        22,
        0,
        "2026-01-01 1월 1일",
    ),
    (
        "kr-kbo-2025-csv/kbo_schedule.csv",
        &[],
        687,
        0,
        "2025-03-22 LT vs LG",
    ),
    (
        "kr-lck-history/2019.csv",
        &[],
        281,
        0,
        "2019-01-16 SKT vs JAG",
    ),
    (
        "kr-lck-history/2020.csv",
        &[],
        285,
        0,
        "2020-02-05 T1 vs DWG",
    ),
    (
        "kr-lck-history/2021.csv",
        &[],
        341,
        0,
        "2021-01-13 KT vs GEN",
    ),
    // The home side stands under "ID", and no date names its year.
    (
        "kr-sports-xlsx/k리그-일정.xlsx",
        &["home=ID", "away=경기상대", "year=2022"],
        108,
        0,
        "2022-06-01 김천 vs 수원FC",
    ),
    // Beside each month's grid of teams stands the same as a table: that is read.
    (
        "kr-sports-xlsx/경기일정.xlsx",
        &["year=2022"],
        460,
        0,
        "2022-06-01 bb_dusan vs 기아",
    ),
    // Its year is that of its days of the week.
    ("kr-sports-xlsx/야구.xlsx", &[], 460, 0, "2022-06-01 기아"),
    (
        "se-authority-xlsx/events_master.xlsx",
        &[],
        33,
        0,
        "2026-01-05 Brytdag för myndigheters löpande bokföring avseende 2025",
    ),
    (
        "us-countyfair-xlsx/events.csv",
        &[],
        168,
        0,
        "2026-08-10 Grange Booth Judging",
    ),
    (
        "us-countyfair-xlsx/events.xlsx",
        &[],
        168,
        0,
        "2026-08-10 Grange Booth Judging",
    ),
    (
        "us-hilltowns-xlsx/events.xlsx",
        &[],
        2279,
        0,
        "2022-01-01 JAMES TURRELL,",
    ),
];

fn read(file: &Path, choices: &[&str]) -> Result<Reading, Refusal> {
    let bytes = std::fs::read(file).expect("the file is read");
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let choices: Vec<Choice> = choices
        .iter()
        .map(|c| c.parse().expect("a choice"))
        .collect();
    let zone = Zone::seoul();
    let options = ReadOptions {
        name: &name,
        today: "2026-11-22".parse().ok(),
        choices: &choices,
        ..ReadOptions::new(Lang::KO, &zone)
    };
    ingest::read_with(Format::guess(&name, &bytes)?, &bytes, &options)
}

fn tables(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|e| e.path())
    {
        if path.is_dir() {
            tables(&path, found);
        } else if path.extension().is_some_and(|e| e == "csv" || e == "xlsx") {
            found.push(path);
        }
    }
}

#[test]
fn every_table_goes_in_as_listed() {
    let Some(shared) = shared() else { return };
    let data = shared.join("data");
    let mut found = Vec::new();
    tables(&data, &mut found);
    let names: BTreeSet<String> = found
        .iter()
        .filter_map(|path| Some(path.strip_prefix(&data).ok()?.display().to_string()))
        .collect();
    let listed: BTreeSet<String> = FILES.iter().map(|case| case.0.to_owned()).collect();
    assert_eq!(names, listed, "each file has its line");
    let mut wrong = Vec::new();
    for (file, choices, entries, skipped, first) in FILES {
        let got = match read(&data.join(file), choices) {
            Ok(reading) => {
                let draft = reading.drafts.first().expect("an entry");
                let day = draft
                    .body
                    .main
                    .time
                    .days(&Zone::seoul())
                    .map(|(first, _)| first);
                let day = day.map_or(String::new(), |day| day.to_string());
                let title = draft.body.main.title.pick(Lang::KO, Lang::KO);
                (
                    reading.drafts.len(),
                    reading.skipped.len(),
                    format!("{day} {title}"),
                )
            }
            Err(refusal) => (0, 0, refusal.to_string()),
        };
        if got != (*entries, *skipped, (*first).to_owned()) {
            wrong.push(format!("{file}: {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn cancelled_games_of_a_season_are_called_off() {
    let Some(shared) = shared() else { return };
    let season =
        read(&shared.join("data/kr-kbo-2025-csv/kbo_schedule.csv"), &[]).expect("a season");
    let off = season
        .drafts
        .iter()
        .filter(|d| d.body.main.status == domain::event::Status::Cancelled);
    assert_eq!(off.count(), 29);
}

#[test]
fn an_office_looks_corrects_and_imports() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("2027 일정.csv").display().to_string();
    let data = folder.path().join("data").display().to_string();
    // CP949, as Korean offices' spreadsheets save it.
    let rows = [
        b"\xb3\xaf\xc2\xa5,\xbd\xc3\xb0\xa3,\xb0\xe6\xb1\xe2,\xc0\xe5\xbc\xd2\r\n".as_slice(),
        b"2027.05.01,18:30,\xb0\xa1 vs \xb3\xaa,\xb0\xad\xb4\xe7\r\n",
        b"2027.05.32,18:30,\xbe\xf8\xb4\xc2 \xb3\xaf,\xb0\xad\xb4\xe7\r\n",
        b"5/3,14:00,\xb0\xa1 vs \xb4\xd9,\xb0\xad\xb4\xe7\r\n",
    ];
    std::fs::write(&file, rows.concat()).expect("the file is written");
    let import = |more: &[&str]| {
        let words = [
            "import",
            &file,
            "--calendar",
            "check-csv",
            "--title",
            "표",
            "--data-dir",
            &data,
        ];
        cli(&[words.as_slice(), more].concat())
    };
    let looked = import(&["--dry-run"]);
    assert_eq!(looked.code, 0, "{}", looked.stderr);
    let columns = "columns: 경기 → title, 날짜 → date, 시간 → time, 장소 → place";
    assert!(looked.stderr.contains(columns), "{}", looked.stderr);
    let unknown = import(&["--map", "titel=경기"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("titel"), "{}", unknown.stderr);
    let missing = import(&["--map", "title=시합"]);
    assert_eq!(missing.code, 1);
    assert!(
        missing.stderr.contains("시합") && missing.stderr.contains("경기"),
        "{}",
        missing.stderr
    );
    let done = import(&["--map", "title=경기,place="]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(
        done.stdout.contains("line 3: \"없는 날\""),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout.contains("created 2,") && done.stdout.contains("skipped 1"),
        "{}",
        done.stdout
    );
    assert!(done.stderr.contains("not used: 장소"), "{}", done.stderr);
}
