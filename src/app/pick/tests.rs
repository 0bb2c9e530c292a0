use super::*;
use crate::{lti::deep_linking::Then, package::fixture};

const ALL: Takes =
    Takes { links: true, many: true, graded: true, dates: true, window: true, embeds: false, review: false, then: Then::Unknown };

fn site() -> Site {
    Site::parse("https://tool.example/ferry").unwrap()
}

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|i| (*i).to_owned()).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// Ids of the fixture: course, first module, its first lesson, its quiz.
fn named() -> (Course, String, String, String, String) {
    let course = fixture::course();
    let module = &course.modules[0];
    let (c, m, l, q) = (course.id.clone(), module.id.clone(), module.lessons[0].id.clone(), module.quiz.as_ref().unwrap().id.clone());
    (course, c, m, l, q)
}

#[test]
fn what_is_picked_comes_in_the_courses_order_and_what_is_not_there_is_left_out() {
    let (course, c, m, l, q) = named();
    let found =
        |list: &[&str], takes| -> Vec<String> { picked(&course, &ids(list), takes).iter().map(|p| p.id(&course).to_owned()).collect() };
    assert_eq!(found(&[&q, "gone", &l, &c, &m, &l], ALL), [c.clone(), m.clone(), l.clone(), q.clone()]);
    assert_eq!(found(&[&q, &l], Takes { many: false, ..ALL }), [l.as_str()]);
    assert!(found(&[], ALL).is_empty());
    assert!(pickable(&course).all(|p| !matches!(p, Page::Notebook(..))), "a notebook is part of its lesson");
}

#[test]
fn only_what_has_a_quiz_can_be_graded() {
    let (course, c, m, l, q) = named();
    let of = |id: &str| gradable(&course, &content::page(&course, id).unwrap());
    assert_eq!([of(&c), of(&m), of(&l), of(&q)], [true, true, false, true]);
    let mut without = course.clone();
    without.modules.iter_mut().for_each(|m| m.quiz = None);
    assert!(!gradable(&without, &Page::Course) && !gradable(&without, &Page::Module(&without.modules[0])));
}

#[test]
fn a_fresh_form_grades_what_can_be_graded_where_that_is_taken() {
    let (course, _, m, l, _) = named();
    let pages = picked(&course, &ids(&[&m, &l]), ALL);
    let form = LinkForm::fresh(&course, &pages, ALL);
    assert_eq!((form.graded(), form.items.len()), (1, 2));
    let links = form.check(&course, ALL, &site()).unwrap();
    assert_eq!(links[0].url, format!("https://tool.example/ferry/lti/launch?to={m}"));
    assert_eq!(links[0].custom, BTreeMap::from([("to".to_owned(), m.clone())]));
    let column = links[0].line_item.as_ref().unwrap();
    assert_eq!((column.score_maximum, column.resource_id.as_str(), column.tag), (100.0, m.as_str(), "grade"));
    assert_eq!(column.label, links[0].title);
    assert_eq!((links[1].line_item.is_none(), links[1].title.as_str()), (true, "One"));
    let ungraded = LinkForm::fresh(&course, &pages, Takes { graded: false, ..ALL });
    assert_eq!(ungraded.graded(), 0);
}

#[test]
fn what_was_typed_becomes_the_links() {
    let (course, _, _, l, q) = named();
    let form = LinkForm::from_pairs(
        &course,
        &pairs(&[
            ("pick", &q),
            ("pick", &l),
            (&format!("title.{q}"), "  Test 1 "),
            (&format!("title.{l}"), "Read this"),
            (&format!("graded.{q}"), "yes"),
            (&format!("graded.{l}"), "yes"),
            (&format!("opens.{q}"), "2026-12-01T08:00"),
            (&format!("due.{q}"), "2026-12-24T18:30"),
            ("points", "12,5"),
            ("attempts", "0"),
            ("pass_mark", "62.5 %"),
            ("window", "yes"),
            ("return_url", "https://evil.example/"),
        ]),
        ALL,
    );
    let links = form.check(&course, ALL, &site()).unwrap();
    let [lesson, quiz] = links.as_slice() else { panic!("{links:?}") };
    assert!(lesson.line_item.is_none(), "a lesson has no grade, whatever the form says");
    assert_eq!(lesson.custom.len(), 1);
    assert_eq!((quiz.title.as_str(), quiz.line_item.as_ref().unwrap().score_maximum), ("Test 1", 12.5));
    let settings = LinkSettings::from_custom(&quiz.custom);
    assert_eq!(settings, LinkSettings { attempts: Some(0), pass_mark: Some(62.5), grade: None });
    assert_eq!(quiz.available.as_ref().unwrap().start_date_time.as_deref(), Some("2026-12-01T08:00:00Z"));
    assert_eq!(quiz.submission.as_ref().unwrap().end_date_time.as_deref(), Some("2026-12-24T18:30:00Z"));
    assert_eq!(quiz.window, Some(Window { target_name: "_blank" }));
}

