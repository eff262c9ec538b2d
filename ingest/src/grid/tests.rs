//! Pastes as they come from league pages and spreadsheets. All names are invented.

use super::*;
use domain::event::Status;
use domain::text::Text;
use domain::time::EventTime;
use jiff::civil::date;
use proptest::prelude::*;
use std::fmt::Write as _;

const TEAMS: [&str; 10] = [
    "딱새",
    "왜가리",
    "물총새",
    "두루미",
    "올빼미",
    "KIT",
    "SWAN",
    "까치",
    "제비",
    "참매",
];
const FIELDS: [&str; 5] = ["다람못", "솔밭", "강나루", "은행골", "별마당"];
const WEEKDAYS: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];

fn options(zone: &Zone) -> GridOptions<'_> {
    GridOptions {
        lang: Lang::KO,
        zone,
        today: date(2027, 3, 10),
        mapping: None,
    }
}

fn grid(clip: Clip<'_>) -> Grid {
    read(clip, &options(&Zone::seoul())).unwrap()
}

fn told(grid: &Grid) -> Vec<String> {
    let one = |row: &GridRow| match &row.outcome {
        Outcome::Draft(draft) => {
            let main = &draft.body.main;
            let when = match &main.time {
                EventTime::Zoned(z) => z.start.at.strftime("%m-%d %H:%M").to_string(),
                EventTime::AllDay { first, .. } => first.strftime("%m-%d").to_string(),
                EventTime::DateOnly { date } => date.strftime("%m-%d ?").to_string(),
                other => format!("{other:?}"),
            };
            let text = |text: &Text| text.pick(Lang::KO, Lang::EN).to_owned();
            let parts = [
                when,
                text(&main.title),
                text(&main.place.name),
                text(&main.result),
            ];
            parts.join(" ").trim_end().to_owned()
        }
        Outcome::Faults(faults) => {
            let keys: Vec<String> = faults
                .iter()
                .map(|f| format!("{}@{:?}", f.key, f.column))
                .collect();
            format!("! {}", keys.join(" "))
        }
        Outcome::NoEntry => "-".to_owned(),
    };
    grid.rows.iter().map(one).collect()
}

fn meanings(grid: &Grid) -> Vec<&'static str> {
    let name = |column: &Column| column.meaning.map_or("", |(meaning, _)| meaning.as_str());
    grid.columns.iter().map(name).collect()
}

/// Forty fixtures from 2027-04-06, a Tuesday: five a day, day, hour, sides and field.
fn fixtures() -> Vec<(
    jiff::civil::Date,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
)> {
    let day = |n: usize| {
        let days = jiff::Span::new().days(i64::try_from(n / 5).unwrap());
        date(2027, 4, 6).checked_add(days).unwrap()
    };
    let one = |n: usize| {
        let day = day(n);
        let late = day.weekday().to_monday_zero_offset() < 5;
        let home = TEAMS[(n * 2 + n / 5) % 10];
        let away = TEAMS[(n * 2 + 1 + n / 5) % 10];
        (
            day,
            if late { "18:30" } else { "14:00" },
            away,
            home,
            FIELDS[n % 5],
        )
    };
    (0..40).map(one).collect()
}

fn short_day(day: jiff::civil::Date) -> String {
    let weekday = WEEKDAYS[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())];
    format!("{}({weekday})", day.strftime("%m.%d"))
}

fn expected() -> Vec<String> {
    let line = |(day, hour, away, home, field): &(jiff::civil::Date, &str, &str, &str, &str)| {
        format!("{} {hour} {away} vs {home} {field}", day.strftime("%m-%d"))
    };
    fixtures().iter().map(line).collect()
}

