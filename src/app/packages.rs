//! Packages to download: a list with sizes and hashes, and the files. Built from the course as it is, kept while it stays so.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use super::{App, AppError, admin_sign_in::AdminVisit, audit};
use crate::{
    course::Course,
    package::{Builder, Format, Package, PackageError, Scope},
    store::Tx,
};

/// Bytes of packages kept in memory. One that is not is built again, in some milliseconds.
const KEEP: usize = 16 * 1024 * 1024;
/// Days a link to the packages works.
pub const LINK_DAYS: i64 = 7;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// One package on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Packaging standard.
    pub format: Format,
    /// What is in it.
    pub scope: Scope,
    /// File name.
    pub file_name: String,
    /// Bytes.
    pub size: usize,
    /// SHA-256, hex.
    pub sha256: String,
}

/// All packages of one course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Of which content.
    pub content_hash: String,
    /// Modules in order, then the whole course; within each, the formats.
    pub offers: Vec<Offer>,
}

impl Catalogue {
    /// The package of this format and scope.
    #[must_use]
    pub fn offer(&self, format: Format, scope: &Scope) -> Option<&Offer> {
        self.offers.iter().find(|o| o.format == format && o.scope == *scope)
    }

    /// The package with this file name.
    #[must_use]
    pub fn named(&self, file_name: &str) -> Option<&Offer> {
        self.offers.iter().find(|o| o.file_name == file_name)
    }
}

/// What is kept between requests.
#[derive(Default)]
pub struct Shelf {
    catalogue: tokio::sync::Mutex<Option<Arc<Catalogue>>>,
    recent: Mutex<VecDeque<(String, Arc<Package>)>>,
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// It cannot be built.
    #[error("the package could not be built")]
    Build(#[from] PackageError),
    /// Two builds of the same content differ.
    #[error("`{0}` was built twice and came out differently")]
    Differs(String),
    /// The work was dropped.
    #[error("building was interrupted")]
    Interrupted,
}

impl Shelf {
    fn recent(&self, key: &str) -> Option<Arc<Package>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().find(|(k, _)| k == key).map(|(_, package)| Arc::clone(package))
    }

    fn keep(&self, key: String, package: &Arc<Package>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|(k, _)| *k != key);
        recent.push_front((key, Arc::clone(package)));
        let mut bytes = 0;
        recent.retain(|(_, p)| {
            bytes += p.bytes.len();
            bytes <= KEEP
        });
    }
}

impl App {
    /// What there is to download. The first look after a change of the course builds everything once.
    ///
    /// # Errors
    /// When a package cannot be built.
    pub async fn catalogue(&self) -> Result<Arc<Catalogue>, AppError> {
        let course = self.course();
        let mut kept = self.shelf.catalogue.lock().await;
        if let Some(catalogue) = kept.as_ref().filter(|c| c.content_hash == course.content_hash) {
            return Ok(Arc::clone(catalogue));
        }
        let catalogue = Arc::new(blocking(move || build_all(&course)).await?);
        *kept = Some(Arc::clone(&catalogue));
        Ok(catalogue)
    }

    /// One package, byte for byte what the list says.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what is not on the list, and when it cannot be built.
    pub async fn package(&self, file_name: &str) -> Result<Arc<Package>, AppError> {
        let catalogue = self.catalogue().await?;
        let offer = catalogue.named(file_name).ok_or(AppError::NotFound)?.clone();
        if let Some(package) = self.shelf.recent(&offer.sha256) {
            return Ok(package);
        }
        let course = self.course();
        // The course changed this very moment: the list is read again.
        if course.content_hash != catalogue.content_hash {
            return Err(AppError::NotFound);
        }
        let (format, scope) = (offer.format, offer.scope);
        let package = Arc::new(blocking(move || Ok(Builder::new(&course).build(format, &scope)?)).await?);
        if package.sha256 != offer.sha256 {
            return Err(ShelfError::Differs(offer.file_name).into());
        }
        self.shelf.keep(offer.sha256, &package);
        Ok(package)
    }

    /// A link that an administrator hands on: like [`Self::packages_grant`], written down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant_packages(&self, admin: &AdminVisit) -> Result<(i64, String), AppError> {
        let (by, now) = (admin.by(), self.now());
        audit::record(&self.store, async move |_: &mut Tx| Ok::<_, AppError>(((), Some(by.did("link to packages made", "", now))))).await?;
        Ok(self.packages_grant())
    }

    /// A grant to look at and download packages, for [`LINK_DAYS`] days: expiry in seconds, and signature.
    #[must_use]
    pub fn packages_grant(&self) -> (i64, String) {
        let expiry = (self.now() + LINK_DAYS * DAY) / 1000;
        (expiry, self.media.signature(GRANTED, &self.site.url("/"), expiry))
    }

    /// Whether a grant is ours and still good.
    #[must_use]
    pub fn packages_granted(&self, expiry: i64, signature: &str) -> bool {
        self.media.allows(GRANTED, &self.site.url("/"), expiry, signature, self.now())
    }
}

/// What a grant is for; no course file is called so.
const GRANTED: &str = "\npackages";

fn build_all(course: &Course) -> Result<Catalogue, ShelfError> {
    let builder = Builder::new(course);
    let mut offers = Vec::new();
    for scope in Scope::all(course) {
        for format in Format::ALL {
            let package = builder.build(format, &scope)?;
            offers.push(Offer {
                format,
                scope: scope.clone(),
                file_name: package.file_name,
                size: package.bytes.len(),
                sha256: package.sha256,
            });
        }
    }
    Ok(Catalogue { content_hash: course.content_hash.clone(), offers })
}

async fn blocking<T: Send + 'static>(job: impl FnOnce() -> Result<T, ShelfError> + Send + 'static) -> Result<T, ShelfError> {
    tokio::task::spawn_blocking(job).await.map_err(|_| ShelfError::Interrupted)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    #[test]
    fn the_list_holds_every_module_and_the_course_in_every_format() {
        let course = fixture::course();
        let catalogue = build_all(&course).unwrap();
        assert_eq!(catalogue.offers.len(), (course.modules.len() + 1) * Format::ALL.len());
        let mut names: Vec<&str> = catalogue.offers.iter().map(|o| o.file_name.as_str()).collect();
        names.dedup();
        assert_eq!(names.len(), catalogue.offers.len());
        assert!(catalogue.offers.iter().all(|o| o.size > 0 && o.sha256.len() == 64));
        assert!(catalogue.offer(Format::Scorm12, &Scope::Course).is_some());
        assert!(catalogue.offer(Format::Scorm12, &Scope::Module("none".to_owned())).is_none());
    }

    #[test]
    fn the_shelf_forgets_the_oldest_when_it_is_full() {
        let shelf = Shelf::default();
        let package = |size: usize| {
            Arc::new(Package {
                format: Format::Scorm12,
                file_name: String::new(),
                bytes: vec![0; size],
                sha256: String::new(),
                files: Vec::new(),
            })
        };
        shelf.keep("a".to_owned(), &package(KEEP / 2));
        shelf.keep("b".to_owned(), &package(KEEP / 2));
        shelf.keep("c".to_owned(), &package(1));
        assert!(shelf.recent("a").is_none());
        assert!(shelf.recent("b").is_some() && shelf.recent("c").is_some());
    }
}
