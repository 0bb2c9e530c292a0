//! docs/MESSAGES.md and docs/LOGGING.md know every code and every metric of the sources; SECURITY.md names tests that exist.

use std::{collections::BTreeSet, fs, path::Path};

fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                // Tests make up codes of their own.
                let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                files.push((path.display().to_string(), text));
            }
        }
    }
    files
}

fn doc(name: &str) -> String {
    fs::read_to_string(format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Texts in quotes that follow each `before`.
fn quoted<'a>(text: &'a str, before: &str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>().into_iter()
}

fn missing<'a>(doc: &str, codes: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    codes.into_iter().filter(|c| !c.is_empty() && !doc.contains(&format!("`{c}`"))).collect()
}

#[test]
fn every_code_of_a_refusal_is_explained() {
    let (doc, mut found) = (doc("MESSAGES.md"), 0);
    for (file, text) in sources() {
        for body in text.split("fn code(").skip(1) {
            let body = body.split("\n    }\n").next().unwrap_or_default();
            let codes: Vec<_> = quoted(body, "=> \"").collect();
            found += codes.len();
            assert_eq!(missing(&doc, codes), BTreeSet::new(), "{file}: explain these in docs/MESSAGES.md");
        }
    }
    assert!(found > 50, "only {found} codes found: does this test still read the sources right?");
}

#[test]
fn every_code_of_a_delivery_is_explained() {
    let doc = doc("MESSAGES.md");
    let all = sources();
    let (_, explain) = all.iter().find(|(f, _)| f.ends_with("learning/delivery.rs")).unwrap();
    let explain = explain.split("pub fn explain(").nth(1).unwrap();
    let codes: Vec<_> =
        explain.lines().filter(|l| l.contains("=>")).flat_map(|l| quoted(l.split("=>").next().unwrap(), "\"").step_by(2)).collect();
    assert!(codes.len() > 15, "{codes:?}");
    assert_eq!(missing(&doc, codes), BTreeSet::new());
}

#[test]
fn every_code_of_a_log_line_and_every_metric_is_listed() {
    let (logging, messages) = (doc("LOGGING.md"), doc("MESSAGES.md"));
    for (file, text) in sources() {
        let codes: Vec<_> = quoted(&text, "code = \"").filter(|c| !messages.contains(&format!("`{c}`"))).collect();
        assert_eq!(missing(&logging, codes), BTreeSet::new(), "{file}: list these in docs/LOGGING.md");
        for kind in ["counter", "gauge", "histogram"] {
            let names: Vec<_> = quoted(&text, &format!("metrics::{kind}!(\"")).collect();
            assert_eq!(missing(&logging, names), BTreeSet::new(), "{file}: list these in docs/LOGGING.md");
        }
    }
}

#[test]
fn every_setting_the_messages_name_exists() {
    let defaults = courseferry::config::DEFAULTS;
    for name in ["MESSAGES.md", "LOGGING.md", "OPERATING.md"] {
        let text = doc(name);
        for rest in text.split("FERRY_").skip(1) {
            let key: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>().to_lowercase();
            assert!(
                key.starts_with("test_") || defaults.contains(&format!("\n{key} = ")),
                "docs/{name} names FERRY_{}",
                key.to_uppercase()
            );
        }
    }
}

/// Every Rust file of the sources and tests, as `module::path` and text.
fn modules() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let short = path.strip_prefix(root).unwrap().to_string_lossy().replace("tests/it/", "").replace("src/", "");
                let module = short.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
                files.push((module, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn every_threat_has_its_tests_and_each_of_them_exists() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/SECURITY.md")).unwrap();
    let modules = modules();
    let mut lost = Vec::new();
    let mut proved = BTreeSet::new();
    for line in page.lines().filter(|l| l.starts_with("| ")) {
        let names: Vec<&str> = line.split('`').skip(1).step_by(2).filter(|t| t.contains("::")).collect();
        for name in &names {
            let (module, test) = name.rsplit_once("::").unwrap();
            if !modules.iter().any(|(m, text)| m == module && text.contains(&format!("fn {test}("))) {
                lost.push((*name).to_owned());
            }
        }
        let threat = line.split_whitespace().nth(1).unwrap_or_default();
        let numbered = threat.strip_prefix('T').is_some_and(|n| n.parse::<u8>().is_ok());
        if numbered && !names.is_empty() {
            proved.insert(threat.to_owned());
        }
    }
    assert_eq!(lost, Vec::<String>::new(), "SECURITY.md names tests that are not there");
    assert_eq!(proved, (1..=20).map(|n| format!("T{n}")).collect(), "each threat names a test");
}
