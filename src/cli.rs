//! The command line. Every setting is a flag, an environment variable of the same name and a
//! key of the TOML file (R28).

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::people::Role;
use ingest::table::Choice;
use std::path::PathBuf;
use web::peer::Network;

/// Calendars that people subscribe to.
#[derive(Debug, Parser)]
#[command(name = "almanac", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub settings: Settings,
    #[command(subcommand)]
    pub command: Command,
}

/// Settings as given; what is not given comes from the file, else from the defaults.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// A TOML file with the same keys as these flags.
    #[arg(long, global = true, env = "ALMANAC_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the embedded database and caches [default: ./almanac-data].
    #[arg(long, global = true, env = "ALMANAC_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database: postgres://...
    #[arg(
        long,
        global = true,
        env = "ALMANAC_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// A file that holds the database address: for secrets.
    #[arg(
        long,
        global = true,
        env = "ALMANAC_DATABASE_URL_FILE",
        value_name = "FILE"
    )]
    pub database_url_file: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080].
    #[arg(long, global = true, env = "ALMANAC_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Public address, written into links and feeds [default: http://localhost:8080].
    #[arg(long, global = true, env = "ALMANAC_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// Proxies whose X-Forwarded-For is believed: ranges of addresses such as 10.0.0.0/8,
    /// separated by commas [default: none].
    #[arg(
        long,
        global = true,
        env = "ALMANAC_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub trusted_proxy: Vec<Network>,
    /// Memory for compiled feeds, in MiB [default: 256].
    #[arg(
        long,
        global = true,
        env = "ALMANAC_FEED_CACHE_MIB",
        value_name = "MIB"
    )]
    pub feed_cache_mib: Option<usize>,
    /// Server that mail goes out by: smtps://user:password@mail.example:465 [default: none, and
    /// `almanac user` prints links instead].
    #[arg(
        long,
        global = true,
        env = "ALMANAC_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub smtp_url: Option<String>,
    /// A file that holds the address of the mail server: for secrets.
    #[arg(
        long,
        global = true,
        env = "ALMANAC_SMTP_URL_FILE",
        value_name = "FILE"
    )]
    pub smtp_url_file: Option<PathBuf>,
    /// Sender of mail: "Almanac <calendar@example.org>".
    #[arg(long, global = true, env = "ALMANAC_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// How the log is written [default: text].
    #[arg(long, global = true, env = "ALMANAC_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Tests and demos: another time may be pretended.
    #[arg(long, global = true, env = "ALMANAC_ALLOW_NOW")]
    pub allow_now: bool,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs everything: site, feeds, background work.
    Serve(Serve),
    /// Reads a schedule into a calendar.
    Import(Import),
    /// Writes a calendar to standard output.
    Export(Export),
    /// Brings the database to this version.
    Migrate,
    /// Makes the search index anew from what is published.
    Reindex,
    /// Checks configuration, database, clock, disk and feeds.
    Doctor,
    /// Tells how the background work goes, what waits for editors and who reads the feeds.
    Status(Status),
    /// Looks after people who sign in.
    User(User),
    /// Makes a large database, and measures the program on one.
    Bench(Bench),
}

