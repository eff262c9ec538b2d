//! What repeats.

use super::*;

#[test]
fn rules_in_korean() {
    all(&[
        ("매일 10:00 개장", "2027-03-10 10:00 | FREQ=DAILY | 개장"),
        ("4/5부터 매일 개장", "2027-04-05 | FREQ=DAILY | 개장"),
        ("2일마다 연습", "2027-03-10 | FREQ=DAILY;INTERVAL=2 | 연습"),
        (
            "매주 화,목 19:00 연습 (5/4 제외)",
            "2027-03-11 19:00 | FREQ=WEEKLY;BYDAY=TU,TH | -2027-05-04T19:00:00 | 연습",
        ),
        (
            "매주 화·목요일 연습",
            "2027-03-11 | FREQ=WEEKLY;BYDAY=TU,TH | 연습",
        ),
        (
            "매주 화목 연습",
            "2027-03-11 | FREQ=WEEKLY;BYDAY=TU,TH | 연습",
        ),
        (
            "매주 화 목 연습",
            "2027-03-11 | FREQ=WEEKLY;BYDAY=TU,TH | 연습",
        ),
        (
            "매주 월~금 09:00-18:00 접수",
            "2027-03-10 09:00-18:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR | 접수",
        ),
        (
            "매주 토요일 장터",
            "2027-03-13 | FREQ=WEEKLY;BYDAY=SA | 장터",
        ),
        (
            "매주 주말 장터",
            "2027-03-13 | FREQ=WEEKLY;BYDAY=SA,SU | 장터",
        ),
        (
            "토요일마다 장터",
            "2027-03-13 | FREQ=WEEKLY;BYDAY=SA | 장터",
        ),
        ("4/5 매주 연습", "2027-04-05 | FREQ=WEEKLY | 연습"),
        (
            "격주 금요일 모임",
            "2027-03-12 | FREQ=WEEKLY;INTERVAL=2;BYDAY=FR | 모임",
        ),
        (
            "2주마다 금요일 모임",
            "2027-03-12 | FREQ=WEEKLY;INTERVAL=2;BYDAY=FR | 모임",
        ),
        (
            "매월 둘째·넷째 일요일 휴무 ~2027-06",
            "2027-03-14 | FREQ=MONTHLY;UNTIL=20270630;BYDAY=2SU,4SU | 휴무",
        ),
        (
            "매월 2,4번째 일요일 휴무",
            "2027-03-14 | FREQ=MONTHLY;BYDAY=2SU,4SU | 휴무",
        ),
        (
            "매월 2·4주 일요일 휴무",
            "2027-03-14 | FREQ=MONTHLY;BYDAY=2SU,4SU | 휴무",
        ),
        (
            "둘째, 넷째 일요일 휴무",
            "2027-03-14 | FREQ=MONTHLY;BYDAY=2SU,4SU | 휴무",
        ),
        (
            "매월 첫째 주 월요일 휴관",
            "2027-04-05 | FREQ=MONTHLY;BYDAY=1MO | 휴관",
        ),
        (
            "매월 마지막 금요일 모임",
            "2027-03-26 | FREQ=MONTHLY;BYDAY=-1FR | 모임",
        ),
        (
            "매월 15일 정산",
            "2027-03-15 | FREQ=MONTHLY;BYMONTHDAY=15 | 정산",
        ),
        (
            "매월 1일, 15일 정산",
            "2027-03-15 | FREQ=MONTHLY;BYMONTHDAY=1,15 | 정산",
        ),
        (
            "매월 말일 정산",
            "2027-03-31 | FREQ=MONTHLY;BYMONTHDAY=-1 | 정산",
        ),
        (
            "격월 15일 정산",
            "2027-03-15 | FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15 | 정산",
        ),
        (
            "3개월마다 15일 정산",
            "2027-03-15 | FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15 | 정산",
        ),
        (
            "두 달마다 15일 정산",
            "2027-03-15 | FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15 | 정산",
        ),
        (
            "매년 5/5 어린이날",
            "2027-05-05 | FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=5 | 어린이날",
        ),
        (
            "매년 5월 5일 어린이날",
            "2027-05-05 | FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=5 | 어린이날",
        ),
        (
            "매년 5월 둘째 일요일 산행",
            "2027-05-09 | FREQ=YEARLY;BYDAY=2SU;BYMONTH=5 | 산행",
        ),
        (
            "매주 토 장터 총 10회",
            "2027-03-13 | FREQ=WEEKLY;COUNT=10;BYDAY=SA | 장터",
        ),
        (
            "매주 토 장터 6/30까지",
            "2027-03-13 | FREQ=WEEKLY;UNTIL=20270630;BYDAY=SA | 장터",
        ),
        (
            "매주 토 장터 6월까지",
            "2027-03-13 | FREQ=WEEKLY;UNTIL=20270630;BYDAY=SA | 장터",
        ),
        (
            "4/1~6/30 매주 토 장터",
            "2027-04-03 | FREQ=WEEKLY;UNTIL=20270630;BYDAY=SA | 장터",
        ),
        (
            "매주 토 장터 (4/4 추가)",
            "2027-03-13 | FREQ=WEEKLY;BYDAY=SA | +2027-04-04 | 장터",
        ),
        (
            "매주 토 장터 4/3, 4/10 제외",
            "2027-03-13 | FREQ=WEEKLY;BYDAY=SA | -2027-04-03 | -2027-04-10 | 장터",
        ),
        (
            "4/5-4/7 19:00 연극",
            "2027-04-05 19:00 | FREQ=DAILY;UNTIL=20270407 | 연극",
        ),
    ]);
}

