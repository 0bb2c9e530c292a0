//! Packages: a course in, a deterministic zip out. Pure.
//!
//! A package is one SCO: `imsmanifest.xml`, one `index.html` with every lesson, notebook and quiz as a section, `style.css`,
//! `player.js` with the adapter of its format, the files the pages refer to under `assets/`, and the standard's schemas.
//! [`Builder`] renders and compresses what several packages share only once.

mod archive;
mod manifest_xml;
mod page;
pub mod player;
mod schemas;
mod scope;
mod scorm12;
mod scorm2004;
pub mod verify;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use thiserror::Error;

pub use player::Adapter;
pub use scope::Scope;

use crate::{course::Course, ids};
use archive::Piece;
use manifest_xml::Facts;
use scope::Selection;

/// A packaging standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// SCORM 1.2.
    Scorm12,
    /// SCORM 2004 4th Edition.
    Scorm2004,
}

impl Format {
    /// Every format, the one for Moodle first.
    pub const ALL: [Self; 2] = [Self::Scorm12, Self::Scorm2004];

    /// The name people know it by.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Scorm12 => "SCORM 1.2",
            Self::Scorm2004 => "SCORM 2004 4th Edition",
        }
    }

    fn adapter(self) -> Adapter {
        match self {
            Self::Scorm12 => Adapter::Scorm12,
            Self::Scorm2004 => Adapter::Scorm2004,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scorm12 => "scorm12",
            Self::Scorm2004 => "scorm2004",
        })
    }
}

impl FromStr for Format {
    type Err = PackageError;

    fn from_str(text: &str) -> Result<Self, PackageError> {
        Self::ALL.into_iter().find(|f| f.to_string() == text).ok_or_else(|| PackageError::UnknownFormat(text.to_owned()))
    }
}

/// What a SCORM 1.2 package reports at the very end. SCORM 2004 has two fields and reports both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Finish {
    /// `completed`: what a new Moodle activity waits for.
    #[default]
    Completed,
    /// `passed` or `failed`, with a mastery score in the manifest.
    PassedFailed,
}

/// A built package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Such as `llm-fine-tuning-01-foundations-scorm12.zip`.
    pub file_name: String,
    /// Its standard.
    pub format: Format,
    /// The zip.
    pub bytes: Vec<u8>,
    /// SHA-256 of the zip, hex.
    pub sha256: String,
    /// What is in it, in the zip's order.
    pub files: Vec<PackageFile>,
}

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// Path in the zip.
    pub name: String,
    /// Bytes before compression.
    pub size: usize,
}

