//! Inputs to begin with: small ones of each kind that a target takes, made of the project's own files.

use hound::SampleFormat::{self, Float, Int};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};
use minisign::KeyPair;
use petri_models::Id;
use petri_report::{CELLS, Cell, Noise, Period, Report};
use petri_runtime::perception::adapt::{self, Adapter};
use petri_update::{Item, Kind, Manifest, sha256};
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// A target, the name of an input, and its bytes.
type Seed = (&'static str, String, Vec<u8>);

/// All but those of the link, which its golden bytes gave.
pub(crate) fn all() -> Vec<Seed> {
    let lists =
        [pictures(), sounds(), texts(), packs(), boards(), reports(), journals(), models(), updates()];
    lists.into_iter().flatten().collect()
}

fn seed(target: &'static str, name: &str, bytes: impl Into<Vec<u8>>) -> Seed {
    (target, name.to_owned(), bytes.into())
}

fn project(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
        .expect("a file of the project")
}

fn pictures() -> Vec<Seed> {
    let picture = RgbImage::from_fn(16, 8, |x, y| image::Rgb([(x * 16) as u8, (y * 32) as u8, 90]));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 60).encode_image(&picture).expect("encoded");
    let of = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    let mut yuyv = vec![0, 4, 0, 2, 0, 10, 0];
    yuyv.extend((0..20).map(|value| value * 12));
    let mut seeds = vec![
        seed("pictures", "yuyv", yuyv),
        seed("pictures", "mjpg", of(1, &jpeg)),
        seed("pictures", "mjpg-without-tables", of(1, &without_tables(&jpeg))),
        seed("pictures", "jpeg", of(2, &jpeg)),
        seed("pictures", "file-jpeg", of(3, &jpeg)),
    ];
    for (name, format) in [("png", ImageFormat::Png), ("bmp", ImageFormat::Bmp), ("pnm", ImageFormat::Pnm)] {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("encoded");
        seeds.push(seed("pictures", &format!("file-{name}"), of(3, bytes.get_ref())));
    }
    seeds
}

/// As webcams send pictures.
fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut bare = jpeg[..2].to_vec();
    let mut at = 2;
    while jpeg[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        if jpeg[at + 1] != 0xC4 {
            bare.extend(&jpeg[at..end]);
        }
        at = end;
    }
    bare.extend(&jpeg[at..]);
    bare
}

fn sounds() -> Vec<Seed> {
    let wave = |at: u32| (f64::from(at) * 0.3).sin();
    let wav = |channels: u16, sample_rate: u32, bits_per_sample: u16, sample_format: SampleFormat| {
        let spec = hound::WavSpec { channels, sample_rate, bits_per_sample, sample_format };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("a form that there is");
        for at in 0..64 * u32::from(channels) {
            match sample_format {
                Float => writer.write_sample(wave(at) as f32).expect("written"),
                Int => {
                    let full = f64::from(1u32 << (bits_per_sample - 2));
                    writer.write_sample((wave(at) * full) as i32).expect("written");
                }
            }
        }
        writer.finalize().expect("written");
        bytes.into_inner()
    };
    vec![
        seed("sound", "16-bit", wav(1, 16_000, 16, Int)),
        seed("sound", "8-bit-stereo", wav(2, 8_000, 8, Int)),
        seed("sound", "24-bit", wav(1, 22_050, 24, Int)),
        seed("sound", "32-bit", wav(1, 44_100, 32, Int)),
        seed("sound", "float", wav(1, 48_000, 32, Float)),
    ]
}

fn texts() -> Vec<Seed> {
    let lines = [
        ("english", "I'm so sorry that your cat is gone. May I help you look for her?"),
        ("chinese", "你一定很难过吧，我帮你一起找。"),
        ("choice", "the second one, please"),
        ("hint", "I do not want to be here any more"),
        ("mixed", "Café 🙂 naïve e\u{301} \u{202e}abc don’t O'Neil 第2个"),
    ];
    let lines = lines.map(|(name, line)| seed("text", name, [b"\0", line.as_bytes()].concat()));
    let vocabulary = seed("text", "vocabulary", *b"\x07<unk>\n<s>\n</s>\n\\x00\n\\x41\n\xe2\x96\x81no\n");
    lines.into_iter().chain([vocabulary]).collect()
}

