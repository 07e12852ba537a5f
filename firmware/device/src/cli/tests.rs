//! Command lines that nobody meant.

use super::Cli;
use clap::{CommandFactory, Parser};
use petri_core::random::Random;

/// Command lines that are tried.
const LINES: usize = 4_000;
const WORDS_MAX: u32 = 10;

/// Every command and flag that there is, and what may follow one.
fn words() -> Vec<String> {
    fn gather(command: &clap::Command, words: &mut Vec<String>) {
        words.push(command.get_name().to_owned());
        for argument in command.get_arguments() {
            words.extend(argument.get_long().map(|long| format!("--{long}")));
            words.extend(argument.get_short().map(|short| format!("-{short}")));
            words.extend(argument.get_possible_values().iter().map(|value| value.get_name().to_owned()));
        }
        command.get_subcommands().for_each(|command| gather(command, words));
    }
    let mut words = Vec::new();
    gather(&Cli::command(), &mut words);
    let others = [
        "",
        "-",
        "--",
        "=",
        "0",
        "-1",
        "61",
        "4294967296",
        "18446744073709551616",
        "1e9",
        "\u{0}",
        "很难过",
        "--=x",
        "tcp:127.0.0.1:1",
        "tcp:10.0.0.1:1",
        "unix:",
        "serial:/dev/x@9",
        "onnxruntime:qnn,",
        "zh-CN",
        "child",
        "a,b,,",
        "--console=",
        "--console=[::1]:0",
        "/",
        "..",
    ];
    words.extend(others.map(str::to_owned));
    words
}

#[test]
fn any_command_line_is_taken_or_refused_with_what_to_do() {
    let (words, mut random) = (words(), Random::new(5));
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..LINES {
        let count = random.below(WORDS_MAX + 1);
        let line: Vec<&str> =
            (0..count).map(|_| words[random.below(words.len() as u32) as usize].as_str()).collect();
        match Cli::try_parse_from(std::iter::once("petri").chain(line.iter().copied())) {
            Ok(_) => taken += 1,
            Err(error) => {
                assert!(error.to_string().contains("--help") || !error.use_stderr(), "{line:?}: {error}");
                refused += 1;
            }
        }
    }
    assert!(taken > 10 && refused > 1_000, "{taken} taken, {refused} refused");
}

#[test]
fn the_description_of_the_command_line_is_sound() {
    Cli::command().debug_assert();
}
