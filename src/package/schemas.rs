//! The schemas that a manifest names: some importers validate, and they must find them beside it.

use rust_embed::RustEmbed;

use super::Format;

#[derive(RustEmbed)]
#[folder = "templates/package/schemas/"]
struct Schemas;

/// Path in the zip and content, by name.
pub(crate) fn of(format: Format) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{format}/");
    let mut names: Vec<_> = Schemas::iter().filter(|n| n.starts_with(&folder)).collect();
    names.sort();
    names.iter().filter_map(|n| Some((n[folder.len()..].to_owned(), Schemas::get(n)?.data.into_owned()))).collect()
}

/// Whether this path is one of the standard's schemas.
pub(crate) fn is_schema(name: &str) -> bool {
    name.ends_with(".xsd") || name.ends_with(".dtd")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_has_its_own_set() {
        let (old, new) = (of(Format::Scorm12), of(Format::Scorm2004));
        assert!(old.iter().any(|(n, b)| n == "adlcp_rootv1p2.xsd" && !b.is_empty()), "{:?}", old.len());
        assert!(new.iter().any(|(n, _)| n == "common/dataTypes.xsd"));
        assert!(old.iter().chain(&new).all(|(n, _)| is_schema(n)));
        assert_eq!((old.len(), new.len()), (4, 29));
    }
}
