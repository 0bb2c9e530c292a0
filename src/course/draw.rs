//! Mermaid to SVG in our colours. Only in builds with the feature `figures`.

use merman::{
    Engine, MermaidConfig, OperationControl, ParseOptions, RenderOutput, RenderRequest, Renderer, SvgRequest, svg::SvgRenderOptions,
};

use super::figures::comment;

/// Wider or higher than this, a drawing is turned.
const TOO_LONG: f64 = 6.0;

/// Draws one diagram; `id` keeps the ids in the drawing apart.
///
/// # Errors
/// What Mermaid says about the text.
pub fn draw(id: &str, text: &str) -> Result<String, String> {
    let svg = render(id, text)?;
    let turned = if longness(&svg) > TOO_LONG { turn(text) } else { None };
    let svg = match turned.map(|text| render(id, &text)) {
        Some(Ok(other)) if longness(&other) < longness(&svg) => other,
        _ => svg,
    };
    Ok(plate(id, &svg, text))
}

fn render(id: &str, text: &str) -> Result<String, String> {
    let config = MermaidConfig::from_value(serde_json::json!({
        "theme": "base",
        "look": "classic",
        "htmlLabels": false,
        "fontFamily": FONT,
        "flowchart": { "htmlLabels": false, "subGraphTitleMargin": { "top": 0, "bottom": 8 } },
        "themeVariables": {
            "fontFamily": FONT,
            "fontSize": "16px",
            "background": "#ffffff",
            "primaryColor": PALE,
            "primaryTextColor": INK,
            "primaryBorderColor": TEAL,
            "secondaryColor": SAND,
            "secondaryTextColor": INK,
            "secondaryBorderColor": "#8a6d3b",
            "tertiaryColor": "#f6f8f8",
            "tertiaryTextColor": INK,
            "tertiaryBorderColor": "#9fb4b1",
            "lineColor": TEAL,
            "textColor": INK,
            "mainBkg": PALE,
            "nodeBorder": TEAL,
            "nodeTextColor": INK,
            "clusterBkg": "#f6f8f8",
            "clusterBorder": "#9fb4b1",
            "titleColor": INK,
            "edgeLabelBackground": "#ffffff",
            "actorBkg": PALE,
            "actorBorder": TEAL,
            "actorTextColor": INK,
            "actorLineColor": "#9fb4b1",
            "signalColor": INK,
            "signalTextColor": INK,
            "labelBoxBkgColor": PALE,
            "labelBoxBorderColor": TEAL,
            "labelTextColor": INK,
            "loopTextColor": INK,
            "noteBkgColor": SAND,
            "noteBorderColor": "#8a6d3b",
            "noteTextColor": INK,
        }
    }));
    let renderer = Renderer::new().with_engine(Engine::new().with_site_config(config)).with_parse_options(ParseOptions::strict());
    let options = SvgRenderOptions { diagram_id: Some(format!("fig-{id}")), ..Default::default() };
    let request = SvgRequest { options, ..Default::default() };
    match renderer.render(RenderRequest::svg(text, OperationControl::new(), request)) {
        Ok(RenderOutput::Svg(Some(svg))) => Ok(svg.svg().to_owned()),
        Ok(_) => Err("this is no Mermaid diagram".to_owned()),
        Err(error) => Err(error.to_string().lines().collect::<Vec<_>>().join(", ")),
    }
}

const FONT: &str = "Arial, Helvetica, 'Liberation Sans', sans-serif";
const INK: &str = "#1b2a30";
const TEAL: &str = "#0f766e";
const PALE: &str = "#e9f5f3";
const SAND: &str = "#fdf6e3";

/// The same flowchart across instead of down, or down instead of across.
fn turn(text: &str) -> Option<String> {
    let line = text.lines().find(|l| l.trim_start().starts_with("flowchart ") || l.trim_start().starts_with("graph "))?;
    let direction = line.split_whitespace().nth(1)?;
    let other = match direction {
        "TB" | "TD" | "BT" => "LR",
        "LR" | "RL" => "TB",
        _ => return None,
    };
    Some(text.replacen(line, &line.replacen(direction, other, 1), 1))
}

