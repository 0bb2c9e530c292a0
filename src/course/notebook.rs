//! Jupyter notebooks (nbformat 4) as pages: prose, code, and outputs as text and images. HTML and script outputs are left out.

use data_encoding::BASE64_MIME_PERMISSIVE;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    markdown::{Rendered, code::escape, fenced, notebook_cell},
};

/// A notebook rendered, its images apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notebook {
    pub(crate) title: String,
    pub(crate) rendered: Rendered,
    /// File name and content (base64) of each image among the outputs.
    pub(crate) images: Vec<(String, String)>,
}

impl Notebook {
    /// The images' bytes.
    pub(crate) fn image_files(&self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.images.iter().map(|(name, data)| (name.as_str(), decode(data).unwrap_or_default()))
    }
}

#[derive(Deserialize)]
struct File {
    nbformat: u32,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default)]
    source: Lines,
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    output_type: String,
    #[serde(default)]
    text: Lines,
    #[serde(default)]
    data: serde_json::Map<String, Value>,
    #[serde(default)]
    traceback: Vec<String>,
}

/// A string, or a list of its lines.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Lines {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Lines {
    fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::One(text) => text.clone(),
            Self::Many(lines) => lines.concat(),
        }
    }
}

/// The page id of a notebook: its stem, underscores as hyphens.
pub(crate) fn page_id(file: &str) -> String {
    stem(file).replace('_', "-").to_ascii_lowercase()
}

fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".ipynb").unwrap_or(name)
}

/// Renders the notebook at `file`.
pub(crate) fn render(file: &str, text: &str) -> Notebook {
    let mut out = Notebook { title: stem(file).replace(['_', '-'], " "), ..Notebook::default() };
    let parsed: File = match serde_json::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let spot = Spot::new(error.line().max(1), error.column().max(1));
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            out.rendered.found.push(Diagnostic::new(Kind::Syntax, file, spot, format!("the notebook does not parse: {message}")));
            return out;
        }
    };
    if parsed.nbformat != 4 {
        let message = format!("the notebook has format {}, not 4", parsed.nbformat);
        let hint = "convert it: jupyter nbconvert --to notebook --nbformat 4";
        out.rendered.found.push(Diagnostic::new(Kind::Syntax, file, Spot::START, message).hint(hint));
        return out;
    }
    let language = parsed.metadata.pointer("/language_info/name").or_else(|| parsed.metadata.pointer("/kernelspec/language"));
    let language = language.and_then(Value::as_str).unwrap_or("python").to_ascii_lowercase();
    let mut titled = false;
    for (number, cell) in parsed.cells.iter().enumerate() {
        let source = cell.source.text();
        match cell.cell_type.as_str() {
            "markdown" => {
                let mut source = source;
                if let (false, Some(title)) = (titled, source.lines().next().and_then(|l| l.strip_prefix("# "))) {
                    out.title = title.trim().to_owned();
                    // The page prints its title itself; an empty line keeps the lines' numbers.
                    source = source.split_once('\n').map(|(_, rest)| format!("\n{rest}")).unwrap_or_default();
                }
                titled = true;
                prose(&mut out, file, text, number, &source);
            }
            "code" if !source.trim().is_empty() => {
                out.rendered.html.push_str(&fenced::figure(&language, None, &source));
                out.rendered.html.push('\n');
                for output in &cell.outputs {
                    show(&mut out, file, output);
                }
            }
            _ => {}
        }
    }
    out
}

fn prose(out: &mut Notebook, file: &str, json: &str, number: usize, source: &str) {
    let page = page_id(file);
    let first_ref = out.rendered.links.len();
    let mut part = notebook_cell(file, &page, number, source, first_ref, &out.rendered.anchors);
    for d in &mut part.found {
        let place = place(json, source, Spot::new(d.line, d.col));
        (d.line, d.col) = (place.line, place.col);
    }
    for link in &mut part.links {
        link.spot = place(json, source, link.spot);
    }
    out.rendered.html.push_str(&part.html);
    out.rendered.absorb(part);
}

/// The place in the JSON text of a place in a cell, as near as the line's text tells.
fn place(json: &str, source: &str, inner: Spot) -> Spot {
    let line = source.lines().nth(inner.line - 1).unwrap_or_default();
    let quoted = serde_json::to_string(line).unwrap_or_default();
    match json.find(quoted.trim_end_matches('"')) {
        Some(at) if !line.is_empty() => {
            let start = Spot::at(json, at);
            Spot::new(start.line, start.col + inner.col)
        }
        _ => Spot::START,
    }
}

