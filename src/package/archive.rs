//! Deterministic zips: the same files give the same bytes on every machine, in every folder and time zone.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// Media that is compressed already; deflating it costs time and wins nothing.
const STORED: &[&str] = &["png", "jpg", "jpeg", "webp", "gif", "avif", "mp4", "webm", "mp3", "ogg", "woff2", "zip", "gz", "pdf"];

/// One file, compressed once and shared by every package that carries it.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) name: String,
    pub(crate) size: usize,
    /// A zip of this one file: what the zip crate can copy from without compressing again.
    zipped: Vec<u8>,
}

impl Piece {
    /// Compresses `bytes` under `name`.
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Result<Self, ZipError> {
        let extension = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
        let method = if STORED.contains(&extension.as_str()) { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, options().compression_method(method))?;
        writer.write_all(bytes)?;
        Ok(Self { name: name.to_owned(), size: bytes.len(), zipped: writer.finish()?.into_inner() })
    }
}

/// Date, mode and system are fixed; the host's must not leak into the bytes.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644).system(System::Unix)
}

/// Joins the pieces in the order given.
pub(crate) fn join<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Result<Vec<u8>, ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for piece in pieces {
        let mut source = ZipArchive::new(Cursor::new(piece.zipped.as_slice()))?;
        writer.raw_copy_file(source.by_index_raw(0)?)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn pieces() -> Vec<Piece> {
        vec![Piece::new("b.txt", &[b'x'; 500]).unwrap(), Piece::new("a.png", &[7; 300]).unwrap()]
    }

    #[test]
    fn the_same_files_give_the_same_bytes_in_the_order_given() {
        let (one, two) = (join(&pieces()).unwrap(), join(&pieces()).unwrap());
        assert_eq!(one, two);
        let mut zip = ZipArchive::new(Cursor::new(one)).unwrap();
        assert_eq!(zip.file_names().map(|n| n.unwrap().into_owned()).collect::<Vec<_>>(), ["b.txt", "a.png"]);
        let mut text = String::new();
        zip.by_name("b.txt").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text.len(), 500);
    }

    #[test]
    fn entries_carry_a_fixed_date_and_mode_and_no_surprises() {
        let bytes = join(&pieces()).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        for index in 0..zip.len() {
            let file = zip.by_index_raw(index).unwrap();
            assert_eq!(file.unix_mode().map(|m| m & 0o777), Some(0o644));
            assert_eq!(file.last_modified().map(|d| d.to_string()).as_deref(), Some("1980-01-01 00:00:00"));
            assert!(file.extra_data().is_none_or(|x| x.is_empty()));
            assert!(file.is_file());
        }
    }

    #[test]
    fn media_is_stored_and_text_is_deflated() {
        let bytes = join(&pieces()).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.by_name("a.png").unwrap().compression(), CompressionMethod::Stored);
        let text = zip.by_name("b.txt").unwrap();
        assert_eq!(text.compression(), CompressionMethod::Deflated);
        assert!(text.compressed_size() < 50);
    }

    #[test]
    fn a_name_twice_is_refused() {
        let twice = [Piece::new("a.txt", b"1").unwrap(), Piece::new("a.txt", b"2").unwrap()];
        assert!(join(&twice).is_err());
    }
}
