//! The `ferry` binary.

fn main() -> std::process::ExitCode {
    courseferry::run::run()
}
