//! Programs outside Cargo that the tests need, as Debian packages.

use crate::report::checked;
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Debian package and a file that is there when it (or a hand-made equal) is installed.
/// A `*` stands for any one folder name, so that versions and architectures need no list.
const PACKAGES: [(&str, &str); 14] = [
    ("postgresql", "/usr/lib/postgresql/*/bin/initdb"),
    ("chromium", "/usr/bin/chromium"),
    (
        "fonts-noto-cjk",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    ),
    ("nodejs", "/usr/bin/node"),
    ("npm", "/usr/bin/npm"),
    ("gcc", "/usr/bin/cc"),
    ("libical-dev", "/usr/include/libical/ical.h"),
    (
        "evolution-data-server",
        "/usr/libexec/evolution-calendar-factory",
    ),
    (
        "gir1.2-ecal-2.0",
        "/usr/lib/*/girepository-1.0/ECal-2.0.typelib",
    ),
    ("dbus", "/usr/bin/dbus-run-session"),
    ("dbus-x11", "/usr/bin/dbus-launch"),
    ("python3-gi", "/usr/lib/python3/dist-packages/gi"),
    ("python3-venv", "/usr/lib/*/ensurepip/__init__.py"),
    ("util-linux", "/usr/bin/setpriv"),
];

/// Installs what is missing. Without root, or where there is no apt-get: an error with the exact
/// line to run.
pub fn install_missing() -> Result<()> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, proof)| matches(proof).is_empty())
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get install -y {}", missing.join(" "));
    if !is_root()? || matches("/usr/bin/apt-get").is_empty() {
        bail!("missing programs; run as root: {line}");
    }
    println!("    {line}");
    checked(apt_get().args(["update", "-qq"]))?;
    checked(apt_get().args(["install", "-y", "-qq"]).args(&missing))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// True when the effective user is root.
pub fn is_root() -> Result<bool> {
    let answer = Command::new("id").arg("-u").output()?;
    Ok(answer.stdout.trim_ascii() == b"0")
}

/// The existing paths that a pattern stands for (`*`: any one name), sorted.
pub fn matches(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = match part {
            "*" => found.iter().flat_map(|folder| children(folder)).collect(),
            name => found.iter().map(|folder| folder.join(name)).collect(),
        };
        found.retain(|path| path.exists());
    }
    found.sort();
    found
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_one_folder() {
        let root = env!("CARGO_MANIFEST_DIR");
        let parent = Path::new(root).parent().unwrap().display().to_string();
        let found = matches(&format!("{parent}/*/src/prerequisites.rs"));
        assert_eq!(found, [Path::new(root).join("src/prerequisites.rs")]);
        assert!(matches("/no-such-folder/*/file").is_empty());
    }
}
