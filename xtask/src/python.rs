//! A Python environment of the tests' own, with every version pinned.

use crate::report::checked;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Makes `target/python` from `tests/clients/requirements.txt`, or keeps the one that is there if
/// it was made from the same text. Returns its folder.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let requirements = workspace.root.join("tests/clients/requirements.txt");
    let wanted = fs::read_to_string(&requirements).context("reading requirements.txt")?;
    let folder = workspace.target.join("python");
    let stamp = folder.join("made-from.txt");
    let python = folder.join("bin/python");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(folder);
    }
    checked(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    checked(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg("--requirement")
            .arg(&requirements),
    )?;
    fs::write(stamp, wanted).context("noting what the environment was made from")?;
    Ok(folder)
}
