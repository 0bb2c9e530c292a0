//! A release build carries the course, the templates and the player in itself: a file that is new there is a reason to build.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Debug builds read these folders when they run.
    if std::env::var("PROFILE").is_ok_and(|p| p == "release") {
        for folder in ["content", "player", "templates", "src/cli/example"] {
            println!("cargo:rerun-if-changed={folder}");
        }
    }
}
