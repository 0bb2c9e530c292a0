//! `papers.toml`: what to read beyond the course, each with why and with what to read in it.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    load::Draft,
    markdown::code::escape,
    model::{Module, SideKind, SidePage},
    reader::{Reader, Table, Text},
};

pub(crate) const FILE: &str = "papers.toml";

/// One paper, or a book.
pub(crate) struct Paper {
    title: Text,
    authors: String,
    year: u32,
    arxiv: Option<Text>,
    venue: Option<String>,
    module: Text,
    why: String,
    read: String,
}

impl Paper {
    pub(crate) fn is_of(&self, module: &str) -> bool {
        self.module.value == module
    }
}

/// Reads the list; a course without the file has none.
pub(crate) fn read(text: Option<&str>) -> (Vec<Paper>, Vec<Diagnostic>) {
    let Some(text) = text else { return (Vec::new(), Vec::new()) };
    let mut r = Reader::new(FILE, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, FILE);
    let mut papers = Vec::new();
    for mut p in t.tables(&mut r, "paper", "a paper") {
        let (title, authors) = (p.text(&mut r, "title"), p.text(&mut r, "authors"));
        if !p.has("year") {
            p.missing(&mut r, "year");
        }
        let year = p.integer(&mut r, "year", 1900..=2100);
        let (arxiv, venue) = (p.opt_text(&mut r, "arxiv"), p.opt_text(&mut r, "venue"));
        let (module, why, read) = (p.text(&mut r, "module"), p.text(&mut r, "why"), p.text(&mut r, "read"));
        if arxiv.is_none() && venue.is_none() {
            r.hint(Kind::MissingKey, p.spot, "a paper has neither `arxiv` nor `venue`", "say where it is found");
        }
        if let Some(id) = arxiv.as_ref().filter(|id| !is_arxiv(&id.value)) {
            r.hint(Kind::BadValue, id.spot, format!("`{}` is no arXiv id", id.value), "an id is such as `2106.09685`");
        }
        p.finish(&mut r);
        if let (Some(title), Some(authors), Some(year), Some(module), Some(why), Some(read)) = (title, authors, year, module, why, read) {
            let venue = venue.map(|v| v.value);
            papers.push(Paper { title, authors: authors.value, year, arxiv, venue, module, why: why.value, read: read.value });
        }
    }
    t.finish(&mut r);
    (papers, r.found)
}

/// `2106.09685`: four digits, a dot, four or five digits.
fn is_arxiv(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    id.split_once('.').is_some_and(|(month, number)| month.len() == 4 && (4..=5).contains(&number.len()) && digits(month) && digits(number))
}

/// Papers that are listed twice, and modules that are none.
pub(crate) fn check(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let modules: Vec<&str> = draft.modules.iter().map(|m| m.file.id.value.as_str()).collect();
    let mut seen: BTreeMap<String, Spot> = BTreeMap::new();
    for paper in &draft.papers {
        let named = [Some(&paper.title), paper.arxiv.as_ref()];
        for text in named.into_iter().flatten() {
            if let Some(first) = seen.insert(text.value.to_lowercase(), text.spot) {
                let twice = Diagnostic::new(Kind::DuplicateId, FILE, text.spot, format!("`{}` is listed twice", text.value));
                found.push(twice.hint(format!("the other one is in line {}", first.line)));
            }
        }
        if !modules.contains(&paper.module.value.as_str()) {
            let message = format!("there is no module `{}`", paper.module.value);
            found.push(
                Diagnostic::new(Kind::UnknownReference, FILE, paper.module.spot, message)
                    .hint_nearest(&paper.module.value, modules.iter().copied()),
            );
        }
    }
}

/// The papers of one module.
pub(crate) fn of_module(module: &Module, papers: &[Paper]) -> Option<SidePage> {
    let own: Vec<&Paper> = papers.iter().filter(|p| p.is_of(&module.id)).collect();
    page(format!("{}-papers", module.id), own.len(), list(own))
}