#[test]
fn forty_fixtures_of_a_league_page_in_html() {
    let mut html = String::from(
        "<html><body><!--StartFragment--><style>td{}</style><table class=\"tbl\"><thead><tr>\
         <th>날짜</th><th>시간</th><th>경기</th><th>게임센터</th><th>TV</th><th>구장</th>\
         <th>비고</th></tr></thead><tbody>",
    );
    for (n, (day, hour, away, home, field)) in fixtures().into_iter().enumerate() {
        html.push_str("<tr>");
        if n % 5 == 0 {
            write!(
                html,
                "<td class='day' rowspan=\"5\">{}</td>",
                short_day(day)
            )
            .unwrap();
        }
        write!(
            html,
            "<td class=\"time\"><b>{hour}</b></td><td><span>{away}</span><em><span>vs</span></em>\
             <span>{home}</span></td><td><a href=\"/x?a=1&amp;b=2\">리뷰</a></td><td>TV&nbsp;A</td>\
             <td>{field}</td><td>-</td></tr>"
        )
        .unwrap();
    }
    html.push_str("</tbody></table><!--EndFragment--></body></html>");
    let grid = grid(Clip::Html(&html));
    assert_eq!(told(&grid), expected());
    assert_eq!(meanings(&grid)[..3], ["date", "time", "title"]);
    assert_eq!(meanings(&grid)[5], "place");
    let sure = |column: &Column| column.meaning.is_some_and(|(_, c)| c == Confidence::Sure);
    assert!(grid.columns[..3].iter().all(sure) && sure(&grid.columns[5]));
    assert!(grid.rows.iter().all(|row| row.warnings.is_empty()));
}

#[test]
fn forty_fixtures_copied_as_text_without_their_merged_cells() {
    let mut text = String::from("날짜\t시간\t경기\tTV\t구장\t비고\n");
    for (n, (day, hour, away, home, field)) in fixtures().into_iter().enumerate() {
        if n % 5 == 0 {
            write!(text, "{}\t", short_day(day)).unwrap();
        }
        writeln!(text, "{hour}\t{away}vs{home}\tTV\t{field}\t-").unwrap();
    }
    let grid = grid(Clip::Text(&text));
    assert_eq!(told(&grid), expected());
    assert_eq!(grid.rows[0].filled, [] as [usize; 0]);
    assert_eq!(grid.rows[1].filled, [0]);
}

#[test]
fn forty_fixtures_from_a_spreadsheet_with_blank_days() {
    let mut text = String::from("경기일\t경기시간\t원정팀\t홈팀\t경기장\n");
    for (n, (day, hour, away, home, field)) in fixtures().into_iter().enumerate() {
        let day = if n % 5 == 0 {
            day.to_string()
        } else {
            String::new()
        };
        writeln!(text, "{day}\t{hour}\t{away}\t{home}\t{field}").unwrap();
    }
    let grid = grid(Clip::Text(&text));
    let want: Vec<String> = fixtures()
        .iter()
        .map(|(day, hour, away, home, field)| {
            format!("{} {hour} {home} vs {away} {field}", day.strftime("%m-%d"))
        })
        .collect();
    assert_eq!(told(&grid), want);
}

#[test]
fn forty_fixtures_under_headings_without_a_header() {
    let mut text = String::new();
    for (n, (day, hour, away, home, field)) in fixtures().into_iter().enumerate() {
        if n % 5 == 0 {
            writeln!(text, "{}월 {}일 ({})", day.month(), day.day(), {
                WEEKDAYS[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())]
            })
            .unwrap();
        }
        writeln!(text, "{hour}\t{away}\tvs\t{home}\t{field}").unwrap();
    }
    let grid = grid(Clip::Text(&text));
    assert_eq!(told(&grid), expected());
    assert_eq!(
        meanings(&grid),
        ["date", "time", "team", "", "opponent", "place"]
    );
    let likely = |column: &Column| column.meaning.is_none_or(|(_, c)| c == Confidence::Likely);
    assert!(grid.columns.iter().all(likely));
}

const CLUBS: [&str; 10] = [
    "Northport",
    "Elmfield",
    "Castle Rovers",
    "Harbour City",
    "Greyford",
    "Oakham United",
    "St Brannoc",
    "Wexmoor",
    "Tarn Valley",
    "Low Hill",
];

