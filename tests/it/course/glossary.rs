//! Terms: where a link to one leads, and what each glossary explains.

use courseferry::course::{Source, check, load};

use super::{LESSON, changed, found, hint, tiny};

fn term(id: &str, name: &str, more: &str, text: &str) -> String {
    format!("[[term]]\nid = \"{id}\"\nterm = \"{name}\"\nlesson = \"second\"\ntext = \"{text}\"\n{more}")
}

/// Two terms in module 1, one in module 2; lesson 1 leads to all.
fn with_glossaries() -> Source {
    let one = [term("loss", "Loss", "aliases = [\"cost\"]\n", "See [the slope](glossary:slope)."), term("adam", "Adam & Eve", "", "Both.")];
    changed(LESSON, "See [two]", "The [loss](glossary:loss), the [slope](glossary:slope). See [two]")
        .with("modules/01-one/glossary.toml", one.concat())
        .with("modules/02-two/glossary.toml", term("slope", "Slope", "", "Of the [cost](glossary:loss)."))
}

#[test]
fn a_module_s_glossary_explains_its_terms_and_those_its_pages_lead_to() {
    let (course, all) = check(&with_glossaries(), None);
    assert_eq!(all.to_string(), "");
    let course = course.unwrap();
    let html = &course.lesson("first").unwrap().1.html;
    let link = |id: &str, words: &str| format!("<a class=\"term\" href=\"page:one-glossary#one-glossary--{id}\">{words}</a>");
    assert!(html.contains(&link("loss", "loss")) && html.contains(&link("slope", "slope")), "{html}");
    let [one] = course.modules[0].side.as_slice() else { panic!("one page beside the lessons of module 1") };
    assert_eq!((one.id.as_str(), one.summary.as_str()), ("one-glossary", "3 terms, each with the lesson that explains it."));
    let at = |part: &str| one.html.find(part).unwrap_or_else(|| panic!("{part}\nis not in\n{}", one.html));
    let order = [
        "<div class=\"term\" id=\"one-glossary--adam\"><dt>Adam &amp; Eve</dt>",
        "<dt>Loss <span class=\"term-also\">also cost</span></dt><dd><p>See <a class=\"term\" href=\"#one-glossary--slope\">",
        "the slope</a>.</p><p class=\"term-lesson\">Explained in <a href=\"page:second\">Second</a>, module 2</p>",
        "id=\"one-glossary--slope\"><dt>Slope</dt><dd><p>Of the <a class=\"term\" href=\"#one-glossary--loss\">cost</a>",
    ]
    .map(at);
    assert!(order.is_sorted(), "{}", one.html);
    assert_eq!(course.modules[1].side[0].html.matches("<dt>").count(), 2, "its own term, and the one that term leads to");
    assert_eq!((course.side[0].id.as_str(), course.side[0].html.matches("<dt>").count()), ("tiny-glossary", 3));
    let many: String =
        (0..40).map(|i| term(&format!("t{i}"), &format!("{}{i}", if i == 0 { "4-bit " } else { "Term" }), "", "Text.")).collect();
    let course = load(&with_glossaries().with("modules/01-one/glossary.toml", many + &term("loss", "Loss", "", "X.")), None).unwrap();
    let html = &course.modules[0].side[0].html;
    assert!(html.contains("<nav class=\"letters\"") && html.contains("<a href=\"#one-glossary--letter.other\">#</a>"), "{html}");
    assert!(html.contains("<h2 id=\"one-glossary--letter.t\">T</h2>"), "{html}");
}

#[test]
fn terms_that_are_explained_twice_or_never_are_told() {
    assert_eq!(
        found(&changed(LESSON, "See [two]", "[x](glossary:lost) [two]")),
        ["modules/01-one/01-first.md:9:1: UnknownReference: no glossary explains `lost`"]
    );
    let twice = term("loss", "Slope", "aliases = [\"COST\"]\n", "X.").replace("second", "secnd");
    let source = with_glossaries().with("modules/02-two/glossary.toml", twice + &term("slope", "The slope", "", "X."));
    assert_eq!(
        found(&source),
        [
            "modules/02-two/glossary.toml:2:6: DuplicateId: the term id `loss` is used twice",
            "modules/02-two/glossary.toml:4:10: UnknownReference: there is no lesson `secnd`",
            "modules/02-two/glossary.toml:6:12: DuplicateId: the term `COST` is explained twice",
        ]
    );
    assert_eq!(hint(&source), "the other one is at modules/01-one/glossary.toml:2:6");
    let footnote = term("x", "X", "", "A.[^1]\\n\\n[^1]: B.");
    assert_eq!(
        found(&tiny().with("modules/02-two/glossary.toml", footnote)),
        ["modules/02-two/glossary.toml:5:8: BadValue: a term's text holds a heading or a footnote"]
    );
}