/// The papers of the course, by module.
pub(crate) fn of_course(course: &str, papers: &[Paper], modules: &[Module]) -> Option<SidePage> {
    let id = format!("{course}-papers");
    let mut html = String::new();
    for module in modules {
        let own: Vec<&Paper> = papers.iter().filter(|p| p.is_of(&module.id)).collect();
        if !own.is_empty() {
            let _ = writeln!(html, "<h2 id=\"{id}--{}\">{}</h2>", module.id, escape(&module.numbered()));
            html.push_str(&list(own));
        }
    }
    page(id, papers.len(), html)
}

fn page(id: String, count: usize, html: String) -> Option<SidePage> {
    let summary = format!("{count} {}: why it matters here, and what to read in it.", if count == 1 { "text" } else { "texts" });
    let page =
        SidePage { id, kind: SideKind::Papers, title: "Papers".to_owned(), summary, html, files: Vec::new(), teacher_files: Vec::new() };
    (count > 0).then_some(page)
}

/// In order of the year.
fn list(mut papers: Vec<&Paper>) -> String {
    papers.sort_by_key(|p| (p.year, p.title.value.to_lowercase()));
    let mut html = String::from("<ul class=\"papers\">\n");
    for paper in papers {
        let title = escape(&paper.title.value);
        let title = match &paper.arxiv {
            Some(id) => {
                format!("<a href=\"https://arxiv.org/abs/{}\" target=\"_blank\" rel=\"noopener noreferrer\">{title}</a>", escape(&id.value))
            }
            None => title,
        };
        let place = paper.arxiv.as_ref().map(|id| format!("arXiv {}", id.value)).into_iter().chain(paper.venue.clone());
        let place = place.collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            html,
            "<li><p class=\"paper-title\">{title}</p><p class=\"paper-by\">{}, {}. {}</p><p>{}</p><p><strong>Read:</strong> {}</p></li>",
            escape(&paper.authors),
            paper.year,
            escape(&place),
            escape(&paper.why),
            escape(&paper.read)
        );
    }
    html + "</ul>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        read(Some(text)).1.iter().map(|d| d.to_string().replace("papers.toml:", "")).collect()
    }

    const GOOD: &str = "[[paper]]\ntitle = \"A <b>\"\nauthors = \"Hu et al.\"\nyear = 2021\narxiv = \"2106.09685\"\nmodule = \"a\"\nwhy = \"W.\"\nread = \"Section 4.\"\n";

    #[test]
    fn a_paper_is_shown_with_where_it_is_found() {
        let (papers, found) = read(Some(GOOD));
        assert_eq!(found, []);
        let html = list(papers.iter().collect());
        assert!(
            html.contains("<a href=\"https://arxiv.org/abs/2106.09685\" target=\"_blank\" rel=\"noopener noreferrer\">A &lt;b&gt;</a>"),
            "{html}"
        );
        assert!(html.contains("Hu et al., 2021. arXiv 2106.09685</p><p>W.</p><p><strong>Read:</strong> Section 4.</p>"), "{html}");
        let (papers, _) = read(Some(&GOOD.replace("arxiv = \"2106.09685\"", "venue = \"NeurIPS\"")));
        assert!(
            list(papers.iter().collect())
                .contains("<p class=\"paper-title\">A &lt;b&gt;</p><p class=\"paper-by\">Hu et al., 2021. NeurIPS</p>")
        );
    }

    #[test]
    fn what_is_missing_or_no_id_is_told() {
        assert_eq!(
            said(&GOOD.replace("2106.09685", "210.9685")),
            ["5:9: `210.9685` is no arXiv id\n  hint: an id is such as `2106.09685`"]
        );
        let bare = "[[paper]]\ntitle = \"A\"\nauthors = \"B\"\nmodule = \"a\"\nwhy = \"W.\"\nread = \"R.\"\n";
        assert_eq!(
            said(bare),
            ["1:1: a paper has no `year`", "1:1: a paper has neither `arxiv` nor `venue`\n  hint: say where it is found"]
        );
    }
}
