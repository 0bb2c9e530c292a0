//! The concatenated scripts and the stylesheet hold together.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const ALL: [Adapter; 4] = [Adapter::Scorm12, Adapter::Scorm2004, Adapter::Lti, Adapter::Preview];

fn every_list() -> Vec<Parts> {
    ALL.into_iter().map(parts).chain([tools_parts()]).collect()
}

fn exports(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter_map(|l| l.strip_prefix("export "))
        .filter_map(|l| l.strip_prefix("async function ").or(l.strip_prefix("function ")).or(l.strip_prefix("const ")))
        .filter_map(|l| l.split(|c: char| !c.is_alphanumeric() && c != '_').next())
        .collect()
}

#[test]
fn a_module_stands_behind_everything_it_imports() {
    for list in every_list() {
        let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (path, text) in &list {
            for line in text.lines().filter(|l| l.starts_with("import ")) {
                let (names, from) =
                    line.strip_prefix("import { ").and_then(|l| l.split_once(" } from './")).expect("one-line named imports");
                let module = from.trim_end_matches("';");
                let offered = known.get(module).unwrap_or_else(|| panic!("{path} imports {module}, which does not stand before it"));
                for name in names.split(", ") {
                    assert!(offered.contains(name), "{path}: {module} does not export {name}");
                }
            }
            known.insert(path.trim_start_matches("src/").to_owned(), exports(text));
        }
    }
}

#[test]
fn no_two_modules_declare_the_same_name() {
    for list in every_list() {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, text) in &list {
            for line in text.lines() {
                let line = line.strip_prefix("export ").unwrap_or(line);
                let line = line.strip_prefix("async ").unwrap_or(line);
                let Some(rest) = ["function ", "const ", "let ", "class "].iter().find_map(|k| line.strip_prefix(k)) else { continue };
                let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if let Some(other) = seen.insert(name, path) {
                    panic!("`{name}` is declared in {other} and in {path}");
                }
            }
        }
    }
}

#[test]
fn scripts_are_plain_and_small() {
    for adapter in ALL {
        let script = script(adapter);
        assert!(script.starts_with("(function () {\n'use strict';") && script.ends_with("})();\n"));
        assert!(!script.contains("\nimport ") && !script.contains("\nexport "), "{adapter:?}");
        assert!(!script.contains("/*") && !script.contains("\n//"), "{adapter:?}: a comment shares a line with code");
        for banned in ["eval(", "new Function", "new Worker", "http://", "https://", "'unload'", "'beforeunload'"] {
            assert!(!script.contains(banned), "{adapter:?} holds {banned}");
        }
        assert!(script.len() < 80_000, "{adapter:?}: {} bytes", script.len());
    }
}

#[test]
fn a_package_names_what_importers_look_for() {
    // Open edX reads these names out of the files.
    assert!(script(Adapter::Scorm12).contains("cmi.core.lesson_status"));
    let script = script(Adapter::Scorm2004);
    assert!(script.contains("cmi.completion_status") && script.contains("cmi.progress_measure"));
}

#[test]
fn the_server_s_script_holds_no_scoring() {
    let script = script(Adapter::Lti);
    assert!(!script.contains("scoreAttempt") && !script.contains("LMSInitialize"));
}

#[test]
fn the_stylesheet_fetches_nothing() {
    let style = style();
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("/*"));
}

#[test]
fn comments_go_and_code_behind_them_stays() {
    let text = "/** Doc.\n * more\n */\nconst a = /** @type {X} */ (b);\n  /** @type {Y} */ (c).d();\n  // note\nconst e = 'x//y';\n";
    assert_eq!(strip_comments(text), "const a = (b);\n(c).d();\nconst e = 'x//y';\n");
}
