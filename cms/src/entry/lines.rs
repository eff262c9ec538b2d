//! Lines that become events. The page works as a plain form; where scripts run, what was
//! understood is fetched while somebody types.

use super::known::KnownThings;
use super::{Fate, keep};
use crate::edit::{self, refusal, shell};
use crate::event::check::{Told, among};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Calendar;
use domain::entry::{Entry, Fault, What, read_line};
use domain::event::{Event, EventBody};
use domain::policy::Permission;
use http::StatusCode;
use jiff::Timestamp;
use std::ops::Range;
use web::colors::{ColorSheet, class};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Most lines at once.
const LINES: usize = 200;

/// A piece of a line, and what it was understood as.
struct Piece {
    text: String,
    /// The word that styles know; empty for what was not understood by itself.
    what: &'static str,
    /// The same for people.
    word: &'static str,
}

/// A line and what was understood.
struct LineView {
    number: usize,
    pieces: Vec<Piece>,
    title: String,
    when: String,
    place: String,
    repeats: String,
    guesses: Vec<String>,
    fault: Option<String>,
    findings: Vec<Told>,
}

/// What is shown of all lines.
#[derive(Template)]
#[template(path = "parts/cms_lines.html")]
struct LinesPart {
    t: T,
    lines: Vec<LineView>,
    too_many: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_entry.html")]
struct EntryPage {
    t: T,
    shell: Shell,
    title: String,
    color: String,
    home: String,
    path: String,
    text: String,
    lines: Vec<LineView>,
    too_many: Option<String>,
    refused: Option<String>,
    may_publish: bool,
    zone: String,
}

/// What was understood of a text.
struct Read {
    bodies: Vec<EventBody>,
    lines: Vec<LineView>,
    too_many: Option<String>,
}

fn read(text: &str, calendar: &Calendar, events: &[Event], (t, now): (T, Timestamp)) -> Read {
    let known = KnownThings::of(events, calendar);
    let reading = Reading::new(t, &calendar.profile.zone, now);
    let mut all = Read {
        bodies: Vec::new(),
        lines: Vec::new(),
        too_many: None,
    };
    let written = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let count = written.clone().count();
    if count > LINES {
        let message = Message::new("entry.many_lines").with("max", LINES.to_string());
        all.too_many = Some(message.say(t));
        return all;
    }
    known.with(calendar, now, |context| {
        for (at, line) in written {
            let understood = read_line(line, context);
            all.lines.push(match &understood {
                Ok(entry) => understood_view(at + 1, line, entry, &reading),
                Err(fault) => fault_view(at + 1, line, fault, t),
            });
            if let (Ok(entry), Some(view)) = (understood, all.lines.last_mut()) {
                let found = among(events, calendar, (None, &entry.body), &reading);
                view.findings = found.told;
                all.bodies.push(entry.body);
            }
        }
    });
    all
}

fn message(key: &'static str, args: Vec<(&'static str, String)>, t: T) -> String {
    let with = |message: Message, (name, value): (&'static str, String)| {
        let day = match value.as_str() {
            "mon" => Some("when.weekday.mon"),
            "tue" => Some("when.weekday.tue"),
            "wed" => Some("when.weekday.wed"),
            "thu" => Some("when.weekday.thu"),
            "fri" => Some("when.weekday.fri"),
            "sat" => Some("when.weekday.sat"),
            "sun" => Some("when.weekday.sun"),
            _ => None,
        };
        let value = match (name, day) {
            ("said" | "is", Some(key)) => t.s(key).to_owned(),
            _ => value,
        };
        message.with(name, value)
    };
    args.into_iter().fold(Message::new(key), with).say(t)
}

fn what_word(what: What, t: T) -> &'static str {
    t.s(match what {
        What::Date => "entry.what.date",
        What::Time => "entry.what.time",
        What::Zone => "entry.what.zone",
        What::Open => "entry.what.open",
        What::Repeat => "entry.what.repeat",
        What::Until => "entry.what.until",
        What::Except => "entry.what.except",
        What::Status => "entry.what.status",
        What::Place => "entry.what.place",
        What::Tag => "entry.what.tag",
        What::Address => "entry.what.address",
        What::Result => "entry.what.result",
        What::Description => "entry.what.description",
        What::Title => "entry.what.title",
    })
}

