//! The manifest against the files beside it.

use std::collections::BTreeSet;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Files, MANIFEST, Report};
use crate::package::{Format, schemas};

/// What the manifest says, read without regard to structure.
#[derive(Debug, Default)]
struct Said {
    ids: Vec<String>,
    version: String,
    default: Option<String>,
    organizations: Vec<String>,
    items: Vec<Option<String>>,
    resources: Vec<(String, String)>,
    listed: Vec<String>,
    schemas: Vec<String>,
    /// Elements that this product never writes, and why.
    forbidden: Vec<String>,
}

pub(super) fn check(files: &Files, report: &mut Report) {
    let Some(bytes) = files.get(MANIFEST) else { return };
    let said = match read(&String::from_utf8_lossy(bytes)) {
        Ok(said) => said,
        Err(error) => return report.fault(MANIFEST, format!("is not well-formed: {error}")),
    };
    report.format = match said.version.as_str() {
        "1.2" => Some(Format::Scorm12),
        "2004 4th Edition" => Some(Format::Scorm2004),
        other => {
            report.fault(MANIFEST, format!("schemaversion `{other}` is none that importers know"));
            None
        }
    };
    structure(&said, report);
    for name in said.listed.iter().chain(&said.schemas).filter(|n| !files.contains_key(*n)) {
        report.fault(MANIFEST, format!("names `{name}`, which is not in the zip"));
    }
    let listed: BTreeSet<_> = said.listed.iter().collect();
    for name in files.keys().filter(|n| *n != MANIFEST && !schemas::is_schema(n) && !listed.contains(n)) {
        report.fault(name, "is not listed in the manifest");
    }
}

fn structure(said: &Said, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for id in said.ids.iter().filter(|id| !seen.insert(*id)) {
        report.fault(MANIFEST, format!("uses the identifier `{id}` twice"));
    }
    if said.organizations.len() != 1 || said.default.as_ref() != said.organizations.first() {
        report.fault(MANIFEST, "needs one organization, and `default` must name it");
    }
    let launch = said.items.iter().flatten().filter_map(|r| said.resources.iter().find(|(id, _)| id == r)).map(|(_, href)| href);
    match launch.collect::<Vec<_>>().as_slice() {
        [href] if said.items.len() == 1 && said.listed.contains(href) => {}
        _ => report.fault(MANIFEST, "needs one item that leads to one resource with a listed launch page"),
    }
    for name in &said.forbidden {
        report.fault(MANIFEST, format!("holds `{name}`, which breaks importers"));
    }
}

fn read(text: &str) -> Result<Said, quick_xml::Error> {
    let mut reader = Reader::from_str(text);
    let mut said = Said::default();
    let mut path: Vec<String> = Vec::new();
    loop {
        match reader.read_event()? {
            Event::Start(start) => {
                element(&start, &mut said)?;
                path.push(start.name().as_ref().to_owned());
            }
            Event::Empty(start) => element(&start, &mut said)?,
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) if path.last().is_some_and(|p| p == "schemaversion") => said.version.push_str(&text.xml10_content()),
            Event::DocType(_) => said.forbidden.push("!DOCTYPE".to_owned()),
            Event::Eof => return Ok(said),
            _ => {}
        }
    }
}

fn element(start: &BytesStart<'_>, said: &mut Said) -> Result<(), quick_xml::Error> {
    let get = |name: &str| -> Result<Option<String>, quick_xml::Error> {
        Ok(match start.try_get_attribute(name)? {
            Some(value) => Some(value.normalized_value(XmlVersion::Implicit1_0)?.into_owned()),
            None => None,
        })
    };
    let id = get("identifier")?;
    said.ids.extend(id.clone());
    match start.name().as_ref() {
        "manifest" => {
            let pairs = get("xsi:schemaLocation")?.unwrap_or_default();
            said.schemas.extend(pairs.split_whitespace().skip(1).step_by(2).map(str::to_owned));
        }
        "organizations" => said.default = get("default")?,
        "organization" => said.organizations.extend(id),
        "item" => said.items.push(get("identifierref")?),
        "resource" => {
            let kind = get("adlcp:scormtype")?.or(get("adlcp:scormType")?);
            if kind.as_deref() == Some("sco") {
                said.resources.push((id.unwrap_or_default(), get("href")?.unwrap_or_default()));
            }
        }
        "file" => said.listed.extend(get("href")?),
        name if name.ends_with(":mapInfo") || name == "imsss:rollupRules" => said.forbidden.push(name.to_owned()),
        _ => {}
    }
    Ok(())
}
