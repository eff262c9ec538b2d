//! What the whole-program tests share: the real program as a process, a plain HTTP client, and the
//! drivers of real calendar clients. Nothing here looks inside the program.

#![allow(dead_code, reason = "each suite uses its part")]

pub mod clients;
pub mod http;
pub mod people;
pub mod schema;
pub mod server;

use std::path::{Path, PathBuf};

/// The folder with the corpora and the clients' scripts (`ALMANAC_SHARED`, else `../shared`).
/// `None` lets a suite leave itself out on a stranger's machine; in CI its absence is a failure.
pub fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(std::env::var_os("ALMANAC_SHARED").unwrap_or("../shared".into()));
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    assert!(
        folder.is_dir() || !in_ci,
        "no corpora at {} (set ALMANAC_SHARED)",
        folder.display()
    );
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("left out: no corpora at {}", folder.display());
    None
}
