use clap::{CommandFactory as _, Parser as _};

use super::*;

#[test]
fn the_words_do_not_contradict_each_other() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_teaches_by_example() {
    for command in Cli::command().get_subcommands() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains(&format!("ferry {}", command.get_name())), "`ferry {} --help` shows no example", command.get_name());
    }
}

#[test]
fn a_wrong_word_is_a_usage_error() {
    let error = Cli::try_parse_from(["ferry", "biuld"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("build"), "{error}");
}

#[test]
fn exit_codes_are_zero_one_two() {
    let out = Output::new(true);
    assert_eq!(conclude(Ok(Exit::Success), &out), Exit::Success);
    assert_eq!(conclude(Ok(Exit::Problems), &out), Exit::Problems);
    assert_eq!(conclude(Err(anyhow::anyhow!("x")), &out), Exit::Problems);
    assert_eq!(conclude(Err(UsageError("x".to_owned()).into()), &out), Exit::Usage);
}
