//! Marks, words with a meaning of their own, what is told back.

use super::*;
use crate::event::{Geo, Place};
use crate::tag::Tag;

#[test]
fn places_tags_and_links_have_marks() {
    all(&[
        (
            "4/5 18:30 롯데 vs 두산 @잠실 #홈",
            "2027-04-05 18:30 | 롯데 vs 두산 | @잠실 | #hom",
        ),
        (
            "Apr 5 6:30pm Giants at Dodgers @Stadium #away",
            "2027-04-05 18:30 | Giants at Dodgers | @Stadium | #away",
        ),
        (
            "4/5 소풍 @\"서울 대공원\" #\"봄 소풍\" #가족",
            "2027-04-05 | 소풍 | @서울 대공원 | #bom-sopung | #gajok",
        ),
        ("4/5 소풍 ＠공원 ＃봄", "2027-04-05 | 소풍 | @공원 | #bom"),
        (
            "4/5 공연 https://a.kr/1 https://a.kr/2",
            "2027-04-05 | 공연 | https://a.kr/1 | more:https://a.kr/2",
        ),
        (
            "4/5 공연 예매 https://t.kr/1 중계: https://s.kr",
            "2027-04-05 | 공연 | tickets:https://t.kr/1 | stream:https://s.kr",
        ),
        (
            "4/5 show tickets https://t.kr/1 source https://s.kr",
            "2027-04-05 | show | tickets:https://t.kr/1 | source:https://s.kr",
        ),
        ("4/5 롯데 vs 두산 =3:2", "2027-04-05 | 롯데 vs 두산 | =3:2"),
        (
            "4/5 소풍 // 비 오면 4/6, #문의는 전화로",
            "2027-04-05 | 소풍 | // 비 오면 4/6, #문의는 전화로",
        ),
        ("4/5 a@b.kr 강연", "2027-04-05 | a@b.kr 강연"),
        ("4/5 C# 강연", "2027-04-05 | C# 강연"),
    ]);
}

#[test]
fn words_for_the_status_are_told_from_titles() {
    all(&[
        ("4/5 (취소) 소풍", "2027-04-05 | 소풍 | (cancelled)"),
        ("4/5 [취소] 소풍", "2027-04-05 | 소풍 | (cancelled)"),
        ("4/5 소풍(우천취소)", "2027-04-05 | 소풍 | (cancelled)"),
        ("4/5 소풍 취소", "2027-04-05 | 소풍 | (cancelled)"),
        ("취소 4/5 봄 소풍", "2027-04-05 | 봄 소풍 | (cancelled)"),
        ("4/5 소풍 연기", "2027-04-05 | 소풍 | (postponed)"),
        ("4/5 소풍 (잠정)", "2027-04-05 | 소풍 | (tentative)"),
        (
            "Apr 5 picnic tentative",
            "2027-04-05 | picnic | (tentative)",
        ),
        (
            "Apr 5 picnic (postponed)",
            "2027-04-05 | picnic | (postponed)",
        ),
        ("12/31 연기 대상", "2027-12-31 | 연기 대상"),
        ("4/5 취소", "2027-04-05 | 취소"),
        ("4/5 연기 수업 @연습실", "2027-04-05 | 연기 수업 | @연습실"),
    ]);
}

#[test]
fn known_places_and_tags_are_found_by_any_name() {
    let zone = Zone::seoul();
    let jamsil = Place {
        name: Text::new(Lang::KO, "잠실야구장").with(Lang::EN, "Jamsil Baseball Stadium"),
        geo: Geo::from_degrees(37.512, 127.072),
    };
    let home = Tag {
        key: "home".to_owned(),
        label: Text::new(Lang::KO, "홈 경기").with(Lang::EN, "Home"),
    };
    let names = ["잠실".to_owned(), "잠실 야구장".to_owned()];
    let tags = ["홈".to_owned()];
    let context = Context {
        places: &[Known {
            what: &jamsil,
            names: &names,
        }],
        tags: &[Known {
            what: &home,
            names: &tags,
        }],
        ..context(&zone)
    };
    for line in [
        "4/5 롯데 vs 두산 @잠실 #홈",
        "4/5 롯데 vs 두산 @잠실 야구장 #home",
        "4/5 @jamsil baseball stadium 롯데 vs 두산 #\"홈 경기\"",
        "4/5 롯데 vs 두산 @\"잠실야구장\" #홈",
    ] {
        let entry = read_line(line, &context).unwrap();
        assert_eq!(entry.body.main.place, jamsil, "{line}");
        assert_eq!(entry.body.main.tags, std::slice::from_ref(&home), "{line}");
        assert_eq!(entry.body.main.title, Text::new(Lang::KO, "롯데 vs 두산"));
        let told = entry.guesses.iter().map(|guess| guess.what.key());
        assert_eq!(told.collect::<Vec<_>>(), ["entry.guess.year"], "{line}");
    }
    let new = read_line("4/5 롯데 vs 두산 @잠실역 #원정", &context).unwrap();
    let told: Vec<_> = new.guesses.iter().map(|guess| guess.what.key()).collect();
    assert_eq!(
        told,
        [
            "entry.guess.year",
            "entry.guess.new_place",
            "entry.guess.new_tag"
        ]
    );
}

#[test]
fn a_line_tells_what_it_was_understood_as() {
    let line = "4/5 18:30 롯데 vs 두산 @잠실 #홈";
    let spans: Vec<(&str, &str)> = read(line)
        .unwrap()
        .spans
        .iter()
        .map(|span| (span.what.as_str(), &line[span.range.clone()]))
        .collect();
    assert_eq!(
        spans,
        [
            ("date", "4/5"),
            ("time", "18:30"),
            ("title", "롯데 vs 두산"),
            ("place", "@잠실"),
            ("tag", "#홈")
        ]
    );
    let line = "매월 둘째·넷째 일요일 19:00 휴무 (5/9 제외) ~2027-06";
    let spans: Vec<(&str, &str)> = read(line)
        .unwrap()
        .spans
        .iter()
        .map(|span| (span.what.as_str(), &line[span.range.clone()]))
        .collect();
    assert_eq!(
        spans,
        [
            ("repeat", "매월 둘째·넷째 일요일"),
            ("time", "19:00"),
            ("title", "휴무"),
            ("except", "(5/9 제외)"),
            ("until", "~2027-06")
        ]
    );
}

#[test]
fn guesses_are_told() {
    let zone = Zone::seoul();
    let context = Context {
        minutes: Some(180),
        ..context(&zone)
    };
    let guesses = |line: &str| {
        let guesses = read_line(line, &context).unwrap().guesses;
        let told = guesses.iter().map(|guess| {
            let args: Vec<String> = guess.what.args().into_iter().map(|(_, v)| v).collect();
            format!(
                "{}={}",
                guess.what.key().replace("entry.guess.", ""),
                args.join(",")
            )
        });
        told.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        guesses("내일 7시 경기"),
        "day=2027-03-11 hour=19:00 default_end=180"
    );
    assert_eq!(guesses("4/5 18:30 경기"), "year=2027 default_end=180");
    assert_eq!(guesses("2027-04-05 18:30~ 경기"), "");
    assert_eq!(
        guesses("2027-04-05 22:00-02:00 경기"),
        "ends_next_day=2027-04-06"
    );
    assert_eq!(
        guesses("2027-04-05~2027-04-07 19:00-21:00 연극"),
        "each_day="
    );
    assert_eq!(guesses("매주 화 연습"), "first_day=2027-03-16");
}
