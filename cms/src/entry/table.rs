//! A pasted table: a grid with a guess for each column, which can be put right, and what is wrong
//! with which cell. All rows that are events are kept as drafts at once.

use super::{Fate, keep};
use crate::edit::{self, Choice, refusal, shell};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Calendar;
use domain::event::EventBody;
use http::StatusCode;
use ingest::grid::{
    self, CellFault, Clip, Confidence, Grid, GridError, GridOptions, MappedColumn, Mapping, Outcome,
};
use ingest::table::Meaning;
use jiff::Timestamp;
use web::colors::{ColorSheet, class};
use web::failure::{Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Rows that are shown; more are read all the same.
const SHOWN: usize = 300;

/// One column of the grid.
struct ColumnView {
    name: String,
    header: String,
    choices: Vec<Choice>,
    guessed: &'static str,
}

/// One cell of it.
struct CellView {
    text: String,
    filled: bool,
    fault: Option<String>,
    warning: Option<String>,
}

/// One row of it.
struct RowView {
    number: usize,
    cells: Vec<CellView>,
    /// The event that it is, in words; empty where it is none.
    said: String,
    /// What is wrong with the row as a whole.
    fault: Option<String>,
    /// It is a heading or a remark.
    skipped: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_table.html")]
struct TablePage {
    t: T,
    shell: Shell,
    title: String,
    color: String,
    home: String,
    path: String,
    text: String,
    columns: Vec<ColumnView>,
    rows: Vec<RowView>,
    good: String,
    bad: String,
    any_good: bool,
    any_bad: bool,
    more: bool,
    refused: Option<String>,
    zone: String,
}

fn clip(text: &str) -> Clip<'_> {
    let is_html = text.trim_start().starts_with('<') && text.contains("<t");
    if is_html {
        Clip::Html(text)
    } else {
        Clip::Text(text)
    }
}

/// Reads the paste as its columns were chosen, or as they look.
fn read(text: &str, fields: &Fields, options: &GridOptions<'_>) -> Result<Grid, GridError> {
    let first = grid::read(clip(text), options);
    let columns = match &first {
        Ok(grid) => grid.mapping.columns.clone(),
        Err(GridError::NoColumns { cells }) => {
            let headers = cells.first().cloned().unwrap_or_default();
            let column = |header| MappedColumn {
                header,
                meaning: String::new(),
            };
            headers.into_iter().map(column).collect()
        }
        Err(_) => return first,
    };
    if fields.one("column0").is_empty() {
        return first;
    }
    let mut seen = Vec::new();
    let chosen = columns.into_iter().enumerate().map(|(at, column)| {
        let word = fields.one(&format!("column{at}"));
        // Each meaning once: the first column that has it.
        let meaning = Meaning::parse(word).filter(|meaning| !seen.contains(meaning));
        seen.extend(meaning);
        MappedColumn {
            meaning: meaning.map_or(String::new(), |meaning| meaning.as_str().to_owned()),
            ..column
        }
    });
    let mapping = Mapping {
        columns: chosen.collect(),
        year: None,
    };
    let options = GridOptions {
        mapping: Some(&mapping),
        ..*options
    };
    grid::read(clip(text), &options)
}

fn meanings(chosen: &str, t: T) -> Vec<Choice> {
    let none = Choice::new(
        "none",
        t.s("grid.unused"),
        if chosen.is_empty() { "none" } else { "" },
    );
    let one = |meaning: &Meaning| Choice::new(meaning.as_str(), meaning_word(*meaning, t), chosen);
    std::iter::once(none)
        .chain(Meaning::ALL.iter().map(one))
        .collect()
}

fn meaning_word(meaning: Meaning, t: T) -> &'static str {
    t.s(match meaning {
        Meaning::Title => "grid.meaning.title",
        Meaning::Team => "grid.meaning.team",
        Meaning::Opponent => "grid.meaning.opponent",
        Meaning::Date => "grid.meaning.date",
        Meaning::End => "grid.meaning.end",
        Meaning::Time => "grid.meaning.time",
        Meaning::EndTime => "grid.meaning.end_time",
        Meaning::Year => "grid.meaning.year",
        Meaning::Month => "grid.meaning.month",
        Meaning::Place => "grid.meaning.place",
        Meaning::Address => "grid.meaning.address",
        Meaning::Latitude => "grid.meaning.lat",
        Meaning::Longitude => "grid.meaning.lon",
        Meaning::Url => "grid.meaning.url",
        Meaning::Description => "grid.meaning.description",
        Meaning::Status => "grid.meaning.status",
        Meaning::Tags => "grid.meaning.tags",
        Meaning::Uid => "grid.meaning.uid",
        Meaning::Result => "grid.meaning.result",
        Meaning::Score => "grid.meaning.score1",
        Meaning::OtherScore => "grid.meaning.score2",
    })
}

const fn error_key(error: &GridError) -> &'static str {
    match error {
        GridError::TooLarge { .. } => "grid.too_large",
        GridError::TooManyRows { .. } => "grid.too_many_rows",
        GridError::TooManyColumns { .. } => "grid.too_many_columns",
        GridError::NoTable => "grid.no_table",
        GridError::NoColumns { .. } => "grid.no_columns",
    }
}

fn guessed(confidence: Confidence, t: T) -> &'static str {
    t.s(match confidence {
        Confidence::Chosen => "grid.chosen",
        Confidence::Sure => "grid.sure",
        Confidence::Likely => "grid.likely",
    })
}