fn show(out: &mut Notebook, file: &str, output: &Output) {
    let data = |kind: &str| match output.data.get(kind) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Array(lines)) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    };
    for (kind, extension) in [("image/png", "png"), ("image/jpeg", "jpg"), ("image/svg+xml", "svg")] {
        let Some(content) = data(kind) else { continue };
        let encoded = if extension == "svg" { data_encoding::BASE64.encode(content.as_bytes()) } else { content };
        if decode(&encoded).is_some() {
            image(out, file, extension, encoded);
            return;
        }
    }
    let text = match output.output_type.as_str() {
        "stream" => output.text.text(),
        "error" => output.traceback.join("\n"),
        _ => data("text/plain").unwrap_or_default(),
    };
    let text = plain(&text);
    // A rich object's stand-in, such as `<IPython.core.display.HTML object>`, tells nobody anything.
    let shown_elsewhere = text.starts_with("<IPython.") && text.trim_end().ends_with("object>");
    if !text.trim().is_empty() && !shown_elsewhere {
        out.rendered.html.push_str(&format!("<div class=\"cell-out\"><pre tabindex=\"0\">{}</pre></div>\n", escape(text.trim_end())));
    }
}

fn image(out: &mut Notebook, file: &str, extension: &str, encoded: String) {
    let name = format!("{}-{}.{extension}", stem(file), out.images.len() + 1);
    let mark = out.rendered.add_image(&name, "Output of the code above");
    out.images.push((name, encoded));
    out.rendered.html.push_str(&format!("<div class=\"cell-out\">{mark}</div>\n"));
}

fn decode(data: &str) -> Option<Vec<u8>> {
    BASE64_MIME_PERMISSIVE.decode(data.trim().as_bytes()).ok()
}

/// Terminal text without colours, and with what carriage returns overwrote left out.
fn plain(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.next();
                while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {}
            }
            '\u{1b}' => drop(chars.next()),
            '\t' | '\n' | '\r' => clean.push(c),
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    let lines: Vec<&str> = clean.split('\n').map(|l| l.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notebook(cells: &str) -> Notebook {
        render("modules/01-a/notebooks/nb_one.ipynb", &format!("{{\"nbformat\": 4, \"nbformat_minor\": 5, \"cells\": [\n{cells}\n]}}"))
    }

    #[test]
    fn prose_code_and_text_output_become_a_page() {
        let nb = notebook(
            r###"{"cell_type": "markdown", "source": ["# The *loop*\n", "Intro $x$.\n", "## Part"]},
            {"cell_type": "code", "source": "print('\u001b')", "outputs": [{"output_type": "stream", "name": "stdout", "text": ["\u001b[31mred\u001b[0m <b>\n", "10%\r100%\n"]}]}"###,
        );
        assert_eq!(nb.rendered.found, []);
        assert_eq!(nb.title, "The *loop*");
        assert!(nb.rendered.html.contains("<p>Intro <math><mi>x</mi></math>.</p>"), "{}", nb.rendered.html);
        assert!(nb.rendered.html.contains("<h2 id=\"nb-one--part\">Part</h2>"), "{}", nb.rendered.html);
        assert!(nb.rendered.html.contains("<span class=\"hl-f\">print</span>"), "{}", nb.rendered.html);
        assert!(
            nb.rendered.html.contains("<div class=\"cell-out\"><pre tabindex=\"0\">red &lt;b&gt;\n100%</pre></div>"),
            "{}",
            nb.rendered.html
        );
        assert!(!nb.rendered.html.contains("<h1"));
    }

    #[test]
    fn images_become_files_and_html_is_left_out() {
        let nb = notebook(
            r#"{"cell_type": "code", "source": "x", "outputs": [
              {"output_type": "display_data", "data": {"image/png": "aGVs\nbG8=\n", "text/plain": "<Figure>"}},
              {"output_type": "execute_result", "data": {"text/html": "<script>alert(1)</script>", "text/plain": "<IPython.core.display.HTML object>"}},
              {"output_type": "execute_result", "data": {"text/html": "<b>7</b>", "text/plain": ["7"]}},
              {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["\u001b[0;31mE: e\u001b[0m"]}]}"#,
        );
        assert_eq!(nb.image_files().collect::<Vec<_>>(), [("nb_one-1.png", b"hello".to_vec())]);
        assert_eq!(nb.rendered.links[0].url, "nb_one-1.png");
        assert!(!nb.rendered.html.contains("script") && !nb.rendered.html.contains("IPython"), "{}", nb.rendered.html);
        assert!(nb.rendered.html.contains(">7</pre>") && nb.rendered.html.contains(">E: e</pre>"));
    }

    #[test]
    fn faults_have_places_in_the_json() {
        let nb = notebook(r#"{"cell_type": "markdown", "source": ["ok\n", "bad $\\fract{1}{2}$"]}"#);
        let d = &nb.rendered.found[0];
        assert_eq!((d.kind, d.line), (Kind::BadMath, 2));
        assert_eq!(render("a.ipynb", "{\"nbformat\": 3}").rendered.found[0].message, "the notebook has format 3, not 4");
        let broken = render("a.ipynb", "{\n \"nbformat\": }");
        assert_eq!((broken.rendered.found[0].kind, broken.rendered.found[0].line), (Kind::Syntax, 2));
    }

    #[test]
    fn ids_come_from_the_file_name() {
        assert_eq!(page_id("modules/01-a/notebooks/nb01_Training_loop.ipynb"), "nb01-training-loop");
    }
}
