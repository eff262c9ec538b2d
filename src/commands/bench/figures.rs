//! Times of many requests as few numbers.

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::io::Write as _;
use std::time::Duration;

/// What was measured of one kind of request.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Which.
    pub name: &'static str,
    /// How many.
    pub requests: usize,
    /// Those that were not answered 200.
    pub failed: usize,
    /// Bytes of a body, on average, as sent.
    pub bytes: usize,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: f64,
    /// Nine of ten took no longer.
    pub p90_ms: f64,
    /// Ninety-nine of a hundred took no longer.
    pub p99_ms: f64,
    /// Processor time of one, all threads taken together.
    pub cpu_ms: f64,
    /// Half of the requests for the same bytes out of memory took no longer.
    pub same_bytes_p50_ms: f64,
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub took: Duration,
    pub bytes: usize,
    pub ok: bool,
}

impl Figures {
    /// Sums up requests that took `cpu` of the processors.
    pub fn of(name: &'static str, samples: &[Sample], cpu: Duration) -> Self {
        let count = samples.len().max(1);
        let mut times: Vec<f64> = samples.iter().map(|one| ms(one.took)).collect();
        times.sort_by(f64::total_cmp);
        Self {
            name,
            requests: samples.len(),
            failed: samples.iter().filter(|one| !one.ok).count(),
            bytes: samples.iter().map(|one| one.bytes).sum::<usize>() / count,
            p50_ms: percentile(&times, 50),
            p90_ms: percentile(&times, 90),
            p99_ms: percentile(&times, 99),
            cpu_ms: ms(cpu) / count as f64,
            same_bytes_p50_ms: 0.0,
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The smallest time that so many of a hundred do not exceed (nearest rank).
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// Processor time of this process so far.
pub fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let whole = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::from_secs(whole) + Duration::from_nanos(now.tv_nsec.unsigned_abs())
}

/// Writes a table for people.
pub fn write_table(rows: &[Figures]) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:<24} {:>8} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10}",
        "page", "requests", "failed", "bytes", "p50 ms", "p90 ms", "p99 ms", "cpu ms", "same bytes"
    )?;
    for row in rows {
        writeln!(
            out,
            "{:<24} {:>8} {:>6} {:>8} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>10.3}",
            row.name,
            row.requests,
            row.failed,
            row.bytes,
            row.p50_ms,
            row.p90_ms,
            row.p99_ms,
            row.cpu_ms,
            row.same_bytes_p50_ms
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(
            [50, 90, 99, 100].map(|p| percentile(&times, p)),
            [100.0, 180.0, 198.0, 200.0]
        );
        assert_eq!(percentile(&[3.0], 99), 3.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }

    #[test]
    fn what_was_not_answered_counts_as_failed() {
        let sample = |ok, bytes| Sample {
            took: Duration::from_millis(4),
            bytes,
            ok,
        };
        let samples = [sample(true, 10), sample(false, 20)];
        let figures = Figures::of("home", &samples, Duration::from_millis(6));
        assert_eq!((figures.failed, figures.bytes), (1, 15));
        assert_eq!((figures.p99_ms, figures.cpu_ms), (4.0, 3.0));
    }
}
