//! The layers of docs/ARCHITECTURE.md, read off the sources.

use std::{fs, path::Path};

/// (room, rooms it must not name)
const LAYERS: &[(&str, &[&str])] = &[
    ("course", &["package", "lti", "learning", "store", "services", "app", "cli", "web", "worker", "trial", "run", "config", "telemetry"]),
    ("package", &["lti", "store", "services", "app", "cli", "web", "worker", "trial", "run", "config", "telemetry"]),
    ("lti", &["course", "package", "learning", "store", "services", "app", "cli", "web", "worker", "trial", "run", "config", "telemetry"]),
    ("learning", &["package", "store", "services", "app", "cli", "web", "worker", "trial", "run", "config", "telemetry"]),
    ("store", &["services", "app", "cli", "web", "worker", "trial", "run"]),
    ("services", &["store", "app", "cli", "web", "worker", "trial", "run"]),
    ("app", &["cli", "web", "worker", "trial", "run"]),
    ("cli", &["web", "worker", "trial"]),
    ("web", &["cli", "worker", "trial", "run"]),
    ("worker", &["cli", "web", "trial", "run"]),
    ("trial", &["cli", "web", "worker", "run"]),
];

/// (crate, rooms that may use it, rule)
const CRATES: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["store"], "SQL lives in the store"),
    ("actix_web", &["web", "trial"], "HTTP handling lives in the front doors"),
    ("reqwest", &["services"], "outbound HTTP lives in services, behind the address guard"),
    ("clap", &["cli", "run.rs"], "command-line parsing lives in the cli"),
];

const CORE: &[&str] = &["course", "package", "lti", "learning", "ids.rs"];
const CORE_BANS: &[&str] =
    &["tokio::", "actix_web::", "sqlx::", "reqwest::", "std::env::", "clock::now", "Timestamp::now", "SystemTime::now"];

fn sources(dir: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).expect("under src").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("readable");
            // Comments may name anything.
            let code = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            into.push((name, code));
        }
    }
}

fn all() -> Vec<(String, String)> {
    let mut files = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    assert!(files.len() > 10, "found only {} sources", files.len());
    files
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

#[test]
fn no_room_reaches_towards_the_front_doors() {
    let mut broken = Vec::new();
    for (file, code) in all() {
        let Some((_, banned)) = LAYERS.iter().find(|(r, _)| *r == room(&file)) else { continue };
        for other in *banned {
            if code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{other};")) {
                broken.push(format!("src/{file} uses crate::{other}: nothing in `{}` may point at `{other}`", room(&file)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_foreign_crate_stays_in_its_room() {
    let mut broken = Vec::new();
    for (file, code) in all() {
        for (name, rooms, rule) in CRATES {
            if !rooms.contains(&room(&file)) && (code.contains(&format!("{name}::")) || code.contains(&format!("use {name};"))) {
                broken.push(format!("src/{file} uses {name}: {rule}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_core_is_pure() {
    let mut broken = Vec::new();
    for (file, code) in all().into_iter().filter(|(f, _)| CORE.contains(&room(f))) {
        for ban in CORE_BANS {
            if code.contains(ban) {
                broken.push(format!("src/{file} uses {ban}: the core takes time, randomness and settings as arguments"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Files below `dir` and how many lines each has.
fn lengths(dir: &Path, into: &mut Vec<(usize, String)>) {
    for entry in fs::read_dir(dir).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            lengths(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push((fs::read_to_string(&path).expect("readable").lines().count(), path.display().to_string()));
        }
    }
}

#[test]
fn no_source_file_outgrows_its_room() {
    let mut files = Vec::new();
    for folder in ["src", "tests/it"] {
        lengths(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() > 300, "found only {} sources", files.len());
    files.retain(|(n, _)| *n > 400);
    let long: Vec<_> = files.iter().map(|(n, f)| format!("{f} has {n} lines: split it (budget 400)")).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
