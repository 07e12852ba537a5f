//! The program as a person meets it: what it says of good input, and what it says of bad.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn petri(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_petri")).args(arguments).output().expect("petri starts")
}

/// Runs `petri` and expects one line of complaint that says `what`, and an exit code of 1.
fn refused(arguments: &[&str], what: &str) {
    let output = petri(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    assert!(error.starts_with("petri: ") && error.contains(what), "{arguments:?} wants `{what}`: {error}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed a result as well");
}

fn said(arguments: &[&str]) -> String {
    let output = petri(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn demo(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../board/demo").join(file).to_string_lossy().into_owned()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path(name), bytes).expect("written");
        self.path(name)
    }
}

#[test]
fn pictures_that_cannot_be_used() {
    let folder = Folder::new();
    let good = std::fs::read(demo("astronaut.png")).expect("the portrait");
    refused(&["see", &folder.path("none.png")], "no such file");
    refused(&["see", &folder.path("")], "it is a folder");
    refused(&["see", &folder.file("empty.png", b"")], "no picture that I know");
    refused(&["see", &folder.file("text.png", b"this is a letter, not a picture")], "no picture that I know");
    refused(&["see", &folder.file("cut.png", &good[..good.len() / 2])], "damaged or cut short");
    refused(
        &["see", &folder.file("cut.jpg", &[0xFF, 0xD8, 0xFF, 0xE0, 0, 16, b'J', b'F'])],
        "damaged or cut short",
    );
    // A header that promises a gigapixel: refused before anything is reserved for it.
    let huge = [b"P6 50000 50000 255\n".as_slice(), &[0; 64]].concat();
    refused(&["see", &folder.file("huge.ppm", &huge)], "larger than 8192 x 8192");
    let mut bomb = good.clone();
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let crc = png_crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    refused(&["see", &folder.file("bomb.png", &bomb)], "larger than 8192 x 8192");
    let sparse = std::fs::File::create(folder.path("sparse.png")).expect("a file");
    sparse.set_len(1 << 40).expect("a sparse terabyte");
    refused(&["see", &folder.path("sparse.png")], "over 64 MiB");
}

fn png_crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

#[test]
fn recordings_that_cannot_be_used() {
    let folder = Folder::new();
    let good = std::fs::read(demo("no.wav")).expect("a recording");
    refused(&["hear", &folder.path("none.wav")], "no such file");
    refused(&["hear", &folder.file("text.wav", b"la la la la la la la la la la la la la la")], "no wav file");
    refused(&["hear", &folder.file("cut.wav", &good[..60])], "no wav file, or a damaged one");
    refused(&["hear", &folder.file("empty.wav", &[&good[..40], &[0; 4]].concat())], "no sound in it");
    refused(&["hear", &demo("astronaut.png")], "no wav file");
}

#[test]
fn texts_models_and_journals_that_cannot_be_used() {
    let folder = Folder::new();
    refused(&["read", "  "], "it is empty");
    refused(&["read", &"long ".repeat(2_000)], "over 4096 bytes");
    refused(&["--models", &folder.path("nowhere"), "read", "hello"], "point --models");
    refused(&["progress", "--journal", &folder.path("none.db")], "run a session first");
    let letter = folder
        .file("letter.db", b"Dear diary, today was a long day, long enough to fill a page or even two.");
    refused(&["progress", "--journal", &letter], "it is no journal");
    refused(&["run", "--journal", &letter, "--script", &folder.file("script", b"")], "it is no journal");
    assert!(std::fs::read(&letter).expect("still there").starts_with(b"Dear diary"));
    refused(&["run", "--script", &folder.file("dance", b"greet: dance")], "line 1: `dance` is no action");
    refused(&["run", "--board", "replay", "--from", &folder.file("rec", b"x")], "line 1");
}

#[test]
fn a_page_whose_address_is_taken_is_refused_before_anything_is_loaded() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let console = format!("--console={}", taken.local_addr().expect("bound"));
    refused(&["run", "--journal", &folder.path("j.db"), &console], "is taken by another program");
    refused(
        &["run", "--journal", &folder.path("j.db"), "--console=192.0.2.1:7700"],
        "choose another address",
    );
}

#[test]
fn board_files_are_shown_and_faults_told_with_their_line() {
    let shown = said(&["board", "show"]);
    assert!(shown.contains("camera      /dev/video0, 640 x 480") && shown.contains("linux.toml"), "{shown}");
    let folder = Folder::new();
    let file = folder.file("board.toml", b"name = \"x\"\n[camera]\ndevise = \"/dev/video0\"\n");
    refused(&["board", "show", "--board-file", &file], "board.toml:3: unknown field `devise`");
    refused(&["board", "show", "--board-file", &folder.path("none.toml")], "no such file");
}

#[cfg(not(feature = "hardware"))]
#[test]
fn a_build_without_drivers_says_so() {
    refused(&["run", "--board", "pi"], "no drivers for --board pi");
    refused(&["run", "--board", "linux"], "no drivers for --board linux");
    refused(&["board", "check", "--board", "linux"], "build with --features hardware");
}

/// A board none of whose devices exist, but for a screen that is a plain file.
#[cfg(feature = "hardware")]
fn bare_board(folder: &Folder, with_screen: bool) -> String {
    let place = folder.path("");
    let fb = if with_screen { folder.file("fb0", b"") } else { folder.path("fb-none") };
    folder.file("virtual_size", b"320,240");
    folder.file("bits_per_pixel", b"16");
    let text = format!(
        "name = \"bare\"\ngpio = \"/dev/gpiochip-none\"\n[camera]\ndevice = \"/dev/video-none\"\n\
         [microphone]\ndevice = \"hw:CARD=NoSuchCard,DEV=0\"\n[speaker]\ndevice = \"hw:CARD=NoSuchCard,DEV=0\"\n\
         [buttons]\na = {{ line = 1 }}\n[leds]\nkind = \"pwm-rgb\"\nred = {{ line = 3 }}\n\
         [display]\nkind = \"framebuffer\"\ndevice = \"{fb}\"\ngeometry = \"{place}\"\n"
    );
    folder.file("board.toml", text.as_bytes())
}

#[cfg(feature = "hardware")]
#[test]
fn a_check_without_devices_says_what_to_fix_and_fails() {
    let folder = Folder::new();
    let file = bare_board(&folder, false);
    let output = petri(&["board", "check", "--board", "linux", "--board-file", &file]);
    let (told, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{told}{error}");
    assert_eq!(told.lines().count(), 8, "{told}");
    assert!(told.contains("missing  camera      /dev/video-none is not there; plug the part in"), "{told}");
    assert!(told.contains("ok       processor"), "{told}");
    assert!(error.contains("6 parts need attention"), "{error}");
    let output = petri(&["board", "check", "--board", "linux", "--board-file", &file, "--json"]);
    let json = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(json.contains("\"board\": \"bare\"") && json.contains("\"state\": \"missing\""), "{json}");
    let output =
        petri(&["run", "--board", "linux", "--board-file", &file, "--journal", &folder.path("j.db")]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("display: ") && error.contains("fb-none is not there; plug"), "{error}");
}

#[cfg(feature = "hardware")]
#[test]
fn a_session_without_camera_sound_and_buttons_goes_on_until_it_is_told_to_end() {
    let folder = Folder::new();
    let (file, journal) = (bare_board(&folder, true), folder.path("j.db"));
    let child = Command::new(env!("CARGO_BIN_EXE_petri"))
        .args(["run", "--board", "linux", "--board-file", &file, "--journal", &journal])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("petri starts");
    let screen = PathBuf::from(folder.path("fb0"));
    let start = std::time::Instant::now();
    let drawn = || std::fs::read(&screen).is_ok_and(|bytes| bytes.iter().any(|byte| *byte != bytes[0]));
    while !drawn() {
        assert!(start.elapsed().as_secs() < 60, "nothing was shown");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    std::thread::sleep(std::time::Duration::from_secs(3));
    let ended = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(ended.success());
    let output = child.wait_with_output().expect("ended");
    let (told, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{error}");
    assert!(told.contains("note   buttons: /dev/gpiochip-none is not there"), "{told}");
    assert!(
        told.contains("note   lights: /dev/gpiochip-none") && told.contains("goes on without light"),
        "{told}"
    );
    assert!(told.contains("0 trials, 0 safe in the journal"), "{told}");
}

#[test]
fn a_model_with_a_flipped_bit_is_refused() {
    let folder = Folder::new();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let there = PathBuf::from(folder.path("face-detect"));
    std::fs::create_dir_all(&there).expect("made");
    let mut bytes = std::fs::read(models.join("face-detect/model.onnx")).expect("the model");
    bytes[1_000] ^= 4;
    std::fs::write(there.join("model.onnx"), bytes).expect("written");
    refused(&["--models", &folder.path(""), "see", &demo("astronaut.png")], "refused the model file");
}

#[test]
fn one_perception_each_in_words_and_in_json() {
    let words = said(&["see", &demo("astronaut.png")]);
    assert!(words.starts_with("a face, "), "{words}");
    let json = said(&["see", &demo("astronaut.png"), "--json"]);
    for field in ["\"faces\"", "\"score\"", "\"box\"", "\"points\""] {
        assert!(json.contains(field), "{json}");
    }
    let json = said(&["hear", &demo("next.wav"), "--json"]);
    assert!(json.contains("\"word\": \"next\"") && json.contains("\"transcript\""), "{json}");
    let json = said(&["read", "I am so happy for you!", "--json"]);
    assert!(
        json.contains("\"sentiment\": \"positive\"") && json.contains("\"feeling\": \"happy\""),
        "{json}"
    );
}

#[test]
fn a_small_board_reads_with_the_smaller_model() {
    for (text, tone) in [
        ("I am so happy for you!", "positive"),
        ("Nobody came to my birthday, and I cried all evening.", "negative"),
    ] {
        let [large, small] =
            ["large", "small"].map(|reader| said(&["read", text, "--json", "--reader", reader]));
        assert_ne!(large, small, "{text}: the same model");
        for json in [large, small] {
            assert!(json.contains(&format!("\"sentiment\": \"{tone}\"")), "{text}: {json}");
        }
    }
    assert_eq!(said(&["read", "Fine."]), said(&["read", "Fine.", "--reader", "auto"]));
    let refused = petri(&["read", "Fine.", "--reader", "tiny"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("auto, large, small"));
}

/// What a session says that answers two questions with its hands on the standard input.
fn through_a_pipe(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_petri"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("petri starts");
    let lines = "a\nb\na\na\na\nI think she is sad\nstop\na\n";
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_session_through_a_pipe_is_kept_and_its_progress_is_drawn() {
    let folder = Folder::new();
    let (journal, shots, picture) = (folder.path("j.db"), folder.path("shots"), folder.path("p.svg"));
    let told = through_a_pipe(
        &["run", "--journal", &journal, "--shots", &shots, "--seed", "3", "--learner", "7"],
        &[],
    );
    assert!(told.contains("2 trials, 2 safe in the journal"), "{told}");
    assert!(told.contains("sad by text"), "{told}");
    let pictures = std::fs::read_dir(&shots).expect("pictures").count();
    assert!(pictures >= 6, "{pictures} pictures");

    let table = said(&["progress", "--journal", &journal, "--learner", "7", "--picture", &picture]);
    assert!(table.contains("2 trials in 1 sessions"), "{table}");
    let svg = std::fs::read_to_string(&picture).expect("a picture");
    assert!(svg.contains("<polyline") && svg.contains("Faces"), "{svg}");
    refused(&["progress", "--journal", &journal, "--learner", "8"], "no trials of learner 8; it has [7]");
}

#[test]
fn a_quiet_session_tells_nothing_of_the_learner() {
    let folder = Folder::new();
    let journal = folder.path("j.db");
    let notify = folder.path("notify");
    let service = std::os::unix::net::UnixDatagram::bind(&notify).expect("a socket");
    service.set_nonblocking(true).expect("set");
    let environment = [("NOTIFY_SOCKET", notify.as_str()), ("WATCHDOG_USEC", "8000000")];
    let told = through_a_pipe(&["run", "--quiet", "--journal", &journal, "--seed", "3"], &environment);
    assert_eq!(told, "");
    let mut buffer = [0; 512];
    let messages: Vec<String> =
        std::iter::from_fn(|| service.recv(&mut buffer).ok().map(|n| buffer[..n].to_vec()))
            .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
            .collect();
    let (first, rest) = messages.split_first().expect("messages");
    let (last, beats) = rest.split_last().expect("messages");
    assert_eq!(first, "READY=1\nSTATUS=the screen is on\nWATCHDOG=1");
    assert!(!beats.is_empty() && beats.iter().all(|beat| beat == "WATCHDOG=1"), "{beats:?}");
    assert_eq!(last, "STOPPING=1\nSTATUS=the session is over");
    let table = said(&["progress", "--journal", &journal, "--picture", &folder.path("p.svg")]);
    assert!(table.contains("2 trials in 1 sessions"), "{table}");
}

#[test]
fn manual_pages_and_completions_come_from_the_command_line() {
    let folder = Folder::new();
    said(&["papers", &folder.path("papers")]);
    let read = |name: &str| std::fs::read_to_string(folder.path(&format!("papers/{name}"))).expect(name);
    assert!(read("man/petri.1").contains("petri\\-run(1)"), "{}", read("man/petri.1"));
    assert!(read("man/petri-run.1").contains("\\-\\-quiet"));
    for shell in ["petri.bash", "_petri", "petri.fish"] {
        assert!(read(&format!("completions/{shell}")).contains("quiet"), "{shell}");
    }
    folder.file("taken", b"");
    refused(&["papers", &folder.path("taken")], "name another folder");
}

#[test]
fn content_packs_are_checked_compiled_and_shown() {
    let folder = Folder::new();
    let content = |name: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
        root.join(name).to_string_lossy().into_owned()
    };
    assert!(said(&["content", "check", &content("starter")]).contains("\ndrawn faces "));
    let (photos, out) = (content("examples/photos"), folder.path("photos.pack"));
    assert!(said(&["content", "preview", &photos, "p-astronaut"]).contains("licence: public domain"));
    assert!(said(&["content", "compile", &photos, "--out", &out]).contains("1 photos"));
    assert!(Path::new(&out).exists());

    folder.file("pack.toml", b"name = \"mine\"\nversion = 0\nlanguages = [\"en\", \"zh-CN\"]\nauthor = \"me\"\nlicence = \"MIT\"\n");
    folder.file("texts.toml", b"[[text]]\nid = 7\n");
    let output = petri(&["content", "check", &folder.path("")]);
    let faults = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(faults.contains("pack.toml:2: version is 0; use 1 to 65535"), "{faults}");
    assert!(faults.contains("texts.toml:2: `id` is of another kind; give a text in quotes"), "{faults}");
}

#[test]
fn an_accelerator_that_is_not_there_is_told_and_tract_reads() {
    let plain = said(&["read", "This is wonderful!"]);
    let missing = ["--onnxruntime-library", "/nowhere/libonnxruntime.so"];
    for accelerator in ["auto", "onnxruntime", "onnxruntime:qnn"] {
        let output =
            petri(&[&["read", "This is wonderful!", "--accelerator", accelerator][..], &missing].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            told.starts_with("petri: every model runs on tract: ") && told.lines().count() == 1,
            "{told}"
        );
        assert_eq!(String::from_utf8_lossy(&output.stdout), plain, "{accelerator}");
    }
    let models = said(&["models"]);
    assert!(models.contains("accelerator: tract\nCPU "), "{models}");
    let refused = petri(&["--accelerator", "abacus", "models"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("use cpu, auto, onnxruntime"));
}
