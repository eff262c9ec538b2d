//! The program with the demo catalogue, on a free loopback port and at a fixed time, for chores that
//! look at it from outside.

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The time that the demo pretends: pictures of two runs can be compared.
const NOW: &str = "2026-11-22T03:00:00Z";

/// A running demo; dropping it stops it.
pub struct Demo {
    child: Child,
    port: u16,
}

impl Demo {
    /// Starts `binary` on a new database under the build folder and waits until it is loaded.
    pub fn start(workspace: &Workspace, binary: &Path) -> Result<Self> {
        let folder = workspace.target.join("demo-data");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let clock = folder.join("clock.txt");
        fs::write(&clock, NOW)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut child = Command::new(binary)
            .args(["serve", "--demo", "--allow-now"])
            .args(["--trusted-proxy", "127.0.0.1"])
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(["--base-url", &format!("http://localhost:{port}")])
            .arg("--data-dir")
            .arg(&folder)
            .env("ALMANAC_TEST_CLOCK_FILE", &clock)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let out = child.stdout.take().context("piped")?;
        let demo = Self { child, port };
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        if !lines.any(|line| line.starts_with("ready: ")) {
            bail!("{} ended before it was ready", binary.display());
        }
        Ok(demo)
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
