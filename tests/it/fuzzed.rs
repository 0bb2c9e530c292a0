//! The fuzz targets of `fuzz/` on stable Rust: the corpus as it is, then mutated for a while by a generator with a seed.
//!
//! `FERRY_TEST_FUZZ_SECONDS` says how long for each target (half a second, so that every run of the tests looks a little further),
//! `FERRY_TEST_FUZZ_SEED` with which seed.

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};

#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "the same file is a library of its own")]
mod targets;

/// What JSON, JWTs, URLs and forms are made of, and what has fooled readers of them.
const WORDS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    ".",
    "=",
    "&",
    "%00",
    "%0d%0a",
    "\\u0000",
    "\\ud800",
    "\\u0061",
    "null",
    "true",
    "-0",
    "1e999",
    "1e-400",
    "18446744073709551616",
    "-9223372036854775809",
    "0.1",
    "\"aud\":",
    "\"iss\":\"https://lms.example\"",
    "\"exp\":",
    "\"sub\":null",
    "\"alg\":\"none\"",
    "\"kid\":\"k1\"",
    "\"crit\":[",
    "$Canvas.user.id",
    "https://",
    "//",
    "@",
    "..",
    "%2e%2e/",
    "\\",
    "#",
    "?",
    "[::1]",
    "https://evil.example",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&#0;",
    "<![CDATA[",
    "]]>",
    "<textString>",
    "1e308",
    "oauth_nonce=",
    "\u{feff}",
    "\u{202e}",
    "é",
    "{\"a\":{\"a\":",
    "[[[[[[[[",
];

/// xorshift64*: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap() % limit.max(1)
    }
}

fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    for _ in 0..=dice.below(6) {
        let (at, to) = (dice.below(bytes.len() + 1), dice.below(bytes.len() + 1));
        let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 64));
        match dice.below(7) {
            0 if !bytes.is_empty() => {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            1 => bytes.insert(at, u8::try_from(dice.below(256)).unwrap()),
            2 => drop(bytes.drain(from..to)),
            3 => {
                let piece = bytes[from..to].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let other = &others[dice.below(others.len())];
                let start = dice.below(other.len() + 1);
                let piece = other[start..(start + dice.below(200)).min(other.len())].to_vec();
                bytes.splice(from..to, piece);
            }
            5 => bytes.truncate(to),
            _ => {
                let word = WORDS[dice.below(WORDS.len())];
                bytes.splice(from..to.min(from + dice.below(8)), word.bytes());
            }
        }
    }
}

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(path)
}

fn names(path: &str) -> BTreeSet<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
    fs::read_dir(folder(path)).unwrap().map(name).collect()
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(folder("corpus").join(name)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| fs::read(f).unwrap()).collect()
}

fn number(variable: &str, otherwise: f64) -> f64 {
    std::env::var(variable).ok().map_or(otherwise, |text| text.parse().unwrap())
}

fn run(name: &str) {
    let (_, target) = targets::TARGETS.iter().find(|(n, _)| *n == name).unwrap();
    let (corpus, seed) = (corpus(name), number("FERRY_TEST_FUZZ_SEED", 1.0).to_bits());
    let check = |input: &[u8], round: usize| {
        let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
        assert!(outcome.is_ok(), "{name}, seed {seed}, round {round}: {:?}", String::from_utf8_lossy(input));
    };
    // Also makes the key, which takes its time.
    corpus.iter().for_each(|input| check(input, 0));
    let until = Instant::now() + Duration::from_secs_f64(number("FERRY_TEST_FUZZ_SECONDS", 0.5));
    let (mut dice, mut round) = (Dice(seed | 1), 0);
    while Instant::now() < until {
        round += 1;
        let mut input = corpus[dice.below(corpus.len())].clone();
        mutate(&mut input, &corpus, &mut dice);
        check(&input, round);
    }
    println!("{name}: {round} inputs");
    assert!(round > 10, "only {round} inputs");
}

#[test]
fn every_target_has_a_corpus_and_a_program() {
    let known: BTreeSet<String> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), known);
    assert_eq!(names("fuzz_targets"), known);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    assert!(known.iter().all(|name| manifest.contains(&format!("name = \"{name}\""))));
    assert!(known.iter().all(|name| corpus(name).len() >= 2));
}

#[test]
fn the_mutator_changes_what_it_is_given_and_repeats_itself_by_its_seed() {
    let corpus = corpus("claims");
    let round = |seed| {
        let (mut dice, mut input) = (Dice(seed), corpus[0].clone());
        mutate(&mut input, &corpus, &mut dice);
        input
    };
    assert_eq!(round(7), round(7));
    assert!((1..50).filter(|seed| round(*seed) != corpus[0]).count() > 40);
}

#[test]
fn tokens_hold() {
    run("id_token");
}

#[test]
fn claims_hold() {
    run("claims");
}

#[test]
fn strict_json_holds() {
    run("strict_json");
}

#[test]
fn key_sets_hold() {
    run("key_set");
}

#[test]
fn grade_services_hold() {
    run("ags");
}

#[test]
fn logins_hold() {
    run("login");
}

#[test]
fn launches_of_lti_1_1_hold() {
    run("v1p1");
}

#[test]
fn outcomes_hold() {
    run("outcome");
}

#[test]
fn configurations_of_platforms_hold() {
    run("registration");
}

#[test]
fn answers_to_a_registration_hold() {
    run("registered");
}

#[test]
fn rosters_hold() {
    run("roster");
}

#[test]
fn settings_of_deep_linking_hold() {
    run("deep_linking");
}
