//! `/my/report/{links}/{event}`: where "something is wrong" in an entry leads. What somebody sends
//! becomes a proposal that waits for the desk; nothing of it is public.

use super::Errors;
use super::choices::Choice;
use super::entry::{Entry, Told};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::caps;
use domain::event::Status;
use domain::id::{CalendarId, ProposalId};
use domain::patch::{EventPatch, FieldValue};
use domain::proposal::{Aim, Origin, Proposal, State as Stage};
use http::StatusCode;
use jiff::Timestamp;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::peer::PeerAddress;
use web::state::WebState;
use web::visit::{Segments, Visit};

/// What can be wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Time,
    Place,
    CalledOff,
    Other,
}

impl Wrong {
    const ALL: [Self; 4] = [Self::Time, Self::Place, Self::CalledOff, Self::Other];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Place => "place",
            Self::CalledOff => "called-off",
            Self::Other => "other",
        }
    }

    fn label(self, t: T) -> &'static str {
        t.s(match self {
            Self::Time => "my.wrong_time",
            Self::Place => "my.wrong_place",
            Self::CalledOff => "my.wrong_called_off",
            Self::Other => "my.wrong_other",
        })
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// The form as typed.
#[derive(Debug, Default)]
struct Typed {
    wrong: Option<Wrong>,
    words: String,
}

/// The page.
#[derive(Template)]
#[template(path = "my_report.html")]
struct ReportPage {
    t: T,
    shell: Shell,
    path: String,
    told: Told,
    sent: bool,
    choices: Vec<Choice>,
    words: String,
    most: usize,
    errors: Errors,
}

fn path(links: &str, event: &str) -> String {
    format!("/my/report/{links}/{event}")
}

/// `GET /my/report/{links}/{event}`.
pub(crate) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Segments([links, event]): Segments<2>,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let entry = Entry::open(&mut conn, &links, &event).await?;
    let path = path(&links, &event);
    let typed = (Typed::default(), Errors::default());
    let page = ReportPage::build(&visit, &entry, typed, (&path, web.clock.now()));
    Ok(Page::private(page.ok_or(Failure::NotFound)?).into_response())
}

/// `POST /my/report/{links}/{event}`.
pub(crate) async fn send(
    State(web): State<WebState>,
    peer: PeerAddress,
    visit: Visit,
    Segments([links, event]): Segments<2>,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let typed = Typed {
        wrong: Wrong::parse(fields.one("wrong")),
        words: domain::text::clean_block(fields.one("words"), 8 * caps::NOTE_CHARS),
    };
    let now = web.clock.now();
    let mut tx = web.db.begin().await?;
    let entry = Entry::open(&mut tx, &links, &event).await?;
    let path = path(&links, &event);
    let errors = typed.faults(visit.t);
    let (Some(wrong), true) = (typed.wrong, errors.is_empty()) else {
        tx.roll_back().await?;
        let page = ReportPage::build(&visit, &entry, (typed, errors), (&path, now));
        let page = page.ok_or(Failure::NotFound)?;
        return Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response());
    };
    web.leaving.pass(peer)?;
    let calendar = entry.calendars.first().map(|calendar| calendar.id);
    let calendar = calendar.ok_or(Failure::NotFound)?;
    let tip = proposal(&entry, calendar, (wrong, &typed.words), now);
    store::proposals::add(&mut tx, &tip).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{path}?sent=1")).into_response())
}

/// The proposal that waits for the desk. Only a single event that is called off can be told from
/// the choice alone; all else is in the words.
fn proposal(
    entry: &Entry,
    calendar: CalendarId,
    (wrong, words): (Wrong, &str),
    now: Timestamp,
) -> Proposal {
    let mut patch = EventPatch::default();
    if wrong == Wrong::CalledOff && entry.event.body.series.is_none() {
        patch.put(FieldValue::Status(Status::Cancelled));
    }
    Proposal {
        id: ProposalId(store::new_id()),
        calendar,
        origin: Origin::Tip,
        state: Stage::Waiting,
        aim: Aim::Change {
            event: entry.event.id,
            base_version: entry.event.version,
            patch,
        },
        note: Some(format!("{}: {words}", wrong.as_str())),
        created: now,
        due: None,
    }
}

