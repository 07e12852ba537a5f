//! The device through its page: live, by hand, by sensors, its settings, its journal.

mod page;

use page::{Browser, Device};
use petri_core::{Scene, Sensor};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket, client};

/// Typed into the device, and hidden in the pictures that it sees; neither may be found anywhere.
const TYPED: &str = "That sounds really hard, Zanzibarquokka. What happened? I am Wilhelmina Featherstonehaugh, \
     and I am here for you.";
const SEEN: &[u8] = b"PictureCanaryTopinambur";

fn socket(browser: &Browser, path: &str) -> Result<WebSocket<TcpStream>, u16> {
    let mut request = format!("ws://{}{path}", browser.host).into_client_request().expect("a request");
    let origin = format!("http://{}", browser.host).parse().expect("a header");
    request.headers_mut().insert("Origin", origin);
    request.headers_mut().insert("Cookie", browser.cookie_header().parse().expect("a header"));
    let stream = TcpStream::connect(browser.address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
    match client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_page_follows_screen_and_light_and_presses_buttons() {
    let device = Device::simulated();
    let mut browser = device.inside();
    let mut line = socket(&browser, "/api/live").expect("follows");
    let mut picture = 0;
    let mut until = |line: &mut WebSocket<TcpStream>, title: &str| loop {
        match line.read().expect("goes on") {
            Message::Binary(png) => {
                let drawn = image::load_from_memory(&png).expect("a PNG");
                assert_eq!((drawn.width(), drawn.height()), (320, 240));
                picture += 1;
            }
            Message::Text(text) => {
                let view: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                if view["screen"]["title"] == title {
                    return view;
                }
            }
            _ => {}
        }
    };
    let view = until(&mut line, "Ready");
    assert_eq!((&view["running"], &view["learner"]), (&serde_json::Value::Null, &1.into()));
    assert_eq!(view["screen"]["choices"][0], "start");
    browser.press("a");
    let view = until(&mut line, "Hello, I am Petri");
    assert_eq!(view["running"]["learner"], 1);
    assert_eq!(view["running"]["code"].as_array().map(Vec::len), Some(3));
    browser.press("a");
    let view = until(&mut line, "May I look and listen?");
    assert_ne!(view["light"], "#000000");
    assert_eq!(view["cue"]["name"], "hello");
    assert!(picture >= 3, "{picture} pictures");
    let others: Vec<_> = (0..7).map(|_| socket(&browser, "/api/live").expect("follows")).collect();
    assert_eq!(socket(&browser, "/api/live").err(), Some(503), "watchers are bounded");
    drop(others);
    // Whoever is out follows no longer.
    assert_eq!(browser.post("/api/logout", "{}").status, 200);
    let end = Instant::now() + Duration::from_secs(30);
    while line.read().is_ok() {
        assert!(Instant::now() < end, "it goes on");
    }
}

/// A JPEG with a comment in it.
fn jpeg() -> Vec<u8> {
    let picture = image::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../board/demo/astronaut.png"))
        .expect("the portrait")
        .thumbnail(480, 480)
        .to_rgb8();
    let mut plain = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut plain), image::ImageFormat::Jpeg).expect("written");
    let length = (SEEN.len() as u16 + 2).to_be_bytes();
    [&plain[..2], &[0xFF, 0xFE], &length, SEEN, &plain[2..]].concat()
}