fn longness(svg: &str) -> f64 {
    view_box(svg).map_or(f64::MAX, |(_, _, w, h)| (w / h).max(h / w))
}

/// Room round the drawing, in its own pixels.
const MARGIN: f64 = 12.0;

/// A white plate behind the drawing, so that it reads on any page; the hash of its text; a size of its own.
fn plate(id: &str, svg: &str, text: &str) -> String {
    let end = svg.find('>').map_or(0, |i| i + 1);
    let (head, body) = svg.split_at(end);
    let Some((x, y, width, height)) = view_box(svg) else { return format!("{head}\n{}\n{}\n", comment(text), body.trim_end()) };
    let (x, y, width, height) = (x - MARGIN, y - MARGIN, (width + 2.0 * MARGIN).ceil(), (height + 2.0 * MARGIN).ceil());
    format!(
        "<svg id=\"fig-{id}\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{x} {y} {width} {height}\">\n\
         {}\n<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>{}\n",
        comment(text),
        body.trim_end().replacen("</style>", &format!("{}</style>", style(id)), 1)
    )
}

/// Softer than Mermaid's own: round corners, lines that hold on small screens.
fn style(id: &str) -> String {
    [
        ".node rect{rx:5px;ry:5px;stroke-width:1.5px;}",
        ".node polygon{stroke-width:1.5px;}",
        ".cluster rect{rx:8px;ry:8px;}",
        ".edge-thickness-normal{stroke-width:1.5px;}",
    ]
    .map(|rule| format!("#fig-{id} {rule}"))
    .concat()
}

fn view_box(svg: &str) -> Option<(f64, f64, f64, f64)> {
    let numbers = svg.split_once("viewBox=\"")?.1.split('"').next()?;
    let mut numbers = numbers.split_whitespace().filter_map(|n| n.parse::<f64>().ok());
    let mut next = || numbers.next();
    Some((next()?, next()?, next()?, next()?)).filter(|(_, _, w, h)| *w > 0.0 && *h > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_the_same_every_time_and_needs_nothing_from_elsewhere() {
        let text = "flowchart TB\n  A[\"One (1)\"] --> B[\"Two\"]\n";
        let svg = draw("loop", text).unwrap();
        assert_eq!(svg, draw("loop", text).unwrap());
        assert_eq!(super::super::figures::source_hash(&svg), Some(super::super::figures::hash(text).as_str()));
        assert!(svg.contains(">One") && svg.contains("#0f766e") && svg.contains("fill=\"#ffffff\""), "{svg}");
        for bad in ["foreignObject", "<script", "@import", "href=\"http"] {
            assert!(!svg.contains(bad), "{bad}");
        }
    }

    #[test]
    fn what_mermaid_refuses_is_told() {
        assert!(draw("x", "flowchart TB\n  A[Open (1] --> B\n").is_err());
        assert!(draw("x", "just words\n").is_err());
    }

    #[test]
    fn a_drawing_that_is_far_too_long_is_turned() {
        let tree: String = (0..40).map(|i| format!("  R --> N{i}\n")).collect();
        let svg = draw("x", &format!("flowchart TB\n{tree}")).unwrap();
        let (_, _, width, height) = view_box(&svg).unwrap();
        assert!(height > width, "{width} x {height}");
        let chain: String = (0..30).map(|i| format!("  N{i} --> N{}\n", i + 1)).collect();
        assert!(longness(&draw("x", &format!("flowchart LR\n{chain}")).unwrap()) < 15.0);
    }

    #[test]
    fn only_a_direction_that_is_written_is_turned() {
        assert_eq!(turn("graph TD\nA-->B").as_deref(), Some("graph LR\nA-->B"));
        assert_eq!(turn("flowchart\nA-->B"), None);
        assert_eq!(turn("sequenceDiagram\nA->>B: x"), None);
    }
}
