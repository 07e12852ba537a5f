//! Hardware in the loop, without hardware: the device in a virtual machine with real Linux drivers.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod frames;
mod guest;
mod machine;
mod pins;
mod qmp;
mod serial;

use anyhow::Context;
use guest::Given;
use machine::{Machine, Parts};
use std::path::PathBuf;
use std::process::ExitCode;

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
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next =
        || arguments.next().context("usage: petri-hil DEBIAN PROGRAM FOLDER; `cargo xtask hil` does that");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let board = root.join("tools/hil/guest/board.toml");
    let given = Given { debian: next()?, program: next()?, root, board };
    let folder = next()?;
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let (kernel, initramfs) = guest::initramfs(&given, &folder)?;
    let disks = vec![guest::program_disk(&given, &folder)?, guest::data_disk(&folder)?];
    let parts = Parts { kernel, initramfs, disks, folder };
    let mut machine = Machine::start(&parts, "boot")?;
    println!("boot {:?} guest {}", machine.boot, machine.guest_boot);
    let orders = std::fs::read_to_string(next()?)?;
    for order in orders.lines() {
        if let Some(n) = order.strip_prefix("sleep ") {
            std::thread::sleep(std::time::Duration::from_secs(n.parse()?));
            continue;
        }
        if let Some(n) = order.strip_prefix("dump ") {
            machine.qmp.screendump(&parts.folder.join(n))?;
            continue;
        }
        if let Some(n) = order.strip_prefix("tell ") {
            machine.serial.tell(n)?;
            continue;
        }
        let start = std::time::Instant::now();
        println!("> {order}\n  {:?} {:?}", machine.serial.try_order(order)?, start.elapsed());
    }
    machine.switch_off()
}
