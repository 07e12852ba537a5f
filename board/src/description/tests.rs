use super::*;

fn fault(text: &str) -> String {
    Description::parse(Path::new("board.toml"), text).expect_err("refused").to_string()
}

#[test]
fn every_ready_file_is_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("boards");
    for file in ["pi-zero-2w", "pi-4", "pi-5", "rock-5", "orange-pi-5", "linux"] {
        let board = Description::read(&folder.join(file).with_extension("toml")).expect(file);
        assert!(board.buttons.is_some() && board.display.is_some() && board.camera.is_some(), "{file}");
        assert!(board.privacy.is_some() || file == "linux", "{file} has no privacy switch");
        assert_eq!(board.summary().lines().count(), 8, "{file}");
        let again = toml::to_string(&board).expect("written");
        assert_eq!(Description::parse(Path::new("again"), &again).expect("read again"), board);
    }
    assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 6);
}

#[test]
fn a_fault_is_told_with_its_line_and_what_to_do() {
    let form = fault("name = \"x\"\n\n[camera]\ndevise = \"/dev/video0\"\n");
    assert!(
        form.starts_with("board.toml:4: unknown field `devise`") && form.contains("board/boards"),
        "{form}"
    );
    assert!(fault("name = \"x\"\ngpio = 7\n").starts_with("board.toml:2: invalid type"));
    assert!(fault("name = \"x\"\n[camera\n").starts_with("board.toml:2: "));
    assert!(fault("").starts_with("board.toml:1: missing field `name`"));
    let dc = fault("name = \"x\"\n\n[display]\nkind = \"st7789-240x240\"\ndevice = \"/dev/spidev0.0\"\n");
    assert!(dc.starts_with("board.toml:3: ") && dc.contains("add dc = { line = 25 }"), "{dc}");
    let kind = fault("name = \"x\"\n[leds]\nkind = \"neon\"\n");
    assert!(kind.starts_with("board.toml:3: unknown variant `neon`"), "{kind}");
}

#[test]
fn what_cannot_be_is_refused() {
    let cases = [
        ("[camera]\ndevice = \"/dev/video0\"\nfps = 0", "fps is 1 to 120"),
        ("[camera]\ndevice = \"/dev/video0\"\nwidth = 90000", "16 to 4096"),
        ("[camera]\ndevice = \"/dev/video0\"\nformats = []", "formats is empty"),
        ("[speaker]\nvolume_percent = 101", "0 to 100"),
        ("[microphone]\ndevice = \"\"", "arecord -L"),
        ("[buttons]\na = { line = 5 }\nb = { line = 5 }", "line 5 is used for button a and for button b"),
        ("[buttons]\na = { line = 5000 }", "beyond any chip"),
        ("[buttons]\na = { line = 5 }\ndebounce_ms = 900", "debounce_ms is 0 to 500"),
        ("[leds]\nkind = \"ws2812-spi\"", "needs the SPI device"),
        ("[leds]\nkind = \"sysfs\"\nred = { line = 4 }", "sysfs wants paths"),
        ("[leds]\nkind = \"pwm-rgb\"", "no colour is wired"),
        ("[leds]\nkind = \"pwm-rgb\"\nred = {}", "either a line or a path"),
        ("[display]\nkind = \"framebuffer\"\ndevice = \"/dev/fb0\"\nrotation = 45", "0, 90, 180 or 270"),
        ("[display]\nkind = \"ssd1306-128x64\"\ndevice = \"/dev/i2c-1\"\naddress = 2", "i2cdetect"),
        ("[display]\nkind = \"ili9341-320x240\"\ndevice = \"/dev/i2c-1\"", "wants SPI"),
    ];
    for (text, what) in cases {
        let told = fault(&format!("name = \"x\"\n{text}\n"));
        assert!(told.contains(what), "{text}: {told}");
    }
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = Description::read(&folder.path().join("none.toml")).expect_err("missing").to_string();
    assert!(told.contains("no such file") && told.contains("board/boards"), "{told}");
    let long = folder.path().join("long.toml");
    std::fs::write(&long, vec![b'#'; FILE_BYTES_MAX + 1]).expect("written");
    assert!(Description::read(&long).expect_err("long").to_string().contains("over 65536 bytes"));
}

#[test]
fn a_machine_is_known_by_its_device_tree() {
    assert_eq!(ready_file("Raspberry Pi Zero 2 W Rev 1.0"), "pi-zero-2w.toml");
    assert_eq!(ready_file("Raspberry Pi 5 Model B Rev 1.0"), "pi-5.toml");
    assert_eq!(ready_file("Radxa ROCK 5B"), "rock-5.toml");
    assert_eq!(ready_file("Xunlong Orange Pi 5\0"), "orange-pi-5.toml");
    assert_eq!(ready_file("Xunlong Orange Pi 5 Plus"), "linux.toml", "its header is another");
    assert_eq!(ready_file("linux,dummy-virt"), "linux.toml");
}
