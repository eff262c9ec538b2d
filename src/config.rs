//! Settings put together: flags, then environment, then the TOML file, then defaults (R28).

use crate::cli::{LogFormat, Settings};
use accounts::mail::Mailer;
use anyhow::{Context, Result, bail};
use domain::clock::Clock;
use jiff::Timestamp;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use store::Address;
use web::peer::Network;

/// Names the file that holds the pretended time, under `--allow-now` (R27).
const CLOCK_FILE: &str = "ALMANAC_TEST_CLOCK_FILE";

/// The same keys as the flags; an unknown one is refused, because a misspelt setting is worse
/// than none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    data_dir: Option<PathBuf>,
    database_url: Option<String>,
    database_url_file: Option<PathBuf>,
    listen: Option<String>,
    base_url: Option<String>,
    #[serde(default)]
    trusted_proxy: Vec<Network>,
    feed_cache_mib: Option<usize>,
    smtp_url: Option<String>,
    smtp_url_file: Option<PathBuf>,
    mail_from: Option<String>,
    log_format: Option<LogFormat>,
    allow_now: Option<bool>,
}

/// Everything settled.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: Address,
    pub data_dir: PathBuf,
    pub listen: String,
    pub base_url: String,
    pub trusted_proxies: Vec<Network>,
    pub feed_cache_bytes: usize,
    pub mail: Mailer,
    pub log_format: LogFormat,
    pub allow_now: bool,
}

impl Config {
    /// Settles what was given.
    pub fn load(given: &Settings) -> Result<Self> {
        let file = match &given.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let data_dir = given.data_dir.clone().or(file.data_dir);
        let data_dir = data_dir.unwrap_or_else(|| "almanac-data".into());
        let path = given.database_url_file.clone().or(file.database_url_file);
        let url = secret((given.database_url.clone(), path, file.database_url))?;
        let path = given.smtp_url_file.clone().or(file.smtp_url_file);
        let smtp_url = secret((given.smtp_url.clone(), path, file.smtp_url))?;
        let mail_from = given.mail_from.clone().or(file.mail_from);
        let mail = Mailer::new(smtp_url.as_deref(), mail_from.as_deref())?;
        let base_url = given.base_url.clone().or(file.base_url);
        let base_url = base_url.unwrap_or_else(|| "http://localhost:8080".to_owned());
        Ok(Self {
            database: url.map_or_else(|| Address::Embedded(data_dir.clone()), Address::Postgres),
            data_dir,
            listen: given
                .listen
                .clone()
                .or(file.listen)
                .unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            base_url: checked_base(&base_url)?,
            trusted_proxies: if given.trusted_proxy.is_empty() {
                file.trusted_proxy
            } else {
                given.trusted_proxy.clone()
            },
            feed_cache_bytes: given.feed_cache_mib.or(file.feed_cache_mib).unwrap_or(256) << 20,
            mail,
            log_format: given.log_format.or(file.log_format).unwrap_or_default(),
            allow_now: given.allow_now || file.allow_now.unwrap_or(false),
        })
    }

    /// The clock: the system's, or the one that a test's file shows.
    pub fn clock(&self) -> Clock {
        let pretended = std::env::var_os(CLOCK_FILE).filter(|_| self.allow_now);
        match pretended {
            None => system_clock(),
            Some(path) => {
                let path = PathBuf::from(path);
                Clock::new(move || shown_in(&path).unwrap_or_else(|| system_clock().now()))
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where time enters the program"
)]
fn system_clock() -> Clock {
    Clock::new(Timestamp::now)
}

fn shown_in(path: &Path) -> Option<Timestamp> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn read_file(path: &Path) -> Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings file {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        anyhow::anyhow!("{}, line {line}: {}", path.display(), error.message())
    })
}

/// A secret: as given, else from the file that is named, else from the settings file.
fn secret(
    (given, path, kept): (Option<String>, Option<PathBuf>, Option<String>),
) -> Result<Option<String>> {
    match (given, path) {
        (Some(given), _) => Ok(Some(given)),
        (None, Some(path)) => read_secret(&path).map(Some),
        (None, None) => Ok(kept),
    }
}

fn read_secret(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the secret file {}", path.display()))?;
    Ok(text.trim().to_owned())
}

fn checked_base(text: &str) -> Result<String> {
    let plain = text.trim_end_matches('/');
    if domain::event::WebAddress::parse(plain).is_none() || plain.contains(['?', '#']) {
        bail!("base-url {text:?} is not an address like https://calendar.example");
    }
    Ok(plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_asked_after_the_flags_and_before_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("almanac.toml");
        std::fs::write(
            &path,
            "listen = \"127.0.0.1:9\"\nbase-url = \"https://a.example/\"\n",
        )
        .unwrap();
        let given = Settings {
            config: Some(path),
            listen: Some("127.0.0.1:7".to_owned()),
            ..Settings::default()
        };
        let config = Config::load(&given).unwrap();
        assert_eq!(config.listen, "127.0.0.1:7");
        assert_eq!(config.base_url, "https://a.example");
        assert_eq!(config.database, Address::Embedded("almanac-data".into()));
    }

    #[test]
    fn trusted_proxies_are_a_list_in_the_file_and_flags_replace_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("almanac.toml");
        std::fs::write(&path, "trusted-proxy = [\"10.0.0.0/8\", \"::1\"]\n").unwrap();
        let mut given = Settings {
            config: Some(path.clone()),
            ..Settings::default()
        };
        assert_eq!(Config::load(&given).unwrap().trusted_proxies.len(), 2);
        given.trusted_proxy = vec!["192.0.2.7".parse().unwrap()];
        let config = Config::load(&given).unwrap();
        assert_eq!(config.trusted_proxies, given.trusted_proxy);
        std::fs::write(&path, "trusted-proxy = [\"10.0.0.0/99\"]\n").unwrap();
        given.trusted_proxy.clear();
        let message = Config::load(&given).unwrap_err().to_string();
        assert!(message.contains("10.0.0.0/99"), "{message}");
    }

    #[test]
    fn unknown_keys_and_bad_addresses_are_refused_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("almanac.toml");
        std::fs::write(
            &path,
            "listen = \"127.0.0.1:9\"\nbase-ulr = \"https://a.example\"\n",
        )
        .unwrap();
        let given = Settings {
            config: Some(path),
            ..Settings::default()
        };
        let message = Config::load(&given).unwrap_err().to_string();
        assert!(
            message.contains("base-ulr") && message.contains("line 2"),
            "{message}"
        );
        assert!(checked_base("ftp://x").is_err());
        assert!(checked_base("https://x/?a").is_err());
    }
}
