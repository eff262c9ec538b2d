//! Lines that are no event, and which of their bytes say so.

use super::*;

#[test]
fn faults_name_their_bytes() {
    for (line, key, part) in [
        ("", "entry.no_date", ""),
        ("롯데 vs 두산", "entry.no_date", ""),
        ("18:30 롯데 vs 두산", "entry.no_date", ""),
        ("4/5 18:30", "entry.no_title", ""),
        ("4/5 18:30 @잠실 #홈", "entry.no_title", ""),
        ("4/31 소풍", "entry.no_such_day", "4/31"),
        ("4월 32일 소풍", "entry.no_such_day", "4월 32일"),
        ("2027-13-01 소풍", "entry.no_such_day", "2027-13-01"),
        ("2/29 소풍", "entry.no_such_day", "2/29"),
        ("1899-01-01 소풍", "entry.year_out_of_range", "1899-01-01"),
        ("9999-01-01 소풍", "entry.year_out_of_range", "9999-01-01"),
        ("4/5 25:00 소풍", "entry.no_such_time", "25:00"),
        ("4/5 18:75 소풍", "entry.no_such_time", "18:75"),
        ("4월 5일(토) 소풍", "entry.wrong_weekday", "(토)"),
        ("Apr 5 (Sat) picnic", "entry.wrong_weekday", "(Sat)"),
        ("Sat, Apr 5 picnic", "entry.wrong_weekday", "Sat,"),
        ("4/5-4/7(토) 축제", "entry.wrong_weekday", "(토)"),
        (
            "2027-04-07~2027-04-05 축제",
            "entry.ends_before_start",
            "2027-04-07~2027-04-05",
        ),
        ("4/5 18:30-18:30 경기", "entry.ends_at_start", "18:30-18:30"),
        ("4월 중 18:30 경기", "entry.hours_without_day", "18:30"),
        ("4/5 소풍 @가 @나", "entry.two_places", "@나"),
        ("4/5 소풍 @", "entry.no_name", "@"),
        ("4/5 소풍 #!!", "entry.no_name", "#!!"),
        (
            "4/5 소풍 https://user@host/",
            "entry.bad_address",
            "https://user@host/",
        ),
        ("4/5 \"소풍", "entry.open_quote", "\"소풍"),
        (
            "4/5 18:30 [Asia/Nowhere] 소풍",
            "entry.unknown_zone",
            "[Asia/Nowhere]",
        ),
        ("매주 화 시간미정 연습", "entry.cannot_repeat", "시간미정"),
        ("매주 19:00 연습", "entry.no_date", "매주"),
        ("매년 2/30 잔치", "entry.never_happens", "매년 2/30"),
        (
            "매주 화 연습 ~2027-03-11",
            "entry.until_before_start",
            "~2027-03-11",
        ),
        (
            "매주 화 연습 (5/5 제외)",
            "entry.not_one_of_its_days",
            "5/5",
        ),
        (
            "매월 둘째 일요일 휴무 (공휴일 제외)",
            "entry.holidays_need_a_list",
            "(공휴일",
        ),
        ("4/5 소풍\n4/6 소풍", "entry.several_lines", "\n"),
    ] {
        let fault = read(line).expect_err(line);
        let named = &line[fault.range.clone()];
        assert_eq!((fault.reason.key(), named), (key, part), "{line}");
        assert!(!fault.to_string().is_empty());
    }
    let long = format!("4/5 {}", "가".repeat(1000));
    assert_eq!(read(&long).unwrap_err().reason.key(), "entry.too_long");
    let tags: String = (0..40).map(|n| format!(" #t{n}")).collect();
    let fault = read(&format!("4/5 소풍{tags}")).unwrap_err();
    assert_eq!(fault.reason.args(), [("limit", "32".to_owned())]);
}

#[test]
fn a_wrong_weekday_says_which_it_is() {
    let fault = read("4월 5일(토) 소풍").unwrap_err();
    assert_eq!(fault.to_string(), "2027-04-05 is a mon, not a sat");
    let args: Vec<String> = fault.reason.args().into_iter().map(|(_, v)| v).collect();
    assert_eq!(args, ["2027-04-05", "sat", "mon"]);
}
