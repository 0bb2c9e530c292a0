//! A content folder as an ordered map from path to bytes. The one place of the core that reads a folder.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;

use crate::ids::sha256_hex;

/// A file larger than this is no part of a course.
const MAX_FILE: u64 = 64 * 1024 * 1024;

#[derive(RustEmbed)]
#[folder = "content/"]
struct Embedded;

/// Why a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The folder is not there.
    #[error("there is no folder `{0}`")]
    NoFolder(PathBuf),
    /// The operating system says no.
    #[error("cannot read `{path}`")]
    Unreadable {
        /// What was read.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A name that is not UTF-8.
    #[error("the file name `{0}` is not UTF-8")]
    Name(PathBuf),
    /// A file that no LMS would take.
    #[error("`{0}` is larger than 64 MiB")]
    TooLarge(PathBuf),
}

/// A content folder: path (with `/`) to bytes, in order of path.
#[derive(Clone, Default)]
pub struct Source {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Source {
    /// The course that ships with the program.
    #[must_use]
    pub fn embedded() -> Self {
        let files = Embedded::iter()
            .filter(|path| !hidden(path))
            .filter_map(|path| Embedded::get(&path).map(|file| (path.into_owned(), file.data)))
            .collect();
        Self { files }
    }

    /// Reads a folder. Hidden files and folders, and what links lead to, are left out.
    ///
    /// # Errors
    /// When the folder is not there or something in it cannot be read.
    pub fn read_dir(root: &Path) -> Result<Self, SourceError> {
        if !root.is_dir() {
            return Err(SourceError::NoFolder(root.to_path_buf()));
        }
        let mut files = BTreeMap::new();
        let walk = walkdir::WalkDir::new(root).min_depth(1).into_iter();
        for entry in walk.filter_entry(|e| !e.file_name().to_string_lossy().starts_with('.')) {
            let entry = entry.map_err(|e| SourceError::Unreadable { path: e.path().unwrap_or(root).to_path_buf(), source: e.into() })?;
            if !entry.file_type().is_file() {
                continue;
            }
            let at = entry.path();
            let fail = |source| SourceError::Unreadable { path: at.to_path_buf(), source };
            let parts = at.strip_prefix(root).unwrap_or(at).iter().map(|p| p.to_str()).collect::<Option<Vec<_>>>();
            let name = parts.ok_or_else(|| SourceError::Name(at.to_path_buf()))?.join("/");
            if fs::metadata(at).map_err(fail)?.len() > MAX_FILE {
                return Err(SourceError::TooLarge(at.to_path_buf()));
            }
            files.insert(name, Cow::Owned(fs::read(at).map_err(fail)?));
        }
        Ok(Self { files })
    }

    /// A source made of the given files.
    pub fn from_files<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        Self { files: files.into_iter().map(|(p, b)| (p.into(), Cow::Owned(b.into()))).collect() }
    }

    /// The same with one file more, or another content of it.
    #[must_use]
    pub fn with(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), Cow::Owned(bytes.into()));
        self
    }

    /// The same with one file less.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.files.remove(path);
        self
    }

    /// A file's content.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Every file in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(p, b)| (p.as_str(), b.as_ref()))
    }

    /// Files below `folder/`, with their full path.
    pub fn under(&self, folder: &str) -> impl Iterator<Item = (&str, &[u8])> {
        let prefix = format!("{folder}/");
        self.files.range(prefix.clone()..).take_while(move |(p, _)| p.starts_with(&prefix)).map(|(p, b)| (p.as_str(), b.as_ref()))
    }

    /// SHA-256 over all names and contents.
    #[must_use]
    pub fn hash(&self) -> String {
        let list: String = self.iter().map(|(path, bytes)| format!("{} {path}\n", sha256_hex(bytes))).collect();
        sha256_hex(list.as_bytes())
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({} files)", self.files.len())
    }
}

fn hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_course_is_embedded() {
        let source = Source::embedded();
        assert!(source.has("course.toml"));
        assert_eq!(source.get("course.toml").unwrap(), fs::read("content/course.toml").unwrap());
    }

    #[test]
    fn a_folder_is_read_in_order_without_hidden_files() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("modules/.git")).unwrap();
        fs::write(dir.path().join("modules/.git/x"), "x").unwrap();
        fs::write(dir.path().join("modules/b.md"), "b").unwrap();
        fs::write(dir.path().join("course.toml"), "c").unwrap();
        let source = Source::read_dir(dir.path()).unwrap();
        assert_eq!(source.iter().map(|(p, _)| p).collect::<Vec<_>>(), ["course.toml", "modules/b.md"]);
        assert_eq!(source.under("modules").count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Source::read_dir(Path::new("/no/such/course")).unwrap_err();
        assert_eq!(error.to_string(), "there is no folder `/no/such/course`");
    }

    #[test]
    fn the_hash_knows_names_and_contents_and_nothing_else() {
        let a = Source::from_files([("a", "1"), ("b", "2")]);
        assert_eq!(a.hash(), Source::from_files([("b", "2"), ("a", "1")]).hash());
        assert_ne!(a.hash(), a.clone().with("a", "2").hash());
        assert_ne!(a.hash(), a.clone().without("a").with("c", "1").hash());
    }
}
