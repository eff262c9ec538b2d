//! The few words that a feed adds to what editors wrote, in one table.

use domain::event::{LinkKind, Status};
use domain::text::Lang;

/// The words of one language. Prefixes end and suffixes begin with their space.
pub struct Words {
    /// Before the title of what is called off.
    pub cancelled: &'static str,
    /// Before the title of what is put off.
    pub postponed: &'static str,
    /// After the title where the day is known and the hour is not.
    pub hour_open: &'static str,
    /// After the title where only a span of possible days is known.
    pub day_open: &'static str,
    /// After the title where nothing is known any more.
    pub all_open: &'static str,
    /// Before the name of a calendar of invented data.
    pub sample: &'static str,
    /// Before the score or outcome.
    pub result: &'static str,
    /// Before what changed lately.
    pub changed: &'static str,
    /// Beside a clock reading: it lasts whole days.
    pub whole_day: &'static str,
    /// Beside a day whose hour is not known.
    pub no_hour: &'static str,
    /// Beside a span of possible days.
    pub no_day: &'static str,
    /// Instead of a time that is not known at all.
    pub no_time: &'static str,
    /// The time differs in a way that its words do not show.
    pub time_changed: &'static str,
    /// Rule, extra dates or exceptions are others.
    pub repeats_changed: &'static str,
    /// Instead of a text that is not there.
    pub nothing: &'static str,
    tentative: &'static str,
    confirmed: &'static str,
    put_off: &'static str,
    called_off: &'static str,
    tickets: &'static str,
    stream: &'static str,
    more: &'static str,
}

const KOREAN: Words = Words {
    cancelled: "[취소] ",
    postponed: "[연기] ",
    hour_open: " (시간 미정)",
    day_open: " (날짜 미정)",
    all_open: " (일정 미정)",
    sample: "[예시] ",
    result: "결과: ",
    changed: "변경: ",
    whole_day: "종일",
    no_hour: "시간 미정",
    no_day: "날짜 미정",
    no_time: "일정 미정",
    time_changed: "시간이 바뀌었어요",
    repeats_changed: "반복이 바뀌었어요",
    nothing: "없음",
    tentative: "잠정",
    confirmed: "예정",
    put_off: "연기",
    called_off: "취소",
    tickets: "예매: ",
    stream: "중계: ",
    more: "더 보기: ",
};

const ENGLISH: Words = Words {
    cancelled: "[Cancelled] ",
    postponed: "[Postponed] ",
    hour_open: " (time to be announced)",
    day_open: " (date to be announced)",
    all_open: " (to be announced)",
    sample: "[Sample] ",
    result: "Result: ",
    changed: "Changed: ",
    whole_day: "all day",
    no_hour: "time to be announced",
    no_day: "date to be announced",
    no_time: "to be announced",
    time_changed: "another time",
    repeats_changed: "repeats on other dates",
    nothing: "none",
    tentative: "tentative",
    confirmed: "as planned",
    put_off: "postponed",
    called_off: "cancelled",
    tickets: "Tickets: ",
    stream: "Watch: ",
    more: "More: ",
};

impl Words {
    /// Korean for Korean; English, which most people elsewhere can read, for everything else.
    pub fn of(lang: Lang) -> &'static Self {
        if lang == Lang::KO { &KOREAN } else { &ENGLISH }
    }

    /// A status within a sentence.
    pub const fn status(&self, status: Status) -> &'static str {
        match status {
            Status::Tentative => self.tentative,
            Status::Confirmed => self.confirmed,
            Status::Postponed => self.put_off,
            Status::Cancelled => self.called_off,
        }
    }

    /// Before the address of a link.
    pub const fn link(&self, kind: LinkKind) -> &'static str {
        match kind {
            LinkKind::Tickets => self.tickets,
            LinkKind::Stream => self.stream,
            LinkKind::More => self.more,
        }
    }
}
