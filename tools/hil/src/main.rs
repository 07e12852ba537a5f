//! Hardware in the loop, without hardware: the device in a virtual machine with real Linux drivers.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod evidence;
mod frames;
mod guest;
mod machine;
mod pins;
mod plan;
mod qmp;
mod serial;
mod session;

use anyhow::{Context, bail};
use guest::Given;
use machine::Parts;
use std::path::PathBuf;
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
    let usage = "usage: petri-hil DEBIAN PROGRAM FOLDER [--times N] [--only SCENES]; `cargo xtask hil` gives the first three";
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ([debian, program, folder], rest) = arguments.split_first_chunk().context(usage)?;
    let (mut times, mut only) = (1, None);
    for pair in rest.chunks(2) {
        match pair {
            [flag, number] if flag == "--times" => times = number.parse().context(usage)?,
            [flag, names] if flag == "--only" => only = Some(names.as_str()),
            _ => bail!(usage),
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let board = root.join("tools/hil/guest/board.toml");
    let given = Given { debian: debian.into(), program: program.into(), root, board };
    std::fs::create_dir_all(folder)?;
    let folder = PathBuf::from(folder).canonicalize()?;
    let (kernel, initramfs) = guest::initramfs(&given, &folder)?;
    let program_disk = guest::program_disk(&given, &folder)?;
    for time in 1..=times {
        let start = Instant::now();
        let disks = vec![program_disk.clone(), guest::data_disk(&folder)?];
        let parts =
            Parts { kernel: kernel.clone(), initramfs: initramfs.clone(), disks, folder: folder.clone() };
        let rows = plan::play(&parts, only)?;
        println!("\nrun {time} of {times}: green in {} s", start.elapsed().as_secs());
        for row in rows {
            println!("{:<18} {:>4} s  {}", row.what, row.seconds, row.result);
        }
    }
    Ok(())
}
