//! Files of the server itself, under paths that change with their content.

use std::collections::BTreeMap;

use crate::{
    ids,
    package::player::{self, Adapter},
};

/// One file.
pub(crate) struct Asset {
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All of them, by `<hash>/<name>`.
pub(crate) struct Assets {
    files: BTreeMap<String, Asset>,
    paths: BTreeMap<&'static str, String>,
}

const OWN: &[(&str, &str)] = &[
    ("store-state.js", include_str!("../../player/launch/store-state.js")),
    ("prove-state.js", include_str!("../../player/launch/prove-state.js")),
    ("icon.svg", include_str!("../../templates/web/icon.svg")),
    ("sign-in.js", include_str!("../../templates/web/admin/sign-in.js")),
    ("bearer.js", include_str!("../../player/launch/bearer.js")),
    ("close-frame.js", include_str!("../../player/launch/close-frame.js")),
];

/// Behind the player's style, in cascade order: what only the server's pages have, so that no package carries it.
const STYLES: &[&str] = &[
    include_str!("../../templates/web/style/learn.css"),
    include_str!("../../templates/web/style/page.css"),
    include_str!("../../templates/web/style/data.css"),
    include_str!("../../templates/web/style/forms.css"),
    include_str!("../../templates/web/style/class.css"),
    include_str!("../../templates/web/style/desk.css"),
    include_str!("../../templates/web/style/picker.css"),
    include_str!("../../templates/web/style/print.css"),
];

impl Assets {
    /// Our scripts and styles; `prefix` is the site's path prefix.
    pub(crate) fn new(prefix: &str) -> Self {
        let mut assets = Self { files: BTreeMap::new(), paths: BTreeMap::new() };
        for (name, text) in OWN {
            assets.add(prefix, name, text.as_bytes().to_vec());
        }
        let style: String = std::iter::once(player::style()).chain(STYLES.iter().map(|text| player::strip_comments(text))).collect();
        assets.add(prefix, "ferry.css", style.into_bytes());
        assets.add(prefix, "player.js", player::script(Adapter::Lti).into_bytes());
        assets.add(prefix, "tools.js", player::tools_script().into_bytes());
        assets.add(prefix, "theme.js", player::theme_early().as_bytes().to_vec());
        assets
    }

    fn add(&mut self, prefix: &str, name: &'static str, bytes: Vec<u8>) {
        let media_type = match name.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        let key = format!("{}/{name}", &ids::sha256_hex(&bytes)[..16]);
        self.paths.insert(name, format!("{prefix}/assets/{key}"));
        self.files.insert(key, Asset { media_type, bytes });
    }

    /// The address of `name`.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.paths.get(name).map_or("", String::as_str)
    }

    /// The file of this name, for addresses that must stay.
    pub(crate) fn named(&self, name: &str) -> Option<&Asset> {
        self.files.iter().find(|(key, _)| key.rsplit('/').next() == Some(name)).map(|(_, asset)| asset)
    }

    /// The file at `<hash>/<name>`.
    pub(crate) fn find(&self, key: &str) -> Option<&Asset> {
        self.files.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_prefix_and_a_hash_and_find_their_file() {
        let assets = Assets::new("/ferry");
        let path = assets.path("ferry.css");
        let key = path.strip_prefix("/ferry/assets/").unwrap();
        assert_eq!(assets.find(key).unwrap().media_type, "text/css; charset=utf-8");
        assert!(assets.find("ferry.css").is_none());
    }

    #[test]
    fn the_style_of_tool_pages_comes_with_the_server_and_with_no_package() {
        let assets = Assets::new("");
        let key = assets.path("ferry.css").strip_prefix("/assets/").unwrap();
        let served = String::from_utf8(assets.find(key).unwrap().bytes.clone()).unwrap();
        let packed = player::style();
        assert!(served.starts_with(&packed) && !served.contains("/*"));
        for class in ["main.page", ".tool-bar", ".table-box td", ".form-field", ".class-table", ".front-map"] {
            assert!(served.contains(class) && !packed.contains(class), "{class}");
        }
    }
}
