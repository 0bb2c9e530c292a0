//! The SCORM 2004 4th Edition manifest.

use std::io;

use super::manifest_xml::{Facts, Xml, shorten};

const SCHEMA_LOCATION: &str = "http://www.imsglobal.org/xsd/imscp_v1p1 imscp_v1p1.xsd \
    http://www.adlnet.org/xsd/adlcp_v1p3 adlcp_v1p3.xsd \
    http://www.adlnet.org/xsd/adlseq_v1p3 adlseq_v1p3.xsd \
    http://www.adlnet.org/xsd/adlnav_v1p3 adlnav_v1p3.xsd \
    http://www.imsglobal.org/xsd/imsss imsss_v1p0.xsd \
    http://ltsc.ieee.org/xsd/LOM lom.xsd";

/// With one SCO there is nowhere to navigate to; the player has its own way out.
const HIDDEN: &[&str] = &["previous", "continue", "exit", "exitAll", "abandon", "abandonAll", "suspendAll"];

/// Writes `imsmanifest.xml`. No `completionThreshold`: Moodle would overwrite `completion_status` by it at Terminate (ADR 0001).
pub(crate) fn manifest(facts: &Facts<'_>) -> io::Result<Vec<u8>> {
    let mut xml = Xml::new()?;
    let mut attributes = vec![("identifier", facts.identifier.as_str())];
    attributes.extend(facts.manifest_version().map(|v| ("version", v)));
    attributes.extend([
        ("xmlns", "http://www.imsglobal.org/xsd/imscp_v1p1"),
        ("xmlns:adlcp", "http://www.adlnet.org/xsd/adlcp_v1p3"),
        ("xmlns:adlseq", "http://www.adlnet.org/xsd/adlseq_v1p3"),
        ("xmlns:adlnav", "http://www.adlnet.org/xsd/adlnav_v1p3"),
        ("xmlns:imsss", "http://www.imsglobal.org/xsd/imsss"),
        ("xmlns:lom", "http://ltsc.ieee.org/xsd/LOM"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", SCHEMA_LOCATION),
    ]);
    xml.nest("manifest", &attributes, |xml| {
        metadata(xml, facts)?;
        organizations(xml, facts)?;
        resources(xml, facts)
    })?;
    Ok(xml.finish())
}

fn organizations(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    let (organization, item, resource) = (facts.organization(), facts.item(), facts.resource());
    let title = shorten(facts.title, 200);
    xml.nest("organizations", &[("default", &organization)], |xml| {
        let attributes = [
            ("identifier", organization.as_str()),
            ("adlseq:objectivesGlobalToSystem", "false"),
            ("adlcp:sharedDataGlobalToSystem", "false"),
        ];
        xml.nest("organization", &attributes, |xml| {
            xml.text("title", &[], &title)?;
            xml.nest("item", &[("identifier", &item), ("identifierref", &resource), ("isvisible", "true")], |xml| {
                xml.text("title", &[], &title)?;
                sequencing(xml, facts)?;
                xml.nest("adlnav:presentation", &[], |xml| {
                    xml.nest("adlnav:navigationInterface", &[], |xml| {
                        HIDDEN.iter().try_for_each(|button| xml.text("adlnav:hideLMSUI", &[], button))
                    })
                })
            })?;
            xml.nest("imsss:sequencing", &[], |xml| xml.empty("imsss:controlMode", &[("choice", "true"), ("flow", "true")]))
        })
    })
}

/// Only what Moodle can read: objectives without maps (its importer dies on them) and delivery controls, whose defaults would let an
/// LMS mark the SCO complete and passed at launch.
fn sequencing(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    let objective = format!("{}.objective", facts.identifier);
    xml.nest("imsss:sequencing", &[], |xml| {
        xml.nest("imsss:objectives", &[], |xml| match facts.pass_mark {
            Some(mark) => xml.nest("imsss:primaryObjective", &[("objectiveID", &objective), ("satisfiedByMeasure", "true")], |xml| {
                xml.text("imsss:minNormalizedMeasure", &[], &((mark * 100.0).round() / 10_000.0).to_string())
            }),
            None => xml.empty("imsss:primaryObjective", &[("objectiveID", &objective)]),
        })?;
        let controls = [("tracked", "true"), ("completionSetByContent", "true"), ("objectiveSetByContent", "true")];
        xml.empty("imsss:deliveryControls", &controls)
    })
}

fn resources(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    let launch = facts.files.first().map_or("", String::as_str);
    let resource = facts.resource();
    let attributes = [("identifier", resource.as_str()), ("type", "webcontent"), ("adlcp:scormType", "sco"), ("href", launch)];
    xml.nest("resources", &[], |xml| {
        xml.nest("resource", &attributes, |xml| facts.files.iter().try_for_each(|file| xml.empty("file", &[("href", file)])))
    })
}

fn metadata(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    let lang = [("language", facts.language)];
    let string =
        |xml: &mut Xml, name: &str, lang: &[(&str, &str)], text: &str| xml.nest(name, &[], |xml| xml.text("lom:string", lang, text));
    xml.nest("metadata", &[], |xml| {
        xml.text("schema", &[], "ADL SCORM")?;
        xml.text("schemaversion", &[], "2004 4th Edition")?;
        xml.nest("lom:lom", &[], |xml| {
            xml.nest("lom:general", &[], |xml| {
                identifier(xml, facts)?;
                string(xml, "lom:title", &lang, &shorten(facts.title, 1000))?;
                xml.text("lom:language", &[], facts.language)?;
                string(xml, "lom:description", &lang, &shorten(facts.summary, 2000))
            })?;
            xml.nest("lom:lifeCycle", &[], |xml| string(xml, "lom:version", &[], &shorten(facts.version, 50)))?;
            xml.nest("lom:metaMetadata", &[], |xml| {
                identifier(xml, facts)?;
                xml.text("lom:metadataSchema", &[], "LOMv1.0")?;
                xml.text("lom:metadataSchema", &[], "ADLv1.0")
            })?;
            xml.nest("lom:technical", &[], |xml| xml.text("lom:format", &[], "text/html"))?;
            if let Some(duration) = facts.duration() {
                xml.nest("lom:educational", &[], |xml| {
                    xml.nest("lom:typicalLearningTime", &[], |xml| xml.text("lom:duration", &[], &duration))
                })?;
            }
            xml.nest("lom:rights", &[], |xml| {
                vocabulary(xml, "lom:cost", "no")?;
                vocabulary(xml, "lom:copyrightAndOtherRestrictions", if facts.license.is_empty() { "no" } else { "yes" })?;
                if facts.license.is_empty() { Ok(()) } else { string(xml, "lom:description", &[], facts.license) }
            })
        })
    })
}

fn identifier(xml: &mut Xml, facts: &Facts<'_>) -> io::Result<()> {
    xml.nest("lom:identifier", &[], |xml| {
        xml.text("lom:catalog", &[], "courseferry")?;
        xml.text("lom:entry", &[], &facts.identifier)
    })
}

fn vocabulary(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.nest(name, &[], |xml| {
        xml.text("lom:source", &[], "LOMv1.0")?;
        xml.text("lom:value", &[], value)
    })
}
