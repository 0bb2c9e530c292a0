use super::*;

fn page(file: &str, page_id: &str, text: &str) -> Rendered {
    super::page(file, page_id, text, &Facts::default())
}

fn html(text: &str) -> String {
    let page = page("01-a.md", "m01-a", text);
    assert_eq!(page.found, [], "{text}");
    page.html
}

fn said(text: &str) -> Vec<String> {
    page("01-a.md", "m01-a", text).found.iter().map(|d| d.to_string().replace("01-a.md:", "")).collect()
}

#[test]
fn front_matter_is_skipped_and_places_count_from_the_top_of_the_file() {
    let text = "---\nid: a\ntitle: A\n---\n\nSome $\\fract{1}{2}$ here.\n";
    assert!(!page("01-a.md", "m01-a", text).html.contains("title"));
    assert!(said(text)[0].starts_with("6:7: formula: "), "{:?}", said(text));
}

#[test]
fn headings_carry_the_pages_id_and_stay_unique() {
    let page = page("01-a.md", "m01-a", "## The *slope* of $w$\n\n### Deeper\n\n## The slope of w\n");
    assert_eq!(
        page.headings,
        [
            ("m01-a--the-slope-of-w".to_owned(), "The slope of w".to_owned()),
            ("m01-a--the-slope-of-w-1".to_owned(), "The slope of w".to_owned())
        ]
    );
    assert!(page.html.contains("<h3 id=\"m01-a--deeper\">Deeper</h3>"), "{}", page.html);
    assert_eq!(page.anchors.len(), 3);
}

#[test]
fn a_first_level_heading_is_lowered_and_told() {
    let page = page("01-a.md", "m01-a", "# Title\n");
    assert!(page.html.starts_with("<h2 "));
    assert_eq!(
        page.found[0].to_string(),
        "01-a.md:1:1: warning: a heading of the first level\n  hint: the title is printed for you: begin at `##`"
    );
}

