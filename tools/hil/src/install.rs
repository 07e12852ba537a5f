//! The package on a Debian system with systemd: installed, started, hung, booted, removed.

use crate::evidence;
use crate::machine::{Clock, Machine, Parts};
use crate::pins::{LIGHT, Press};
use crate::plan::Row;
use crate::ready::Ready;
use crate::system;
use anyhow::{Context, bail};
use std::thread;
use std::time::{Duration, Instant};

/// Line of the privacy switch.
const PRIVACY: usize = 3;
/// Longest time that apt may take, and the service until its first screen.
const APT: Duration = Duration::from_mins(10);
const START: Duration = Duration::from_mins(4);
/// Longest time from a picture that is asked for until it stands on the display.
const SCREEN_SECONDS_MAX: u64 = 60;
/// Longest time until a process that was stopped is gone and its service is back.
const WATCHDOG_SECONDS_MAX: u64 = 300;
/// Most presses until there is a trial in the journal, and how long each is given to act.
const PRESSES_MAX: u32 = 25;
const BETWEEN_PRESSES: Duration = Duration::from_secs(4);
const LIGHT_LIMIT: Duration = Duration::from_secs(20);
/// In the count of instructions each one takes a nanosecond of the guest's clock.
const SHIFT: u32 = 0;
/// What the service may not be more exposed than, as `systemd-analyze security` counts.
const EXPOSURE_MAX: f32 = 1.0;
/// The devices that a service on this board opens, by the beginning of their names.
const DEVICES: [&str; 6] =
    ["/dev/null", "/dev/fb0", "/dev/gpiochip0", "/dev/video0", "/dev/snd/", "/dev/urandom"];
/// What shows that the parts of the package are where they belong.
const PAPERS: [(&str, &str); 5] = [
    ("man petri | cat", "petri"),
    ("man petri-run | cat", "--board"),
    (
        "bash -c 'source /usr/share/bash-completion/completions/petri; COMP_WORDS=(petri pro); COMP_CWORD=1; _petri petri pro petri; echo ${COMPREPLY[@]}'",
        "progress",
    ),
    ("ls /usr/share/zsh/vendor-completions/_petri /usr/share/fish/vendor_completions.d/petri.fish", "petri"),
    ("stat --format '%U:%G %a' /dev/gpiochip0 /dev/snd/controlC0 /dev/video0 /dev/fb0", "root:gpio 660"),
];

/// Everything that was seen on the way.
struct Run<'p> {
    parts: &'p Parts,
    rows: Vec<Row>,
    /// The greeting and the question for consent, as they are drawn.
    screens: [(String, Vec<u8>); 2],
    shots: u32,
}

/// Plays everything once; gives the report.
pub(crate) fn play(parts: &Parts) -> anyhow::Result<Vec<Row>> {
    let mut run = Run { parts, rows: Vec::new(), screens: evidence::first_screens(), shots: 0 };
    let mut machine = run.boot("first-boot")?;
    run.install(&mut machine)?;
    run.board_check(&mut machine)?;
    run.start(&mut machine)?;
    run.rights(&mut machine)?;
    run.use_it(&mut machine)?;
    run.hang(&mut machine)?;
    run.stop(&mut machine)?;
    machine.leave("systemctl reboot")?;
    let counted = system::copy(&parts.disks[0], &parts.folder.join("counted.img"))?;
    let mut machine = run.boot("second-boot")?;
    run.first_screen(&mut machine)?;
    run.remove(&mut machine)?;
    machine.leave("systemctl poweroff")?;
    let mut disks = parts.disks.clone();
    disks[0] = counted;
    run.count(&Parts { disks, clock: Clock::Instructions(SHIFT), ..parts.clone() })?;
    Ok(run.rows)
}

