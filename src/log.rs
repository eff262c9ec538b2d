//! Where the log goes and how it is written: one event is one line, whatever it says (security
//! case C9). Standard output belongs to the commands' answers, so the log has standard error.

use crate::cli::LogFormat;
use std::io::{self, IsTerminal as _, Write};
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts the log of this process.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("ALMANAC_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    let colors = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = subscriber(format, filter, colors, io::stderr);
    if tracing::subscriber::set_global_default(log).is_err() {
        tracing::debug!("the log was started before");
    }
}

type Log = Box<dyn Subscriber + Send + Sync>;

fn subscriber<W>(format: LogFormat, filter: EnvFilter, colors: bool, out: W) -> Log
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    match format {
        // JSON writes a line end within a string as two other characters.
        LogFormat::Json => Box::new(log.with_writer(out).json().finish()),
        LogFormat::Text => Box::new(
            log.with_ansi(colors)
                .with_target(false)
                .with_writer(OneLineEach { out, colors })
                .finish(),
        ),
    }
}

/// Makes writers that keep an event on its line.
struct OneLineEach<W> {
    out: W,
    colors: bool,
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLineEach<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine {
            out: self.out.make_writer(),
            colors: self.colors,
        }
    }
}

/// Writes an event, which comes whole. The formatter escapes some of what messages hold, and
/// nothing of displayed values.
struct OneLine<W> {
    out: W,
    colors: bool,
}

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let (body, end) = match event.strip_suffix(b"\n") {
            Some(body) => (body, "\n"),
            None => (event, ""),
        };
        let line = on_one_line(&String::from_utf8_lossy(body), self.colors);
        self.out.write_all((line + end).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Shows control characters instead of obeying them. Where the formatter colours, its own changes
/// of colour stay, and a forged one can do no more than that.
fn on_one_line(text: &str, colors: bool) -> String {
    let mut line = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let breaks = matches!(c, '\u{2028}' | '\u{2029}');
        if (c.is_control() && c != '\t' || breaks) && !(colors && is_color(&text[at..])) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// Whether a text begins with a change of colour: ESC, `[`, digits and semicolons, `m`.
fn is_color(text: &str) -> bool {
    let rest = text.strip_prefix("\u{1b}[").unwrap_or_default();
    rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
        .starts_with('m')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const HOSTILE: &str =
        "Mozilla\r\n2026-11-22 ERROR forged\n\u{1b}[2J\u{1b}]0;x\u{7}\u{85}\u{9b}31m";

    fn said(format: LogFormat) -> String {
        let kept = Kept::default();
        let out = kept.clone();
        let log = subscriber(format, EnvFilter::new("info"), false, move || out.clone());
        tracing::subscriber::with_default(log, || {
            tracing::warn!(agent = HOSTILE, shown = %HOSTILE, "refused {HOSTILE}");
            tracing::info!("second");
        });
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn c9_one_event_is_one_line_and_commands_no_terminal() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let text = said(format);
            assert_eq!(text.lines().count(), 2, "{text:?}");
            let controls = |c: char| c.is_control() && c != '\n' && u32::from(c) < 0x80;
            assert!(!text.contains(controls), "{text:?}");
            assert!(
                text.contains("forged") && text.contains("second"),
                "{text:?}"
            );
        }
    }

    #[test]
    fn c9_colours_stay_and_nothing_else() {
        let text = "\u{1b}[33m WARN\u{1b}[0m \u{1b}[2J\u{1b}]0;x\u{7}";
        let coloured = on_one_line(text, true);
        assert!(coloured.starts_with("\u{1b}[33m WARN\u{1b}[0m \\u{1b}[2J\\u{1b}]"));
        assert!(!on_one_line(text, false).contains('\u{1b}'));
    }

    #[test]
    fn c9_the_json_log_gives_back_what_was_said() {
        let text = said(LogFormat::Json);
        let first = text.lines().next().unwrap();
        let event: serde_json::Value = serde_json::from_str(first).unwrap();
        assert_eq!(event["fields"]["shown"], HOSTILE);
        assert_eq!(event["level"], "WARN");
    }
}
