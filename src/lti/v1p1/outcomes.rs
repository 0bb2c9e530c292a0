//! Basic Outcomes: the XML that is sent and the XML that comes back.

use std::io;

use quick_xml::{
    Reader, Writer,
    events::{BytesDecl, BytesText, Event},
};

/// Media type of a message.
pub const MEDIA_TYPE: &str = "application/xml";
/// Longest answer that is read.
pub const MAX_ANSWER: usize = 64 * 1024;
const NAMESPACE: &str = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0";
/// Longest description that is kept.
const LONGEST: usize = 300;

/// What is asked of the grade book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ask {
    /// Show this grade, in percent.
    Replace(f64),
    /// What do you show?
    Read,
    /// Show none.
    Delete,
}

impl Ask {
    fn operation(self) -> &'static str {
        match self {
            Self::Replace(_) => "replaceResultRequest",
            Self::Read => "readResultRequest",
            Self::Delete => "deleteResultRequest",
        }
    }
}

/// What the platform makes of a message: the HTTP status says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeMajor {
    /// Done.
    Success,
    /// Not done yet.
    Processing,
    /// Not done.
    Failure,
    /// Not known here.
    Unsupported,
}

impl CodeMajor {
    /// As it stands in the XML.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Processing => "processing",
            Self::Failure => "failure",
            Self::Unsupported => "unsupported",
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What became of the message.
    pub code: CodeMajor,
    /// In the platform's words, shortened.
    pub description: String,
    /// The grade in percent, where one was asked for and there is one.
    pub percent: Option<f64>,
}

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No XML.
    #[error("the answer is no XML")]
    Xml,
    /// A document type or an entity of its own: nothing an answer needs, and what attacks are made of.
    #[error("the answer declares or uses entities")]
    Entities,
    /// No `imsx_codeMajor` that is known.
    #[error("the answer does not say what became of the message")]
    NoCode,
    /// Longer than an answer needs to be.
    #[error("the answer is too long")]
    TooLong,
}

/// The message.
///
/// # Errors
/// Never: it is written to memory.
pub fn message(ask: Ask, message_id: &str, sourced_id: &str) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let text = |w: &mut Writer<Vec<u8>>, name: &str, value: &str| {
        w.create_element(name).write_text_content(BytesText::new(&printable(value))).map(drop)
    };
    xml.create_element("imsx_POXEnvelopeRequest").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|w| {
        w.create_element("imsx_POXHeader").write_inner_content(|w| {
            w.create_element("imsx_POXRequestHeaderInfo").write_inner_content(|w| {
                text(w, "imsx_version", "V1.0")?;
                text(w, "imsx_messageIdentifier", message_id)
            })?;
            Ok(())
        })?;
        w.create_element("imsx_POXBody").write_inner_content(|w| {
            w.create_element(ask.operation()).write_inner_content(|w| {
                w.create_element("resultRecord").write_inner_content(|w| {
                    w.create_element("sourcedGUID").write_inner_content(|w| text(w, "sourcedId", sourced_id))?;
                    if let Ask::Replace(percent) = ask {
                        w.create_element("result").write_inner_content(|w| {
                            w.create_element("resultScore").write_inner_content(|w| {
                                text(w, "language", "en")?;
                                text(w, "textString", &fraction(percent))
                            })?;
                            Ok(())
                        })?;
                    }
                    Ok(())
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(xml.into_inner())
}

/// 0.0 to 1.0, with as many digits as it takes and no more than six.
fn fraction(percent: f64) -> String {
    let text = format!("{:.6}", (percent / 100.0).clamp(0.0, 1.0));
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

/// Without what XML 1.0 cannot hold at all.
fn printable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)).collect()
}

/// Reads an answer, whatever its media type: Moodle says `text/html`.
///
/// # Errors
/// When it is none, or holds what it must not.
pub fn answer(body: &[u8]) -> Result<Outcome, Unreadable> {
    if body.len() > MAX_ANSWER {
        return Err(Unreadable::TooLong);
    }
    let body = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(body.trim_start_matches('\u{feff}').trim_start());
    let (mut inside, mut depth) = (None, 0_usize);
    let mut said = Said::default();
    loop {
        match reader.read_event().map_err(|_| Unreadable::Xml)? {
            Event::Start(start) => {
                depth += 1;
                inside = Field::of(start.local_name().as_ref());
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                inside = None;
            }
            Event::Text(text) => said.add(inside, &text.xml10_content()),
            Event::CData(text) => said.add(inside, &text.xml10_content()),
            Event::GeneralRef(name) => {
                let character = name.resolve_char_ref().map_err(|_| Unreadable::Xml)?.or_else(|| predefined(&name));
                said.add(inside, character.ok_or(Unreadable::Entities)?.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(Unreadable::Entities),
            Event::Eof if depth > 0 => return Err(Unreadable::Xml),
            Event::Eof => return said.outcome(),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The elements that count.
#[derive(Clone, Copy)]
enum Field {
    Code,
    Description,
    Score,
}

impl Field {
    fn of(local_name: &str) -> Option<Self> {
        match local_name {
            "imsx_codeMajor" => Some(Self::Code),
            "imsx_description" => Some(Self::Description),
            "textString" => Some(Self::Score),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Said {
    code: String,
    description: String,
    score: String,
}

impl Said {
    fn add(&mut self, field: Option<Field>, text: &str) {
        match field {
            Some(Field::Code) => self.code.push_str(text),
            Some(Field::Description) => self.description.push_str(text),
            Some(Field::Score) => self.score.push_str(text),
            None => {}
        }
    }

    fn outcome(self) -> Result<Outcome, Unreadable> {
        let codes = [CodeMajor::Success, CodeMajor::Processing, CodeMajor::Failure, CodeMajor::Unsupported];
        let code = codes.into_iter().find(|c| self.code.trim().eq_ignore_ascii_case(c.name())).ok_or(Unreadable::NoCode)?;
        let percent = self.score.trim().parse::<f64>().ok().map(|f| f * 100.0).filter(|p| p.is_finite());
        let description = self.description.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
        Ok(Outcome { code, description, percent })
    }
}

#[cfg(test)]
mod tests;
