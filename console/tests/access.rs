//! Who gets in, and who does not.

mod page;

use page::{Answer, Browser, Device, raw};

const INSIDE: [(&str, &str); 21] = [
    ("GET", "/api/live"),
    ("GET", "/api/screen.png"),
    ("GET", "/api/media"),
    ("GET", "/api/device"),
    ("POST", "/api/press"),
    ("POST", "/api/session/start"),
    ("POST", "/api/session/stop"),
    ("POST", "/api/alerts/clear"),
    ("GET", "/api/health"),
    ("POST", "/api/health/check"),
    ("GET", "/api/log"),
    ("GET", "/metrics"),
    ("GET", "/api/learners"),
    ("GET", "/api/learners/1/progress"),
    ("GET", "/api/learners/1/settings"),
    ("PUT", "/api/learners/1/settings"),
    ("GET", "/api/keeping"),
    ("PUT", "/api/keeping"),
    ("GET", "/api/export.csv"),
    ("POST", "/api/erase"),
    ("POST", "/api/pin"),
];

#[test]
fn nothing_of_the_device_is_told_to_who_is_not_in() {
    let device = Device::simulated();
    let mut forged = device.browser();
    forged.cookies.push(("petri-session".to_owned(), "0".repeat(64)));
    for mut browser in [device.browser(), forged] {
        for (method, path) in INSIDE {
            let answer = browser.send(method, path, if method == "GET" { "" } else { "{}" });
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (401, r#"{"error":"login"}"#),
                "{method} {path}"
            );
        }
    }
    let hello = device.browser().get("/api/hello").json();
    assert_eq!(hello, serde_json::json!({ "way": "token", "in": false, "paired": false, "pin": false }));
}

#[test]
fn a_printed_token_lets_one_browser_in_and_the_next_one_is_printed() {
    let device = Device::simulated();
    let first = device.token();
    let wrong = device.browser().post("/api/token", &format!("{{\"token\":\"{}\"}}", "0".repeat(64)));
    assert_eq!(wrong.status, 401);
    let mut browser = device.inside();
    assert_eq!(browser.get("/api/device").status, 200);
    let again = device.browser().post("/api/token", &format!("{{\"token\":\"{first}\"}}"));
    assert_eq!(again.status, 401, "it was spent");
    assert_eq!(device.inside().get("/api/hello").json()["in"], true, "the next one was printed");
    assert_eq!(browser.post("/api/logout", "{}").status, 200);
    assert_eq!(browser.get("/api/device").status, 401);
    assert!(!device.folder.path().join("console").exists(), "a simulator on this machine keeps no secrets");
}

