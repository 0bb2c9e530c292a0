//! From links as authors write them to `page:` and `asset:`.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostic::{Diagnostic, Kind, nearest},
    glossary, image, links,
    markdown::{Link, code::escape, format::IMAGE},
    source::Source,
};

/// Every page of the course and what is on it.
#[derive(Default)]
pub(crate) struct Index {
    /// Source path to page id.
    pub(crate) pages: BTreeMap<String, String>,
    /// Page id to the ids of its elements.
    pub(crate) anchors: BTreeMap<String, BTreeSet<String>>,
    /// Ids of the terms that some glossary explains.
    pub(crate) terms: BTreeSet<String>,
    /// Folder of a module, with its slash, to the page that explains its terms.
    pub(crate) glossaries: BTreeMap<String, String>,
    /// The page that explains every term.
    pub(crate) glossary: String,
    /// Files that became assets without being in the source: images of notebooks.
    pub(crate) extra: BTreeMap<String, Vec<u8>>,
}

impl Index {
    /// The page on which terms of this file are explained.
    fn glossary(&self, file: &str) -> &str {
        self.glossaries.iter().find(|(folder, _)| file.starts_with(folder.as_str())).map_or(&self.glossary, |(_, page)| page)
    }
}

/// The page that links are resolved on.
pub(crate) struct Here<'a> {
    pub(crate) source: &'a Source,
    pub(crate) index: &'a Index,
    pub(crate) file: &'a str,
    pub(crate) page_id: &'a str,
}

/// What resolving found out.
#[derive(Default)]
pub(crate) struct Resolved {
    /// What each link became; `None` where it is broken.
    urls: Vec<Option<String>>,
    /// Source paths of the files that are shown or offered.
    pub(crate) used: BTreeSet<String>,
    /// Ids of the terms that are led to.
    pub(crate) terms: BTreeSet<String>,
    pub(crate) found: Vec<Diagnostic>,
}

/// Resolves a page's links.
pub(crate) fn resolve(here: &Here<'_>, list: &[Link]) -> Resolved {
    let mut out = Resolved::default();
    for link in list {
        match target(here, link, &mut out) {
            Ok(url) => out.urls.push(Some(url)),
            Err(diagnostic) => {
                out.found.extend(diagnostic);
                out.urls.push(None);
            }
        }
    }
    out
}

impl Resolved {
    /// HTML with its links resolved and its images in place.
    pub(crate) fn apply(&self, here: &Here<'_>, list: &[Link], html: &str) -> String {
        let html = links::rewrite_urls(html, |url| {
            let number: usize = url.strip_prefix("ref:")?.parse().ok()?;
            Some(self.urls.get(number).cloned().flatten().unwrap_or_default())
        });
        let mut out = String::with_capacity(html.len());
        for (i, part) in html.split(IMAGE).enumerate() {
            match part.parse::<usize>() {
                Ok(number) if i % 2 == 1 => out.push_str(&self.image(here, list, number)),
                _ => out.push_str(part),
            }
        }
        out
    }

    fn image(&self, here: &Here<'_>, list: &[Link], number: usize) -> String {
        let Some(url) = self.urls.get(number).cloned().flatten() else { return String::new() };
        let path = format!("modules/{}", url.trim_start_matches("asset:"));
        let bytes = here.source.get(&path).or_else(|| here.index.extra.get(&path).map(Vec::as_slice)).unwrap_or_default();
        let size = image::size(&path, bytes).map(|(w, h)| format!(" width=\"{w}\" height=\"{h}\"")).unwrap_or_default();
        let alt = list.get(number).and_then(|l| l.alt.as_deref()).unwrap_or_default();
        format!("<img src=\"{}\" alt=\"{}\"{size} loading=\"lazy\">", escape(&url), escape(alt))
    }
}

