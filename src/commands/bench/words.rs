//! Words that the invented calendars are made of. Nobody's names: clubs, groups, shops and schools
//! are put together from plain words.

/// A word in Korean and English.
pub type Word = (&'static str, &'static str);

/// What a kind of calendar is about.
pub struct Kind {
    /// Its category: address, Korean and English title.
    pub category: (&'static str, &'static str, &'static str),
    /// What makes a name of a calendar: `하늘` + `구단`.
    pub whose: Word,
    /// Titles of events. `@` is the calendar's own name, `%` another of its kind, `#` a number.
    pub titles: &'static [Word],
    /// Titles of its openings and deadlines.
    pub openings: &'static [Word],
    /// Where events take place.
    pub places: &'static [Word],
    /// What they can be filtered by.
    pub tags: &'static [&'static str],
    /// How many of a hundred events are whole days.
    pub whole_days: u64,
}

/// First halves of names.
pub const NAMES: &[Word] = &[
    ("하늘", "Haneul"),
    ("바다", "Bada"),
    ("숲속", "Supsok"),
    ("별빛", "Byeolbit"),
    ("구름", "Gureum"),
    ("바람", "Baram"),
    ("새벽", "Saebyeok"),
    ("노을", "Noeul"),
    ("은하", "Eunha"),
    ("들꽃", "Deulkkot"),
    ("소나무", "Sonamu"),
    ("참새", "Chamsae"),
    ("두루미", "Durumi"),
    ("호랑이", "Horangi"),
    ("고래", "Gorae"),
    ("달빛", "Dalbit"),
    ("햇살", "Haetsal"),
    ("무지개", "Mujigae"),
    ("단풍", "Danpung"),
    ("눈꽃", "Nunkkot"),
    ("가온", "Gaon"),
    ("미르", "Mir"),
    ("누리", "Nuri"),
    ("아라", "Ara"),
    ("다솜", "Dasom"),
    ("라온", "Raon"),
    ("온새", "Onsae"),
    ("한빛", "Hanbit"),
    ("푸른", "Pureun"),
    ("금빛", "Geumbit"),
];

/// Towns, so that ten thousand names differ in more than a number.
pub const TOWNS: &[Word] = &[
    ("서울", "Seoul"),
    ("부산", "Busan"),
    ("대구", "Daegu"),
    ("인천", "Incheon"),
    ("광주", "Gwangju"),
    ("대전", "Daejeon"),
    ("울산", "Ulsan"),
    ("수원", "Suwon"),
    ("창원", "Changwon"),
    ("전주", "Jeonju"),
    ("춘천", "Chuncheon"),
    ("강릉", "Gangneung"),
    ("제주", "Jeju"),
    ("목포", "Mokpo"),
    ("포항", "Pohang"),
    ("청주", "Cheongju"),
];