impl Run<'_> {
    fn row(&mut self, what: &'static str, result: String, start: Instant) {
        let seconds = start.elapsed().as_secs();
        println!("{what}: {result} ({seconds} s)");
        self.rows.push(Row { what, result, seconds });
    }

    fn boot(&mut self, name: &'static str) -> anyhow::Result<Machine> {
        let start = Instant::now();
        let mut machine = Machine::start(self.parts, name)?;
        machine.pins.drive(PRIVACY, true)?;
        let shell = machine.guest_boot.clone();
        self.row(name, format!("systemd's shell after {shell} s of the guest's own time"), start);
        Ok(machine)
    }

    /// As docs/install.md says.
    fn install(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let shell = &mut machine.serial;
        shell.order("mount -o ro /dev/vdb /mnt")?;
        shell.order_within("apt-get install --yes /mnt/petri.deb", APT)?;
        // Installing starts nothing.
        for (order, wanted) in
            [("systemctl is-enabled petri", "disabled"), ("systemctl is-active petri", "inactive")]
        {
            let (_, said) = shell.try_order(order)?;
            if said != wanted {
                bail!("after installing `{order}` should say {wanted}; it says: {said}");
            }
        }
        let user = shell.order("id petri")?;
        let groups = ["video", "audio", "gpio", "spi", "i2c"];
        if let Some(missing) = groups.iter().find(|name| !user.contains(&format!("({name})"))) {
            bail!("the user is not in the group {missing}: {user}; look at packaging/petri.sysusers");
        }
        for (order, wanted) in PAPERS {
            let said = shell.order(order)?;
            if !said.contains(wanted) {
                bail!("`{order}` should say {wanted}; it says: {said}");
            }
        }
        shell.order("cp /mnt/board.toml /etc/petri/board.toml")?;
        let models = shell.order_within("petri models | head -n 1", APT)?;
        self.row("apt install", format!("{user}; manual and completions; {models}"), start);
        Ok(())
    }

    /// As the user that the service runs as; somebody else may not use the lines.
    fn board_check(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let check = "petri board check --board linux";
        machine
            .serial
            .order_within(&format!("sudo -u petri {check}"), APT)
            .context("`petri board check` finds fault")?;
        let (status, said) = machine.serial.try_order(&format!("sudo -u nobody {check}"))?;
        if status == "0" || !said.contains("ermission denied on /dev/gpiochip0") {
            bail!("somebody without the group gpio must not use its lines: {said}");
        }
        self.row("petri board check", "every part answers petri; nobody else may".to_owned(), start);
        Ok(())
    }

    fn start(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        machine.serial.order_within("systemctl enable --now petri", START)?;
        let state = show(machine, "ActiveState,SubState,StatusText,NotifyAccess,WatchdogUSec")?;
        for wanted in ["ActiveState=active", "SubState=running", "StatusText=the screen is on"] {
            if !state.contains(wanted) {
                bail!("the service should say {wanted}; it says: {state}");
            }
        }
        self.stands(machine, 0)?;
        self.row("systemctl enable", format!("{state}; the display shows what is drawn"), start);
        Ok(())
    }

    /// What the process is and has, seen from outside.
    fn rights(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let pid = main_pid(machine)?;
        let shell = &mut machine.serial;
        let uid = shell.order("id --user petri")?;
        let status = shell.order(&format!("cat /proc/{pid}/status"))?;
        let own = format!("Uid: {uid} {uid} {uid} {uid} ");
        let zero = "0000000000000000";
        for wanted in [
            own.as_str(),
            &format!("CapEff: {zero}"),
            &format!("CapBnd: {zero}"),
            "NoNewPrivs: 1",
            "Seccomp: 2",
        ] {
            if uid == "0" || !status.contains(wanted) {
                bail!("the process should have `{wanted}`: {status}");
            }
        }
        let net =
            shell.order(&format!("grep -c : /proc/{pid}/net/dev; grep -c 0A /proc/{pid}/net/tcp || true"))?;
        let here = shell.order(&format!("readlink /proc/1/ns/net /proc/{pid}/ns/net | uniq | wc -l"))?;
        if !net.starts_with("1 ") || here != "2" {
            bail!("the process should have a network of its own with nothing but `lo`: {net}, {here}");
        }
        let files = shell.order(&format!("find /proc/{pid}/fd -printf '%l\\n' | grep ^/dev/ | sort -u"))?;
        if let Some(other) =
            files.split(' ').find(|file| !DEVICES.iter().any(|device| file.starts_with(device)))
        {
            bail!("the process has {other} open, which is no part of the board: {files}");
        }
        let properties = show(
            machine,
            "DevicePolicy,RestrictAddressFamilies,PrivateNetwork,ProtectSystem,MemorySwapMax,LimitCORE",
        )?;
        for wanted in ["DevicePolicy=closed", "RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes"] {
            if !properties.split(' ').any(|property| property == wanted) {
                bail!("the service should have {wanted}: {properties}");
            }
        }
        let exposure = machine.serial.order("systemd-analyze security --no-pager petri | tail -n 1")?;
        let level = exposure.split_whitespace().find_map(|word| word.parse::<f32>().ok());
        if level.is_none_or(|level| level > EXPOSURE_MAX) {
            bail!("the service is too exposed: {exposure}");
        }
        self.row("rights", format!("uid {uid}, no capability; open: {files}; {exposure}"), start);
        Ok(())
    }

    /// Buttons move the screen, and a trial comes into the journal.
    fn use_it(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        machine.pins.press(Press::A)?;
        self.stands(machine, 1)?;
        let progress = "sudo -u petri petri progress --journal /var/lib/petri/journal.db --learner 1 \
                        --picture /var/lib/petri/progress.svg";
        for _ in 0..PRESSES_MAX {
            machine.pins.press(Press::A)?;
            thread::sleep(BETWEEN_PRESSES);
            if machine.serial.try_order(progress)?.0 == "0" {
                self.row(
                    "a session",
                    "button A leads to consent and on to a trial in the journal".to_owned(),
                    start,
                );
                return Ok(());
            }
        }
        bail!("{PRESSES_MAX} presses led to no trial; see {}", machine.serial.log().display())
    }

    /// A session that hangs is killed by the watchdog, and the greeting comes back.
    fn hang(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let pid = main_pid(machine)?;
        machine.serial.order(&format!("kill -STOP {pid}"))?;
        let until = Instant::now() + Duration::from_secs(WATCHDOG_SECONDS_MAX);
        loop {
            thread::sleep(Duration::from_secs(2));
            let state = show(machine, "MainPID,ActiveState,SubState,NRestarts")?;
            if state.contains("SubState=running") && !state.contains(&format!("MainPID={pid} ")) {
                break;
            }
            if Instant::now() > until {
                bail!("the watchdog does not start the service anew: {state}");
            }
        }
        let log = machine
            .serial
            .order("journalctl --unit petri --boot --output cat | grep -i watchdog | tail -n 2")?;
        if !log.contains("Watchdog timeout") {
            bail!("the service came back, but not for its watchdog: {log}");
        }
        self.stands(machine, 0)?;
        self.row("SIGSTOP", format!("{log}; the greeting is back"), start);
        Ok(())
    }

    /// The lights are on at the greeting, and go out with the service.
    fn stop(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let lit = machine.pins.outputs();
        machine.serial.order("systemctl stop petri")?;
        machine
            .pins
            .wait(LIGHT_LIMIT, "the lights are off", |lines| LIGHT.iter().all(|line| !lines.high[*line]))?;
        let state = show(machine, "ActiveState,Result")?;
        if !state.contains("ActiveState=inactive") || !state.contains("Result=success") {
            bail!("the service does not stop in order: {state}");
        }
        let lit = LIGHT.map(|line| lit.high[line]);
        self.row("systemctl stop", format!("lights {lit:?} before, all off after; {state}"), start);
        Ok(())
    }

    /// After a boot the greeting comes by itself.
    fn first_screen(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let ready = Ready::wait(machine)?;
        self.stands(machine, 0)?;
        let chain =
            machine.serial.order("systemd-analyze critical-chain --no-pager petri.service | tail -n +4")?;
        println!("critical chain: {chain}");
        let failed = machine.serial.order("systemctl --failed --plain --no-legend")?;
        let prompt = machine.serial.try_order("systemctl is-active getty@tty1")?.1;
        let result = format!(
            "by itself, {:.1} s after the kernel's start by the guest's clock, {:.1} s of processor time in the service (two \
             emulated processors, not a Pi's figure); login prompt on the same display: {prompt}; failed units: {}",
            ready.seconds,
            ready.service_seconds,
            if failed.is_empty() { "none" } else { &failed }
        );
        self.row("first screen", result, start);
        Ok(())
    }

    /// The same once more on a clock that counts instructions.
    fn count(&mut self, parts: &Parts) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut machine = Machine::start(parts, "counted-boot")?;
        machine.pins.drive(PRIVACY, true)?;
        let ready = Ready::wait(&mut machine)?;
        self.stands(&mut machine, 0)?;
        let instructions = |seconds: f64| seconds / f64::from(1 << SHIFT);
        let result = format!(
            "{:.1} billion (10^9) of one processor until the first screen, {:.1} of them in the service (not a Pi's figure)",
            instructions(ready.busy_seconds),
            instructions(ready.service_seconds),
        );
        self.row("instructions", result, start);
        Ok(())
    }

    /// Removal keeps journal and settings, purging does not.
    fn remove(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let shell = &mut machine.serial;
        let kept = "/var/lib/petri/journal.db /etc/default/petri /etc/petri/board.toml";
        let before = shell.order("sha256sum < /var/lib/petri/journal.db")?;
        shell.order_within("apt-get remove --yes petri", APT)?;
        shell.order(&format!("ls {kept}"))?;
        let after = shell.order("sha256sum < /var/lib/petri/journal.db")?;
        let gone = "pidof petri || ls /usr/bin/petri || systemctl is-active petri || \
                    ls /etc/systemd/system/multi-user.target.wants/petri.service";
        let (status, said) = shell.try_order(gone)?;
        if status == "0" {
            bail!("removing left something running or enabled: {said}");
        }
        let journal = if before == after { "to the byte" } else { "with what the end of its session wrote" };
        machine
            .pins
            .wait(LIGHT_LIMIT, "the lights are off", |lines| LIGHT.iter().all(|line| !lines.high[*line]))?;
        let shell = &mut machine.serial;
        shell.order_within("apt-get purge --yes petri", APT)?;
        let left =
            shell.try_order("ls -d /var/lib/petri /etc/default/petri /etc/petri/board.toml 2> /dev/null")?.1;
        if left.contains("/var/lib") || left.contains("/etc/default") {
            bail!("purging left {left}");
        }
        self.row(
            "apt remove, purge",
            format!("the journal stayed {journal}, then it went; left: {left}"),
            start,
        );
        Ok(())
    }

    /// Waits until the display shows the screen with this number, pixel by pixel.
    fn stands(&mut self, machine: &mut Machine, number: usize) -> anyhow::Result<()> {
        self.shots += 1;
        let file = self.parts.folder.join(format!("display-{}.ppm", self.shots));
        let until = Instant::now() + Duration::from_secs(SCREEN_SECONDS_MAX);
        loop {
            machine.qmp.screendump(&file)?;
            let (title, wanted) = &self.screens[number];
            let differing = evidence::amiss(&file, wanted)?;
            if differing == 0 {
                return Ok(());
            }
            if Instant::now() > until {
                bail!(
                    "the display does not show `{title}` as it is drawn: {differing} pixels differ; see {}",
                    file.with_extension("png").display()
                );
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
}

/// Properties of the service, on one line.
pub(crate) fn show(machine: &mut Machine, properties: &str) -> anyhow::Result<String> {
    machine.serial.order(&format!("systemctl show petri --property={properties}"))
}

fn main_pid(machine: &mut Machine) -> anyhow::Result<String> {
    let pid = machine.serial.order("systemctl show petri --property=MainPID --value")?;
    if pid == "0" {
        bail!("the service does not run; see {}", machine.serial.log().display());
    }
    Ok(pid)
}