/// Why a package could not be built.
#[derive(Debug, Error)]
pub enum PackageError {
    /// No such module.
    #[error("no module `{id}` in this course; it has: {known}")]
    UnknownModule {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// No such format.
    #[error("no format `{0}`; there are: scorm12, scorm2004")]
    UnknownFormat(String),
    /// A page names a file that the course does not hold.
    #[error("a page refers to the file `{0}`, which the course does not hold")]
    UnknownAsset(String),
    /// A page could not be rendered.
    #[error("the page could not be rendered")]
    Page(#[from] askama::Error),
    /// The data for the player could not be written.
    #[error("the player's data could not be written")]
    Data(#[from] serde_json::Error),
    /// The manifest could not be written.
    #[error("the manifest could not be written")]
    Manifest(#[from] std::io::Error),
    /// The archive could not be written.
    #[error("the archive could not be written")]
    Archive(#[from] zip::result::ZipError),
}

/// Builds one package.
///
/// # Errors
/// When the module is unknown or a page refers to a file that is not there.
pub fn build(course: &Course, format: Format, scope: &Scope) -> Result<Package, PackageError> {
    Builder::new(course).build(format, scope)
}

/// The file name a package will have.
///
/// # Errors
/// When the module is unknown.
pub fn file_name(course: &Course, format: Format, scope: &Scope) -> Result<String, PackageError> {
    Ok(Selection::new(course, scope)?.file_name(format))
}

/// Builds many packages of one course and keeps what they share.
#[derive(Debug)]
pub struct Builder<'a> {
    course: &'a Course,
    finish: Finish,
    pieces: Mutex<BTreeMap<String, Arc<Piece>>>,
    pages: Mutex<BTreeMap<(Scope, bool), Arc<Launch>>>,
}

/// The launch page, compressed, and the files it refers to. The same in every format.
#[derive(Debug)]
struct Launch {
    piece: Arc<Piece>,
    assets: BTreeSet<String>,
}

/// The launch page.
const INDEX: &str = "index.html";

impl<'a> Builder<'a> {
    /// A builder for this course.
    #[must_use]
    pub fn new(course: &'a Course) -> Self {
        Self { course, finish: Finish::default(), pieces: Mutex::default(), pages: Mutex::default() }
    }

    /// Chooses what SCORM 1.2 reports at the end.
    #[must_use]
    pub fn finish(mut self, finish: Finish) -> Self {
        self.finish = finish;
        self
    }

    /// Builds one package.
    ///
    /// # Errors
    /// When the module is unknown or a page refers to a file that is not there.
    pub fn build(&self, format: Format, scope: &Scope) -> Result<Package, PackageError> {
        let selection = Selection::new(self.course, scope)?;
        let finish = if format == Format::Scorm12 { self.finish } else { Finish::Completed };
        let page = self.page(scope, &selection, finish)?;

        let mut content = vec![
            self.shared("theme", "theme.js", || player::theme_early().as_bytes().to_vec())?,
            self.shared("style", "style.css", || player::style().into_bytes())?,
            self.shared(&format!("player:{format}"), "player.js", || player::script(format.adapter()).into_bytes())?,
        ];
        for path in &page.assets {
            let asset = self.course.assets.get(path).ok_or_else(|| PackageError::UnknownAsset(path.clone()))?;
            content.push(self.shared(&format!("asset:{path}"), &page::asset_href(path), || asset.bytes.clone())?);
        }
        content.sort_by(|a, b| a.name.cmp(&b.name));
        content.insert(0, page.piece.clone());

        let names: Vec<String> = content.iter().map(|p| p.name.clone()).collect();
        let facts = Facts {
            identifier: selection.identifier(),
            title: selection.title(),
            summary: selection.summary(),
            version: &self.course.version,
            language: &self.course.language,
            license: &self.course.license,
            hours: selection.hours(),
            pass_mark: selection.pass_mark(),
            files: &names,
        };
        let manifest = match format {
            Format::Scorm12 => scorm12::manifest(&facts, finish)?,
            Format::Scorm2004 => scorm2004::manifest(&facts)?,
        };

        let mut pieces = vec![Arc::new(Piece::new(verify::MANIFEST, &manifest)?)];
        pieces.append(&mut content);
        for (name, bytes) in schemas::of(format) {
            pieces.push(self.shared(&format!("schema:{format}:{name}"), &name, || bytes)?);
        }
        pieces[1..].sort_by(|a, b| a.name.cmp(&b.name));

        let bytes = archive::join(pieces.iter().map(AsRef::as_ref))?;
        Ok(Package {
            file_name: selection.file_name(format),
            format,
            sha256: ids::sha256_hex(&bytes),
            bytes,
            files: pieces.iter().map(|p| PackageFile { name: p.name.clone(), size: p.size }).collect(),
        })
    }

    /// The piece with this key, compressed on first use.
    fn shared(&self, key: &str, name: &str, bytes: impl FnOnce() -> Vec<u8>) -> Result<Arc<Piece>, PackageError> {
        if let Some(piece) = lock(&self.pieces).get(key) {
            return Ok(piece.clone());
        }
        // Compressing outside the lock: two threads may do the same work once, none waits for another's.
        let piece = Arc::new(Piece::new(name, &bytes())?);
        Ok(lock(&self.pieces).entry(key.to_owned()).or_insert(piece).clone())
    }

    fn page(&self, scope: &Scope, selection: &Selection<'_>, finish: Finish) -> Result<Arc<Launch>, PackageError> {
        let key = (scope.clone(), finish == Finish::PassedFailed);
        if let Some(page) = lock(&self.pages).get(&key) {
            return Ok(page.clone());
        }
        let page = page::render(selection, finish)?;
        let piece = Arc::new(Piece::new(INDEX, page.html.as_bytes())?);
        let launch = Arc::new(Launch { piece, assets: page.assets });
        Ok(lock(&self.pages).entry(key).or_insert(launch).clone())
    }
}

/// What a panicking thread left is still whole: every change is one insertion.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
