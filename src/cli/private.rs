//! What no log may hold: printed to a terminal, else written to a file that only its owner can read.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::clock;

/// Writes `text` to a new file `<name>-<time>` in `dir`.
pub(super) fn write(dir: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    use std::io::Write as _;
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder `{}`", dir.display()))?;
    let path = dir.join(format!("{name}-{}", clock::now().strftime("%Y%m%d-%H%M%S")));
    // A second one in the same second replaces the first.
    let _ = std::fs::remove_file(&path);
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    writeln!(file, "{text}").with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}
