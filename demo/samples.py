"""Samples: invented events of clubs, groups and shops that do not exist.

For kinds of calendars without free data. No random numbers: a run always gives the same events.
"""

from datetime import date, timedelta

SEOUL = "Asia/Seoul"
NOTE = "체험용으로 지어낸 일정이에요. (Invented sample data.)"


def days(first, last, step=1):
    """The days from first to last, both included."""
    for offset in range(0, (last - first).days + 1, step):
        yield first + timedelta(days=offset)


def event(uid, day, title, *, at=None, minutes=None, note=None, **more):
    """One event: the whole day, or `at` a time of day and `minutes` long where that is known."""
    start = day.isoformat() if at is None else f"{day.isoformat()}T{at}"
    made = {"uid": uid, "title": title, "start": start}
    if at is not None:
        made["zone"] = SEOUL
    if minutes:
        hour, minute = map(int, at.split(":"))
        total = hour * 60 + minute + minutes
        over = day + timedelta(days=total // 1440)
        made["end"] = f"{over.isoformat()}T{total % 1440 // 60:02}:{total % 60:02}"
    made["description"] = f"{note}\n{NOTE}" if note else NOTE
    return made | more


# Baseball

OWN_CLUB = ("은하항 등대지기", "Eunha Harbour Keepers")
RIVALS = [
    (("노을골 방패연", "Noeul Valley Kites"), "노을골 언덕구장"),
    (("서리내 뚝배기", "Seori Creek Kettles"), "서리내 시민구장"),
    (("솔바람 나침반", "Solbaram Compasses"), "솔바람 숲구장"),
    (("모래톱 꽹과리", "Sandbar Gongs"), "모래톱 강변구장"),
    (("안개재 팽이", "Misty Pass Tops"), "안개재 돔구장"),
]
HOME_PARK = "은하항 바다구장"
SEASON_FIRST_FRIDAY = date(2027, 4, 2)
SEASON_WEEKS = 24


def baseball():
    """The season of 2027, three games a series, after friendly games in late autumn 2026."""
    yield from friendly_games()
    for week in range(SEASON_WEEKS):
        friday = SEASON_FIRST_FRIDAY + timedelta(weeks=week)
        yield from series(week, friday, rival=week % 5, home=week % 2 == 0)
        if week % 2 == 1:
            tuesday = friday - timedelta(days=3)
            yield from series(week, tuesday, rival=(week + 2) % 5, home=week % 4 == 1)
    last = SEASON_FIRST_FRIDAY + timedelta(weeks=SEASON_WEEKS)
    note = "시작 시각은 아직 정해지지 않았어요."
    yield game("final", last, rival=2, home=True, time="tba", note=note)


def series(week, first_day, rival, home):
    for day in days(first_day, first_day + timedelta(days=2)):
        at = {5: "17:00", 6: "14:00"}.get(day.weekday(), "18:30")
        uid = day.isoformat()
        if (week, day.weekday()) == (4, 5):  # rained off, made up for by the next day's two games
            yield game(uid, day, rival, home, at=at, status="cancelled", note="비로 취소됐어요.")
        elif (week, day.weekday()) == (4, 6):
            for number, at in ((1, "14:00"), (2, "18:00")):
                note = f"더블헤더 {number}차전"
                tags = ["doubleheader"]
                yield game(f"{uid}-{number}", day, rival, home, at=at, note=note, tags=tags)
        elif (week, day.weekday()) == (11, 2):
            note = "미세먼지로 연기됐어요. 새 날짜는 정해지면 알려 드려요."
            yield game(uid, day, rival, home, at=at, status="postponed", note=note)
        else:
            yield game(uid, day, rival, home, at=at)


def friendly_games():
    for index, day in enumerate(days(date(2026, 11, 21), date(2026, 12, 13))):
        if day.weekday() < 5:
            continue
        more = {"tags": ["friendly"], "note": "늦가을 교류전"}
        if day == date(2026, 11, 29):
            more |= {"status": "cancelled", "note": "구장 배수 공사로 취소됐어요."}
        if day == date(2026, 12, 13):
            more |= {"time": "tba", "note": "시작 시각은 아직 정해지지 않았어요."}
        at = None if "time" in more else "13:00"
        yield game(day.isoformat(), day, rival=index % 5, home=index % 3 != 1, at=at, **more)


def game(key, day, rival, home, *, at=None, tags=(), **more):
    club, park = RIVALS[rival]
    first, second = (OWN_CLUB, club) if home else (club, OWN_CLUB)
    title = {"ko": f"{first[0]} vs {second[0]}", "en": f"{first[1]} vs {second[1]}"}
    return event(
        f"sample-baseball-{key}",
        day,
        title,
        at=at,
        minutes=180 if at else None,
        place=HOME_PARK if home else park,
        tags=["home" if home else "away", *tags],
        **more,
    )


# Idol group

GROUP = ("모퉁이별", "Motungi")


def idol():
    """A comeback on 14 December 2026, broadcasts and fan signs around it, two concert days."""
    for when, at, minutes, ko, en, tag, place in IDOL_DATES:
        yield idol_event(date.fromisoformat(when), at, minutes, ko, en, tag, place)
    for day in days(date(2026, 11, 24), date(2027, 2, 23), step=7):
        ko, en = "「골목 끝 라디오」 고정 출연", "Alley's End Radio (every Tuesday)"
        yield idol_event(day, "20:00", 60, ko, en, "radio", None)
    for day in days(date(2026, 12, 18), date(2027, 1, 8), step=7):
        ko, en = "「금빛 무대」 생방송", "Golden Stage, live"
        yield idol_event(day, "17:00", 90, ko, en, "broadcast", "구름방송 공개홀")
    for day in days(date(2026, 12, 19), date(2027, 1, 16), step=7):
        ko, en = "팬 사인회", "Fan sign"
        if day != date(2027, 1, 16):
            yield idol_event(day, "14:00", 120, ko, en, "fan-sign", "물결서점 지하 강당")


# Day, time, minutes, Korean, English, tag, place.
IDOL_DATES = [
    ("2026-11-25", "18:00", None, "새 앨범 콘셉트 사진 공개", "Concept photos", "release", None),
    (
        "2026-11-28",
        "21:00",
        60,
        "팬들과 함께하는 온라인 생방송",
        "Live stream with fans",
        "live",
        None,
    ),
    ("2026-12-01", None, None, "데뷔 3주년", "Third anniversary", "anniversary", None),
    ("2026-12-04", "18:00", None, "수록곡 미리 듣기", "Highlight medley", "release", None),
    (
        "2026-12-08",
        "20:00",
        None,
        "콘서트 팬클럽 선예매 시작",
        "Concert presale opens",
        "ticket",
        None,
    ),
    (
        "2026-12-10",
        "20:00",
        None,
        "콘서트 일반 예매 시작",
        "Concert tickets on sale",
        "ticket",
        None,
    ),
    ("2026-12-11", "00:00", None, "뮤직비디오 예고편 공개", "Music video teaser", "release", None),
    ("2026-12-14", "18:00", None, "미니 앨범 〈첫 눈금〉 공개", "Mini album out", "release", None),
    ("2026-12-14", "19:00", 90, "컴백 쇼케이스", "Comeback showcase", "live", "물결서점 지하 강당"),
    (
        "2026-12-24",
        "21:00",
        60,
        "성탄 전야 온라인 생방송",
        "Christmas Eve live stream",
        "live",
        None,
    ),
    (
        "2026-12-31",
        "22:00",
        150,
        "「해넘이 노래 잔치」",
        "Year's End Song Feast",
        "broadcast",
        None,
    ),
    (
        "2027-01-16",
        "18:00",
        150,
        "콘서트 〈골목의 밤〉 1일 차",
        "Concert, day 1",
        "concert",
        "구름돔",
    ),
    (
        "2027-01-17",
        "17:00",
        150,
        "콘서트 〈골목의 밤〉 2일 차",
        "Concert, day 2",
        "concert",
        "구름돔",
    ),
    (
        "2027-01-25",
        "20:00",
        None,
        "팬 미팅 예매 시작",
        "Fan meeting tickets on sale",
        "ticket",
        None,
    ),
    ("2027-02-06", "18:00", 60, "설 인사 온라인 생방송", "New Year greeting live", "live", None),
    (
        "2027-02-14",
        "17:00",
        120,
        "팬 미팅 〈초콜릿 가게〉",
        "Fan meeting",
        "concert",
        "솔바람 문화회관",
    ),
    (
        "2027-02-27",
        "15:00",
        120,
        "봄맞이 야외 사인회",
        "Open-air fan sign",
        "fan-sign",
        "은하항 광장",
    ),
]


def idol_event(day, at, minutes, ko, en, tag, place):
    uid = f"sample-idol-{day.isoformat()}-{tag}" + (f"-{at[:2]}" if at else "")
    title = {"ko": f"{GROUP[0]} {ko}", "en": f"{GROUP[1]}: {en}"}
    more = {"place": place} if place else {}
    return event(uid, day, title, at=at, minutes=minutes, tags=[tag], **more)


# Theatre

PLAY = ("우체통이 사는 골목", "The Lane Where the Letterbox Lives")


def theatre():
    """Two performances a day until the end of January, none on Mondays."""
    first, last = date(2026, 11, 24), date(2027, 1, 31)
    for number, day in enumerate(days(first, last)):
        if day.weekday() == 0:
            continue
        for show, at in (("matinee", "15:00"), ("evening", "19:30")):
            cast = "ab"[(number + (show == "evening")) % 2]
            yield performance(day, at, show, cast)
    for day, label, english in (
        (date(2026, 11, 26), "12월 공연 예매 시작", "December tickets on sale"),
        (date(2026, 12, 17), "1월 공연 예매 시작", "January tickets on sale"),
    ):
        title = {"ko": f"〈{PLAY[0]}〉 {label}", "en": f"{PLAY[1]}: {english}"}
        uid = f"sample-theatre-{day.isoformat()}-ticket"
        yield event(uid, day, title, at="14:00", tags=["ticket"])


def performance(day, at, show, cast):
    title = {"ko": f"연극 〈{PLAY[0]}〉", "en": PLAY[1]}
    notes = [f"{cast.upper()}팀 출연"]
    more = {"tags": [show, f"cast-{cast}"], "place": "바람골 소극장"}
    if (day, show) == (date(2026, 12, 2), "matinee"):
        notes.append("무대 장치 점검으로 취소됐어요. 예매한 금액은 모두 돌려드려요.")
        more["status"] = "cancelled"
    if (day, show) == (date(2027, 1, 1), "matinee"):
        notes.append("배우 사정으로 연기됐어요. 새 날짜는 정해지면 알려 드려요.")
        more["status"] = "postponed"
    uid = f"sample-theatre-{day.isoformat()}-{show}"
    return event(uid, day, title, at=at, minutes=100, note="\n".join(notes), **more)


# Cosmetics shop

# First day, last day, Korean, English, tag.
SALES = [
    ("2026-11-20", "2026-11-29", "가을 마무리 할인", "Autumn clearance", "sale"),
    ("2026-12-05", "2026-12-07", "회원의 날", "Members' days", "members"),
    ("2026-12-10", "2026-12-16", "겨울 보습 주간", "Winter moisture week", "sale"),
    ("2026-12-18", "2026-12-25", "선물 꾸러미 기획전", "Gift set week", "gift"),
    ("2027-01-05", "2027-01-07", "회원의 날", "Members' days", "members"),
    ("2027-01-15", "2027-01-24", "새해 빈 병 되가져오기", "Empty bottle return days", "event"),
    ("2027-02-01", "2027-02-07", "설 선물 기획전", "Lunar New Year gifts", "gift"),
    ("2027-02-05", "2027-02-07", "회원의 날", "Members' days", "members"),
    ("2027-02-26", "2027-03-07", "봄 색조 할인", "Spring colour sale", "sale"),
    ("2027-03-05", "2027-03-07", "회원의 날", "Members' days", "members"),
    ("2027-03-20", "2027-03-28", "자외선 차단 주간", "Sun care week", "sale"),
    ("2027-04-05", "2027-04-07", "회원의 날", "Members' days", "members"),
    ("2027-05-05", "2027-05-07", "회원의 날", "Members' days", "members"),
    ("2027-05-14", "2027-05-23", "초여름 큰 할인", "Early summer sale", "sale"),
]


def beauty_sales():
    for first, last, ko, en, tag in SALES:
        title = {"ko": f"이슬화장대 {ko}", "en": f"Dew Dresser: {en}"}
        uid = f"sample-beauty-{first}-{tag}"
        yield event(uid, date.fromisoformat(first), title, end=last, tags=[tag])


# Mart


def mart_closing_days():
    """Closed on the second and fourth Sunday; around the two great holidays the day moves."""
    series = {
        "uid": "closing-days",
        "lines": [
            "DTSTART;VALUE=DATE:20261108",
            "DTEND;VALUE=DATE:20261109",
            "RRULE:FREQ=MONTHLY;BYDAY=2SU,4SU",
            "EXDATE;VALUE=DATE:20270214,20270912",
            "SUMMARY:도토리골 마트 정기 휴무",
        ],
    }
    works = {
        "uid": "closing-days",
        "lines": [
            "RECURRENCE-ID;VALUE=DATE:20270124",
            "DTSTART;VALUE=DATE:20270124",
            "DTEND;VALUE=DATE:20270126",
            "SUMMARY:도토리골 마트 휴무 (냉장고 교체 공사로 이틀)",
        ],
    }
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Almanac//Demo data//EN"]
    lines += ["X-WR-CALNAME:도토리골 마트 쉬는 날 (예시)", "X-WR-TIMEZONE:Asia/Seoul"]
    moved = [moved_day("seollal", "20270207", "설날"), moved_day("chuseok", "20270915", "추석")]
    for one in (series, works, *moved):
        lines += ["BEGIN:VEVENT", f"UID:sample-mart-{one['uid']}", "DTSTAMP:20261101T000000Z"]
        lines += one["lines"]
        lines += ["LOCATION:도토리골 마트", f"DESCRIPTION:{NOTE}"]
        lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
    return [*lines, "END:VCALENDAR"]


def moved_day(uid, day, name):
    title = f"SUMMARY:도토리골 마트 {name} 휴무 (정기 휴무를 옮겨 쉬어요)"
    return {"uid": uid, "lines": [f"DTSTART;VALUE=DATE:{day}", title]}
