use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::package::{Format, Scope, archive::Piece, build, fixture::course};

/// The fixture's package with some files changed, left out (`None`) or added.
fn changed(format: Format, changes: &[(&str, Option<&str>)]) -> Report {
    let package = build(&course(), format, &Scope::Module("a".into())).unwrap();
    let mut files = archive::read(&package.bytes, &mut Report::default());
    for (name, content) in changes {
        match content {
            Some(text) => files.insert((*name).to_owned(), text.as_bytes().to_vec()),
            None => files.remove(*name),
        };
    }
    let mut pieces: Vec<_> = files.iter().map(|(name, bytes)| Piece::new(name, bytes).unwrap()).collect();
    pieces.sort_by_key(|p| (p.name != MANIFEST, p.name.clone()));
    verify(&crate::package::archive::join(&pieces).unwrap())
}

fn faults(report: &Report) -> Vec<String> {
    report.faults.iter().map(ToString::to_string).collect()
}

/// The fixture's page with one text replaced by another.
fn page_with(old: &str, new: &str) -> Vec<String> {
    let package = build(&course(), Format::Scorm12, &Scope::Module("a".into())).unwrap();
    let files = archive::read(&package.bytes, &mut Report::default());
    let html = String::from_utf8(files["index.html"].clone()).unwrap();
    assert!(html.contains(old), "no `{old}`");
    faults(&changed(Format::Scorm12, &[("index.html", Some(&html.replacen(old, new, 1)))]))
}

#[test]
fn what_we_build_is_clean() {
    let course = course();
    for format in Format::ALL {
        for scope in Scope::all(&course) {
            let report = verify(&build(&course, format, &scope).unwrap().bytes);
            assert_eq!(faults(&report), [""; 0], "{format} {scope:?}");
            assert_eq!(report.format, Some(format));
            assert!(report.files > 8 && report.unpacked > report.packed);
        }
    }
}

#[test]
fn files_and_manifest_must_agree() {
    assert_eq!(faults(&changed(Format::Scorm12, &[("extra.txt", Some("x"))])), ["extra.txt: is not listed in the manifest"]);
    assert_eq!(
        faults(&changed(Format::Scorm12, &[("theme.js", None)])),
        ["imsmanifest.xml: names `theme.js`, which is not in the zip", "index.html: <script> names `theme.js`, which is not in the zip"]
    );
    assert_eq!(faults(&changed(Format::Scorm2004, &[("lom.xsd", None)])), ["imsmanifest.xml: names `lom.xsd`, which is not in the zip"]);
    assert!(
        faults(&changed(Format::Scorm12, &[(MANIFEST, None)])).contains(&"zip: does not begin with imsmanifest.xml at its root".to_owned())
    );
}

#[test]
fn a_manifest_that_importers_trip_over_is_refused() {
    let with = |text: &str| faults(&changed(Format::Scorm2004, &[(MANIFEST, Some(text))])).join("\n");
    assert!(with("<manifest").contains("is not well-formed"));
    assert!(with("<manifest><metadata><schemaversion> 1.2</schemaversion></metadata></manifest>").contains("schemaversion ` 1.2`"));
    let two = with("<manifest identifier=\"a\"><organizations default=\"b\"><organization identifier=\"a\"/></organizations></manifest>");
    assert!(two.contains("`a` twice") && two.contains("`default` must name it") && two.contains("needs one item"), "{two}");
    assert!(with("<!DOCTYPE x><manifest><imsss:mapInfo/></manifest>").contains("`imsss:mapInfo`, which breaks importers"));
}

#[test]
fn a_page_may_not_fetch_or_run_anything_inline() {
    assert_eq!(page_with("<main", "<main onclick=\"x()\""), ["index.html: <main> has the event handler `onclick`"]);
    assert_eq!(page_with("<main", "<p style=\"color:red\"></p><main"), ["index.html: <p> has an inline style"]);
    assert_eq!(page_with("</head>", "<style>p{}</style></head>"), ["index.html: has an inline style sheet"]);
    assert_eq!(page_with("</head>", "<script>x()</script></head>"), ["index.html: has an inline script"]);
    assert_eq!(
        page_with("</head>", "<script src=\"https://cdn.example/x.js\"></script></head>"),
        ["index.html: <script> fetches `https://cdn.example/x.js` from elsewhere"]
    );
    assert_eq!(page_with("</main>", "<a href=\"https://example.org/\">x</a></main>"), [""; 0]);
    assert_eq!(
        page_with("</main>", "<a href=\"javascript:x()\">x</a></main>"),
        ["index.html: <a> fetches `javascript:x()` from elsewhere"]
    );
}

#[test]
fn links_must_lead_somewhere_and_ids_are_unique() {
    assert_eq!(page_with("</main>", "<a href=\"#nowhere\">x</a></main>"), ["index.html: links to `#nowhere`, which is not there"]);
    assert_eq!(page_with("</main>", "<p id=\"a-one\"></p></main>"), ["index.html: the id `a-one` stands twice"]);
    assert_eq!(
        page_with("</main>", "<img src=\"assets/y.svg\"></main>"),
        ["index.html: the image `assets/y.svg` has no text alternative", "index.html: <img> names `assets/y.svg`, which is not in the zip"]
    );
}

#[test]
fn images_and_styles_may_not_reach_out() {
    let svg = "<svg onload=\"x()\"><script>1</script><image href=\"http://x/y.png\"/><use href=\"#a\"/></svg>";
    assert_eq!(
        faults(&changed(Format::Scorm12, &[("assets/01-a/media/x.svg", Some(svg))])),
        [
            "assets/01-a/media/x.svg: has the event handler `onload`",
            "assets/01-a/media/x.svg: holds <script>",
            "assets/01-a/media/x.svg: fetches `http://x/y.png`"
        ]
    );
    let css = "@import 'a.css'; p { background: url(\"https://x/y.png\") } q { background: url(#a) }";
    assert_eq!(
        faults(&changed(Format::Scorm12, &[("style.css", Some(css))])),
        ["style.css: imports another style sheet", "style.css: fetches `https://x/y.png`"]
    );
}

#[test]
fn odd_archives_are_named() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    for name in ["A b.txt", "a/../b.txt", "x.txt", "X.txt"] {
        writer.start_file(name, options).unwrap();
        writer.write_all(b"x").unwrap();
    }
    let report = verify(&writer.finish().unwrap().into_inner());
    let all = faults(&report).join("\n");
    assert!(all.contains("A b.txt: the name holds characters other than"), "{all}");
    assert!(all.contains("empty, hidden or climbing part"), "{all}");
    assert!(all.contains("another name differs in case only"), "{all}");
    assert!(all.contains("date or a mode of the machine"), "{all}");
    assert_eq!(faults(&verify(b"no zip")).len(), 1);
}
