//! Projects: their page, their files, and who gets which.

use courseferry::{
    course::{Source, check, load},
    package::{Format, Scope, build},
};

use super::{found, tiny};

const RUBRIC: &str =
    "pass = 6\n[[row]]\nname = \"Tests & proofs\"\npoints = 10\nminimum = 3\nlevels = [\"none\", \"some\", \"most\", \"all\"]\n";

fn with_project() -> Source {
    tiny()
        .with(
            "projects/01-build/project.toml",
            "id = \"p-build\"\ntitle = \"Build\"\nsummary = \"Make it.\"\nmodules = [\"one\"]\nhours = 4\n",
        )
        .with("projects/01-build/brief.md", "## What to make\n\nRead [one](../../modules/01-one/01-first.md).\n")
        .with("projects/01-build/review.md", "## What to make\n\nLook.\n")
        .with("projects/01-build/rubric.toml", RUBRIC)
        .with("projects/01-build/starter/run.py", "print(1)\n")
        .with("projects/01-build/solution/run.py", "print(42)\n")
}

#[test]
fn a_project_has_a_page_with_its_rubric_and_keeps_its_solution_for_teachers() {
    let (course, all) = check(&with_project(), None);
    assert_eq!(all.to_string(), "");
    let course = course.unwrap();
    let page = course.side.last().unwrap();
    assert_eq!((page.id.as_str(), page.title.as_str()), ("p-build", "Build"));
    for part in [
        "<p class=\"project-facts\">Module 1 · 4 hours</p>",
        "<a href=\"page:first\">one</a>",
        "<th scope=\"row\">Tests &amp; proofs</th><td class=\"al-r\">10, at least 3 to pass</td><td>none</td>",
        "6 of 10 points pass.",
        "id=\"p-build--what-to-make\"",
        "id=\"p-build--review--what-to-make\"",
    ] {
        assert!(page.html.contains(part), "{part}\nis not in\n{}", page.html);
    }
    assert_eq!(page.files, [("Starter (.zip)".to_owned(), "projects/01-build/starter.zip".to_owned())]);
    assert_eq!(page.teacher_files.len(), 1);
    let again = load(&with_project(), None).unwrap();
    assert_eq!(course.assets, again.assets, "the same zip each time");
    assert!(course.assets["projects/01-build/solution.zip"].bytes.starts_with(b"PK"));
    let package = build(&course, Format::Scorm12, &Scope::Course).unwrap();
    let names: Vec<&str> = package.files.iter().map(|f| f.name.as_str()).collect();
    assert!(names.contains(&"assets/projects/01-build/starter.zip") && !names.iter().any(|n| n.contains("solution")), "{names:?}");
    assert_eq!(
        found(
            &with_project()
                .without("projects/01-build/brief.md")
                .with("projects/01-build/notes.txt", "x")
                .with("projects/01-build/rubric.toml", RUBRIC.replace("pass = 6", "pass = 60").replace(", \"all\"", ""))
        ),
        [
            "projects/01-build/brief.md:1:1: MissingFile: the folder `projects/01-build` has no brief.md",
            "projects/01-build/notes.txt:1:1: Unused: this file is no part of a project",
            "projects/01-build/rubric.toml:1:1: BadValue: 60 points pass, but the rows give 10",
            "projects/01-build/rubric.toml:6:1: BadValue: `levels` holds 3, not one for each of 0, 50, 80 and 100 %",
        ]
    );
}