/// Cuts a line where what was understood begins and ends.
fn pieces(line: &str, marks: &[(Range<usize>, &'static str, &'static str)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |range: Range<usize>, what, word| {
        if let Some(text) = line.get(range).filter(|text| !text.is_empty()) {
            pieces.push(Piece {
                text: text.to_owned(),
                what,
                word,
            });
        }
    };
    for (range, what, word) in marks {
        push(at..range.start, "", "");
        push(range.clone(), *what, *word);
        at = range.end;
    }
    push(at..line.len(), "", "");
    pieces
}

fn understood_view(number: usize, line: &str, entry: &Entry, reading: &Reading) -> LineView {
    let t = reading.t();
    let main = &entry.body.main;
    let pick = |text: &domain::text::Text| text.pick(t.lang(), t.lang()).to_owned();
    let mark = |span: &domain::entry::Understood| {
        (
            span.range.clone(),
            span.what.as_str(),
            what_word(span.what, t),
        )
    };
    let marks: Vec<_> = entry.spans.iter().map(mark).collect();
    let series = entry.body.get(domain::patch::Field::Series);
    LineView {
        number,
        pieces: pieces(line, &marks),
        title: pick(&main.title),
        when: reading.speak(&main.time).absolute,
        place: pick(&main.place.name),
        repeats: match entry.body.series {
            Some(_) => crate::event::said::value(&series, reading),
            None => String::new(),
        },
        guesses: entry
            .guesses
            .iter()
            .map(|guess| message(guess.what.key(), guess.what.args(), t))
            .collect(),
        fault: None,
        findings: Vec::new(),
    }
}

fn fault_view(number: usize, line: &str, fault: &Fault, t: T) -> LineView {
    let marks = [(fault.range.clone(), "fault", t.s("entry.what.fault"))];
    let marks = if fault.range.is_empty() {
        &[][..]
    } else {
        &marks[..]
    };
    LineView {
        number,
        pieces: pieces(line, marks),
        title: String::new(),
        when: String::new(),
        place: String::new(),
        repeats: String::new(),
        guesses: Vec::new(),
        fault: Some(message(fault.reason.key(), fault.reason.args(), t)),
        findings: Vec::new(),
    }
}

fn build(
    (visit, staff): (&Visit, &Staff),
    calendar: &Calendar,
    (text, read): (String, Read),
    refused: Option<String>,
    now: Timestamp,
) -> EntryPage {
    let t = visit.t;
    let profile = &calendar.profile;
    EntryPage {
        shell: Shell {
            colors: ColorSheet::of([profile.color]).address(),
            ..shell(visit)
        },
        title: profile.title.pick(t.lang(), profile.language).to_owned(),
        color: class(profile.color),
        home: format!("/cms/calendars/{}", calendar.public_id),
        path: format!("/cms/calendars/{}/entry", calendar.public_id),
        text,
        lines: read.lines,
        too_many: read.too_many,
        refused,
        may_publish: staff.may(Permission::PublishSchedule),
        zone: Reading::new(t, &profile.zone, now).zone_name(&profile.zone, now),
        t,
    }
}

/// `GET /cms/calendars/{id}/entry`.
pub(crate) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let nothing = (
        String::new(),
        read("", &calendar, &[], (visit.t, web.clock.now())),
    );
    let page = build((&visit, &staff), &calendar, nothing, None, web.clock.now());
    Ok(Page::private(page).into_response())
}

/// `POST /cms/calendars/{id}/entry`: shows what was understood, keeps it or publishes it.
pub(crate) async fn change(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let (t, now) = (visit.t, web.clock.now());
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let events = store::events::of_calendar(&mut conn, calendar.id).await?;
    drop(conn);
    let text = fields.exactly("lines").replace("\r\n", "\n");
    let all = read(&text, &calendar, &events, (t, now));
    if fields.one("part") == "lines" {
        let (lines, too_many) = (all.lines, all.too_many);
        return Ok(Page::private(LinesPart { t, lines, too_many }).into_response());
    }
    let fate = match fields.one("do") {
        "draft" => Some(Fate::Kept),
        "publish" => Some(Fate::Published),
        _ => None,
    };
    if fate == Some(Fate::Published)
        && all.bodies.len() > 1
        && !staff.may(Permission::PublishSchedule)
    {
        return Err(Failure::Forbidden.into());
    }
    let whole = all.bodies.len() == all.lines.len() && !all.bodies.is_empty();
    let refused = match fate {
        Some(fate) if whole => {
            let kept = keep(&web, (&staff, &calendar), all.bodies.clone(), (fate, now)).await;
            match kept {
                Ok(there) => return Ok(there),
                Err(error) => Some(refusal(error)?.say(t)),
            }
        }
        Some(_) => Some(t.s("entry.not_all").to_owned()),
        None => None,
    };
    let status = if refused.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = build((&visit, &staff), &calendar, (text, all), refused, now);
    Ok(Page::refusal(status, page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_without_losing_a_byte() {
        let line = "4/5 18:30 롯데 @잠실";
        let marks = [
            (0..3, "date", ""),
            (4..9, "time", ""),
            (10..16, "title", ""),
        ];
        let cut = pieces(line, &marks);
        let all: String = cut.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(all, line);
        assert_eq!(cut.iter().filter(|piece| !piece.what.is_empty()).count(), 3);
        // A range that cuts a character says nothing, and breaks nothing.
        assert_eq!(pieces("가", &[(0..1, "date", "")]).len(), 0);
    }
}