#[test]
fn what_a_place_does_not_take_is_not_sent() {
    let (course, _, _, l, q) = named();
    let takes = Takes { many: false, graded: false, dates: false, window: false, embeds: true, ..ALL };
    let typed = pairs(&[
        ("pick", &q),
        ("pick", &l),
        (&format!("title.{l}"), "Read this"),
        (&format!("graded.{q}"), "yes"),
        (&format!("due.{l}"), "2026-12-24T18:30"),
        ("points", "nonsense"),
        ("window", "yes"),
    ]);
    let links = LinkForm::from_pairs(&course, &typed, takes).check(&course, takes, &site()).unwrap();
    assert_eq!(links.len(), 1);
    let link = &links[0];
    assert!(link.line_item.is_none() && link.submission.is_none() && link.window.is_none());
    assert_eq!(link.iframe, Some(EMBEDDED));
}

#[test]
fn a_graded_link_says_where_work_is_looked_at_where_the_platform_keeps_that() {
    let (course, module, ..) = named();
    let typed = pairs(&[("pick", &module), ("points", "10"), (&format!("title.{module}"), "T"), (&format!("graded.{module}"), "on")]);
    let item = |review| {
        let takes = Takes { review, ..ALL };
        LinkForm::from_pairs(&course, &typed, takes).check(&course, takes, &site()).unwrap().remove(0).line_item.unwrap()
    };
    assert_eq!(item(false).submission_review, None);
    let review = item(true).submission_review.unwrap();
    assert_eq!((review.url.as_str(), review.custom.get("to")), (launch_url(&site(), &module).as_str(), Some(&module)));
    assert!(serde_json::to_string(&review).unwrap().starts_with("{\"reviewableStatus\":[\"InProgress\","));
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let (course, _, m, _, q) = named();
    let typed = pairs(&[
        ("pick", &m),
        ("pick", &q),
        (&format!("title.{m}"), ""),
        (&format!("title.{q}"), &"x".repeat(256)),
        (&format!("graded.{m}"), "yes"),
        (&format!("opens.{m}"), "tomorrow"),
        (&format!("opens.{q}"), "2026-12-24T18:30"),
        (&format!("due.{q}"), "2026-12-24T18:30"),
        ("points", "0"),
        ("attempts", "-1"),
        ("pass_mark", "101"),
    ]);
    let problems = LinkForm::from_pairs(&course, &typed, ALL).check(&course, ALL, &site()).unwrap_err();
    let fields: Vec<&str> = problems.iter().map(|(f, _)| f.as_str()).collect();
    assert_eq!(
        fields,
        ["points", "attempts", "pass_mark", &format!("title.{m}"), &format!("opens.{m}"), &format!("title.{q}"), &format!("due.{q}")]
    );
}

#[test]
fn settings_of_a_link_are_read_from_what_makes_sense_only() {
    let custom = |list: &[(&str, &str)]| pairs(list).into_iter().collect::<BTreeMap<_, _>>();
    for odd in
        [[("attempts", "-1"), ("pass_mark", "101")], [("attempts", "many"), ("pass_mark", "NaN")], [("attempts", "101"), ("pass_mark", "")]]
    {
        assert_eq!(LinkSettings::from_custom(&custom(&odd)), LinkSettings::default(), "{odd:?}");
    }
    let settings = LinkSettings { attempts: Some(3), pass_mark: Some(70.0), grade: None };
    let mut sent = BTreeMap::new();
    settings.to_custom(&mut sent);
    assert_eq!(sent, custom(&[("attempts", "3"), ("pass_mark", "70")]));
    assert_eq!(LinkSettings::from_custom(&sent), settings);
}