/// What there is to follow.
pub const KINDS: &[Kind] = &[
    Kind {
        category: ("baseball", "야구", "Baseball"),
        whose: ("구단", "Baseball Club"),
        titles: &[
            ("@ 대 %", "@ vs %"),
            ("% 대 @ #차전", "% vs @ game #"),
            ("팬 사인회", "Fan signing"),
        ],
        openings: &[
            ("홈 #차전 예매 오픈", "Home game # tickets on sale"),
            ("시즌권 신청 마감", "Season ticket deadline"),
        ],
        places: &[
            ("시민야구장", "Citizens' Ballpark"),
            ("종합운동장", "Main Stadium"),
        ],
        tags: &["정규 시즌", "홈", "원정", "시범 경기"],
        whole_days: 2,
    },
    Kind {
        category: ("football", "축구", "Football"),
        whose: ("축구단", "FC"),
        titles: &[
            ("@ 대 % #라운드", "@ vs % round #"),
            ("컵 #강 @ 대 %", "Cup @ vs %"),
            ("공개 훈련", "Open training"),
        ],
        openings: &[("#라운드 티켓 오픈", "Round # tickets on sale")],
        places: &[
            ("월드컵경기장", "World Cup Stadium"),
            ("축구전용구장", "Football Park"),
        ],
        tags: &["리그", "컵", "홈", "원정"],
        whole_days: 2,
    },
    Kind {
        category: ("idol", "아이돌", "Idols"),
        whose: ("소녀", "Girls"),
        titles: &[
            ("@ 라디오 출연", "@ on the radio"),
            ("정규 #집 발매", "Album # release"),
            ("@ 단독 콘서트 #일차", "@ concert day #"),
            ("생일", "Birthday"),
        ],
        openings: &[
            ("콘서트 #차 티켓 오픈", "Concert tickets on sale, part #"),
            ("팬클럽 #기 모집", "Fan club applications open"),
        ],
        places: &[("체조경기장", "Gymnastics Arena"), ("아트홀", "Art Hall")],
        tags: &["방송", "공연", "발매", "생일"],
        whole_days: 25,
    },
    Kind {
        category: ("theatre", "공연", "Theatre"),
        whose: ("극단", "Theatre Company"),
        titles: &[
            ("뮤지컬 <겨울 정원> #회", "Musical The Winter Garden #"),
            ("연극 <낮은 목소리>", "Play A Low Voice"),
            ("음악회: 봄의 소리 #", "Concert: Sounds of Spring #"),
        ],
        openings: &[("#차 티켓 오픈", "Tickets on sale, part #")],
        places: &[
            ("문화예술회관 대극장", "Arts Center Main Hall"),
            ("소극장", "Studio Theatre"),
        ],
        tags: &["뮤지컬", "연극", "음악회"],
        whole_days: 8,
    },
    Kind {
        category: ("school", "학교", "Schools"),
        whose: ("대학교", "University"),
        titles: &[
            ("개강", "Classes begin"),
            ("중간고사", "Midterm exams"),
            ("기말고사", "Final exams"),
            ("축제 #일차", "Festival day #"),
            ("졸업식", "Commencement"),
            ("특강: 나라와 법 #", "Lecture: State and law #"),
        ],
        openings: &[
            ("#학기 수강신청", "Course registration opens"),
            ("장학금 신청 마감", "Scholarship application deadline"),
        ],
        places: &[("대강당", "Auditorium"), ("학생회관", "Student Union")],
        tags: &["학사", "시험", "행사", "장학"],
        whole_days: 60,
    },
    Kind {
        category: ("market", "장보기", "Shopping"),
        whose: ("마트", "Mart"),
        titles: &[
            ("휴무일", "Closed"),
            ("주말 특가 #탄", "Weekend deals #"),
            ("한우 세일", "Beef sale"),
            ("신선식품 할인", "Fresh food discount"),
        ],
        openings: &[("사전예약 판매 시작", "Pre-sale starts")],
        places: &[("전 지점", "All branches"), ("중앙점", "Central branch")],
        tags: &["휴무", "세일", "신상품"],
        whole_days: 70,
    },
    Kind {
        category: ("beauty", "뷰티", "Beauty"),
        whose: ("화장품", "Cosmetics"),
        titles: &[
            ("정기 세일 #일차", "Big sale day #"),
            ("오늘의 특가", "Deal of the day"),
            ("신제품 공개", "New product"),
        ],
        openings: &[("팝업스토어 오픈", "Pop-up store opens")],
        places: &[("온라인", "Online"), ("성수점", "Seongsu store")],
        tags: &["세일", "신제품", "팝업"],
        whole_days: 55,
    },
    Kind {
        category: ("library", "도서관", "Libraries"),
        whose: ("도서관", "Library"),
        titles: &[
            ("휴관일", "Closed"),
            ("그림책 읽기 모임 #", "Picture book hour #"),
            ("작가와의 만남", "Meet the author"),
            ("영화 상영: 바닷마을", "Film: The seaside town"),
        ],
        openings: &[("독서 교실 접수", "Reading class registration opens")],
        places: &[
            ("시청각실", "Media room"),
            ("어린이자료실", "Children's room"),
        ],
        tags: &["휴관", "강좌", "어린이"],
        whole_days: 30,
    },
    Kind {
        category: ("exhibition", "전시", "Exhibitions"),
        whose: ("미술관", "Museum"),
        titles: &[
            ("기획전 <빛과 물> #부", "Exhibition Light and Water #"),
            ("상설전 해설", "Guided tour"),
            ("어린이 체험", "Children's workshop"),
        ],
        openings: &[("얼리버드 예매 시작", "Early bird tickets on sale")],
        places: &[("제1전시실", "Gallery 1"), ("로비", "Lobby")],
        tags: &["기획전", "상설전", "교육"],
        whole_days: 45,
    },
    Kind {
        category: ("esports", "e스포츠", "Esports"),
        whose: ("게이밍", "Gaming"),
        titles: &[
            ("@ 대 % #세트", "@ vs % set #"),
            ("결승 @ 대 %", "Final @ vs %"),
        ],
        openings: &[("결승 티켓 오픈", "Final tickets on sale")],
        places: &[
            ("e스포츠 경기장", "Esports Arena"),
            ("온라인 중계", "Online"),
        ],
        tags: &["정규 리그", "결승", "중계"],
        whole_days: 1,
    },
    Kind {
        category: ("conference", "학회", "Conferences"),
        whose: ("학회", "Society"),
        titles: &[
            ("봄 학술대회 #일차", "Spring conference day #"),
            ("월례 발표회", "Monthly colloquium"),
            ("워크숍 #", "Workshop #"),
        ],
        openings: &[
            ("논문 제출 마감", "Paper submission deadline"),
            ("등록 마감", "Registration deadline"),
        ],
        places: &[("국제회의장", "Convention Hall"), ("온라인", "Online")],
        tags: &["학술대회", "마감", "발표"],
        whole_days: 35,
    },
    Kind {
        category: ("town", "동네", "Towns"),
        whose: ("구청", "District Office"),
        titles: &[
            ("주민 회의", "Residents' meeting"),
            ("벼룩시장", "Flea market"),
            ("무료 건강 검진", "Free health check"),
            ("나눔 장터 #", "Sharing market #"),
        ],
        openings: &[("주말농장 신청", "Allotment applications open")],
        places: &[("구민회관", "Community Hall"), ("중앙공원", "Central Park")],
        tags: &["주민", "장터", "건강"],
        whole_days: 35,
    },
];
