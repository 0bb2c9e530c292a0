use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{fixture::course, *};

fn names(package: &Package) -> Vec<&str> {
    package.files.iter().map(|f| f.name.as_str()).collect()
}

fn read(package: &Package, name: &str) -> String {
    let mut text = String::new();
    ZipArchive::new(Cursor::new(&package.bytes)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_package_begins_with_its_manifest_and_holds_what_its_pages_name() {
    let package = build(&course(), Format::Scorm12, &Scope::Module("a".into())).unwrap();
    assert_eq!(package.file_name, "tiny-01-a-scorm12.zip");
    assert_eq!(
        names(&package),
        [
            "imsmanifest.xml",
            "adlcp_rootv1p2.xsd",
            "assets/01-a/media/x.svg",
            "assets/01-a/notebooks/nb_a.ipynb",
            "ims_xml.xsd",
            "imscp_rootv1p1p2.xsd",
            "imsmd_rootv1p2p1.xsd",
            "index.html",
            "player.js",
            "style.css",
            "theme.js"
        ]
    );
}

#[test]
fn packages_are_byte_identical_however_they_are_built() {
    let course = course();
    let builder = Builder::new(&course);
    for format in Format::ALL {
        for scope in Scope::all(&course) {
            let (shared, alone) = (builder.build(format, &scope).unwrap(), build(&course, format, &scope).unwrap());
            assert_eq!(shared.sha256, alone.sha256, "{}", alone.file_name);
            assert_eq!(shared, alone);
        }
    }
}

#[test]
fn links_stay_inside_the_package_or_say_where_the_page_is() {
    let course = course();
    let module = read(&build(&course, Format::Scorm12, &Scope::Module("a".into())).unwrap(), "index.html");
    assert!(module.contains("href=\"#elsewhere--b-one\"") && module.contains("id=\"elsewhere--b-one\""), "{module}");
    assert!(module.contains("href=\"#a-one--more\"") && module.contains("href=\"#nb-a\""));
    assert!(module.contains("src=\"assets/01-a/media/x.svg\""));
    assert!(!module.contains("page:") && !module.contains("asset:"));
    let whole = read(&build(&course, Format::Scorm12, &Scope::Course).unwrap(), "index.html");
    assert!(whole.contains("href=\"#b-one--more\"") && !whole.contains("elsewhere"));
}

#[test]
fn pages_beside_the_lessons_are_in_the_packages_that_they_are_for() {
    let course = course();
    let module = read(&build(&course, Format::Scorm12, &Scope::Module("a".into())).unwrap(), "index.html");
    for part in [
        "href=\"#a-glossary--t\"",
        "data-page=\"a-glossary\" data-kind=\"side\"",
        "data-entry=\"a-glossary\"",
        "href=\"#elsewhere--tiny-glossary\"",
    ] {
        assert!(module.contains(part), "{part}\nis not in\n{module}");
    }
    assert!(module.contains("<li id=\"elsewhere--tiny-glossary\"><strong>Glossary</strong></li>") && !module.contains("To look things up"));
    let whole = read(&build(&course, Format::Scorm12, &Scope::Course).unwrap(), "index.html");
    for id in ["a-glossary", "b-glossary", "tiny-glossary"] {
        assert!(whole.contains(&format!("data-page=\"{id}\"")) && whole.contains(&format!("data-entry=\"{id}\"")), "{id}");
    }
    assert!(whole.contains("To look things up") && whole.contains("href=\"#tiny-glossary--t\""), "{whole}");
    // They ask for nothing: one lesson and a quiz, one lesson.
    assert!(whole.contains("max=\"3\""));
}

#[test]
fn a_stem_shows_the_first_of_its_variants_which_is_what_the_player_expects_to_find() {
    let html = read(&build(&course(), Format::Scorm12, &Scope::Course).unwrap(), "index.html");
    assert!(html.contains("id=\"q4--stem\"><p>Add one to 1.</p></div>"), "{html}");
    assert!(!html.contains("<p>Add one to 2.</p></div>"));
}

#[test]
fn both_formats_carry_the_same_page() {
    let course = course();
    let page = |format| read(&build(&course, format, &Scope::Course).unwrap(), "index.html");
    assert_eq!(page(Format::Scorm12), page(Format::Scorm2004));
}

#[test]
fn the_data_cannot_end_its_script_element() {
    let html = read(&build(&course(), Format::Scorm12, &Scope::Course).unwrap(), "index.html");
    let data = html.split_once("id=\"ferry-data\">").unwrap().1.split_once("</script>").unwrap().0;
    assert!(!data.contains('<'));
    let value: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(value["modules"][0]["lessons"][0], "a-one");
    assert_eq!(value["status"], "completed");
    let key = html.split_once("data-quiz-key=\"a-quiz\">").unwrap().1.split_once("</script>").unwrap().0;
    let value: serde_json::Value = serde_json::from_str(key).unwrap();
    assert_eq!(value["questions"][0]["explain_html"], "<p>See <a href=\"#a-one\">one</a>.</p>");
}

#[test]
fn a_mastery_score_stands_only_where_passing_is_the_status() {
    let course = course();
    let scope = Scope::Module("a".into());
    let completed = read(&build(&course, Format::Scorm12, &scope).unwrap(), verify::MANIFEST);
    assert!(!completed.contains("masteryscore"));
    let passed = Builder::new(&course).finish(Finish::PassedFailed).build(Format::Scorm12, &scope).unwrap();
    assert!(read(&passed, verify::MANIFEST).contains("<adlcp:masteryscore>70</adlcp:masteryscore>"));
    assert!(read(&passed, "index.html").contains("\"status\":\"passed\""));
}

#[test]
fn unknown_modules_formats_and_files_are_named() {
    let mut course = course();
    let error = build(&course, Format::Scorm12, &Scope::Module("x".into())).unwrap_err();
    assert_eq!(error.to_string(), "no module `x` in this course; it has: a, b");
    assert_eq!("cmi5".parse::<Format>().unwrap_err().to_string(), "no format `cmi5`; there are: scorm12, scorm2004");
    course.assets.clear();
    let error = build(&course, Format::Scorm12, &Scope::Course).unwrap_err();
    assert!(error.to_string().contains("`01-a/media/x.svg`"), "{error}");
}

#[test]
fn a_module_called_course_keeps_its_own_identifiers() {
    let mut course = course();
    course.modules[0].id = "course".into();
    let manifest = |scope| read(&build(&course, Format::Scorm12, &scope).unwrap(), verify::MANIFEST);
    assert!(manifest(Scope::Course).contains("identifier=\"ferry.course.tiny.item\""));
    assert!(manifest(Scope::Module("course".into())).contains("identifier=\"ferry.module.tiny.course.item\""));
}
