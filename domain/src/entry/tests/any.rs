//! Whatever is typed: no panic, and every byte range stands between characters.

use super::*;
use proptest::prelude::*;

fn check(line: &str) {
    let zone = Zone::seoul();
    let contexts = [
        context(&zone),
        Context {
            today: date(2199, 12, 31),
            minutes: Some(u32::MAX),
            lang: Lang::EN,
            ..context(&zone)
        },
    ];
    for context in contexts {
        match read_line(line, &context) {
            Ok(entry) => {
                let mut end = 0;
                for span in &entry.spans {
                    assert!(line.get(span.range.clone()).is_some(), "{line:?} {span:?}");
                    assert!(
                        span.range.start >= end && !span.range.is_empty(),
                        "{line:?}"
                    );
                    end = span.range.end;
                }
                for guess in &entry.guesses {
                    assert!(line.get(guess.range.clone()).is_some(), "{line:?}");
                }
                assert!(entry.body.main.time.check().is_ok());
            }
            Err(fault) => assert!(line.get(fault.range).is_some(), "{line:?}"),
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "4/5",
        "4.5",
        "2027-04-05",
        "4월 5일",
        "십일월",
        "이십일일",
        "18:30",
        "18:30~",
        "7시",
        "오후",
        "일곱 시",
        "~",
        "-",
        "매주",
        "매월",
        "둘째·넷째",
        "일요일",
        "화,목",
        "말일",
        "every",
        "2nd and 4th",
        "Sunday",
        "until",
        "2027-06",
        "까지",
        "부터",
        "(",
        ")",
        "[",
        "]",
        "제외",
        "except",
        "취소",
        "시간미정",
        "TBA",
        "@",
        "#",
        "@잠실",
        "#홈",
        "\"",
        "\\",
        "//",
        "=3:2",
        "https://a.kr",
        "예매",
        "내일",
        "next",
        "in 999 weeks",
        "99년마다",
        "x9999",
        "총",
        "회",
        "+",
        "+9999h",
        "pm",
        "am",
        "정오",
        "9999",
        "24:00",
        "밤 12시",
        "[Asia/Tokyo]",
        "Apr",
        "5th of",
        "e\u{301}",
        "\u{1112}\u{1161}\u{11ab}",
        "４",
        "：",
        "･",
        "𝟜",
        "ﬀ",
        "İ",
    ]);
    prop_oneof![
        6 => known.prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[0-9]{1,5}[./:~-]?",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_is_too_strange(line in "\\PC{0,80}") {
        check(&line);
    }

    #[test]
    fn no_mixture_is_too_strange(
        pieces in prop::collection::vec((piece(), prop::bool::ANY), 0..14),
    ) {
        let line: String = pieces
            .iter()
            .map(|(piece, space)| if *space { format!("{piece} ") } else { piece.clone() })
            .collect();
        check(&line);
    }
}

#[test]
fn the_longest_lines_are_read_in_time() {
    for piece in [
        "4/5 ", "(", "\"", "매주 ", "@가 ", "가(", "1,", "화", "- ", "((5/5,",
    ] {
        check(&piece.repeat(LINE_BYTES / piece.len()));
    }
}
