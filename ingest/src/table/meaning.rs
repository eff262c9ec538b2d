//! What a column can mean, the names that `--map` gives to the meanings, and the header words
//! by which they are guessed.

use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

macro_rules! meanings {
    ($($(#[$doc:meta])* $variant:ident, $name:literal $(, $alias:literal)*;)+) => {
        /// What a column of a table says about an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Meaning { $($(#[$doc])* $variant),+ }

        impl Meaning {
            /// Every meaning, in the order that people read them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name that `--map` calls it by.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Reads a name or one of its other names.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name $(| $alias)* => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

meanings! {
    /// The title.
    Title, "title", "summary", "name";
    /// The first of two sides, for titles such as "A vs B".
    Team, "team", "home";
    /// The second of two sides.
    Opponent, "opponent", "away";
    /// The (first) day, or both days, or day and hour.
    Date, "date", "start", "start_date";
    /// The last day, or day and hour.
    End, "end", "end_date";
    /// The hour, or both hours.
    Time, "time", "start_time";
    /// The last hour.
    EndTime, "end_time";
    /// The year of dates that name none.
    Year, "year";
    /// The month, where days have a column of their own.
    Month, "month";
    /// What people call the place.
    Place, "place", "venue", "location";
    /// Its address, added to the place's name.
    Address, "address";
    /// Degrees north.
    Latitude, "lat", "latitude";
    /// Degrees east.
    Longitude, "lon", "longitude";
    /// The event's page elsewhere.
    Url, "url", "link";
    /// What else there is to say.
    Description, "description", "note";
    /// Whether it takes place.
    Status, "status";
    /// What it can be filtered by.
    Tags, "tags", "category";
    /// The source's own identifier.
    Uid, "uid", "id";
    /// The score or outcome.
    Result, "result";
    /// The first side's score.
    Score, "score1";
    /// The second side's score.
    OtherScore, "score2";
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a header word hints at. Words for beginnings and ends leave open whether days or hours
/// stand below; the values decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// Surely this.
    Is(Meaning),
    /// A day, or a day and an hour.
    Day,
    /// An hour.
    Clock,
    /// Where it begins.
    Begin,
    /// Where it ends.
    Finish,
}

use Hint::{Begin, Clock, Day, Finish, Is};
use Meaning::{
    Address, Description, Latitude, Longitude, Month, Opponent, OtherScore, Place, Result, Score,
    Status, Tags, Team, Title, Uid, Url, Year,
};

/// Header words without spaces and marks, in lower case, the more telling first within a line:
/// a later word of a line counts less.
const WORDS: &[(Hint, &[&str])] = &[
    (
        Is(Title),
        &[
            "제목",
            "행사명",
            "경기명",
            "공연명",
            "축제명",
            "일정명",
            "대회명",
            "프로그램명",
            "행사",
            "경기",
            "학사일정",
            "일정",
            "공연",
            "행사내용",
            "title",
            "eventname",
            "eventtitle",
            "subject",
            "summary",
            "event",
            "match",
            "fixture",
            "game",
            "name",
            "タイトル",
            "イベント名",
            "件名",
            "titel",
            "titre",
            "nom",
            "명칭",
            "이름",
            "내용",
        ],
    ),
    (
        Is(Team),
        &[
            "홈팀", "홈", "hometeam", "home", "team1", "구단", "팀", "team",
        ],
    ),
    (
        Is(Opponent),
        &[
            "원정팀",
            "원정",
            "awayteam",
            "away",
            "team2",
            "경기상대",
            "상대팀",
            "상대",
            "opponent",
        ],
    ),
    (
        Day,
        &[
            "날짜",
            "일자",
            "일시",
            "경기일시",
            "경기일자",
            "경기일",
            "행사일",
            "공연일",
            "기간",
            "행사기간",
            "일정기간",
            "date",
            "datetime",
            "when",
            "day",
            "dates",
            "datum",
            "日付",
            "日時",
            "開催日",
            "일",
        ],
    ),
    (
        Begin,
        &[
            "시작일",
            "시작일자",
            "시작일시",
            "시작날짜",
            "시작",
            "시작시간",
            "시작시각",
            "개시일",
            "개막일",
            "startdate",
            "start",
            "starttime",
            "startdatetime",
            "dtstart",
            "begin",
            "from",
            "startsat",
            "開始日時",
            "開始日",
            "開始",
        ],
    ),
    (
        Finish,
        &[
            "종료일",
            "종료일자",
            "종료일시",
            "종료날짜",
            "종료",
            "종료시간",
            "종료시각",
            "마감일",
            "폐막일",
            "enddate",
            "end",
            "endtime",
            "enddatetime",
            "dtend",
            "finish",
            "until",
            "to",
            "endsat",
            "終了日時",
            "終了日",
            "終了",
        ],
    ),
    (
        Clock,
        &[
            "시간",
            "시각",
            "경기시간",
            "공연시간",
            "time",
            "kickoff",
            "hour",
            "hours",
            "tid",
            "時間",
        ],
    ),
    (Is(Year), &["연도", "년도", "학년도", "년", "year"]),
    (Is(Month), &["월", "month"]),
    (
        Is(Place),
        &[
            "장소",
            "구장",
            "경기장",
            "공연장",
            "개최장소",
            "행사장소",
            "venue",
            "stadium",
            "place",
            "場所",
            "会場",
            "plats",
            "lieu",
            "location",
            "where",
            "위치",
            "city",
            "도시",
        ],
    ),
    (
        Is(Address),
        &[
            "소재지도로명주소",
            "도로명주소",
            "소재지지번주소",
            "address",
            "주소",
            "소재지",
            "location",
            "city",
            "도시",
            "country",
        ],
    ),
    (Is(Latitude), &["위도", "latitude", "lat"]),
    (Is(Longitude), &["경도", "longitude", "lon", "lng"]),
    (
        Is(Url),
        &[
            "홈페이지주소",
            "홈페이지",
            "url",
            "website",
            "websiteurl",
            "링크",
            "link",
            "homepage",
            "누리집",
            "사이트",
            "예매링크",
            "주소",
        ],
    ),
    (
        Is(Description),
        &[
            "설명",
            "상세내용",
            "내용",
            "비고",
            "행사내용",
            "축제내용",
            "description",
            "details",
            "notes",
            "note",
            "remarks",
            "memo",
            "메모",
            "説明文",
            "説明",
        ],
    ),
    (
        Is(Status),
        &["상태", "진행상태", "취소여부", "취소", "status"],
    ),
    (
        Is(Tags),
        &[
            "구분",
            "분류",
            "유형",
            "종류",
            "태그",
            "카테고리",
            "리그",
            "대회",
            "category",
            "categories",
            "tags",
            "tag",
            "type",
            "tournament",
            "league",
            "competition",
            "typ",
        ],
    ),
    (
        Is(Uid),
        &[
            "uid",
            "고유번호",
            "관리번호",
            "번호",
            "id",
            "eventid",
            "코드",
        ],
    ),
    (
        Is(Result),
        &["결과", "경기결과", "스코어", "점수", "result", "score"],
    ),
    (
        Is(Score),
        &["홈점수", "홈팀점수", "homescore", "team1score", "score1"],
    ),
    (
        Is(OtherScore),
        &[
            "원정점수",
            "원정팀점수",
            "awayscore",
            "team2score",
            "score2",
        ],
    ),
];

/// Hints with their weights: the more the header looks like a word, the heavier. A header that
/// is the word weighs 400 and more, one that ends with it 300 and more.
pub(super) fn hints(header: &str) -> Vec<(Hint, u32)> {
    let whole = compact(header);
    let tokens = tokens(header);
    let mut found = Vec::new();
    for (hint, words) in WORDS {
        let best = words
            .iter()
            .zip((0..40).rev())
            .filter_map(|(word, order)| match likeness(&whole, &tokens, word)? {
                4 => Some(400 + order),
                likeness => Some(likeness * 100 + length(word).min(9) * 10),
            })
            .max();
        found.extend(best.map(|weight| (*hint, weight)));
    }
    // `경기상대` is the opponent; that it begins with the word for a match says nothing more.
    let best = found.iter().map(|(_, weight)| weight / 100).max();
    found.retain(|(_, weight)| Some(weight / 100) == best);
    found
}

fn length(word: &str) -> u32 {
    word.chars().map(|_| 1).sum()
}

fn likeness(whole: &str, tokens: &[String], word: &str) -> Option<u32> {
    let letters = length(word);
    if whole == word {
        Some(4)
    } else if letters >= 2 && !word.is_ascii() && whole.ends_with(word) {
        Some(3)
    } else if tokens.len() > 1 && tokens.len() <= 3 && tokens.iter().any(|token| token == word) {
        Some(2)
    } else if letters >= 2 && !word.is_ascii() && whole.starts_with(word) {
        Some(1)
    } else {
        None
    }
}

/// A header as it is compared: NFKC, lower case, without what stands in brackets, spaces, marks.
pub(super) fn compact(header: &str) -> String {
    let plain = without_brackets(header);
    let letters = plain.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn without_brackets(header: &str) -> String {
    let folded: String = header.nfkc().collect();
    let mut depth = 0u32;
    let outside: String = folded
        .chars()
        .filter(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect();
    if outside.chars().any(char::is_alphanumeric) {
        outside
    } else {
        folded
    }
}

/// The header's words, of which snake case and spaces tell.
fn tokens(header: &str) -> Vec<String> {
    without_brackets(header)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("날짜(요일)", Day)]
    #[case("행사 시작일자", Begin)]
    #[case("Start Date", Begin)]
    #[case("st_date", Day)]
    #[case("행사종료시각", Finish)]
    #[case("홈페이지주소", Is(Url))]
    #[case("경기장", Is(Place))]
    #[case("경기결과", Is(Result))]
    #[case("team1_score", Is(Score))]
    #[case("home_team", Is(Team))]
    #[case(" 경 기 ", Is(Title))]
    #[case("Ｖｅｎｕｅ", Is(Place))]
    fn headers_hint_at_meanings(#[case] header: &str, #[case] want: Hint) {
        let best = hints(header).into_iter().max_by_key(|(_, weight)| *weight);
        assert_eq!(best.map(|(hint, _)| hint), Some(want));
    }

    #[rstest]
    #[case("day_of_week")]
    #[case("관중")]
    #[case("fb_gimcheon")]
    #[case("1")]
    fn other_headers_hint_at_nothing(#[case] header: &str) {
        assert!(
            hints(header).iter().all(|(_, weight)| *weight < 300),
            "{:?}",
            hints(header)
        );
    }

    #[test]
    fn names_read_back() {
        for meaning in Meaning::ALL {
            assert_eq!(Meaning::parse(meaning.as_str()), Some(*meaning));
        }
        assert_eq!(Meaning::parse("home"), Some(Meaning::Team));
        assert_eq!(Meaning::parse("titel"), None);
    }
}
