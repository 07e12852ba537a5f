//! QEMU's own control socket: pictures of the display, and the names of its parts.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Longest time that an answer may take.
const ANSWER_SECONDS_MAX: u64 = 20;

/// A control socket.
pub(crate) struct Qmp {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl Qmp {
    pub(crate) fn open(stream: UnixStream) -> anyhow::Result<Self> {
        stream.set_read_timeout(Some(Duration::from_secs(ANSWER_SECONDS_MAX)))?;
        let mut qmp = Self { reader: BufReader::new(stream.try_clone()?), writer: stream };
        qmp.execute("qmp_capabilities", &json!({}))?;
        Ok(qmp)
    }

    /// Carries out a command and gives what it returns.
    pub(crate) fn execute(&mut self, command: &str, arguments: &Value) -> anyhow::Result<Value> {
        writeln!(self.writer, "{}", json!({ "execute": command, "arguments": arguments }))?;
        let mut line = String::new();
        loop {
            line.clear();
            if self.reader.read_line(&mut line).context("QEMU does not answer")? == 0 {
                bail!("QEMU ended before it answered `{command}`");
            }
            // The greeting and events come in between.
            let mut answer: Value = serde_json::from_str(&line)?;
            if let Some(error) = answer.get("error") {
                bail!("QEMU refused `{command}`: {error}");
            }
            if answer.get("return").is_some() {
                return Ok(answer["return"].take());
            }
        }
    }

    /// The object path of the part of this type on the board.
    pub(crate) fn path_of(&mut self, part: &str) -> anyhow::Result<String> {
        let folder = "/machine/unattached";
        let listed = self.execute("qom-list", &json!({ "path": folder }))?;
        let wanted = format!("child<{part}>");
        let found = listed.as_array().into_iter().flatten().find(|entry| entry["type"] == wanted.as_str());
        let name = found.and_then(|entry| entry["name"].as_str());
        name.map(|name| format!("{folder}/{name}")).with_context(|| format!("this machine has no {part}"))
    }

    /// Writes what the display shows into `file` (PPM).
    pub(crate) fn screendump(&mut self, file: &Path) -> anyhow::Result<()> {
        self.execute("screendump", &json!({ "filename": file })).map(drop)
    }
}
