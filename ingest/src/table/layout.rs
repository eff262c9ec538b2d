//! What a sheet without a table of events looks like, so that the refusal can say what to do.

use super::header::texts;
use super::mapping::Choice;
use super::meaning::hints;
use super::notes::shown;
use super::sheet::{Row, Sheet};
use super::token::{Token, fold, month, tokens, weekday};

/// What is wanted of every table.
const WANTED: &str = "expected one row per event, with a header row that names a date and a title \
                      (날짜, 제목; date, title)";
/// How many rows from the top are looked at.
const SEARCHED_ROWS: usize = 25;
/// How many header cells are shown.
const SHOWN_CELLS: usize = 12;

/// Why the sheet is no table of events, and what is expected instead.
pub(super) fn refusal(sheet: &Sheet, choices: &[Choice]) -> String {
    // Of rows that say as much the first: headers stand above.
    let top = sheet.rows.iter().take(SEARCHED_ROWS).rev();
    let telling = |row: &&Row| {
        let says = row.sayings();
        (
            says.iter().filter(|text| !hints(text).is_empty()).count(),
            says.len(),
        )
    };
    let Some(widest) = top.max_by_key(telling) else {
        return format!("the table is empty: {WANTED}");
    };
    if let Some((row, what)) = sheet.rows.iter().take(SEARCHED_ROWS).find_map(grid) {
        return format!(
            "{WANTED}; this looks like a calendar grid: line {} has {what} side by side",
            row.number
        );
    }
    let headers = texts(widest, sheet.width());
    let cells: Vec<String> = headers
        .iter()
        .filter(|h| !h.is_empty())
        .take(SHOWN_CELLS)
        .map(|h| shown(h))
        .collect();
    let says = format!("line {} says {}", widest.number, cells.join(", "));
    let missing = choices
        .iter()
        .find(|c| c.stated_year().is_none() && !c.column.is_empty() && c.find(&headers).is_none());
    match missing {
        Some(choice) => format!(
            "no column is called {:?} (--map {}=...): {says}",
            choice.column, choice.meaning
        ),
        None => format!(
            "{WANTED}; {says}: where that is the header, name its columns with --map date=...,title=..."
        ),
    }
}

/// The row of a calendar grid that tells it: months, days of the week or days side by side.
fn grid(row: &Row) -> Option<(&Row, &'static str)> {
    let says: Vec<String> = row
        .sayings()
        .iter()
        .map(|text| fold(text).trim().to_owned())
        .collect();
    let count = |is: fn(&str) -> bool| says.iter().filter(|text| is(text)).count();
    if count(is_month) >= 4 {
        Some((row, "months"))
    } else if count(is_weekday) >= 5 {
        Some((row, "days of the week"))
    } else if count(is_day) >= 10 {
        Some((row, "days"))
    } else {
        None
    }
}

fn is_month(text: &str) -> bool {
    let number = |t: Option<&Token>| matches!(t, Some(Token::Number(1..=12, _)));
    let Some(tokens) = tokens(text) else {
        return false;
    };
    let rest = match tokens.as_slice() {
        [Token::Number(1900..=2199, 4), Token::Word(year), rest @ ..] if year == "년" => rest,
        all => all,
    };
    match rest {
        [n, Token::Word(word)] => number(Some(n)) && matches!(word.as_str(), "월" | "月"),
        [Token::Word(word)] => month(word).is_some(),
        _ => false,
    }
}

fn is_weekday(text: &str) -> bool {
    weekday(text).is_some()
}

fn is_day(text: &str) -> bool {
    let text = text.trim_end_matches(['일', '日']);
    text.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::delimited;
    use rstest::rstest;

    #[rstest]
    #[case(
        "2025 학사일정\n,3월,4월,5월,6월\n1,개학,,어린이날 준비,\n2,,,,",
        "months"
    )]
    #[case(
        "2025년 3월,,,,,,\n일,월,화,수,목,금,토\n,,,,,,1\n2 개학,3,4,5,6,7,8",
        "days of the week"
    )]
    #[case("팀,1,2,3,4,5,6,7,8,9,10,11\n가,홈,,원정,,,,,,,,", "days side by side")]
    #[case("안내문\n학교는 3월에 엽니다", "one row per event")]
    #[case("이름,주소\n가,나", "\"이름\", \"주소\"")]
    #[case("\n\n", "empty")]
    fn what_is_no_table_is_told(#[case] text: &str, #[case] word: &str) {
        let sheet = delimited::read(text.as_bytes()).unwrap();
        let reason = refusal(&sheet, &[]);
        assert!(reason.contains(word), "{reason}");
    }

    #[test]
    fn a_chosen_column_that_is_not_there_is_named() {
        let sheet = delimited::read("이름,주소\n가,나".as_bytes()).unwrap();
        let reason = refusal(&sheet, &["title=경기".parse().unwrap()]);
        assert!(
            reason.contains("경기") && reason.contains("이름"),
            "{reason}"
        );
    }
}
