//! `almanac export`: a calendar to standard output.

use super::open;
use crate::cli::{Export, ExportFormat};
use crate::config::Config;
use anyhow::{Context, Result};
use domain::calendar::Calendar;
use domain::event::Event;
use domain::expand::Budget;
use domain::zone::Zone;
use feeds::{FeedQuery, Past};
use ical::write::Form;
use jiff::{Timestamp, ToSpan};
use std::io::Write as _;
use std::process::ExitCode;

pub async fn run(config: &Config, export: &Export) -> Result<ExitCode> {
    let db = open(config).await?;
    let mut snapshot = db.snapshot().await?;
    let found = store::calendars::find(&mut snapshot, &export.calendar).await?;
    let calendar = found
        .with_context(|| {
            format!(
                "there is no calendar {:?}; the names are on the home page",
                export.calendar
            )
        })?
        .calendar;
    let events = store::events::of_calendar(&mut snapshot, calendar.id).await?;
    snapshot.roll_back().await?;
    let bytes = match export.format {
        ExportFormat::Ics => {
            let asked = FeedQuery {
                form: Form::Standard,
                past: Some(Past::All),
                ..FeedQuery::default()
            };
            feeds::render(&calendar, &events, &asked, &config.base_url)
        }
        ExportFormat::Json => ingest::export::json(&calendar, &events)?.into_bytes(),
        ExportFormat::Csv => csv(&calendar, &events, config.clock().now()).into_bytes(),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(&bytes)?;
    out.flush()?;
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// One line an instance, RFC 4180. Endless series go on for three years from now.
fn csv(calendar: &Calendar, events: &[Event], now: Timestamp) -> String {
    let profile = &calendar.profile;
    let until = now
        .checked_add((3 * 366 * 24).hours())
        .unwrap_or(Timestamp::MAX);
    let mut rows = Vec::new();
    for event in events {
        let endless = event.body.series.as_ref().is_some_and(|s| s.is_endless());
        let window = endless.then_some((Timestamp::MIN, until));
        let instances = event
            .body
            .instances(window, &profile.zone, Budget::default());
        for instance in instances.unwrap_or_default() {
            let what = instance.occurrence();
            let (start, end) = spelled(&what.time, &profile.zone);
            let lang = profile.language;
            let cells = [
                event.uid.clone(),
                what.title.pick(lang, lang).to_owned(),
                start,
                end,
                what.place.name.pick(lang, lang).to_owned(),
                what.status.as_str().to_owned(),
                what.url.map(|u| u.to_string()).unwrap_or_default(),
                what.tags
                    .iter()
                    .map(|t| t.key.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
            ];
            rows.push((instance.instants(&profile.zone).map(|i| i.0), cells));
        }
    }
    rows.sort();
    let mut out = String::from("uid,title,start,end,place,status,url,tags\r\n");
    for (_, cells) in rows {
        let line: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        out.push_str(&line.join(","));
        out.push_str("\r\n");
    }
    out
}

/// Start and end as people write them; whole days with their last day.
fn spelled(time: &domain::time::EventTime, zone: &Zone) -> (String, String) {
    match (time.is_all_day(), time.days(zone), time.instants(zone)) {
        (true, Some((first, last)), _) => (first.to_string(), last.to_string()),
        (false, _, Some((start, end))) => {
            let local = |at: Timestamp| {
                at.to_zoned(zone.rules().clone())
                    .strftime("%Y-%m-%dT%H:%M:%S%:z")
                    .to_string()
            };
            (
                local(start),
                if end > start {
                    local(end)
                } else {
                    String::new()
                },
            )
        }
        _ => (String::new(), String::new()),
    }
}

/// Quoted where needed. A cell that a spreadsheet would take for a formula begins with an
/// apostrophe (OWASP's advice against CSV injection).
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("롯데 vs 두산"), "롯데 vs 두산");
    }
}