#[test]
fn rules_in_english() {
    all(&[
        (
            "every day 10am opening",
            "2027-03-10 10:00 | FREQ=DAILY | opening",
        ),
        ("daily opening", "2027-03-10 | FREQ=DAILY | opening"),
        (
            "every Tue, Thu 7pm practice",
            "2027-03-11 19:00 | FREQ=WEEKLY;BYDAY=TU,TH | practice",
        ),
        (
            "every Tuesday and Thursday practice",
            "2027-03-11 | FREQ=WEEKLY;BYDAY=TU,TH | practice",
        ),
        (
            "every weekday 9am stand-up",
            "2027-03-10 09:00 | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR | stand-up",
        ),
        (
            "weekly on Fri meeting",
            "2027-03-12 | FREQ=WEEKLY;BYDAY=FR | meeting",
        ),
        (
            "every other Friday meeting",
            "2027-03-12 | FREQ=WEEKLY;INTERVAL=2;BYDAY=FR | meeting",
        ),
        (
            "every 2 weeks on Friday meeting",
            "2027-03-12 | FREQ=WEEKLY;INTERVAL=2;BYDAY=FR | meeting",
        ),
        (
            "every 2nd and 4th Sunday 휴무 until 2027-06",
            "2027-03-14 | FREQ=MONTHLY;UNTIL=20270630;BYDAY=2SU,4SU | 휴무",
        ),
        (
            "every first Monday closed",
            "2027-04-05 | FREQ=MONTHLY;BYDAY=1MO | closed",
        ),
        (
            "last Friday of every month meeting",
            "2027-03-26 | FREQ=MONTHLY;BYDAY=-1FR | meeting",
        ),
        (
            "every month on the 15th billing",
            "2027-03-15 | FREQ=MONTHLY;BYMONTHDAY=15 | billing",
        ),
        (
            "every 15th billing",
            "2027-03-15 | FREQ=MONTHLY;BYMONTHDAY=15 | billing",
        ),
        (
            "every month on the last day billing",
            "2027-03-31 | FREQ=MONTHLY;BYMONTHDAY=-1 | billing",
        ),
        (
            "every year on May 5 party",
            "2027-05-05 | FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=5 | party",
        ),
        (
            "every May 5 party",
            "2027-05-05 | FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=5 | party",
        ),
        (
            "every Sat market x10",
            "2027-03-13 | FREQ=WEEKLY;COUNT=10;BYDAY=SA | market",
        ),
        (
            "every Sat market until Jun 30 (except Apr 3 and Apr 10)",
            "2027-03-13 | FREQ=WEEKLY;UNTIL=20270630;BYDAY=SA | -2027-04-03 | -2027-04-10 | market",
        ),
        (
            "every Sat market until June",
            "2027-03-13 | FREQ=WEEKLY;UNTIL=20270630;BYDAY=SA | market",
        ),
        (
            "every Sat market (also Apr 4)",
            "2027-03-13 | FREQ=WEEKLY;BYDAY=SA | +2027-04-04 | market",
        ),
    ]);
}

#[test]
fn titles_that_look_like_rules_are_titles() {
    all(&[
        ("4/5 매일유업 견학", "2027-04-05 | 매일유업 견학"),
        ("4/2 첫 금요일 콘서트", "2027-04-02 | 첫 금요일 콘서트"),
        (
            "4/5 Every Little Thing concert",
            "2027-04-05 | Every Little Thing concert",
        ),
        ("4/5 제10회 정기연주회", "2027-04-05 | 제10회 정기연주회"),
    ]);
}