#[test]
fn every_answer_is_hardened_and_the_page_comes_from_here_alone() {
    let device = Device::simulated();
    let mut browser = device.inside();
    for path in
        ["/", "/app.js", "/pictures/sun.svg", "/api/hello", "/api/device", "/nowhere", "/../Cargo.toml"]
    {
        let answer = browser.get(path);
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    assert_eq!((browser.get("/nowhere").status, browser.get("/").status), (404, 200));
}

#[test]
fn a_foreign_page_changes_nothing_and_no_other_name_is_answered() {
    let device = Device::simulated();
    let browser = device.inside();
    let good = browser.head("POST", "/api/press", r#"{"button":"a"}"#);
    let send = |head: &str| raw(device.address, &format!("{head}\r\n{}", r#"{"button":"a"}"#));
    let refused = |answer: Answer, what: &str| {
        assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some(what)), "{}", answer.head);
    };
    let origin = format!("Origin: http://{}\r\n", device.address);
    assert!(good.contains(&origin));
    refused(send(&good.replace(&origin, "")), "origin");
    for other in [
        "http://evil.example",
        "null",
        "https://127.0.0.1",
        &format!("http://localhost:{}", device.address.port()),
    ] {
        refused(send(&good.replace(&origin, &format!("Origin: {other}\r\n"))), "origin");
    }
    refused(send(&good.replace("X-Petri: 1\r\n", "")), "header");
    assert_eq!(send(&good.replace("application/json", "text/plain")).status, 415);
    let port = device.address.port();
    for (host, status) in [
        (format!("evil.example:{port}"), 421),
        (format!("127.0.0.1.evil.example:{port}"), 421),
        ("127.0.0.1".to_owned(), 421),
        (format!("localhost:{port}"), 200),
        (format!("127.0.0.1:{port}"), 200),
    ] {
        let mut asks = Browser { host: host.clone(), ..device.browser() };
        assert_eq!(asks.get("/api/hello").status, status, "{host}");
    }
    assert_eq!(raw(device.address, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").status, 421);
    assert_eq!(send(&good).status, 204);
}

#[test]
fn a_page_elsewhere_cannot_follow_the_device() {
    let device = Device::simulated();
    let browser = device.inside();
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let head = browser.head("GET", "/api/live", "").replace("Connection: close\r\n", upgrade);
    for origin in ["", "Origin: http://evil.example\r\n"] {
        assert_eq!(raw(device.address, &format!("{head}{origin}\r\n")).status, 403);
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let device = Device::simulated();
    let mut browser = device.inside();
    let large = format!("{{\"line\":\"{}\"}}", "a".repeat(20_000));
    assert_eq!(browser.post("/api/press", &large).status, 413);
    let long = format!("{{\"line\":\"{}\"}}", "a".repeat(5_000));
    assert_eq!(browser.post("/api/press", &long).status, 422);
    let head = browser.head("GET", "/api/hello", "");
    assert_eq!(raw(device.address, &format!("{head}X: {}\r\n\r\n", "a".repeat(200_000))).status, 431);
    let many = "X-Many: 1\r\n".repeat(60);
    assert_eq!(raw(device.address, &format!("{head}{many}\r\n")).status, 431);
    assert_eq!(browser.get("/api/hello").status, 200);
}

fn pair(device: &Device, browser: &mut Browser, pin: &str) -> Answer {
    assert_eq!(browser.post("/api/pair/begin", "{}").status, 200);
    let code = device.code();
    browser.post("/api/pair", &format!("{{\"code\":\"{code}\",\"pin\":\"{pin}\"}}"))
}

#[test]
fn a_device_is_paired_by_the_code_on_its_screen_and_opened_by_its_pin() {
    let device = Device::real();
    let mut browser = device.browser();
    assert!(!device.printed().contains("token"), "a real device has no token");
    assert_eq!(browser.post("/api/token", r#"{"token":""}"#).status, 401);
    assert_eq!(browser.post("/api/login", r#"{"pin":"4170290"}"#).status, 403, "it is not paired");
    assert_eq!(pair(&device, &mut browser, "123456").json()["error"], "weak-pin");
    device.until("the device's own screen", |screen| !screen.title.starts_with("Code"));
    // A new code comes only after a pause.
    let mut answer = browser.post("/api/pair/begin", "{}");
    assert_eq!((answer.status, answer.header("retry-after").is_some()), (429, true));
    while answer.status == 429 {
        std::thread::sleep(std::time::Duration::from_millis(300));
        answer = browser.post("/api/pair/begin", "{}");
    }
    let code = device.code();
    let wrong = if code.ends_with('0') { "999 991" } else { "000 000" };
    assert_eq!(
        browser.post("/api/pair", &format!("{{\"code\":\"{wrong}\",\"pin\":\"4170290\"}}")).json()["error"],
        "code"
    );
    let paired = browser.post("/api/pair", &format!("{{\"code\":\"{code}\",\"pin\":\"4170290\"}}"));
    assert_eq!(paired.status, 200, "{}", paired.body);
    for cookie in paired.head.lines().filter(|line| line.starts_with("set-cookie")) {
        assert!(cookie.contains("; HttpOnly; SameSite=Strict") && cookie.contains("Path=/"), "{cookie}");
    }
    assert_eq!(browser.get("/api/device").status, 200);
    device.until("the device's own screen", |screen| !screen.title.starts_with("Code"));
    assert_eq!(browser.post("/api/logout", "{}").status, 200);
    assert_eq!(browser.get("/api/device").status, 401);
    // Five wrong PINs, and nobody comes in for a while, not even with the right one.
    for attempt in 0..5 {
        let answer = browser.post("/api/login", r#"{"pin":"4170291"}"#);
        assert_eq!(answer.status, if attempt < 4 { 401 } else { 429 });
    }
    let locked = browser.post("/api/login", r#"{"pin":"4170290"}"#);
    assert_eq!((locked.status, locked.json()["error"].as_str()), (429, Some("locked")));
    let kept = std::fs::read_to_string(device.folder.path().join("console/pin")).expect("a hash");
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    assert!(
        !device.printed().contains("4170290") && !device.printed().contains(&code),
        "{}",
        device.printed()
    );
}

#[test]
fn the_pin_is_changed_and_everybody_else_is_out() {
    let device = Device::real();
    let mut browser = device.browser();
    assert_eq!(pair(&device, &mut browser, "4170290").status, 200);
    let mut other = Browser { cookies: browser.cookies.clone(), ..device.browser() };
    assert_eq!(other.post("/api/login", r#"{"pin":"4170290"}"#).status, 200);
    assert_eq!(browser.post("/api/pin", r#"{"old":"4170290","new":"pass phrase"}"#).status, 200);
    assert_eq!((browser.get("/api/device").status, other.get("/api/device").status), (200, 401));
    assert_eq!(other.post("/api/login", r#"{"pin":"pass phrase"}"#).status, 200);
}
