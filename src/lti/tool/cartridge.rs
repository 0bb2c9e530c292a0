//! The LTI 1.1 cartridge, for platforms that take no LTI 1.3. Key and secret are typed by hand, never in here.

use std::{
    borrow::Cow,
    io::{self, Write as _},
};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::Tool;

const ATTRIBUTES: &[(&str, &str)] = &[
    ("xmlns", "http://www.imsglobal.org/xsd/imslticc_v1p0"),
    ("xmlns:blti", "http://www.imsglobal.org/xsd/imsbasiclti_v1p0"),
    ("xmlns:lticm", "http://www.imsglobal.org/xsd/imslticm_v1p0"),
    ("xmlns:lticp", "http://www.imsglobal.org/xsd/imslticp_v1p0"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    (
        "xsi:schemaLocation",
        "http://www.imsglobal.org/xsd/imslticc_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticc_v1p0.xsd \
         http://www.imsglobal.org/xsd/imsbasiclti_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imsbasiclti_v1p0.xsd \
         http://www.imsglobal.org/xsd/imslticm_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticm_v1p0.xsd \
         http://www.imsglobal.org/xsd/imslticp_v1p0 http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticp_v1p0.xsd",
    ),
];

/// The document.
///
/// # Errors
/// Never, in truth: it is written to memory.
pub fn cartridge(tool: &Tool) -> io::Result<String> {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.create_element("cartridge_basiclti_link").with_attributes(ATTRIBUTES.iter().copied()).write_inner_content(|out| {
        element(out, "blti:title", &tool.title)?;
        element(out, "blti:description", &tool.summary)?;
        element(out, "blti:icon", &tool.icon)?;
        element(out, if tool.launch_v1p1.starts_with("https:") { "blti:secure_launch_url" } else { "blti:launch_url" }, &tool.launch_v1p1)?;
        out.create_element("blti:extensions").with_attribute(("platform", "canvas.instructure.com")).write_inner_content(|out| {
            property(out, "tool_id", &tool.key)?;
            property(out, "privacy_level", "public")?;
            property(out, "domain", &tool.domain)?;
            property(out, "icon_url", &tool.icon)
        })?;
        out.create_element("blti:vendor").write_inner_content(|out| {
            element(out, "lticp:code", "courseferry")?;
            element(out, "lticp:name", "courseferry")?;
            element(out, "lticp:url", &tool.home)
        })?;
        Ok(())
    })?;
    let mut bytes = out.into_inner();
    bytes.write_all(b"\n")?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn element(out: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    out.create_element(name).write_text_content(BytesText::new(&legal(text))).map(drop)
}

fn property(out: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    out.create_element("lticm:property").with_attribute(("name", name)).write_text_content(BytesText::new(&legal(text))).map(drop)
}

/// Without what XML 1.0 has no way to say.
fn legal(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !c.is_control()) { text.into() } else { text.chars().filter(|c| !c.is_control()).collect::<String>().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lti::tool::example;

    #[test]
    fn ampersands_and_brackets_are_escaped_and_the_secure_address_is_named() {
        let xml = cartridge(&example()).unwrap();
        assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{xml}");
        assert!(
            xml.contains("<blti:secure_launch_url>https://ferry.example:8443/f/lti/v1p1/launch?a=1&amp;b=2</blti:secure_launch_url>"),
            "{xml}"
        );
        assert!(xml.contains("<blti:title>Fine-tuning &lt;LLMs&gt; &amp; more</blti:title>"), "{xml}");
        assert!(xml.contains("xmlns:blti=\"http://www.imsglobal.org/xsd/imsbasiclti_v1p0\""), "{xml}");
        assert!(!xml.contains("secret"), "{xml}");
    }

    #[test]
    fn it_is_well_formed_whatever_the_course_is_called() {
        let tool = Tool { title: "\u{0}\u{b}]]>&<x a=\"'\">".to_owned(), launch_v1p1: "http://localhost/x".to_owned(), ..example() };
        let xml = cartridge(&tool).unwrap();
        let mut reader = quick_xml::Reader::from_str(&xml);
        let mut seen = 0;
        while reader.read_event().unwrap() != Event::Eof {
            seen += 1;
        }
        assert!(seen > 20 && xml.contains("<blti:launch_url>http://localhost/x"), "{xml}");
    }
}
