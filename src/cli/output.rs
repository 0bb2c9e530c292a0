//! Where commands talk (stderr) and print (stdout).

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Talks on stderr, prints on stdout.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    quiet: bool,
    colour: bool,
}

impl Output {
    /// Colours only on a terminal that wants them.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) || std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        Self { quiet, colour: io::stderr().is_terminal() && !unwanted }
    }

    /// Data: one line on stdout.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn data(&self, line: impl AsRef<str>) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{}", line.as_ref())
    }

    /// Rows with a heading, in columns.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn table(&self, heading: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        for line in columns(heading, rows) {
            writeln!(stdout, "{line}")?;
        }
        Ok(())
    }

    /// Talk: what is going on.
    pub fn say(&self, text: impl AsRef<str>) {
        if !self.quiet {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Talk: what to do next.
    pub fn hint(&self, text: impl AsRef<str>) {
        if !self.quiet {
            eprintln!("{} {}", self.paint("36", "hint:"), text.as_ref());
        }
    }

    /// Talk: something is odd, but the work goes on.
    pub fn warn(&self, text: impl AsRef<str>) {
        eprintln!("{} {}", self.paint("33", "warning:"), text.as_ref());
    }

    /// What went wrong, on one line, with causes that add something.
    pub fn error(&self, error: &anyhow::Error) {
        eprintln!("{} {}", self.paint("1;31", "error:"), one_line(error));
    }

    /// Asks for a line on the terminal. None for an empty one, and where nobody can answer.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub fn ask(&self, question: &str) -> io::Result<Option<String>> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(None);
        }
        eprint!("{question} ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(Some(answer.trim().to_owned()).filter(|a| !a.is_empty()))
    }

    /// Asks on the terminal; anything but yes is no. None where nobody can answer.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub fn confirm(&self, question: &str) -> io::Result<Option<bool>> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(None);
        }
        eprint!("{question} [y/N] ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")))
    }

    /// A bar for long work; hidden where stderr is no terminal.
    #[must_use]
    pub fn progress(&self, steps: u64, label: &str) -> ProgressBar {
        let target = if self.quiet || !io::stderr().is_terminal() { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(steps), target);
        let plain = "{prefix} [{bar:30}] {pos}/{len} {msg}";
        let painted = "{prefix} [{bar:30.cyan}] {pos}/{len} {msg}";
        if let Ok(style) = ProgressStyle::with_template(if self.colour { painted } else { plain }) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(label.to_owned());
        bar
    }

    /// Bold, where colours are wanted: for talk.
    #[must_use]
    pub fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Whether somebody sits before stdout.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The message, then each cause that the line does not say already.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}

fn columns(heading: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let heading: Vec<String> = heading.iter().map(|h| (*h).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&heading).chain(rows).collect();
    let width = |column: usize| all.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |row: &&Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_space() {
        let rows = vec![vec!["1".to_owned(), "Müller".to_owned()], vec!["22".to_owned(), String::new()]];
        assert_eq!(columns(&["id", "name"], &rows), ["id  name", "1   Müller", "22"]);
    }

    #[test]
    fn an_error_is_one_line_without_echo() {
        let error = anyhow::anyhow!("permission denied").context("cannot write `x` (permission denied)").context("no backup");
        assert_eq!(one_line(&error), "no backup: cannot write `x` (permission denied)");
    }
}
