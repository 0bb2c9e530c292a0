//! What was rendered once is not rendered again: results by the hash of all that went in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// Keeps rendered texts by key. Keys are hashes of everything that the text depends on, so nothing ever goes stale.
pub trait RenderCache {
    /// The text under this key.
    fn get(&mut self, key: &str) -> Option<String>;
    /// Keeps a text. A cache that cannot keep it forgets it.
    fn put(&mut self, key: &str, text: &str);
    /// A whole course has been read: what nobody asked for may go.
    fn done(&mut self) {}
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
    asked: BTreeSet<String>,
}

/// So many texts that nobody asked for are kept: earlier versions, other courses.
const SPARE: usize = 256;

impl FileCache {
    /// A cache in this folder, which is made on the first write.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), asked: BTreeSet::new() }
    }
}

impl RenderCache for FileCache {
    fn get(&mut self, key: &str) -> Option<String> {
        self.asked.insert(key.to_owned());
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

    fn done(&mut self) {
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        let spare = entries.flatten().filter(|e| !self.asked.contains(e.file_name().to_string_lossy().as_ref()));
        let mut spare: Vec<_> = spare.map(|e| (e.metadata().and_then(|m| m.modified()).ok(), e.path())).collect();
        spare.sort_unstable();
        let surplus = spare.len().saturating_sub(SPARE);
        for (_, path) in spare.into_iter().take(surplus) {
            let _ = fs::remove_file(path);
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
    fn what_nobody_asked_for_goes_once_there_is_too_much_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut cache = FileCache::new(dir.path());
        for i in 0..SPARE + 5 {
            cache.put(&format!("old{i}"), "x");
        }
        let _ = cache.get("mine");
        cache.put("mine", "y");
        cache.done();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), SPARE + 1);
        assert_eq!(cache.get("mine").as_deref(), Some("y"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_error() {
        let mut cache = FileCache::new("/dev/null/render");
        cache.put("k", "text");
        assert_eq!(cache.get("k"), None);
    }
}
