//! The files of the page, compiled in.

/// A file of the page.
pub(crate) struct File {
    path: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) bytes: &'static [u8],
}

const JS: &str = "text/javascript; charset=utf-8";

macro_rules! file {
    ($name:literal, $kind:expr) => {
        File { path: concat!("/", $name), kind: $kind, bytes: include_bytes!(concat!("../page/", $name)) }
    };
}

macro_rules! picture {
    ($name:literal) => {
        File {
            path: concat!("/pictures/", $name, ".svg"),
            kind: "image/svg+xml",
            bytes: include_bytes!(concat!("../page/pictures/", $name, ".svg")),
        }
    };
}

const FILES: &[File] = &[
    File { path: "/", kind: "text/html; charset=utf-8", bytes: include_bytes!("../page/index.html") },
    file!("app.css", "text/css; charset=utf-8"),
    file!("icon.svg", "image/svg+xml"),
    file!("app.js", JS),
    file!("api.js", JS),
    file!("dom.js", JS),
    file!("words.js", JS),
    file!("enter.js", JS),
    file!("device.js", JS),
    file!("share.js", JS),
    file!("sound-in.js", JS),
    file!("learners.js", JS),
    file!("progress.js", JS),
    file!("settings.js", JS),
    file!("data.js", JS),
    file!("health.js", JS),
    picture!("sun"),
    picture!("moon"),
    picture!("star"),
    picture!("tree"),
    picture!("leaf"),
    picture!("fish"),
    picture!("boat"),
    picture!("house"),
    picture!("key"),
    picture!("bell"),
    picture!("cup"),
    picture!("hat"),
    picture!("kite"),
    picture!("ball"),
    picture!("cloud"),
    picture!("heart"),
];

/// The file at this path.
pub(crate) fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::PICTURES;

    #[test]
    fn every_picture_of_a_code_is_there() {
        assert!(PICTURES.iter().all(|name| find(&format!("/pictures/{name}.svg")).is_some()));
    }

    #[test]
    fn the_page_names_nothing_that_is_elsewhere() {
        for file in FILES {
            let text = std::str::from_utf8(file.bytes).expect("text");
            let elsewhere = ["http://", "https://", "//cdn"].into_iter().filter(|what| text.contains(what));
            let only_names = text.replace("http://www.w3.org/", "");
            assert!(elsewhere.count() == 0 || !only_names.contains("http"), "{}", file.path);
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "eval(",
                "onclick=",
                "<style",
                "localStorage",
            ] {
                assert!(!text.contains(forbidden), "{} has {forbidden}", file.path);
            }
            assert!(file.kind != JS || text.starts_with("'use strict';"), "{}", file.path);
        }
    }
}
