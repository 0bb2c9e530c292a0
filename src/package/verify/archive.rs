//! The zip itself: names that every server can hold, and nothing that makes bytes differ between machines.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use zip::{CompressionMethod, DateTime, ZipArchive};

use super::{Files, MANIFEST, Report};

/// Reads every entry and reports what is odd about it.
pub(super) fn read(bytes: &[u8], report: &mut Report) -> Files {
    let mut files = Files::new();
    let mut zip = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(zip) => zip,
        Err(error) => {
            report.fault("zip", format!("cannot be read: {error}"));
            return files;
        }
    };
    let mut folded = BTreeSet::new();
    let mut names = Vec::new();
    for index in 0..zip.len() {
        let mut entry = match zip.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                report.fault("zip", format!("entry {index} cannot be read: {error}"));
                continue;
            }
        };
        let name = entry.name().map(|n| n.to_string()).unwrap_or_default();
        for complaint in name_faults(&name) {
            report.fault(&name, complaint);
        }
        if !folded.insert(name.to_ascii_lowercase()) {
            report.fault(&name, "another name differs in case only");
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            report.fault(&name, format!("is packed by {:?}; LMSs read deflate and stored only", entry.compression()));
        }
        if entry.encrypted() || entry.flags().is_using_data_descriptor() || !entry.extra_data().is_none_or(|x| x.is_empty()) {
            report.fault(&name, "is encrypted, or has a data descriptor or extra fields");
        }
        if entry.last_modified().is_some_and(|d| d != DateTime::default()) || entry.unix_mode().is_some_and(|m| m & 0o777 != 0o644) {
            report.fault(&name, "carries a date or a mode of the machine that built it");
        }
        let mut content = Vec::new();
        match entry.read_to_end(&mut content) {
            Ok(_) => {
                files.insert(name.clone(), content);
            }
            Err(error) => report.fault(&name, format!("cannot be unpacked: {error}")),
        }
        names.push(name);
    }
    match names.split_first() {
        Some((first, rest)) if first == MANIFEST => {
            if !rest.is_sorted() {
                report.fault("zip", "the entries after the manifest are not in order of name");
            }
        }
        _ => report.fault("zip", format!("does not begin with {MANIFEST} at its root")),
    }
    files
}

fn name_faults(name: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b)) {
        faults.push("the name holds characters other than A-Z a-z 0-9 . _ - /");
    }
    if name.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        faults.push("the name has an empty, hidden or climbing part");
    }
    if name.len() > 200 {
        faults.push("the name is longer than 200 characters");
    }
    faults
}
