//! Hardware in the loop, without hardware: the device in a virtual machine with real Linux drivers.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod evidence;
mod frames;
mod guest;
mod install;
mod machine;
mod pins;
mod plan;
mod qmp;
mod ready;
mod serial;
mod session;
mod system;

use anyhow::{Context, bail};
use guest::Given;
use machine::{Clock, Parts};
use plan::Row;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hil: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "install" => package(rest),
        _ => sessions(&arguments),
    }
}

/// Sessions of the program alone.
fn sessions(arguments: &[String]) -> anyhow::Result<()> {
    let usage = "usage: petri-hil DEBIAN PROGRAM FOLDER [--times N] [--only SCENES]; `cargo xtask hil` gives the first three";
    let ([debian, program, folder], rest) = arguments.split_first_chunk().context(usage)?;
    let (mut times, mut only) = (1, None);
    for pair in rest.chunks(2) {
        match pair {
            [flag, number] if flag == "--times" => times = number.parse().context(usage)?,
            [flag, names] if flag == "--only" => only = Some(names.as_str()),
            _ => bail!(usage),
        }
    }
    let (root, board) = workspace()?;
    let given = Given { debian: debian.into(), program: program.into(), root, board };
    std::fs::create_dir_all(folder)?;
    let folder = PathBuf::from(folder).canonicalize()?;
    let (kernel, initramfs) = guest::initramfs(&given, &folder)?;
    let program_disk = guest::program_disk(&given, &folder)?;
    let mut parts = Parts { kernel, initramfs, disks: Vec::new(), folder, clock: Clock::Time };
    repeat(times, || {
        parts.disks = vec![program_disk.clone(), guest::data_disk(&parts.folder)?];
        plan::play(&parts, only)
    })
}

/// The package on a Debian system.
fn package(arguments: &[String]) -> anyhow::Result<()> {
    let usage = "usage: petri-hil install DEBIAN SYSTEM PACKAGE FOLDER [--times N]; `cargo xtask hil install` gives the first four";
    let ([debian, system, package, folder], rest) = arguments.split_first_chunk().context(usage)?;
    let times = match rest {
        [] => 1,
        [flag, number] if flag == "--times" => number.parse().context(usage)?,
        _ => bail!(usage),
    };
    std::fs::create_dir_all(folder)?;
    let folder = PathBuf::from(folder).canonicalize()?;
    let (mut parts, base) = system::parts(Path::new(debian), Path::new(system), &folder)?;
    let medium = system::medium(Path::new(package), &workspace()?.1, &folder)?;
    repeat(times, || {
        parts.disks = vec![system::copy(&base, &folder.join("system.img"))?, medium.clone()];
        install::play(&parts)
    })
}

fn repeat(times: u32, mut play: impl FnMut() -> anyhow::Result<Vec<Row>>) -> anyhow::Result<()> {
    for time in 1..=times {
        let start = Instant::now();
        let rows = play()?;
        println!("\nrun {time} of {times}: green in {} s", start.elapsed().as_secs());
        for row in rows {
            println!("{:<18} {:>4} s  {}", row.what, row.seconds, row.result);
        }
    }
    Ok(())
}

/// The workspace, and what describes the machine as a board.
fn workspace() -> anyhow::Result<(PathBuf, PathBuf)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let board = root.join("tools/hil/guest/board.toml");
    Ok((root, board))
}
