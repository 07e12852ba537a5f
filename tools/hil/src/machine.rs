//! The virtual machine.

use crate::pins::Pins;
use crate::qmp::Qmp;
use crate::serial::Serial;
use anyhow::{Context, bail};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const EMULATOR: &str = "qemu-system-aarch64";
/// Longest time from power on to the shell.
const BOOT_SECONDS_MAX: u64 = 240;
/// Longest time from the order to switch off until the machine is off.
const OFF_SECONDS_MAX: u64 = 180;
/// Longest time until QEMU listens.
const SOCKET_SECONDS_MAX: u64 = 20;

/// What the guest's clock goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The time of this machine; two processors.
    Time,
    /// What was executed: an instruction takes two to the power of this, in nanoseconds. One processor.
    Instructions(u32),
}

/// What a machine is made of.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) kernel: PathBuf,
    pub(crate) initramfs: PathBuf,
    /// Disks in order; the guest sees `/dev/vda`, `/dev/vdb` and so on.
    pub(crate) disks: Vec<PathBuf>,
    /// Sockets, logs and pictures go here.
    pub(crate) folder: PathBuf,
    pub(crate) clock: Clock,
}

/// A running machine. It loses its power when it is dropped.
pub(crate) struct Machine {
    child: Child,
    pub(crate) serial: Serial,
    pub(crate) qmp: Qmp,
    pub(crate) pins: Pins,
    /// From power on to the shell.
    pub(crate) boot: Duration,
    /// The same by the guest's own clock, which starts with its kernel.
    pub(crate) guest_boot: String,
}

impl Machine {
    /// Switches on and waits for the shell; the console goes to `NAME.log`.
    pub(crate) fn start(parts: &Parts, name: &str) -> anyhow::Result<Self> {
        let start = Instant::now();
        let socket = |part: &str| parts.folder.join(format!("{part}.socket"));
        for part in ["serial", "qmp", "qtest"] {
            let _ = std::fs::remove_file(socket(part));
        }
        let log = parts.folder.join(format!("{name}.log"));
        let errors = parts.folder.join(format!("{name}.qemu.log"));
        let mut child = command(parts, &log, &socket)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&errors)?)
            .spawn()
            .with_context(|| format!("cannot start {EMULATOR}; is qemu-system-arm installed?"))?;
        let opened = open(&socket, &log, &mut child);
        let (serial, qmp, pins) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error.context(format!("what QEMU said is in {}", errors.display())));
            }
        };
        let mut machine = Self { child, serial, qmp, pins, boot: Duration::ZERO, guest_boot: String::new() };
        let slower = if parts.clock == Clock::Time { 1 } else { 4 };
        let limit = Duration::from_secs(BOOT_SECONDS_MAX * slower);
        let (_, line) = machine.serial.wait(0, limit, "shell", |line| line.starts_with("READY "))?;
        machine.boot = start.elapsed();
        line.trim_start_matches("READY ").clone_into(&mut machine.guest_boot);
        Ok(machine)
    }

    /// Cuts the power: QEMU is killed, and what it had not yet written is lost.
    pub(crate) fn cut_power(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Switches off in order, so that the disks can be read here.
    pub(crate) fn switch_off(self) -> anyhow::Result<()> {
        self.leave("cd /; umount /data; sync; poweroff -f")
    }

    /// Gives the order to switch off, or to start anew, and waits until the machine is off: QEMU ends on both.
    pub(crate) fn leave(mut self, order: &str) -> anyhow::Result<()> {
        self.serial.tell(order)?;
        let until = Instant::now() + Duration::from_secs(OFF_SECONDS_MAX);
        while self.child.try_wait()?.is_none() {
            if Instant::now() > until {
                bail!("the machine does not switch off; see {}", self.serial.log().display());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(parts: &Parts, log: &Path, socket: &dyn Fn(&str) -> PathBuf) -> Command {
    let mut command = Command::new(EMULATOR);
    // Acceleration by the host is never used: the same machine everywhere. The processor is that of a Raspberry Pi 4;
    // QEMU needs several times as long for what newer ones have.
    command.args("-M virt -cpu cortex-a72 -m 1024".split(' '));
    match parts.clock {
        Clock::Time => command.args("-accel tcg,thread=multi -smp 2".split(' ')),
        // While nothing is to be done, the clock goes on to the next thing at once.
        Clock::Instructions(shift) => command
            .args("-accel tcg,thread=single -smp 1 -icount".split(' '))
            .arg(format!("shift={shift},sleep=off")),
    };
    command.args("-nodefaults -no-user-config -display none -no-reboot".split(' '));
    command.arg("-kernel").arg(&parts.kernel).arg("-initrd").arg(&parts.initramfs);
    command.args(["-append", "console=ttyAMA0 quiet loglevel=3 panic=-1 vt.global_cursor_default=0"]);
    command.args(["-device", "virtio-gpu-pci,xres=320,yres=240"]);
    for (number, disk) in parts.disks.iter().enumerate() {
        let file = format!("if=none,id=disk{number},format=raw,discard=unmap,file={}", disk.display());
        command.args(["-drive", &file]);
        command.args(["-device", &format!("virtio-blk-pci,drive=disk{number}")]);
    }
    let chardev = |id: &str| format!("socket,id={id},path={},server=on,wait=off", socket(id).display());
    command.args(["-chardev", &format!("{},logfile={}", chardev("serial"), log.display())]);
    command.args(["-serial", "chardev:serial"]);
    command.args(["-qmp", &format!("unix:{},server=on,wait=off", socket("qmp").display())]);
    command.args(["-qtest", &format!("unix:{},server=on,wait=off", socket("qtest").display())]);
    command.args(["-qtest-log", "/dev/null"]);
    command
}

fn open(
    socket: &dyn Fn(&str) -> PathBuf,
    log: &Path,
    child: &mut Child,
) -> anyhow::Result<(Serial, Qmp, Pins)> {
    let serial = Serial::open(connect(&socket("serial"), child)?, log)?;
    let mut qmp = Qmp::open(connect(&socket("qmp"), child)?)?;
    let chip = qmp.path_of("pl061")?;
    let pins = Pins::open(connect(&socket("qtest"), child)?, &chip)?;
    Ok((serial, qmp, pins))
}

fn connect(path: &Path, child: &mut Child) -> anyhow::Result<UnixStream> {
    let until = Instant::now() + Duration::from_secs(SOCKET_SECONDS_MAX);
    loop {
        if let Ok(stream) = UnixStream::connect(path) {
            return Ok(stream);
        }
        if let Some(status) = child.try_wait()? {
            bail!("{EMULATOR} ended with {status}");
        }
        if Instant::now() > until {
            bail!("{EMULATOR} does not listen on {}", path.display());
        }
        thread::sleep(Duration::from_millis(20));
    }
}