fn cell_fault(faults: &[CellFault], column: Option<usize>, t: T) -> Option<String> {
    let fault = faults.iter().find(|fault| fault.column == column)?;
    Some(t.f(
        match fault.key {
            "grid.no_such_day" => "grid.no_such_day",
            "grid.no_such_time" => "grid.no_such_time",
            "grid.no_date" => "grid.no_date",
            "grid.missing_date" => "grid.missing_date",
            "grid.missing_title" => "grid.missing_title",
            "grid.wrong_weekday" => "grid.wrong_weekday",
            "grid.hour_as_text" => "grid.hour_as_text",
            "grid.bad_address" => "grid.bad_address",
            "grid.row" => "grid.row",
            other => other,
        },
        &[("value", &fault.value)],
    ))
}

fn row(row: &grid::GridRow, reading: &Reading) -> RowView {
    let t = reading.t();
    let faults = match &row.outcome {
        Outcome::Faults(faults) => faults.as_slice(),
        _ => &[],
    };
    let cell = |(at, text): (usize, &String)| CellView {
        text: text.clone(),
        filled: row.filled.contains(&at),
        fault: cell_fault(faults, Some(at), t),
        warning: cell_fault(&row.warnings, Some(at), t),
    };
    RowView {
        number: row.number,
        cells: row.cells.iter().enumerate().map(cell).collect(),
        said: match &row.outcome {
            Outcome::Draft(draft) => {
                let main = &draft.body.main;
                let title = main.title.pick(t.lang(), t.lang());
                format!("{} · {title}", reading.speak(&main.time).absolute)
            }
            _ => String::new(),
        },
        fault: cell_fault(faults, None, t),
        skipped: matches!(row.outcome, Outcome::NoEntry),
    }
}

fn build(
    visit: &Visit,
    calendar: &Calendar,
    (text, grid): (String, Option<&Grid>),
    refused: Option<String>,
    now: Timestamp,
) -> TablePage {
    let t = visit.t;
    let profile = &calendar.profile;
    let reading = Reading::new(t, &profile.zone, now);
    let rows = grid.map_or(&[][..], |grid| &grid.rows);
    let is_bad = |row: &&grid::GridRow| matches!(row.outcome, Outcome::Faults(_));
    let (good, bad) = (
        grid.map_or(0, |grid| grid.drafts().count()),
        rows.iter().filter(is_bad).count(),
    );
    let columns = grid.map_or(&[][..], |grid| &grid.columns);
    let column = |(at, column): (usize, &grid::Column)| ColumnView {
        name: format!("column{at}"),
        header: column.header.clone(),
        choices: meanings(
            column.meaning.map_or("", |(meaning, _)| meaning.as_str()),
            t,
        ),
        guessed: column.meaning.map_or("", |(_, sure)| guessed(sure, t)),
    };
    TablePage {
        shell: Shell {
            colors: ColorSheet::of([profile.color]).address(),
            ..shell(visit)
        },
        title: profile.title.pick(t.lang(), profile.language).to_owned(),
        color: class(profile.color),
        home: format!("/cms/calendars/{}", calendar.public_id),
        path: format!("/cms/calendars/{}/table", calendar.public_id),
        text,
        columns: columns.iter().enumerate().map(column).collect(),
        rows: rows
            .iter()
            .take(SHOWN)
            .map(|one| row(one, &reading))
            .collect(),
        good: t.n("grid.good", good),
        bad: t.n("grid.bad", bad),
        any_good: good > 0,
        any_bad: bad > 0,
        more: rows.len() > SHOWN,
        refused,
        zone: reading.zone_name(&profile.zone, now),
        t,
    }
}

/// Columns of a table that was not understood, so that they can be chosen.
fn unread(cells: &[Vec<String>], t: T) -> Vec<ColumnView> {
    let widest = cells.iter().map(Vec::len).max().unwrap_or(0);
    let column = |at: usize| ColumnView {
        name: format!("column{at}"),
        header: cells
            .first()
            .and_then(|row| row.get(at))
            .cloned()
            .unwrap_or_default(),
        choices: meanings("", t),
        guessed: "",
    };
    (0..widest).map(column).collect()
}

/// `GET /cms/calendars/{id}/table`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let page = build(
        &visit,
        &calendar,
        (String::new(), None),
        None,
        web.clock.now(),
    );
    Ok(Page::private(page).into_response())
}

/// `POST /cms/calendars/{id}/table`: shows the grid, or keeps its events as drafts.
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
    drop(conn);
    let profile = &calendar.profile;
    let text = fields.exactly("table").replace("\r\n", "\n");
    let options = GridOptions {
        lang: profile.language,
        zone: &profile.zone,
        today: Reading::new(t, &profile.zone, now).today(),
        mapping: None,
    };
    let grid = match read(&text, &fields, &options) {
        Ok(grid) => grid,
        Err(error) => {
            let limit = match &error {
                GridError::TooLarge { limit }
                | GridError::TooManyRows { limit }
                | GridError::TooManyColumns { limit } => limit.to_string(),
                GridError::NoTable | GridError::NoColumns { .. } => String::new(),
            };
            let refused = Message::new(error_key(&error)).with("limit", limit).say(t);
            let mut page = build(&visit, &calendar, (text, None), Some(refused), now);
            if let GridError::NoColumns { cells } = &error {
                page.columns = unread(cells, t);
            }
            return Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response());
        }
    };
    let mut refused = None;
    if fields.one("do") == "draft" {
        let bodies: Vec<EventBody> = grid.drafts().map(|draft| draft.body.clone()).collect();
        refused = if bodies.is_empty() {
            Some(t.s("grid.nothing").to_owned())
        } else {
            match keep(&web, (&staff, &calendar), bodies, (Fate::Kept, now)).await {
                Ok(there) => return Ok(there),
                Err(error) => Some(refusal(error)?.say(t)),
            }
        };
    }
    let status = if refused.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = build(&visit, &calendar, (text, Some(&grid)), refused, now);
    Ok(Page::refusal(status, page).into_response())
}