/// Where a link leads. A broken one comes with its diagnostic, unless somebody else reports it.
fn target(here: &Here<'_>, link: &Link, out: &mut Resolved) -> Result<String, Option<Diagnostic>> {
    let url = link.url.as_str();
    let report = |kind, message: String| Diagnostic::new(kind, here.file, link.spot, message);
    if let Some(slug) = url.strip_prefix('#') {
        return anchor(here, here.page_id, slug).map(|a| format!("#{a}")).map_err(|near| Some(broken_anchor(report, url, near)));
    }
    if url.is_empty() {
        return Err(Some(report(Kind::BrokenLink, "the link leads nowhere".into())));
    }
    if let (Some(term), None) = (url.strip_prefix("glossary:"), &link.alt) {
        if here.index.terms.contains(term) {
            out.terms.insert(term.to_owned());
            let page = here.index.glossary(here.file);
            return Ok(format!("page:{page}#{}", glossary::anchor(page, term)));
        }
        let found = report(Kind::UnknownReference, format!("no glossary explains `{term}`"));
        return Err(Some(found.hint_nearest(term, here.index.terms.iter().map(String::as_str))));
    }
    let scheme = url.split(['/', '#', '?']).next().unwrap_or_default();
    if scheme.contains(':') || url.starts_with("//") {
        let found = report(Kind::BadUrl, format!("the link `{url}` is not https"));
        return Err(Some(found.hint("links to other sites begin with `https://`; links inside of the course are file names")));
    }
    let (file, slug) = url.split_once('#').map_or((url, None), |(f, s)| (f, Some(s)));
    let Some(path) = join(here.file, file) else {
        return Err(Some(report(Kind::BrokenLink, format!("the link `{url}` leads out of the course"))));
    };
    if let (Some(page), None) = (here.index.pages.get(&path), &link.alt) {
        let Some(slug) = slug else { return Ok(format!("page:{page}")) };
        let anchored = anchor(here, page, slug).map(|a| format!("page:{page}#{a}"));
        return anchored.map_err(|near| Some(broken_anchor(report, url, near)));
    }
    let there = here.source.get(&path).or_else(|| here.index.extra.get(&path).map(Vec::as_slice));
    let asset = path.strip_prefix("modules/").filter(|p| is_asset(p));
    match (there, asset) {
        (Some(_), Some(_)) if path.ends_with(".ipynb") => {
            let found = report(Kind::BrokenLink, format!("the notebook `{file}` has no page"));
            Err(Some(found.hint("name it under `notebooks:` in the front matter of a lesson")))
        }
        (Some(bytes), Some(asset)) => {
            if link.alt.is_some() {
                showable(&path, bytes).map_err(|why| Some(report(Kind::BadImage, format!("`{file}` {why}"))))?;
            }
            out.used.insert(path.clone());
            Ok(format!("asset:{asset}"))
        }
        (Some(_), None) => {
            let found = report(Kind::BrokenLink, format!("`{file}` is no page and no file of the course"));
            Err(Some(found.hint("link to a lesson, a notebook, `quiz.toml`, or a file in media/, data/ or notebooks/")))
        }
        (None, _) if link.drawn => Err(None),
        (None, _) => Err(Some(missing(here, report(Kind::BrokenLink, format!("there is no file `{file}`")), &path))),
    }
}

/// Whether a path below `modules/` is a file that pages may show or offer.
pub(crate) fn is_asset(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    matches!(parts.next(), Some("media" | "figures" | "data" | "notebooks")) && parts.next().is_some()
}

fn showable(path: &str, bytes: &[u8]) -> Result<(), &'static str> {
    if !image::is_image(path) {
        return Err("is no image: use svg, png, jpg or webp");
    }
    if path.ends_with(".svg") && String::from_utf8_lossy(bytes).to_ascii_lowercase().contains("<script") {
        return Err("holds a script, which an image must not");
    }
    image::size(path, bytes).map(|_| ()).ok_or("cannot be read as the image that its name says")
}

