//! What both manifests share: the facts they state and a writer that never emits XML that a parser refuses.

use std::{borrow::Cow, io};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// The facts a manifest states. One item, one resource: Moodle's 2004 player breaks on a second SCO (ADR 0001).
#[derive(Debug, Clone)]
pub(crate) struct Facts<'a> {
    /// XML id of the manifest. The organization, item and resource ids derive from it and must never change:
    /// Moodle deletes the tracks of an item whose identifier vanishes.
    pub(crate) identifier: String,
    pub(crate) title: &'a str,
    pub(crate) summary: &'a str,
    pub(crate) version: &'a str,
    pub(crate) language: &'a str,
    pub(crate) license: &'a str,
    /// Hours of study.
    pub(crate) hours: f64,
    /// Percent to pass, where there is something to pass.
    pub(crate) pass_mark: Option<f64>,
    /// Files of the one resource; the first is the launch page.
    pub(crate) files: &'a [String],
}

impl Facts<'_> {
    pub(crate) fn organization(&self) -> String {
        format!("{}.org", self.identifier)
    }

    pub(crate) fn item(&self) -> String {
        format!("{}.item", self.identifier)
    }

    pub(crate) fn resource(&self) -> String {
        format!("{}.res", self.identifier)
    }

    /// The version where it fits the 20 characters that importers allow.
    pub(crate) fn manifest_version(&self) -> Option<&str> {
        Some(self.version).filter(|v| !v.is_empty() && v.chars().count() <= 20)
    }

    /// Hours as an ISO 8601 duration of whole minutes.
    pub(crate) fn duration(&self) -> Option<String> {
        let minutes = (self.hours * 60.0).round();
        (1.0..100_000.0).contains(&minutes).then(|| match (minutes as u32 / 60, minutes as u32 % 60) {
            (0, m) => format!("PT{m}M"),
            (h, 0) => format!("PT{h}H"),
            (h, m) => format!("PT{h}H{m}M"),
        })
    }
}

/// An XML id from the course's own ids, which may begin with a digit.
pub(crate) fn xml_id(course: &str, module: Option<&str>) -> String {
    module.map_or_else(|| format!("ferry.course.{course}"), |module| format!("ferry.module.{course}.{module}"))
}

/// The text without characters that XML 1.0 forbids; quick-xml would pass them through.
pub(crate) fn legal(text: &str) -> Cow<'_, str> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    if text.chars().all(allowed) { Cow::Borrowed(text) } else { Cow::Owned(text.chars().filter(|c| allowed(*c)).collect()) }
}

/// At most `max` characters, cut at a word where there is one.
pub(crate) fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    if text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    let cut: String = text.chars().take(max.saturating_sub(1)).collect();
    let kept = cut.rfind(' ').filter(|at| *at > cut.len() / 2).map_or(cut.as_str(), |at| &cut[..at]);
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// A writer for one document.
pub(crate) struct Xml(Writer<Vec<u8>>);

type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    pub(crate) fn new() -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self(writer))
    }

    fn start<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
        let mut start = BytesStart::new(name);
        for (key, value) in attributes {
            start.push_attribute((*key, legal(value).as_ref()));
        }
        start
    }

    /// An element with children.
    pub(crate) fn nest(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        children: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0.write_event(Event::Start(Self::start(name, attributes)))?;
        children(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element that holds text.
    pub(crate) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.nest(name, attributes, |xml| xml.0.write_event(Event::Text(BytesText::new(&legal(text)))))
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.0.write_event(Event::Empty(Self::start(name, attributes)))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let mut bytes = self.0.into_inner();
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_forbids_are_dropped_and_markup_is_escaped() {
        let mut xml = Xml::new().unwrap();
        xml.nest("a", &[("t", "1 < 2\u{1} & \"x\"")], |xml| xml.text("b", &[], "x\u{b}y <z>\u{fffe}&")).unwrap();
        let text = String::from_utf8(xml.finish()).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a t=\"1 &lt; 2 &amp; &quot;x&quot;\">\n  <b>xy &lt;z&gt;&amp;</b>\n</a>\n"
        );
    }

    #[test]
    fn long_text_is_cut_at_a_word() {
        assert_eq!(shorten("short", 10), "short");
        assert_eq!(shorten("one two three four", 12), "one two…");
        assert_eq!(shorten("ααααα", 3), "αα…");
    }

    #[test]
    fn hours_become_a_duration_and_a_long_version_is_left_out() {
        let facts = |hours, version| Facts {
            identifier: xml_id("c", None),
            title: "",
            summary: "",
            version,
            language: "en",
            license: "",
            hours,
            pass_mark: None,
            files: &[],
        };
        assert_eq!(facts(2.5, "1").duration().as_deref(), Some("PT2H30M"));
        assert_eq!(facts(0.5, "1").duration().as_deref(), Some("PT30M"));
        assert_eq!(facts(3.0, "1").duration().as_deref(), Some("PT3H"));
        assert_eq!(facts(0.0, "1").duration(), None);
        assert_eq!(facts(1.0, "2026.11").manifest_version(), Some("2026.11"));
        assert_eq!(facts(1.0, "a version of many words").manifest_version(), None);
    }
}
