//! Openings and deadlines: the events that people miss by an hour. When tickets go on sale, when
//! applications open, until when a paper is due.

use crate::event::Occurrence;

/// Number of the rule below. Whoever changes what counts raises it, and what is stored is marked
/// anew at the next start.
pub const RULE: &str = "1";

/// Tags that say it outright: English keys, and Korean labels as [`crate::tag::key_of`] writes them.
const TAGS: [&str; 16] = [
    "deadline",
    "deadlines",
    "on-sale",
    "pre-sale",
    "presale",
    "ticket-open",
    "ticket-opening",
    "ticket-sales",
    "jeopsu",
    "magam",
    "mojip",
    "sincheong",
    "sugangsincheong",
    "tiket-opeun",
    "yemae",
    "yemae-opeun",
];

/// What people do within a term that opens and closes; said alone, it names that term.
const TERMS: [&str; 8] = [
    "예매",
    "신청",
    "접수",
    "모집",
    "청약",
    "응모",
    "공모",
    "티켓팅",
];

/// What may be opened or closed; said alone, it says nothing about when.
const OPENED: [&str; 20] = [
    "티켓",
    "입장권",
    "판매",
    "예약",
    "등록",
    "수강",
    "원서",
    "지원",
    "제출",
    "투고",
    "투표",
    "반론",
    "철회",
    "확정",
    "최종본",
    "납부",
    "스토어",
    "팝업",
    "매장",
    "그랜드",
];

/// What happens to it.
const ACTS: [&str; 5] = ["오픈", "시작", "개시", "마감", "마감일"];

/// What may follow a term in the same word.
const TAILS: [&str; 4] = ["기간", "안내", "공고", "일"];

const ENGLISH_OPENED: [&str; 20] = [
    "ticket",
    "tickets",
    "registration",
    "registrations",
    "application",
    "applications",
    "enrollment",
    "enrolment",
    "booking",
    "bookings",
    "submission",
    "submissions",
    "abstract",
    "abstracts",
    "papers",
    "entries",
    "nominations",
    "signup",
    "signups",
    "rsvp",
];

const ENGLISH_ACTS: [&str; 11] = [
    "open", "opens", "opening", "begin", "begins", "start", "starts", "close", "closes", "closing",
    "due",
];

impl Occurrence {
    /// True when it is an opening or a deadline by its tags or title: not something to be at, but
    /// a moment not to miss.
    pub fn is_opening(&self) -> bool {
        let tagged = |tag: &crate::tag::Tag| {
            TAGS.contains(&tag.key.as_str()) || tag.label.iter().any(|(_, label)| says_so(label))
        };
        self.title.iter().any(|(_, title)| says_so(title)) || self.tags.iter().any(tagged)
    }
}

fn says_so(text: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    (0..words.len()).any(|at| is_korean(&words, at) || is_english(&words, at))
}

fn is_korean(words: &[&str], at: usize) -> bool {
    let word = words[at];
    let bare = without(word, &TAILS);
    if ends(bare, &TERMS) || bare == "등록" {
        return true;
    }
    let Some(act) = ACTS.iter().find(|act| word.ends_with(*act)) else {
        return false;
    };
    let before = &word[..word.len() - act.len()];
    if !before.is_empty() {
        return ends(before, &OPENED) || ends(before, &TERMS);
    }
    // "티켓 오픈", "티켓 2차 오픈"
    words[..at]
        .iter()
        .rev()
        .take(2)
        .any(|word| ends(word, &OPENED) || ends(word, &TERMS))
}

fn ends(word: &str, with: &[&str]) -> bool {
    with.iter().any(|end| word.ends_with(end))
}

fn without<'a>(word: &'a str, tails: &[&str]) -> &'a str {
    tails
        .iter()
        .find_map(|tail| word.strip_suffix(tail))
        .unwrap_or(word)
}

fn is_english(words: &[&str], at: usize) -> bool {
    let next = words.get(at + 1).copied().unwrap_or_default();
    match words[at] {
        "deadline" | "deadlines" | "presale" | "presales" => true,
        "on" | "pre" | "general" => matches!(next, "sale" | "sales"),
        "ticket" | "tickets" if matches!(next, "sale" | "sales") => true,
        // As a verb at the end: "Museum extension opens". "US Open" is another word.
        "opens" if at > 0 && next.is_empty() => true,
        word => ENGLISH_OPENED.contains(&word) && ENGLISH_ACTS.contains(&next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::Tag;
    use crate::text::{Lang, Text};
    use crate::time::EventTime;
    use jiff::civil::date;

    fn event(title: &str) -> Occurrence {
        let day = date(2026, 11, 22);
        Occurrence::new(
            Text::new(Lang::KO, title),
            EventTime::DateOnly { date: day },
        )
    }

    #[test]
    fn openings_and_deadlines_are_told_by_their_titles() {
        for title in [
            "한국시리즈 예매 오픈",
            "뮤지컬 <시카고> 2차 티켓 오픈",
            "티켓 3차 오픈 (11/25 14:00)",
            "콘서트 티켓오픈",
            "팬클럽 선예매",
            "일반 예매 시작",
            "2026-1학기 예비 수강신청",
            "2학기 수강 신청(재학생)",
            "1학기 등록",
            "등록기간",
            "신입생 등록 시작",
            "대학원 외국어시험 접수",
            "원서접수 마감",
            "서포터즈 3기 모집",
            "굿즈 판매 시작",
            "팝업스토어 오픈",
            "AAAI 2026 논문 제출 마감 · Paper submission",
            "Tickets on sale",
            "Fan club pre-sale lottery",
            "General sale (first come, first served)",
            "Online viewing ticket sales",
            "Registration opens",
            "Applications open for the spring term",
            "Abstract due",
            "ACL 2026 · Camera-ready deadline",
            "The new library opens",
        ] {
            assert!(event(title).is_opening(), "{title}");
        }
    }

    #[test]
    fn what_only_sounds_alike_is_none() {
        for title in [
            "오픈마켓 할인",
            "US Open tennis",
            "US 오픈 결승",
            "호주오픈 1회전",
            "코리아오픈 배드민턴",
            "오프닝 경기",
            "Opening match",
            "Opening ceremony",
            "Open house",
            "Open registration desk tour",
            "하늘구단 대 바다구단",
            "수강신청포기",
            "등록금 납부 안내",
            "접수처 이전",
            "간접수정 특강",
            "신청곡 콘서트",
            "마감 세일",
            "경기 시작",
            "Black Friday sale",
            "Season starts",
            "Closing ceremony",
            "",
        ] {
            assert!(!event(title).is_opening(), "{title}");
        }
    }

    #[test]
    fn a_tag_says_it_by_key_or_label() {
        let mut one = event("하늘구단 홈경기");
        one.tags = vec![Tag::from_label("홈 경기", Lang::KO).unwrap()];
        assert!(!one.is_opening());
        one.tags.push(Tag::from_label("예매", Lang::KO).unwrap());
        assert!(one.is_opening());
        one.tags = vec![Tag {
            key: "deadline".to_owned(),
            label: Text::none(),
        }];
        assert!(one.is_opening());
    }
}