impl Typed {
    fn faults(&self, t: T) -> Errors {
        let mut errors = Errors::default();
        if self.wrong.is_none() {
            errors.put("wrong", &Message::new("my.choose_wrong"), t);
        }
        let max = caps::NOTE_CHARS.to_string();
        if self.words.chars().count() > caps::NOTE_CHARS {
            errors.put("words", &Message::new("my.words_long").with("max", max), t);
        } else if self.words.is_empty() && self.wrong == Some(Wrong::Other) {
            errors.put("words", &Message::new("my.words_needed"), t);
        }
        errors
    }
}

impl ReportPage {
    fn build(
        visit: &Visit,
        entry: &Entry,
        (typed, errors): (Typed, Errors),
        (path, now): (&str, Timestamp),
    ) -> Option<Self> {
        let t = visit.t;
        let choice = |one: Wrong| Choice {
            value: one.as_str().to_owned(),
            label: one.label(t).to_owned(),
            chosen: typed.wrong == Some(one),
        };
        Some(Self {
            shell: entry.shell(visit, path),
            told: entry.told(None, t, now)?,
            sent: matches!(visit.params.one("sent"), Ok(Some(_))) && errors.is_empty(),
            choices: Wrong::ALL.into_iter().map(choice).collect(),
            words: typed.words,
            most: caps::NOTE_CHARS,
            path: path.to_owned(),
            errors,
            t,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, page_is_sound};
    use crate::my::entry::tests::{entry, visit};
    use domain::series::Series;
    use web::locale::UiLang;

    fn html(ui: UiLang, typed: Typed) -> String {
        let errors = typed.faults(T::new(ui));
        let now = fixtures::NOW.parse().unwrap();
        let page = ReportPage::build(
            &visit(ui),
            &entry(),
            (typed, errors),
            ("/my/report/x/y", now),
        );
        page.unwrap().render().unwrap()
    }

    #[test]
    fn the_page_is_sound_and_keeps_what_was_typed() {
        for ui in UiLang::ALL {
            let typed = Typed {
                wrong: Some(Wrong::Place),
                words: "</textarea><script>".into(),
            };
            let html = html(*ui, typed);
            page_is_sound(&html, ui.as_str());
            assert!(html.contains("value=\"place\" checked"));
            assert!(!html.contains("</textarea><script>"));
            assert!(!html.contains("\"my.") && !html.contains(">my."));
        }
    }

    #[test]
    fn what_is_missing_or_too_long_is_said() {
        let t = T::new(UiLang::Ko);
        for (wrong, words, field) in [
            (None, "", Some("wrong")),
            (Some(Wrong::Time), "", None),
            (Some(Wrong::Other), "", Some("words")),
            (Some(Wrong::Other), "x", None),
        ] {
            let typed = Typed {
                wrong,
                words: words.into(),
            };
            let errors = typed.faults(t);
            assert_eq!(errors.is_empty(), field.is_none(), "{typed:?}");
            assert!(field.is_none_or(|field| errors.of(field).is_some()));
        }
        let long = Typed {
            wrong: Some(Wrong::Time),
            words: "가".repeat(caps::NOTE_CHARS + 1),
        };
        assert!(long.faults(t).of("words").is_some());
    }

    #[test]
    fn a_report_waits_for_the_desk() {
        let now = fixtures::NOW.parse().unwrap();
        let mut entry = entry();
        let calendar = entry.calendars[0].id;
        let tip = proposal(&entry, calendar, (Wrong::CalledOff, "비"), now);
        assert_eq!((tip.origin, tip.state), (Origin::Tip, Stage::Waiting));
        assert_eq!(tip.note.as_deref(), Some("called-off: 비"));
        let patch = |tip: &Proposal| match &tip.aim {
            Aim::Change {
                patch,
                base_version,
                ..
            } => (patch.fields().count(), *base_version),
            Aim::Create(_) => (99, 0),
        };
        assert_eq!(patch(&tip), (1, 3));
        entry.event.body.series = Some(Series::default());
        let tip = proposal(&entry, calendar, (Wrong::CalledOff, "비"), now);
        assert_eq!(
            patch(&tip),
            (0, 3),
            "one date of a series is not the series"
        );
    }
}