#[test]
fn tables_scroll_in_a_box_of_their_own() {
    let html = html("| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | 3 |\n");
    assert!(html.starts_with("<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">"), "{html}");
    assert!(html.contains("<th scope=\"col\" class=\"al-c\">b</th>") && html.contains("<td class=\"al-r\">3</td>"), "{html}");
}

#[test]
fn a_corner_of_a_table_without_words_is_no_heading() {
    let html = html("| | b |\n|--:|---|\n| 1 | 2 |\n");
    assert!(html.contains("<td class=\"al-r\"></td>") && html.contains("<th scope=\"col\">b</th>"), "{html}");
}

#[test]
fn footnotes_are_numbered_and_lead_there_and_back() {
    let html = html("One[^x] and again[^x], two[^y].\n\n[^y]: Second.\n[^x]: First.\n");
    assert!(html.contains("<sup class=\"footnote-ref\"><a href=\"#m01-a--fn-1\" id=\"m01-a--fnref-1\">1</a></sup>"), "{html}");
    assert!(html.contains("id=\"m01-a--fnref-1-2\""), "{html}");
    assert!(html.contains("<li id=\"m01-a--fn-1\">\n<p>First. <a href=\"#m01-a--fnref-1\" class=\"footnote-backref\" aria-label=\"Back to reference 1\">↩</a>"), "{html}");
    assert!(html.trim_end().ends_with("</ol></section>"), "{html}");
}

#[test]
fn a_footnote_that_is_not_defined_is_told() {
    assert_eq!(said("Text[^nope].\n"), ["1:5: the footnote `[^nope]` is not defined\n  hint: add a line `[^nope]: …`"]);
}

#[test]
fn call_outs_have_a_kind_and_a_title() {
    let html = html("> [!TIP] Own *title*\n> Body.\n\n> [!CAUTION]\n> Body.\n");
    assert!(html.contains("<aside class=\"callout callout-tip\" role=\"note\">"), "{html}");
    assert!(html.contains("<p class=\"callout-title\">Caution</p>"), "{html}");
}

#[test]
fn code_has_a_caption_and_colours() {
    let html = html("```python title=\"one <step>\"\nw = 1\n```\n");
    assert_eq!(
        html.trim_end(),
        "<figure class=\"code\"><figcaption>one &lt;step&gt;</figcaption><pre tabindex=\"0\"><code class=\"language-python\">w <span class=\"hl-o\">=</span> <span class=\"hl-n\">1</span>\n</code></pre></figure>"
    );
}

#[test]
fn odd_fences_are_told() {
    assert_eq!(
        said("```pyhton\nx\n```\n"),
        ["1:1: warning: there are no colours for the language `pyhton`\n  hint: use `text` for text that is no code"]
    );
    assert_eq!(
        said("```python titel=\"x\"\nx\n```\n"),
        ["1:1: warning: unknown attribute `titel` behind the fence\n  hint: did you mean `title`?"]
    );
    assert_eq!(said("```python numbers\nx\n```\n"), ["1:1: warning: `numbers` behind the fence means nothing"]);
    assert_eq!(said("a\n\n```python\nx\n"), ["3:1: warning: the fenced block is never closed"]);
}

#[test]
fn formulas_stand_in_lines_and_in_blocks() {
    assert_eq!(html("A $x$ b\n"), "<p>A <math><mi>x</mi></math> b</p>\n");
    for text in ["$$x$$\n", "```math\nx\n```\n"] {
        assert_eq!(
            html(text).trim_end(),
            "<span class=\"math-block\" tabindex=\"0\"><math display=\"block\"><mi>x</mi></math></span>",
            "{text}"
        );
    }
}

#[test]
fn faults_in_formulas_have_their_place() {
    assert_eq!(said("Ä $a + \\nope$ x\n").len(), 1);
    assert!(said("Ä $a + \\nope$ x\n")[0].starts_with("1:8: formula: "), "{:?}", said("Ä $a + \\nope$ x\n"));
    assert!(said("```math\na\n+ \\nope\n```\n")[0].starts_with("3:3: formula: "), "{:?}", said("```math\na\n+ \\nope\n```\n"));
    assert!(said("> - $$\n>   \\nope\n>   $$\n")[0].starts_with("2:"), "{:?}", said("> - $$\n>   \\nope\n>   $$\n"));
}

#[test]
fn a_diagram_is_a_figure_with_its_text_behind_it() {
    let page = page("01-a.md", "m01-a", "Text\n\n```mermaid #loop alt=\"A loop\" caption=\"The loop\"\nflowchart LR\n  A --> B\n```\n");
    assert_eq!(page.found, []);
    assert_eq!(page.figures, [Figure { id: "loop".into(), source: "flowchart LR\n  A --> B\n".into(), spot: Spot::new(3, 1) }]);
    assert_eq!((page.links[0].url.as_str(), page.links[0].alt.as_deref(), page.links[0].drawn), ("figures/loop.svg", Some("A loop"), true));
    assert!(page.html.contains("<figure class=\"figure\" id=\"m01-a--fig-loop\">"), "{}", page.html);
    assert!(
        page.html.contains("<figcaption>The loop</figcaption><details class=\"source\"><summary>The diagram as text</summary>"),
        "{}",
        page.html
    );
    assert!(page.html.contains("A --&gt; B"), "{}", page.html);
}

#[test]
fn a_diagram_needs_an_id_and_a_text_alternative() {
    let all = said("```mermaid\nflowchart LR\n```\n");
    assert!(all[0].starts_with("1:1: the diagram has no text alternative") && all[1].starts_with("1:1: the diagram has no id"), "{all:?}");
    assert!(said("```mermaid #a/b alt=\"x\"\nflowchart LR\n```\n")[0].starts_with("1:1: the diagram's id `a/b` cannot name a file"));
}

#[test]
fn an_image_alone_is_a_figure_and_one_in_a_line_is_not() {
    let page = page("01-a.md", "m01-a", "![a curve](media/c.svg \"It falls\")\n\nSee ![icon](media/i.svg) here.\n");
    assert_eq!(page.found, []);
    let mark = format::IMAGE;
    assert_eq!(
        page.html,
        format!("<figure class=\"figure\">{mark}0{mark}<figcaption>It falls</figcaption></figure>\n<p>See {mark}1{mark} here.</p>\n")
    );
}

#[test]
fn an_image_without_alternative_is_told() {
    assert_eq!(
        said("Text\n\n- ![](media/c.svg)\n"),
        ["3:3: the image `media/c.svg` has no text alternative\n  hint: say between the square brackets what it shows"]
    );
}

#[test]
fn a_check_opens_its_answer_on_demand() {
    let html = html("::::check\nQ?\n:::answer\nA.\n:::\n::::\n");
    assert!(html.starts_with("<section class=\"check\">\n<p class=\"check-title\">Check yourself</p>\n<p>Q?</p>"), "{html}");
    assert!(html.contains("<details class=\"answer\"><summary>Show the answer</summary>\n<div>\n<p>A.</p>\n</div>\n</details>"), "{html}");
    assert!(said("::::check\nQ?\n::::\n")[0].starts_with("1:1: the check has no answer"));
}

#[test]
fn links_wait_for_the_rest_of_the_course_and_foreign_ones_open_apart() {
    let page = page("01-a.md", "m01-a", "[b](02-b.md) [x](https://x.example/?a=1&b=2) <https://y.example>\n");
    assert_eq!(page.links.len(), 1);
    assert!(page.html.contains("<a href=\"ref:0\">b</a>"), "{}", page.html);
    assert!(
        page.html.contains("<a href=\"https://x.example/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>"),
        "{}",
        page.html
    );
    assert!(said("[ ](02-b.md)\n")[0].starts_with("1:1: the link has no text"));
}

#[test]
fn html_is_removed_and_told() {
    let page = page("01-a.md", "m01-a", "a <b onclick=\"x()\">b</b>\n\n<script>alert(1)</script>\n\n<!-- a note -->\n");
    assert!(!page.html.contains("script") && !page.html.contains("onclick"), "{}", page.html);
    let tags: Vec<&str> = page.found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(tags, ["raw HTML `<b>` is removed", "raw HTML `</b>` is removed", "raw HTML `<script>` is removed"]);
}

#[test]
fn private_use_characters_cannot_smuggle_anything_in() {
    let page = page("01-a.md", "m01-a", "a \u{E000}0\u{E001} $x$ \u{E002}0\u{E002}\n");
    assert!(page.html.contains("<p>a \u{FFFD}0\u{FFFD} <math>"), "{}", page.html);
    assert_eq!(page.found[0].kind, crate::course::Kind::Syntax);
}

#[test]
fn task_lists_and_strikes_are_github_s() {
    let html = html("- [x] done\n- [ ] open ~~struck~~\n");
    assert!(html.contains("<li class=\"task task-done\">☑ done") && html.contains("<del>struck</del>"), "{html}");
}

#[test]
fn fragments_number_their_links_through_and_lose_a_lone_paragraph() {
    let facts = Facts::default();
    let text = |value: &str, line| Text { value: value.to_owned(), spot: Spot::new(line, 5), body: Spot::new(line, 6) };
    let mut fragments = Fragments::new("quiz.toml", "a-quiz", &facts, Vec::new());
    assert_eq!(fragments.inline(&text("[one](x.md)", 3)), "<a href=\"ref:0\">one</a>");
    assert_eq!(fragments.inline(&text("[two](y.md) $\\nope$", 4)), "<a href=\"ref:1\">two</a> <code>\\nope</code>");
    assert!(fragments.inline(&text("one\n\ntwo", 5)).starts_with("<p>one</p>"));
    let (all, fresh) = fragments.finish();
    assert_eq!(all.links.iter().map(|l| l.spot).collect::<Vec<_>>(), [Spot::new(3, 6), Spot::new(4, 6)]);
    assert_eq!((all.found[0].line, all.found[0].col), (4, 19));
    let mut again = Fragments::new("quiz.toml", "a-quiz", &facts, fresh);
    assert_eq!(again.inline(&text("anything", 1)), "<a href=\"ref:0\">one</a>", "kept parts are not rendered again");
}

#[test]
fn facts_stand_wherever_text_does_and_are_never_read_as_markdown() {
    let (facts, found) = Facts::read(Some("[v]\nvalue = \"*2*|<b>\"\nas_of = \"2026-11-23\"\nsource = \"s\"\n"));
    assert_eq!(found, []);
    let text = "## At {{fact:v}}\n\n| A |\n|---|\n| {{fact:v}} |\n\n`{{fact:v}}` $\\fract$ {{fact:v}}\n\n```text title=\"{{fact:v}}\"\nx=={{fact:v}}\n```\n";
    let page = super::page("01-a.md", "a", text, &facts);
    assert_eq!(page.headings, [("a--at-2b".to_owned(), "At *2*|<b>".to_owned())]);
    for part in ["<td>*2*|&lt;b&gt;</td>", "<code>*2*|&lt;b&gt;</code>", "<figcaption>*2*|&lt;b&gt;", "x==*2*|&lt;b&gt;"] {
        assert!(page.html.contains(part), "{part}\nis not in\n{}", page.html);
    }
    assert_eq!((page.found[0].line, page.found[0].col), (7, 15), "places are those of the text as written");
}

#[test]
fn plain_text_is_cut_at_a_word() {
    assert_eq!(shorten("a  b\nc", 10), "a b c");
    assert_eq!(shorten("the quick brown fox jumps", 12), "the quick…");
}

mod any_text {
    use proptest::prelude::*;

    use super::*;

    fn markdown() -> impl Strategy<Value = String> {
        let parts = prop::sample::select(vec![
            "::::check\n",
            ":::answer\n",
            ":::\n",
            "::::\n",
            "```mermaid #a alt=\"b\"\n",
            "```\n",
            "~~~\n",
            "$",
            "$$",
            "\\frac{",
            "}",
            "[^1]",
            "[^1]: x\n",
            "> [!NOTE]\n",
            "| a | b |\n|--|--|\n",
            "![](",
            "](x.md)",
            "<b>",
            "<!--",
            "# ",
            "## ",
            "- [x] ",
            "  ",
            "\n",
            "\n\n",
            "---\n",
            "é",
            "\u{E000}1\u{E001}",
            "\t",
            "{n}",
            "word ",
            "1. ",
        ]);
        prop::collection::vec(parts, 0..24).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn is_rendered_without_a_panic_and_stays_clean(text in markdown()) {
            let page = page("a.md", "a", &text);
            prop_assert!(!page.html.contains("<script") && !page.html.contains("<b>") && !page.html.contains('\u{E000}'), "{}", page.html);
            for d in &page.found {
                prop_assert!(d.line >= 1 && d.line <= text.lines().count().max(1) + 1 && d.col >= 1, "{d}");
            }
        }
    }
}
