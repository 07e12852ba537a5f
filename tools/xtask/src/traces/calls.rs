//! Calls to the kernel, as strace writes them with `-f -y -xx`.

use anyhow::Context;
use std::path::PathBuf;

/// A call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// What the first argument's descriptor is, if it is one.
    descriptor: Option<Vec<u8>>,
    /// Paths and written bytes.
    pub(crate) strings: Vec<Vec<u8>>,
    /// The line without them.
    pub(crate) rest: String,
    /// Strace did not show all of it.
    pub(crate) cut: bool,
}

impl Call {
    /// Parses a line; `None` for the second half of a call that was interrupted, whose arguments stand in the first.
    pub(crate) fn parse(line: &str) -> Option<anyhow::Result<Self>> {
        let (_, line) = line.split_once(char::is_whitespace)?;
        let (name, arguments) = line.trim_start().split_once('(')?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.chars().all(plain).then(|| Self::of(name, arguments))
    }

    fn of(name: &str, arguments: &str) -> anyhow::Result<Self> {
        let first = arguments.split(", ").next().unwrap_or_default();
        let descriptor = first.split_once('<').and_then(|(number, path)| {
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| path.split('>').next().unwrap_or_default())
        });
        let descriptor = descriptor.map(decoded).transpose()?;
        let (mut strings, mut rest, mut cut) = (Vec::new(), String::new(), false);
        for (at, part) in arguments.split('"').enumerate() {
            if at % 2 == 1 {
                strings.push(decoded(part)?);
            } else {
                cut |= at > 0 && part.starts_with("...");
                rest.push_str(part);
            }
        }
        Ok(Self { name: name.to_owned(), descriptor, strings, rest, cut })
    }

    /// Whether something is made, changed, written or reached for.
    pub(crate) fn changes(&self) -> bool {
        let opens = ["open", "openat", "openat2"].contains(&self.name.as_str());
        !opens || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| self.rest.contains(flag))
    }

    /// Whether it has to do with sockets, or with ways to write that strace does not see into.
    pub(crate) fn reaches_out(&self) -> bool {
        const NAMES: [&str; 12] = [
            "socket",
            "socketpair",
            "connect",
            "bind",
            "listen",
            "accept",
            "accept4",
            "sendto",
            "sendmsg",
            "sendmmsg",
            "io_uring_setup",
            "io_submit",
        ];
        NAMES.contains(&self.name.as_str())
    }

    /// The file that it is about: that of its descriptor, else the last path that it names.
    pub(crate) fn place(&self) -> Option<PathBuf> {
        let bytes = if self.writes() { self.descriptor.as_ref() } else { self.strings.last() };
        bytes
            .or(self.descriptor.as_ref())
            .map(|bytes| PathBuf::from(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn writes(&self) -> bool {
        ["write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate"].contains(&self.name.as_str())
    }

    /// How many bytes it writes.
    pub(crate) fn written(&self) -> usize {
        if self.writes() { self.strings.iter().map(Vec::len).sum() } else { 0 }
    }
}

/// Bytes from `\x2f\x74`, which is how strace writes paths and contents alike; what is no such code stands for itself.
fn decoded(text: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = rest.strip_prefix(b"\\x").and_then(|code| code.get(..2));
        if let Some(code) = code {
            let code = std::str::from_utf8(code).context("strace writes hexadecimal")?;
            bytes.push(u8::from_str_radix(code, 16).context("strace writes hexadecimal")?);
            rest = &rest[4..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Call {
        Call::parse(line).expect("a call").expect("of strace's form")
    }

    #[test]
    fn files_that_are_made_and_bytes_that_are_written_are_read() {
        let opened = call(
            r#"20712 openat(AT_FDCWD<\x2f\x77>, "\x2f\x61\x2f\x62", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 5<\x2f\x61\x2f\x62>"#,
        );
        assert!(opened.changes() && !opened.reaches_out());
        assert_eq!(opened.place(), Some(PathBuf::from("/a/b")));
        let written = call(r#"7 pwrite64(5<\x2f\x61\x2f\x62>, "\x00\x22\x50", 3, 0 <unfinished ...>"#);
        assert_eq!((written.place(), written.written()), (Some(PathBuf::from("/a/b")), 3));
        assert_eq!(written.strings, [vec![0, 0x22, 0x50]]);
        let parts =
            call(r#"7 writev(1<\x70\x69\x70\x65\x3a\x5b\x31\x5d>, [{iov_base="\x41", iov_len=1}], 1) = 1"#);
        assert_eq!((parts.place(), parts.written()), (Some(PathBuf::from("pipe:[1]")), 1));
    }

    #[test]
    fn reading_changes_nothing_and_sockets_reach_out() {
        let opened = call(r#"7 openat(AT_FDCWD<\x2f>, "\x2f\x61", O_RDONLY|O_CLOEXEC) = 3<\x2f\x61>"#);
        assert!(!opened.changes());
        assert!(
            call("7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 4<socket:[9]>").reaches_out()
        );
        assert!(call(r#"7 write(5<\x2f>, "\x00"..., 9) = 9"#).cut);
        assert!(Call::parse(r"7 <... openat resumed>) = 7<\x2f>").is_none());
        assert!(Call::parse("7 +++ exited with 0 +++").is_none());
    }
}
