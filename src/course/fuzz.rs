//! Whatever an author's file holds, reading it ends in findings, never in a panic.

use proptest::prelude::*;

use super::{Source, check};

const GOOD: &[(&str, &str)] = &[
    ("course.toml", include_str!("../../tests/it/courses/tiny/course.toml")),
    ("modules/01-one/module.toml", include_str!("../../tests/it/courses/tiny/modules/01-one/module.toml")),
    ("modules/01-one/01-first.md", include_str!("../../tests/it/courses/tiny/modules/01-one/01-first.md")),
    ("modules/01-one/quiz.toml", include_str!("../../tests/it/courses/tiny/modules/01-one/quiz.toml")),
    ("modules/01-one/notebooks/nb_one.ipynb", include_str!("../../tests/it/courses/tiny/modules/01-one/notebooks/nb_one.ipynb")),
    ("modules/01-one/media/dot.svg", include_str!("../../tests/it/courses/tiny/modules/01-one/media/dot.svg")),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_course_is_told_not_feared(file in 0..GOOD.len(), at in 0.0..1.0_f64, cut in 0..40_usize, put in ".{0,6}") {
        let mut source = Source::from_files(GOOD.iter().copied());
        let (path, text) = GOOD[file];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let at = (at * text.len() as f64) as usize;
        let mut bytes = text.as_bytes().to_vec();
        bytes.splice(at..(at + cut).min(text.len()), put.bytes());
        source = source.with(path, bytes);
        let (_, found) = check(&source, None);
        for d in &found.0 {
            prop_assert!(d.line >= 1 && d.col >= 1 && !d.message.is_empty(), "{d:?}");
        }
    }
}
