//! Everything that takes bytes from outside, against the corpus of the fuzz targets and mutations of it.
//!
//! `cargo xtask fuzz` looks deeper, with a compiler of its own; this runs everywhere, so that no target rots. With
//! `UPDATE_GOLDEN` set, the inputs to begin with are written anew.
#![cfg(feature = "engine")]
#![allow(clippy::print_stdout)]

mod seeds;

use petri_tests::mutation::Mutator;
use petri_tests::parsers::{HEAVY, LIGHT, Target};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Mutations of each target; those that open a file for each take fewer.
const MUTATIONS: usize = 3_000;
const MUTATIONS_WITH_FILES: usize = 400;
/// No mutation is longer.
const BYTES_MAX: usize = 16 << 10;
/// A corpus is small.
const CORPUS_BYTES_MAX: usize = 64 << 10;

fn targets() -> impl Iterator<Item = Target> {
    LIGHT.into_iter().chain(HEAVY)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = root().join("corpus").join(target.name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("an input")).collect()
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the fuzz targets");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}

#[test]
fn every_parser_has_a_target_a_corpus_and_a_program() {
    let wanted: BTreeSet<String> = targets().map(|target| target.name.to_owned()).collect();
    assert_eq!(names("fuzz_targets"), wanted);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        for (target, name, bytes) in seeds::all() {
            let folder = root().join("corpus").join(target);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(name), bytes).expect("written");
        }
    }
    assert_eq!(names("corpus"), wanted);
    let programs = fs::read_to_string(root().join("Cargo.toml")).expect("the list of programs");
    for target in targets() {
        assert!(programs.contains(&format!("name = \"{}\"", target.name)), "{}", target.name);
        let bytes: usize = corpus(&target).iter().map(Vec::len).sum();
        assert!(bytes <= CORPUS_BYTES_MAX, "{} has {bytes} bytes; make it smaller", target.name);
    }
}

#[test]
fn whatever_comes_from_outside_is_taken_whole_or_refused() {
    for target in targets() {
        let inputs = corpus(&target);
        let taken = inputs.iter().filter(|input| (target.run)(input)).count();
        assert!(
            taken > 0,
            "nothing of the corpus of {} gets past the parser: it is out of date",
            target.name
        );
        let with_files = ["journal", "pack_source"].contains(&target.name);
        let mutations = if with_files { MUTATIONS_WITH_FILES } else { MUTATIONS };
        let mut mutator = Mutator::new(11, BYTES_MAX);
        let mut refused = 0;
        for _ in 0..mutations {
            refused += usize::from(!(target.run)(&mutator.mutate(&inputs)));
        }
        println!(
            "{}: {taken} of {} inputs taken, {refused} of {mutations} mutations refused",
            target.name,
            inputs.len()
        );
        assert!(refused > 0, "{} refuses nothing", target.name);
    }
}
