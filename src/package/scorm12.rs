//! The SCORM 1.2 manifest.

use std::io;

use super::{
    Finish,
    manifest_xml::{Facts, Xml, shorten},
};

const SCHEMA_LOCATION: &str = "http://www.imsproject.org/xsd/imscp_rootv1p1p2 imscp_rootv1p1p2.xsd \
    http://www.imsglobal.org/xsd/imsmd_rootv1p2p1 imsmd_rootv1p2p1.xsd \
    http://www.adlnet.org/xsd/adlcp_rootv1p2 adlcp_rootv1p2.xsd";

/// Writes `imsmanifest.xml`. Moodle matches prefixes literally and reads the schema version to the letter.
pub(crate) fn manifest(facts: &Facts<'_>, finish: Finish) -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    let mut attributes = vec![("identifier", facts.identifier.as_str())];
    attributes.extend(facts.manifest_version().map(|v| ("version", v)));
    attributes.extend([
        ("xmlns", "http://www.imsproject.org/xsd/imscp_rootv1p1p2"),
        ("xmlns:adlcp", "http://www.adlnet.org/xsd/adlcp_rootv1p2"),
        ("xmlns:imsmd", "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", SCHEMA_LOCATION),
    ]);
    xml.nest("manifest", &attributes, |xml| {
        metadata(xml, facts)?;
        organizations(xml, facts, finish)?;
        resources(xml, facts)
    })?;
    Ok(xml.finish())
}

fn organizations(xml: &mut Xml, facts: &Facts<'_>, finish: Finish) -> io::Result<()> {
    let (organization, item, resource) = (facts.organization(), facts.item(), facts.resource());
    let title = shorten(facts.title, 200);
    xml.nest("organizations", &[("default", &organization)], |xml| {
        xml.nest("organization", &[("identifier", &organization)], |xml| {
            xml.text("title", &[], &title)?;
            xml.nest("item", &[("identifier", &item), ("identifierref", &resource), ("isvisible", "true")], |xml| {
                xml.text("title", &[], &title)?;
                // With a mastery score an LMS overwrites `completed` by passed or failed on finish.
                match (finish, facts.pass_mark) {
                    (Finish::PassedFailed, Some(mark)) => xml.text("adlcp:masteryscore", &[], &mark.to_string()),
                    _ => Ok(()),
                }
            })
        })
    })
}

fn resources(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    let launch = facts.files.first().map_or("", String::as_str);
    let resource = facts.resource();
    let attributes = [("identifier", resource.as_str()), ("type", "webcontent"), ("adlcp:scormtype", "sco"), ("href", launch)];
    xml.nest("resources", &[], |xml| {
        xml.nest("resource", &attributes, |xml| facts.files.iter().try_for_each(|file| xml.empty("file", &[("href", file)])))
    })
}

fn metadata(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    let lang = [("xml:lang", facts.language)];
    let string =
        |xml: &mut Xml, name: &str, lang: &[(&str, &str)], text: &str| xml.nest(name, &[], |xml| xml.text("imsmd:langstring", lang, text));
    let none = [("xml:lang", "x-none")];
    xml.nest("metadata", &[], |xml| {
        xml.text("schema", &[], "ADL SCORM")?;
        xml.text("schemaversion", &[], "1.2")?;
        xml.nest("imsmd:lom", &[], |xml| {
            xml.nest("imsmd:general", &[], |xml| {
                xml.text("imsmd:identifier", &[], &facts.identifier)?;
                string(xml, "imsmd:title", &lang, &shorten(facts.title, 1000))?;
                xml.text("imsmd:language", &[], facts.language)?;
                string(xml, "imsmd:description", &lang, &shorten(facts.summary, 1000))
            })?;
            xml.nest("imsmd:lifecycle", &[], |xml| string(xml, "imsmd:version", &none, &shorten(facts.version, 50)))?;
            xml.nest("imsmd:technical", &[], |xml| {
                xml.text("imsmd:format", &[], "text/html")?;
                xml.text("imsmd:location", &[("type", "URI")], facts.files.first().map_or("", String::as_str))
            })?;
            if let Some(duration) = facts.duration() {
                xml.nest("imsmd:educational", &[], |xml| {
                    xml.nest("imsmd:typicallearningtime", &[], |xml| xml.text("imsmd:datetime", &[], &duration))
                })?;
            }
            xml.nest("imsmd:rights", &[], |xml| {
                string_pair(xml, "imsmd:cost", "no")?;
                string_pair(xml, "imsmd:copyrightandotherrestrictions", if facts.license.is_empty() { "no" } else { "yes" })?;
                if facts.license.is_empty() { Ok(()) } else { string(xml, "imsmd:description", &none, facts.license) }
            })
        })
    })
}

/// A LOM vocabulary entry: source and value.
fn string_pair(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.nest(name, &[], |xml| {
        for (part, text) in [("imsmd:source", "LOMv1.0"), ("imsmd:value", value)] {
            xml.nest(part, &[], |xml| xml.text("imsmd:langstring", &[("xml:lang", "x-none")], text))?;
        }
        Ok(())
    })
}
