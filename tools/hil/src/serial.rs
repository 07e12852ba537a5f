//! The machine's serial console: a shell to give orders to, and everything that was said, line by line.

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Longest time that any order to the shell may take.
const ORDER_SECONDS_MAX: u64 = 60;

/// A console.
pub(crate) struct Serial {
    stream: UnixStream,
    said: Arc<Said>,
    log: PathBuf,
    orders: u32,
}

#[derive(Default)]
struct Said {
    /// The lines, and whether the machine has gone.
    lines: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Serial {
    /// Listens on `stream`; `log` is named in error messages.
    pub(crate) fn open(stream: UnixStream, log: &Path) -> anyhow::Result<Self> {
        let said = Arc::new(Said::default());
        let (listener, heard) = (stream.try_clone()?, Arc::clone(&said));
        thread::spawn(move || {
            let mut reader = BufReader::new(listener);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                heard.lines.lock().unwrap_or_else(PoisonError::into_inner).0.push(text);
                heard.more.notify_all();
                line.clear();
            }
            heard.lines.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
            heard.more.notify_all();
        });
        Ok(Self { stream, said, log: log.to_owned(), orders: 0 })
    }

    /// How many lines have been said.
    pub(crate) fn position(&self) -> usize {
        self.said.lines.lock().unwrap_or_else(PoisonError::into_inner).0.len()
    }

    /// What was said from line `from` on.
    pub(crate) fn since(&self, from: usize) -> Vec<String> {
        self.said.lines.lock().unwrap_or_else(PoisonError::into_inner).0.iter().skip(from).cloned().collect()
    }

    /// Waits for the first line from `from` on that `fits`; gives it with the position behind it.
    pub(crate) fn wait(
        &self,
        from: usize,
        limit: Duration,
        what: &str,
        fits: impl Fn(&str) -> bool,
    ) -> anyhow::Result<(usize, String)> {
        let until = Instant::now() + limit;
        let mut next = from;
        let mut lines = self.said.lines.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            while let Some(line) = lines.0.get(next) {
                next += 1;
                if fits(line) {
                    return Ok((next, line.clone()));
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            let log = self.log.display();
            if lines.1 {
                bail!("the machine went away while waiting for {what}; its console is in {log}");
            }
            if left.is_zero() {
                bail!("no {what} within {} s; look for the reason in {log}", limit.as_secs());
            }
            lines = self.said.more.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lets the shell carry out `order` and waits; gives what it said, on one line. It has to succeed.
    pub(crate) fn order(&mut self, order: &str) -> anyhow::Result<String> {
        self.order_within(order, Duration::from_secs(ORDER_SECONDS_MAX))
    }

    /// As [`Serial::order`], for what may take longer.
    pub(crate) fn order_within(&mut self, order: &str, limit: Duration) -> anyhow::Result<String> {
        let (status, said) = self.ask(order, limit)?;
        if status != "0" {
            bail!("`{order}` ended with {status} in the machine: {said}; see {}", self.log.display());
        }
        Ok(said)
    }

    /// As [`Serial::order`]; gives the exit status, too.
    pub(crate) fn try_order(&mut self, order: &str) -> anyhow::Result<(String, String)> {
        self.ask(order, Duration::from_secs(ORDER_SECONDS_MAX))
    }

    fn ask(&mut self, order: &str, limit: Duration) -> anyhow::Result<(String, String)> {
        self.orders += 1;
        let (from, mark) = (self.position(), format!("@{} ", self.orders));
        // A program that changes how the console is read would end the shell.
        self.tell(&format!("said=$( ( {order} ) 2>&1 < /dev/null); echo \"{mark}\" $? $said"))?;
        // A line of the session may be cut in two by a reply.
        let (_, line) =
            self.wait(from, limit, &format!("reply to `{order}`"), |line| line.contains(&mark))?;
        let reply = line.split_once(&mark).map_or("", |(_, reply)| reply).trim();
        let (status, said) = reply.split_once(' ').unwrap_or((reply, ""));
        Ok((status.to_owned(), said.to_owned()))
    }

    /// Gives the shell a line and does not wait.
    pub(crate) fn tell(&mut self, line: &str) -> anyhow::Result<()> {
        self.stream
            .write_all(format!("{line}\n").as_bytes())
            .with_context(|| format!("the machine went away; its console is in {}", self.log.display()))
    }

    /// Where the console is written to.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }
}
