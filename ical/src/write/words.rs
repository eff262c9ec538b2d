//! The few words that a feed adds to what editors wrote, in one table.

use domain::event::LinkKind;
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
    tickets: "Tickets: ",
    stream: "Watch: ",
    more: "More: ",
};

impl Words {
    /// Korean for Korean; English, which most people elsewhere can read, for everything else.
    pub fn of(lang: Lang) -> &'static Self {
        if lang == Lang::KO { &KOREAN } else { &ENGLISH }
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