#[test]
fn forty_fixtures_of_an_english_page() {
    let mut header = String::from("Date  Kick-off  Home  Away  Venue\n");
    let mut headings = String::new();
    let mut want = Vec::new();
    for n in 0..40usize {
        let days = jiff::Span::new().weeks(i64::try_from(n / 5).unwrap());
        let day = date(2027, 4, 3).checked_add(days).unwrap();
        let (home, away) = (CLUBS[n % 10], CLUBS[(n + 3) % 10]);
        let hour = if n % 5 == 0 { "12:30" } else { "15:00" };
        let told = day.strftime("%a %-d %b %Y");
        writeln!(header, "{told}  {hour}  {home}  {away}  {home} Park").unwrap();
        if n % 5 == 0 {
            writeln!(headings, "{}", day.strftime("%A %-d %B %Y")).unwrap();
        }
        writeln!(headings, "{hour}\t{home} v {away}\t{home} Park").unwrap();
        want.push((day.strftime("%m-%d").to_string(), hour, home, away));
    }
    let lines = |between: &str| {
        let line = |(day, hour, home, away): &(String, &str, &str, &str)| {
            format!("{day} {hour} {home} {between} {away} {home} Park")
        };
        want.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(told(&grid(Clip::Text(&header))), lines("vs"));
    assert_eq!(told(&grid(Clip::Text(&headings))), lines("v"));
}

#[test]
fn other_forms_of_tables() {
    let want = ["04-05 18:30 소풍 공원", "04-06 소풍 둘째 날"];
    for text in [
        "| 날짜 | 시간 | 제목 | 장소 |\n|---|:-:|---|---|\n| 4/5 | 18:30 | 소풍 | 공원 |\n| 4/6 |  | 소풍 둘째 날 | |\n",
        "날짜,시간,제목,장소\n4/5,18:30,소풍,공원\n4/6,,소풍 둘째 날,\n",
        "날짜;시간;제목;장소\n4/5;18:30;소풍;공원\n4/6;;\"소풍 둘째 날\";\n",
        "날짜\t시간\t제목\t장소\n4/5\t18:30\t\"소풍\"\t공원\n4/6\t\t소풍 둘째 날\t\n",
    ] {
        assert_eq!(told(&grid(Clip::Text(text))), want, "{text}");
    }
    let html = "<table><tr><td colspan=3>4월 일정</td></tr><tr><th>날짜<th>시간<th>제목<th>장소\
                <tr><td>4/5<td>18:30<td>소풍<td>공원<tr><td>4/6<td><td>소풍<br>둘째 날<td></table>";
    assert_eq!(told(&grid(Clip::Html(html))), want);
}

#[test]
fn scores_leave_the_title() {
    let text = "날짜\t시간\t경기\t구장\n4/5\t18:30\t딱새5vs3KIT\t솔밭\n4/6\t18:30\tKITvsSWAN\t솔밭\n\
                4/7\t18:30\tInvisible vs 왜가리\t솔밭\n";
    assert_eq!(
        told(&grid(Clip::Text(text))),
        [
            "04-05 18:30 딱새 vs KIT 솔밭 5:3",
            "04-06 18:30 KIT vs SWAN 솔밭",
            "04-07 18:30 Invisible vs 왜가리 솔밭"
        ]
    );
}

#[test]
fn bad_cells_are_named() {
    let text = "날짜\t시간\t제목\t비고\n4/31\t18:30\t소풍\t\n4/5\t25:00\t소풍\t\n4/6\t18:30\t\t말\n\
                곧\t18:30\t소풍\t\n4/7(월)\t저녁\t소풍\t우천취소\n합계\t\t\t3\n";
    let grid = grid(Clip::Text(text));
    assert_eq!(
        told(&grid),
        [
            "! grid.no_such_day@Some(0)",
            "! grid.no_such_time@Some(1)",
            "! grid.missing_title@Some(2)",
            "! grid.no_date@Some(0)",
            "04-07 ? 소풍",
            "-"
        ]
    );
    let keys: Vec<_> = grid.rows[4]
        .warnings
        .iter()
        .map(|w| (w.key, w.column))
        .collect();
    assert_eq!(
        keys,
        [
            ("grid.wrong_weekday", Some(0)),
            ("grid.hour_as_text", Some(1))
        ]
    );
    let draft = grid.drafts().next().unwrap();
    assert_eq!(draft.body.main.status, Status::Cancelled);
}

#[test]
fn a_choice_is_remembered_for_the_next_paste() {
    let zone = Zone::seoul();
    let text = "언제\t몇 시\t무엇\t어디\n4/5\t18:30\t소풍\t공원\n";
    let cells = match read(Clip::Text(text), &options(&zone)) {
        Err(GridError::NoColumns { cells }) => cells,
        other => panic!("{other:?}"),
    };
    let column = |header: &String| MappedColumn {
        header: header.clone(),
        meaning: String::new(),
    };
    let mapping = Mapping {
        columns: cells[0].iter().map(column).collect(),
        year: Some(2031),
    };
    let mapping = mapping
        .with(0, Some(Meaning::Date))
        .with(1, Some(Meaning::Time))
        .with(2, Some(Meaning::Place))
        .with(2, Some(Meaning::Title))
        .with(3, Some(Meaning::Place));
    let json = serde_json::to_string(&mapping).unwrap();
    let kept: Mapping = serde_json::from_str(&json).unwrap();
    assert_eq!(kept, mapping);
    let options = GridOptions {
        mapping: Some(&kept),
        ..options(&zone)
    };
    let again = read(Clip::Text(text), &options).unwrap();
    assert_eq!(told(&again), ["04-05 18:30 소풍 공원"]);
    assert_eq!(again.mapping, kept);
    assert_eq!(
        again.columns[3].meaning,
        Some((Meaning::Place, Confidence::Chosen))
    );
    let days = again.drafts().next().unwrap().body.main.time.days(&zone);
    assert_eq!(days.unwrap().0, date(2031, 4, 5));
    let other = read(Clip::Text("날짜\t제목\n4/5\t소풍\n"), &options).unwrap();
    assert_eq!(
        other.columns[0].meaning,
        Some((Meaning::Date, Confidence::Sure))
    );
}

#[test]
fn pastes_have_bounds() {
    let zone = Zone::seoul();
    fn refused(clip: Clip<'_>) -> &'static str {
        read(clip, &options(&Zone::seoul())).unwrap_err().key()
    }
    assert_eq!(refused(Clip::Text("")), "grid.no_table");
    assert_eq!(refused(Clip::Html("<p>날짜 제목</p>")), "grid.no_table");
    assert_eq!(
        refused(Clip::Text(&"x".repeat(PASTE_BYTES + 1))),
        "grid.too_large"
    );
    assert_eq!(
        refused(Clip::Text(&"4/5\t소풍\n".repeat(PASTE_ROWS + 1))),
        "grid.too_many_rows"
    );
    assert_eq!(
        refused(Clip::Text(&"소풍\t".repeat(99))),
        "grid.too_many_columns"
    );
    let deep = "<table><tr><td colspan=99999999999 rowspan=9999>".repeat(5_000);
    let _ = read(Clip::Html(&deep), &options(&zone));
    let wide = format!(
        "<table><tr><td rowspan=2000>4/5<td>소풍{}</table>",
        "<tr>".repeat(1_900)
    );
    let _ = read(Clip::Html(&wide), &options(&zone));
    let script = "<table><tr><th>날짜<th>제목<tr><td>4/5<td>소풍<script>alert('</td>')</script>\
                  &lt;b&gt;</table>";
    assert_eq!(told(&grid(Clip::Html(script))), ["04-05 소풍<b>"]);
}

proptest! {
    #[test]
    fn no_paste_is_too_strange(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "4/5", "18:30", "날짜", "제목", "시간", "\t", "\n", "  ", ",", "|", "\"", "<table>",
                    "<tr>", "<td rowspan=3>", "<td colspan=2>", "</td>", "</table>", "<!--", "<script>",
                    "&amp;", "&#x;", "&#99999999;", "<", ">", "vs", "4월 5일", "http://a.kr",
                ]).prop_map(str::to_owned),
                any::<char>().prop_map(String::from),
            ],
            0..60,
        ),
    ) {
        let text = pieces.concat();
        let zone = Zone::seoul();
        for clip in [Clip::Text(&text), Clip::Html(&text)] {
            if let Ok(grid) = read(clip, &options(&zone)) {
                for row in &grid.rows {
                    prop_assert_eq!(row.cells.len(), grid.columns.len());
                }
            }
        }
    }
}
