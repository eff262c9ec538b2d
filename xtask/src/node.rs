//! The Node.js packages that drive the browser, every version pinned by a lock file. They go into the
//! build folder, so that the checkout stays as it was; no package runs a script of its own.

use crate::report::checked;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const LOCK: &str = "package-lock.json";

/// Makes `target/node` from `tests/browser/package-lock.json`, or keeps the one that is there if it
/// was made from the same lock. Returns its folder.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let given = workspace.root.join("tests/browser");
    let wanted = fs::read_to_string(given.join(LOCK)).context("reading package-lock.json")?;
    let folder = workspace.target.join("node");
    let stamp = folder.join("made-from.txt");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(folder);
    }
    println!("    npm ci: tests/browser/{LOCK} -> {}", folder.display());
    fs::create_dir_all(&folder)?;
    for name in ["package.json", LOCK] {
        fs::copy(given.join(name), folder.join(name)).with_context(|| format!("copying {name}"))?;
    }
    checked(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel", "error"])
            .env("PUPPETEER_SKIP_DOWNLOAD", "1")
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(&folder),
    )?;
    fs::write(stamp, wanted).context("noting what the packages were made from")?;
    Ok(folder)
}
