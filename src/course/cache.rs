//! What was rendered once is not rendered again: results by the hash of all that went in.

use std::{collections::BTreeMap, fs, path::PathBuf};

/// Keeps rendered texts by key. Keys are hashes of everything that the text depends on, so nothing ever goes stale.
pub trait RenderCache {
    /// The text under this key.
    fn get(&mut self, key: &str) -> Option<String>;
    /// Keeps a text. A cache that cannot keep it forgets it.
    fn put(&mut self, key: &str, text: &str);
}

/// A cache in memory.
#[derive(Debug, Default)]
pub struct MemoryCache(BTreeMap<String, String>);

impl RenderCache for MemoryCache {
    fn get(&mut self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn put(&mut self, key: &str, text: &str) {
        self.0.insert(key.to_owned(), text.to_owned());
    }
}

/// A cache in a folder: one file a key. A folder that cannot be written costs time, never a start.
#[derive(Debug)]
pub struct FileCache {
    dir: PathBuf,
}

impl FileCache {
    /// A cache in this folder, which is made on the first write.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }
}

impl RenderCache for FileCache {
    fn get(&mut self, key: &str) -> Option<String> {
        fs::read_to_string(self.dir.join(key)).ok()
    }

    fn put(&mut self, key: &str, text: &str) {
        // Written aside and renamed, so that another process never reads half a file.
        let aside = self.dir.join(format!("{key}.{}.tmp", std::process::id()));
        let kept =
            fs::create_dir_all(&self.dir).and_then(|()| fs::write(&aside, text)).and_then(|()| fs::rename(&aside, self.dir.join(key)));
        if kept.is_err() {
            let _ = fs::remove_file(&aside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_caches_give_back_what_they_keep() {
        let dir = tempfile::tempdir().unwrap();
        let caches: [&mut dyn RenderCache; 2] = [&mut MemoryCache::default(), &mut FileCache::new(dir.path().join("render"))];
        for cache in caches {
            assert_eq!(cache.get("k"), None);
            cache.put("k", "text");
            assert_eq!(cache.get("k").as_deref(), Some("text"));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_error() {
        let mut cache = FileCache::new("/dev/null/render");
        cache.put("k", "text");
        assert_eq!(cache.get("k"), None);
    }
}