/// Hands in pictures and a recording until `wanted`.
fn show_and_say(device: &Device, line: &mut WebSocket<TcpStream>, wav: &str, wanted: impl Fn() -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../board/demo").join(wav);
    let clip = petri_runtime::intake::clip(&path).expect("a recording");
    let jpeg = [&[1], jpeg().as_slice()].concat();
    let end = Instant::now() + Duration::from_mins(1);
    while !wanted() {
        assert!(Instant::now() < end, "{wav} was not heard: {:?}", device.desk.view().screen);
        // Said once more only after a while: on a busy machine the same word would be heard twice.
        let silence = vec![0.0f32; 6 * 16_000];
        for piece in clip.samples().chunks(1_600).chain(silence.chunks(1_600)) {
            if wanted() {
                return;
            }
            let bytes: Vec<u8> = [2].into_iter().chain(piece.iter().flat_map(|s| s.to_le_bytes())).collect();
            line.send(Message::Binary(bytes.into())).expect("sent");
            line.send(Message::Binary(jpeg.clone().into())).expect("sent");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// All bytes of all files beside the journal.
fn files(device: &Device) -> Vec<u8> {
    let folder = std::fs::read_dir(device.folder.path()).expect("a folder").flatten();
    folder
        .filter(|file| file.path().is_file())
        .flat_map(|file| std::fs::read(file.path()).expect("read"))
        .collect()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window.eq_ignore_ascii_case(what))
}

#[test]
fn nothing_that_was_typed_said_or_shown_is_in_log_metrics_export_or_files() {
    let device = Device::simulated();
    let mut browser = device.inside();
    let mut line = socket(&browser, "/api/media").expect("shares");
    assert_eq!(socket(&browser, "/api/media").err(), Some(409), "one page at a time");
    for offer in ["camera on", "microphone on"] {
        line.send(Message::text(offer)).expect("sent");
    }
    assert_eq!(browser.post("/api/session/start", r#"{"learner":3}"#).status, 204);
    device.until("the greeting", |screen| screen.title.contains("Hello"));
    browser.press("a");
    device.until("the question for consent", |screen| screen.scene == Scene::Consent);
    assert!(!device.desk.wants(Sensor::Camera) && !device.desk.wants(Sensor::Microphone));
    browser.press("a");
    let mut menu = device.until("the menu", |screen| screen.scene == Scene::Choose);
    while !menu.title.ends_with("Reply with care") {
        let before = menu.title.clone();
        browser.press("b");
        menu = device.until("the next place", |screen| screen.title != before);
    }
    browser.press("a");
    device.until("a question", |screen| screen.scene == Scene::Listen);
    let typed = format!("{{\"line\":\"{TYPED}\"}}");
    assert_eq!(browser.post("/api/press", &typed).status, 204);
    device.until("feedback", |screen| screen.scene == Scene::Explain);
    let shows = |scene| device.desk.view().screen.is_some_and(|screen| screen.scene == scene);
    show_and_say(&device, &mut line, "next.wav", || shows(Scene::Listen));
    show_and_say(&device, &mut line, "sentence-sorry.wav", || shows(Scene::Explain));
    let metrics = browser.get("/metrics").body;
    let looks = metrics.lines().find_map(|line| line.strip_prefix("petri_looks_total ")).expect("counted");
    assert!(looks.parse::<f64>().expect("a number") > 0.0, "{metrics}");
    assert!(!metrics.contains("petri_utterances_total 0\n"), "{metrics}");
    assert_eq!(browser.post("/api/session/stop", "{}").status, 204);
    device.until_idle();
    let health = browser.get("/api/health").body;
    let (log, export) = (browser.get("/api/log").body, browser.get("/api/export.json").body);
    assert!(export.contains("ReplyWithCare"), "{export}");
    assert!(log.contains("started") && log.contains("logged-in"), "{log}");
    let all = [
        device.printed().into_bytes(),
        log.into(),
        metrics.into(),
        health.into(),
        export.into(),
        files(&device),
    ];
    for all in all {
        for canary in ["Zanzibarquokka", "Wilhelmina", "Featherstonehaugh", "sorry"] {
            assert!(!holds(&all, canary.as_bytes()), "{canary} in {}", String::from_utf8_lossy(&all));
        }
        assert!(!holds(&all, SEEN) && !holds(&all, b"JFIF"));
    }
    // The log is of the device: it does not even say that there was a session, or whose.
    for line in device.printed().lines().filter(|line| line.starts_with('{')) {
        assert!(!["learner", "session", "trial"].iter().any(|word| line.contains(word)), "{line}");
    }
    drop(line);
    let end = Instant::now() + Duration::from_secs(10);
    while socket(&browser, "/api/media").is_err() {
        assert!(Instant::now() < end, "who is gone shares no longer");
    }
}

#[test]
fn only_a_simulator_takes_pictures_and_sound_and_only_with_login() {
    let simulated = Device::simulated();
    assert_eq!(socket(&simulated.browser(), "/api/media").err(), Some(401));
    let device = Device::real();
    let mut browser = device.browser();
    assert_eq!(browser.post("/api/pair/begin", "{}").status, 200);
    let code = device.code();
    let paired = browser.post("/api/pair", &format!("{{\"code\":\"{code}\",\"pin\":\"4170290\"}}"));
    assert_eq!(paired.status, 200);
    assert_eq!(socket(&browser, "/api/media").err(), Some(403));
}

fn settings(browser: &mut Browser, learner: u32) -> serde_json::Value {
    browser.get(&format!("/api/learners/{learner}/settings")).json()
}

#[test]
fn settings_reach_the_next_session_and_bad_ones_are_refused() {
    let device = Device::simulated();
    let mut browser = device.inside();
    let mut wanted = settings(&mut browser, 5);
    assert_eq!((&wanted["language"], &wanted["camera"]), (&"en".into(), &true.into()));
    wanted["language"] = "zh-CN".into();
    wanted["large_text"] = true.into();
    wanted["exercises"] = serde_json::json!([1]);
    for sensor in ["camera", "microphone", "keyboard"] {
        wanted[sensor] = false.into();
    }
    assert_eq!(browser.put("/api/learners/5/settings", &wanted.to_string()).status, 204);
    assert_eq!(settings(&mut browser, 5), wanted);
    let mut none = wanted.clone();
    none["exercises"] = serde_json::json!([]);
    let mut named = wanted.clone();
    named["name"] = "Wilhelmina".into();
    for bad in [none, named] {
        assert_eq!(browser.put("/api/learners/5/settings", &bad.to_string()).status, 422, "{bad}");
    }
    for (learner, status) in [(0, 422), (4_096, 422), (5, 204)] {
        let body = format!("{{\"retention_days\":30,\"learner\":{learner}}}");
        assert_eq!(browser.put("/api/keeping", &body).status, status, "{learner}");
        assert_eq!(browser.post("/api/session/start", &format!("{{\"learner\":{learner}}}")).status, status);
    }
    assert_eq!(browser.put("/api/learners/6/settings", &wanted.to_string()).json()["error"], "busy");
    device.until("the greeting in Chinese", |screen| screen.title.contains("你好"));
    browser.press("a");
    let menu =
        device.until("the menu, without a question for consent", |screen| screen.scene != Scene::Greet);
    assert_eq!((menu.scene, menu.title.as_str()), (Scene::Choose, "为你推荐：读话语"));
    assert!(menu.comfort.large_text && menu.sensing == petri_core::input::Sensors::NONE);
    let learners = browser.get("/api/learners").json();
    assert_eq!((&learners["turn"], &learners["learners"][0]["learner"]), (&5.into(), &5.into()));
}

/// One answer of learner 9.
fn answer_once(device: &Device, browser: &mut Browser) {
    assert_eq!(browser.post("/api/session/start", r#"{"learner":9}"#).status, 204);
    device.until("the greeting", |screen| screen.title.contains("Hello"));
    browser.press("a");
    device.until("the question for consent", |screen| screen.scene == Scene::Consent);
    browser.press("b");
    device.until("the menu", |screen| screen.scene == Scene::Choose);
    browser.press("a");
    device.until("a question", |screen| screen.scene == Scene::Listen);
    browser.press("a");
    while device.desk.view().screen.is_some_and(|screen| screen.scene != Scene::Explain) {
        std::thread::sleep(Duration::from_millis(300));
        browser.press("a");
    }
    assert_eq!(browser.post("/api/press", r#"{"act":"same"}"#).status, 204);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(browser.post("/api/session/stop", "{}").status, 204);
    device.until_idle();
}

#[test]
fn what_is_exported_is_what_the_journal_has_and_what_is_erased_is_gone() {
    let device = Device::simulated();
    let mut browser = device.inside();
    answer_once(&device, &mut browser);
    let kept = petri_runtime::journal::Journal::open_to_read(&device.journal()).expect("a journal");
    let entries = kept.entries(9).expect("entries");
    drop(kept);
    assert!(!entries.is_empty());
    let csv = browser.get("/api/export.csv?learner=9");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"petri.csv\""));
    assert_eq!(csv.body.lines().count(), entries.len() + 1, "{}", csv.body);
    assert!(csv.body.contains("2024-10-04"), "day 20000 in {}", csv.body);
    let json = browser.get("/api/export.json").json();
    assert_eq!(json["learners"][0]["trials"].as_array().map(Vec::len), Some(entries.len()));
    let progress = browser.get("/api/learners/9/progress").json();
    assert_eq!(progress["trials"], entries.len());
    let sought = entries[0].entry.to_bytes();
    assert!(!holds(&files(&device), &sought), "what is kept is sealed");
    assert_eq!(browser.post("/api/erase", r#"{"all":false}"#).status, 422);
    let erased = browser.post("/api/erase", r#"{"learner":9}"#).json();
    assert!(erased["trials"].as_u64().is_some_and(|trials| trials >= entries.len() as u64), "{erased}");
    assert_eq!(erased["found_after"], 0);
    assert!(!holds(&files(&device), &sought));
    assert_eq!(
        browser.get("/api/export.json?learner=9").json()["learners"][0]["trials"],
        serde_json::json!([])
    );
    assert_eq!(browser.get("/api/learners/9/progress").json()["trials"], 0);
}

#[test]
fn a_taken_address_is_told() {
    let device = Device::simulated();
    let told = petri_console::listen(device.address).expect_err("taken").to_string();
    assert!(told.contains("is taken by another program") && told.contains("--console=ADDRESS"), "{told}");
}
