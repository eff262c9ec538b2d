//! `almanac status`: how the background work goes, what waits, and who read the feeds in the last
//! seven days. Changes nothing and judges nothing: `doctor` does.

use crate::cli::Status;
use crate::commands;
use crate::config::Config;
use anyhow::Result;
use domain::count::{self, Readers};
use jiff::{Timestamp, ToSpan, Unit};
use serde::Serialize;
use std::io::Write as _;
use std::process::ExitCode;
use store::Db;
use store::jobs::Job;

/// How many days are summed up, today among them.
const DAYS: i64 = 7;

pub async fn run(config: &Config, status: &Status) -> Result<ExitCode> {
    let db = commands::open(config).await?;
    let now = config.clock().now();
    let report = Report::read(&db, now).await?;
    db.close().await;
    let mut out = std::io::stdout();
    if status.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        out.write_all(report.lines(now).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// As `--json` prints it; instants are RFC 3339.
#[derive(Debug, Serialize)]
struct Report {
    jobs: Vec<JobLine>,
    waiting_proposals: i64,
    /// The first of the days that `calendars` speaks of, in UTC.
    since: String,
    calendars: Vec<CalendarLine>,
}

#[derive(Debug, Serialize)]
struct JobLine {
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    finished: Option<Timestamp>,
    next: Option<Timestamp>,
    held_by: Option<String>,
    held_until: Option<Timestamp>,
    attempts: i64,
    failure: Option<String>,
}

impl From<Job> for JobLine {
    fn from(job: Job) -> Self {
        let (held_by, held_until) = job.held.unzip();
        Self {
            kind: job.kind,
            key: job.key,
            finished: job.finished,
            next: job.run_at,
            held_by,
            held_until,
            attempts: job.attempts,
            failure: job.failure,
        }
    }
}

#[derive(Debug, Serialize)]
struct CalendarLine {
    calendar: String,
    fetches: u64,
    readers: Vec<ReadersLine>,
}

#[derive(Debug, Serialize)]
struct ReadersLine {
    family: &'static str,
    fetches: u64,
    /// About how many; null where one fetch serves any number of people.
    subscribers: Option<u64>,
    shared: bool,
}

impl From<Readers> for ReadersLine {
    fn from(readers: Readers) -> Self {
        Self {
            family: readers.family.as_str(),
            fetches: readers.fetches,
            subscribers: readers.subscribers,
            shared: readers.shared,
        }
    }
}

impl Report {
    async fn read(db: &Db, now: Timestamp) -> Result<Self> {
        let today = count::day_of(now);
        let since = today.checked_sub((DAYS - 1).days()).unwrap_or(today);
        let mut conn = db.read().await?;
        let jobs = store::jobs::list(&mut conn).await?;
        let waiting_proposals = store::proposals::count_waiting(&mut conn).await?;
        let counted = store::counts::recent_of_all(&mut conn, since).await?;
        let mut calendars = Vec::new();
        for calendar in store::calendars::all_with_withdrawn(&mut conn).await? {
            let Some(days) = counted.get(&calendar.id) else {
                continue;
            };
            let readers = count::readers(days);
            calendars.push(CalendarLine {
                calendar: calendar.profile.slug.to_string(),
                fetches: readers.iter().map(|family| family.fetches).sum(),
                readers: readers.into_iter().map(ReadersLine::from).collect(),
            });
        }
        Ok(Self {
            jobs: jobs.into_iter().map(JobLine::from).collect(),
            waiting_proposals,
            since: since.to_string(),
            calendars,
        })
    }

    /// For people: one line a fact.
    fn lines(&self, now: Timestamp) -> String {
        let mut text = String::new();
        for job in &self.jobs {
            text += &job.line(now);
            text.push('\n');
        }
        if self.jobs.is_empty() {
            text += "no background work has been done yet: `almanac serve` does it\n";
        }
        text += &format!("proposals that wait: {}\n", self.waiting_proposals);
        for calendar in &self.calendars {
            text += &format!(
                "{}: {} since {}{}\n",
                calendar.calendar,
                plural(calendar.fetches, "fetch", "fetches"),
                self.since,
                calendar.told()
            );
        }
        text
    }
}

impl JobLine {
    fn line(&self, now: Timestamp) -> String {
        let name = match self.key.as_str() {
            "" => self.kind.clone(),
            key => format!("{} {key}", self.kind),
        };
        let mark = if self.failure.is_some() {
            "FAIL"
        } else {
            "ok  "
        };
        let mut line = match self.finished {
            Some(at) => format!("{mark} {name}: last done {}", short(at)),
            None => format!("{mark} {name}: never done"),
        };
        if let Some(by) = &self.held_by {
            line += &format!(", {by} is at it");
        }
        match self.next {
            Some(at) if at <= now => line += ", due now",
            Some(at) => line += &format!(", next {}", short(at)),
            None => {}
        }
        if self.attempts > 0 {
            line += &format!(
                ", tried {}",
                plural(self.attempts.unsigned_abs(), "time", "times")
            );
        }
        if let Some(failure) = &self.failure {
            line += &format!(": {}", failure.replace(['\n', '\r'], " "));
        }
        line
    }
}

impl CalendarLine {
    /// `; on the busiest day about 61 (apple 40, outlook 21); google asks for all its users at once`
    fn told(&self) -> String {
        let known: Vec<(&str, u64)> = self
            .readers
            .iter()
            .filter_map(|family| Some((family.family, family.subscribers?)))
            .collect();
        let mut text = String::new();
        if !known.is_empty() {
            let each: Vec<String> = known
                .iter()
                .map(|(family, count)| format!("{family} {count}"))
                .collect();
            let all: u64 = known.iter().map(|(_, count)| count).sum();
            text += &format!("; about {all} on a busy day ({})", each.join(", "));
        }
        for family in self.readers.iter().filter(|family| family.shared) {
            text += &format!("; {} asks for all its users at once", family.family);
        }
        text
    }
}

fn plural(count: u64, one: &str, more: &str) -> String {
    let word = if count == 1 { one } else { more };
    format!("{count} {word}")
}

/// To the second: fractions help nobody here.
fn short(at: Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(at).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::count::Family;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn job(kind: &str) -> Job {
        Job {
            kind: kind.to_owned(),
            key: String::new(),
            run_at: Some(at("2026-11-22T04:00:00Z")),
            held: None,
            attempts: 0,
            started: None,
            finished: Some(at("2026-11-22T02:59:59.9Z")),
            failure: None,
        }
    }

    #[test]
    fn each_job_is_a_line_that_can_be_read_alone() {
        let now = at("2026-11-22T03:00:00Z");
        let failed = Job {
            finished: None,
            attempts: 3,
            failure: Some("disk\nfull".to_owned()),
            ..job("horizon")
        };
        let held = Job {
            run_at: None,
            held: Some(("web-1/42".to_owned(), at("2026-11-22T03:01:00Z"))),
            attempts: 1,
            ..job("window-roll")
        };
        let late = Job {
            run_at: Some(now),
            ..job("openings")
        };
        for (job, line) in [
            (
                job("time-zones"),
                "ok   time-zones: last done 2026-11-22T03:00:00Z, next 2026-11-22T04:00:00Z",
            ),
            (
                failed,
                "FAIL horizon: never done, next 2026-11-22T04:00:00Z, tried 3 times: disk full",
            ),
            (
                held,
                "ok   window-roll: last done 2026-11-22T03:00:00Z, web-1/42 is at it, tried 1 time",
            ),
            (
                late,
                "ok   openings: last done 2026-11-22T03:00:00Z, due now",
            ),
        ] {
            assert_eq!(JobLine::from(job).line(now), line);
        }
    }

    #[test]
    fn google_is_told_apart_because_its_users_cannot_be_counted() {
        let readers = |family: Family, fetches, subscribers| ReadersLine {
            family: family.as_str(),
            fetches,
            subscribers,
            shared: family.is_shared(),
        };
        let line = CalendarLine {
            calendar: "haneul".to_owned(),
            fetches: 170,
            readers: vec![
                readers(Family::Apple, 120, Some(40)),
                readers(Family::Google, 8, None),
                readers(Family::Other, 42, Some(2)),
            ],
        };
        assert_eq!(
            line.told(),
            "; about 42 on a busy day (apple 40, other 2); google asks for all its users at once"
        );
    }
}