/// The first items of each kind of the built-in content.
fn packs() -> Vec<Seed> {
    let first = |file: &str, head: &str, items: usize| {
        let text = project(&format!("content/starter/{file}"));
        let parts: Vec<&str> = text.split(&format!("[[{head}]]\n")).skip(1).take(items).collect();
        parts.iter().map(|part| format!("[[{head}]]\n{part}")).collect::<Vec<_>>().concat()
    };
    let manifest = project("content/starter/pack.toml");
    let talk = project("content/starter/conversations/the-kite-by-the-door.toml");
    let mut small = format!("=== pack.toml\n{manifest}");
    for (file, head) in [("texts.toml", "text"), ("situations.toml", "situation"), ("care.toml", "care")] {
        small.push_str(&format!("=== {file}\n{}", first(file, head, 1)));
    }
    let talks = format!("=== pack.toml\n{manifest}=== conversations/the-kite-by-the-door.toml\n{talk}");
    let compiled = |source: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("conversations")).expect("a folder");
        for part in source.split("=== ").skip(1) {
            let (name, body) = part.split_once('\n').expect("a name");
            fs::write(folder.path().join(name), body).expect("written");
        }
        petri_content::compile(folder.path()).expect("no fault")
    };
    vec![
        seed("pack", "items", compiled(&small)),
        seed("pack", "talk", compiled(&talks)),
        seed("pack_source", "items", small),
        seed("pack_source", "talk", talks),
    ]
}

fn boards() -> Vec<Seed> {
    let files = ["linux", "pi-4", "pi-zero-2w", "rock-5"];
    let files = files.map(|name| seed("board", name, project(&format!("board/boards/{name}.toml"))));
    let lines =
        ["tcp:127.0.0.1:7163", "serial:/dev/ttyACM0@460800", "unix:/run/petri/link", "onnxruntime:qnn,a=b"];
    let lines = lines.map(|line| seed("board", line.split([':', ',']).next().unwrap_or(line), line));
    files.into_iter().chain(lines).collect()
}

fn reports() -> Vec<Seed> {
    let value = |cell: usize, place: usize| (cell * 6 + place) as i32 - 300;
    let cells = (0..CELLS).map(|cell| Cell::from_values([0, 1, 2, 3, 4, 5].map(|place| value(cell, place))));
    let report = Report {
        id: *b"0123456789abcdef",
        period: Period::new(170),
        edition: 1,
        noise: Noise { epsilon_milli: 1_000, answers: 240, gain: 48_000, transfer: 96 },
        cells: cells.collect(),
    };
    let mut bytes = report.encode().expect("a report");
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.truncate(used);
    vec![seed("report", "whole", bytes), seed("report", "topic", "petri/v1/reports/all")]
}

fn journals() -> Vec<Seed> {
    // The header, a page's head, cells at a page's end, and a cut.
    let places: [(&str, &[u8]); 5] = [
        ("sound", &[]),
        ("header", &[0x12, 0, 2, 0x1C, 0, 1]),
        ("page", &[0x05, 0x10, 0xFF, 0x03, 0x20, 0]),
        ("cell", &[0xF0, 0x1F, 0x55, 0xE0, 0x2F, 0x11]),
        ("cut", &[0x80]),
    ];
    places.into_iter().map(|(name, changes)| seed("journal", name, changes)).collect()
}

fn models() -> Vec<Seed> {
    let folder = tempfile::tempdir().expect("a folder");
    adapt::store(folder.path(), Id::TextEmotion, &Adapter::none(3, 2)).expect("written");
    let adapter = fs::read(adapt::path(folder.path(), Id::TextEmotion)).expect("the adapter");
    let sha = &petri_models::get(Id::SpeechEncoder).sha256;
    let made_by = (0..8).map(|at| u8::from_str_radix(&sha[2 * at..2 * at + 2], 16).expect("hexadecimal"));
    let mut words = b"PTRW\x01".to_vec();
    words.extend(made_by);
    words.extend([1, 0, 3]);
    for recording in 0..3 {
        let vector: [f32; 288] = std::array::from_fn(|at| if at == recording { 1.0 } else { 0.0 });
        words.extend(vector.into_iter().flat_map(f32::to_le_bytes));
    }
    vec![
        seed("adapter", "nothing", &adapter[..adapter.len() - 4]),
        seed("words_file", "happy", words),
        seed("model_manifest", "voice-activity", project("models/voice-activity/manifest.toml")),
        seed("model_manifest", "text-signs", project("models/text-signs/manifest.toml")),
    ]
}

/// A signed list; the key is new each time and signs nothing else.
fn updates() -> Vec<Seed> {
    let item = Item { path: "starter.pack".to_owned(), bytes: 3, sha256: sha256(b"abc") };
    let list = Manifest::new(Kind::Content, 2, 1_790_000_000, 1_798_640_000, vec![item]).expect("a list");
    let list = list.text().expect("its text");
    let pair = KeyPair::generate_unencrypted_keypair().expect("a key");
    let key = pair.pk.to_box().expect("its text").into_string();
    let signature = minisign::sign(None, &pair.sk, Cursor::new(&list), Some("t"), Some("u")).expect("signed");
    vec![
        seed("update", "signed", format!("{list}\n---\n{key}\n---\n{}", signature.into_string())),
        seed("update", "list", list),
    ]
}