#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// On an empty database, first load the demo catalogue.
    #[arg(long, env = "ALMANAC_DEMO")]
    pub demo: bool,
    /// Serve the demo on an address that others can reach.
    #[arg(long, env = "ALMANAC_DEMO_PUBLIC")]
    pub demo_public: bool,
    /// Do not bring the database to this version.
    #[arg(long, env = "ALMANAC_NO_MIGRATE")]
    pub no_migrate: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Import {
    /// An .ics, .csv, .xlsx or .json file; `-` reads standard input.
    pub file: PathBuf,
    /// The calendar's short name; it is made where there is none.
    #[arg(long, value_name = "SLUG")]
    pub calendar: String,
    /// Its title.
    #[arg(long)]
    pub title: Option<String>,
    /// Its category.
    #[arg(long, value_name = "SLUG")]
    pub category: Option<String>,
    /// Language of its texts, for a new calendar [default: ko].
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Time zone that it is shown in, for a new calendar [default: what the file says, else
    /// Asia/Seoul].
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Which of the calendar's sources this file is: a file replaces what the same source said.
    #[arg(long, default_value = "import", value_name = "NAME")]
    pub source: String,
    /// What a table's columns mean, where the guess is wrong: title=경기,date=날짜. `#3` is the
    /// third column, `year=2026` the year of dates that name none, `url=` leaves a meaning out.
    #[arg(long, value_delimiter = ',', value_name = "MEANING=COLUMN")]
    pub map: Vec<Choice>,
    /// Say what would happen, and how a table's columns were understood; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Let the file take much out of the calendar.
    #[arg(long)]
    pub allow_removals: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Export {
    /// The calendar's short name or permanent id.
    #[arg(long, value_name = "SLUG")]
    pub calendar: String,
    /// In which form.
    #[arg(long, default_value = "ics")]
    pub format: ExportFormat,
}

#[derive(Debug, Clone, Args)]
pub struct Status {
    /// Print JSON instead of lines.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct User {
    #[command(subcommand)]
    pub what: UserCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Makes a sign-in. Without a password a link is printed by which one is chosen.
    Add(UserAdd),
    /// Lists everybody: address, role, state, second step, name.
    List,
    /// Shuts somebody out and signs them out everywhere.
    Disable(UserNamed),
    /// Removes somebody's second step, for who has lost it, and signs them out everywhere.
    #[command(name = "reset-2fa")]
    Reset2fa(UserNamed),
    /// Prints a link that signs somebody in, once, within a day.
    SignInLink(UserNamed),
}

#[derive(Debug, Clone, Args)]
pub struct UserAdd {
    /// Their address.
    pub email: String,
    /// What they are here for: admin, editor, moderator or partner.
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// Short name of the organisation that a partner stands for.
    #[arg(long, value_name = "SLUG")]
    pub organisation: Option<String>,
    /// What colleagues call them.
    #[arg(long)]
    pub name: Option<String>,
    /// Read their password from the first line of standard input.
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Clone, Args)]
pub struct UserNamed {
    /// Their address.
    pub email: String,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "one of admin, editor, moderator, partner".to_owned())
}

#[derive(Debug, Clone, Args)]
pub struct Bench {
    #[command(subcommand)]
    pub what: BenchCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub enum BenchCommand {
    /// Fills an empty database with an invented catalogue, the same for the same day.
    Seed(BenchSeed),
    /// Asks for every kind of page many times and prints how long the server took.
    Pages(BenchPages),
    /// Types into the search field and prints how long the server took for each key.
    Search(BenchSearch),
    /// Polls, changes and personal calendars, each beside the same work without the program.
    Feeds(BenchFeeds),
}

#[derive(Debug, Clone, Args)]
pub struct BenchFeeds {
    /// How many changes are published to see how soon they show.
    #[arg(long, default_value_t = 200, value_name = "COUNT")]
    pub changes: usize,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct BenchSearch {
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct BenchSeed {
    /// How many calendars.
    #[arg(long, default_value_t = 10_000, value_name = "COUNT")]
    pub calendars: usize,
    /// How many events in all of them.
    #[arg(long, default_value_t = 1_000_000, value_name = "COUNT")]
    pub events: usize,
}

#[derive(Debug, Clone, Args)]
pub struct BenchPages {
    /// How many requests for each kind of page.
    #[arg(long, default_value_t = 1_000, value_name = "COUNT")]
    pub requests: usize,
    /// Only pages whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// iCalendar, to the letter, everything.
    Ics,
    /// Our own JSON, which `import` takes back whole.
    Json,
    /// One line an instance, for spreadsheets.
    Csv,
}
