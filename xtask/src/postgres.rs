//! A PostgreSQL server for one run: its own cluster in a temporary folder, on a free loopback port.

use crate::prerequisites::{is_root, matches};
use crate::report::checked;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::thread::sleep;
use std::time::{Duration, Instant};

const START_LIMIT: Duration = Duration::from_secs(60);
const FOLDER_PREFIX: &str = "almanac-postgres-";

/// A running server; dropping it stops the server and deletes its data.
pub struct Postgres {
    child: Child,
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    as_root: bool,
}

impl Postgres {
    /// Makes the cluster and starts it. Durability is off: the data never outlives the run.
    pub fn start() -> Result<Self> {
        remove_left_over_folders();
        let bin = matches("/usr/lib/postgresql/*/bin")
            .pop()
            .context("no PostgreSQL under /usr/lib/postgresql")?;
        let as_root = is_root()?;
        let folder = env::temp_dir().join(format!("{FOLDER_PREFIX}{}", id()));
        fs::create_dir_all(&folder)?;
        if as_root {
            checked(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        checked(
            as_server_user(&bin.join("initdb"), &folder, as_root)
                .args(["--username=almanac", "--auth=trust", "--no-sync"])
                .args(["--encoding=UTF8", "--locale=C.UTF-8"])
                .arg("--pgdata")
                .arg(folder.join("data"))
                .stdout(Stdio::null()),
        )?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = serve(&bin, &folder, port, as_root)?;
        let server = Self {
            child,
            bin,
            folder,
            port,
            as_root,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The address of its maintenance database; the tests make schemas or databases of their own.
    pub fn url(&self) -> String {
        format!("postgres://almanac@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&self) -> Result<()> {
        let start = Instant::now();
        loop {
            let answer = Command::new(self.bin.join("pg_isready"))
                .args(["--quiet", "--host=127.0.0.1", "--port"])
                .arg(self.port.to_string())
                .status()?;
            if answer.success() {
                return Ok(());
            }
            if start.elapsed() > START_LIMIT {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start:\n{log}");
            }
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped = as_server_user(&self.bin.join("pg_ctl"), &self.folder, self.as_root)
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.join("data"))
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("xtask: pg_ctl could not stop PostgreSQL; killing it");
            let _already_gone = self.child.kill();
        }
        let _reaped = self.child.wait();
        let _next_run_tries_again = fs::remove_dir_all(&self.folder);
    }
}

fn serve(bin: &Path, folder: &Path, port: u16, as_root: bool) -> Result<Child> {
    let log = fs::File::create(folder.join("log"))?;
    as_server_user(&bin.join("postgres"), folder, as_root)
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "max_connections=300"])
        .args(["-c", "fsync=off", "-c", "synchronous_commit=off"])
        .args(["-c", "full_page_writes=off"])
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("starting postgres")
}

/// PostgreSQL refuses to run as root, so root hands it to the user `postgres`. The parent-death
/// signal stops the server even when this process is killed and no destructor runs.
fn as_server_user(program: &Path, folder: &Path, as_root: bool) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT").current_dir(folder);
    if as_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.arg("--").arg(program).stdin(Stdio::null());
    command
}

/// Folders of runs that were killed: their process id is no longer alive.
fn remove_left_over_folders() {
    for entry in fs::read_dir(env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let Some(process) = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER_PREFIX))
        else {
            continue;
        };
        if !Path::new("/proc").join(process).exists() {
            let _somebody_elses = fs::remove_dir_all(entry.path());
        }
    }
}