fn missing(here: &Here<'_>, found: Diagnostic, path: &str) -> Diagnostic {
    let folder = path.rsplit_once('/').map_or("", |(f, _)| f);
    let siblings: Vec<&str> =
        here.source.under(folder).map(|(p, _)| p).filter(|p| p.rsplit_once('/').is_some_and(|(f, _)| f == folder)).collect();
    if let Some(near) = nearest(path, &siblings) {
        let name = near.rsplit('/').next().unwrap_or(near);
        return found.hint(format!("did you mean `{name}`?"));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    match here.source.iter().find(|(p, _)| p.rsplit('/').next() == Some(name)) {
        Some((elsewhere, _)) => found.hint(format!("a file of that name is at `{elsewhere}`")),
        None => found.hint(format!("looked for `{path}`")),
    }
}

fn anchor(here: &Here<'_>, page: &str, slug: &str) -> Result<String, Option<String>> {
    let wanted = format!("{page}--{slug}");
    let Some(known) = here.index.anchors.get(page) else { return Err(None) };
    if known.contains(&wanted) {
        return Ok(wanted);
    }
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(nearest(&wanted, &names).map(|n| n[page.len() + 2..].to_owned()))
}

fn broken_anchor(report: impl Fn(Kind, String) -> Diagnostic, url: &str, near: Option<String>) -> Diagnostic {
    let found = report(Kind::BrokenLink, format!("there is no heading for `{url}`"));
    match near {
        Some(near) => found.hint(format!("did you mean `#{near}`?")),
        None => found.hint("a heading's name is its text in lower case, spaces as hyphens, without punctuation"),
    }
}

/// The path of `to`, seen from the folder of `from`; `None` if it leads out of the course.
fn join(from: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::diagnostic::Spot;

    fn index() -> Index {
        let mut index = Index::default();
        for (path, id) in [("modules/01-a/01-x.md", "a-x"), ("modules/02-b/01-y.md", "b-y"), ("modules/01-a/notebooks/nb.ipynb", "nb")] {
            index.pages.insert(path.into(), id.into());
            index.anchors.insert(id.into(), [format!("{id}--the-slope")].into());
        }
        index
    }

    fn to(url: &str, alt: Option<&str>) -> Result<String, String> {
        let svg = "<svg viewBox=\"0 0 4 3\"></svg>";
        let source = Source::from_files([
            ("modules/01-a/media/loss.svg", svg),
            ("modules/01-a/media/evil.svg", "<svg viewBox=\"0 0 4 3\"><SCRIPT>"),
            ("modules/01-a/media/bad.png", "no"),
            ("modules/01-a/data/x.csv", "1"),
            ("modules/01-a/module.toml", ""),
            ("modules/01-a/notebooks/other.ipynb", ""),
        ]);
        let here = Here { source: &source, index: &index(), file: "modules/01-a/01-x.md", page_id: "a-x" };
        let link = Link { url: url.into(), spot: Spot::new(3, 7), alt: alt.map(Into::into), drawn: false };
        let list = [link];
        let resolved = resolve(&here, &list);
        match resolved.found.first() {
            Some(d) => Err(d.to_string().replace("modules/01-a/01-x.md:3:7: ", "")),
            None if alt.is_some() => Ok(resolved.apply(&here, &list, &format!("{IMAGE}0{IMAGE}"))),
            None => Ok(resolved.urls[0].clone().unwrap()),
        }
    }

    #[test]
    fn links_lead_to_pages_places_and_files() {
        assert_eq!(to("../02-b/01-y.md", None).unwrap(), "page:b-y");
        assert_eq!(to("../02-b/01-y.md#the-slope", None).unwrap(), "page:b-y#b-y--the-slope");
        assert_eq!(to("#the-slope", None).unwrap(), "#a-x--the-slope");
        assert_eq!(to("notebooks/nb.ipynb", None).unwrap(), "page:nb");
        assert_eq!(to("./data/x.csv", None).unwrap(), "asset:01-a/data/x.csv");
    }

    #[test]
    fn images_carry_their_size_and_their_alternative() {
        assert_eq!(
            to("media/loss.svg", Some("a \"b\"")).unwrap(),
            "<img src=\"asset:01-a/media/loss.svg\" alt=\"a &quot;b&quot;\" width=\"4\" height=\"3\" loading=\"lazy\">"
        );
        assert_eq!(to("media/evil.svg", Some("x")).unwrap_err(), "`media/evil.svg` holds a script, which an image must not");
        assert_eq!(to("media/bad.png", Some("x")).unwrap_err(), "`media/bad.png` cannot be read as the image that its name says");
        assert_eq!(to("data/x.csv", Some("x")).unwrap_err(), "`data/x.csv` is no image: use svg, png, jpg or webp");
    }

    #[test]
    fn broken_links_say_what_was_meant() {
        assert_eq!(to("media/los.svg", None).unwrap_err(), "there is no file `media/los.svg`\n  hint: did you mean `loss.svg`?");
        assert_eq!(to("x.csv", None).unwrap_err(), "there is no file `x.csv`\n  hint: a file of that name is at `modules/01-a/data/x.csv`");
        assert_eq!(to("#the-slop", None).unwrap_err(), "there is no heading for `#the-slop`\n  hint: did you mean `#the-slope`?");
        assert!(to("../02-b/01-y.md#zebra", None).unwrap_err().starts_with("there is no heading for `../02-b/01-y.md#zebra`"));
        assert!(to("../../../etc/passwd", None).unwrap_err().starts_with("the link `../../../etc/passwd` leads out of the course"));
        assert!(to("module.toml", None).unwrap_err().starts_with("`module.toml` is no page and no file of the course"));
        assert!(to("notebooks/other.ipynb", None).unwrap_err().contains("has no page"));
        assert_eq!(to("", None).unwrap_err(), "the link leads nowhere");
    }

    #[test]
    fn other_sites_are_https_or_nothing() {
        for url in ["http://x.example", "javascript:alert(1)", "mailto:a@b.example", "//x.example/a", "data:text/html,x"] {
            assert!(to(url, None).unwrap_err().starts_with(&format!("the link `{url}` is not https")), "{url}");
        }
    }
}
