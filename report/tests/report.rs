//! The wire: every report comes back as it was, and nothing else is taken for one.

use petri_report::{
    AGES, CELLS, CHANNELS, Cell, EMOTIONS, Error, Noise, Period, REPORT_BYTES, Report, VALUE_MAX, VERSION,
    cell_index, cell_of, topic, variance,
};
use proptest::prelude::*;

fn noises() -> impl Strategy<Value = Noise> {
    let scale = || 1..=Noise::SCALE_MAX;
    (1..=Noise::EPSILON_MILLI_MAX, scale(), scale(), scale())
        .prop_map(|(epsilon_milli, answers, gain, transfer)| Noise { epsilon_milli, answers, gain, transfer })
}

fn reports() -> impl Strategy<Value = Report> {
    // Mostly small numbers, and some at the limits.
    let value = prop_oneof![4 => -5_000..5_000, 1 => -VALUE_MAX..=VALUE_MAX, 1 => Just(-VALUE_MAX), 1 => Just(VALUE_MAX)];
    let cells = prop::collection::vec(prop::array::uniform6(value).prop_map(Cell::from_values), CELLS);
    (any::<[u8; 16]>(), any::<u16>(), 0..2u8, noises(), cells).prop_map(
        |(id, period, edition, noise, cells)| Report {
            id,
            period: Period::new(period),
            edition,
            noise,
            cells,
        },
    )
}

/// A report with a number of its own in every place.
fn sample() -> Report {
    let value = |cell: usize, place: usize| (cell as i32 * 6 + place as i32 - 300) * 37;
    let cells = (0..CELLS).map(|cell| Cell::from_values([0, 1, 2, 3, 4, 5].map(|place| value(cell, place))));
    Report {
        id: *b"0123456789abcdef",
        period: Period::new(170),
        edition: 1,
        noise: Noise { epsilon_milli: 1_000, answers: 240, gain: 48_000, transfer: 96 },
        cells: cells.collect(),
    }
}

proptest! {
    #[test]
    fn every_report_comes_back_as_it_was(report in reports()) {
        let bytes = report.encode().expect("encoded");
        prop_assert_eq!(bytes.len(), REPORT_BYTES);
        prop_assert_eq!(Report::decode(&bytes).expect("decoded"), report);
    }

    #[test]
    fn a_changed_byte_gives_another_report_or_none(report in reports(), place in 0..REPORT_BYTES, change in 1..=255u8) {
        let mut bytes = report.encode().expect("encoded");
        bytes[place] ^= change;
        // One encoding for each report: what is read from other bytes is never the same report.
        if let Ok(other) = Report::decode(&bytes) {
            prop_assert_ne!(&other, &report);
            prop_assert_eq!(other.encode().expect("encoded"), bytes);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_refused_or_read_and_never_panic(mut bytes in prop::collection::vec(any::<u8>(), REPORT_BYTES)) {
        bytes[0] = VERSION;
        let _ = Report::decode(&bytes);
    }

    #[test]
    fn messages_of_another_length_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..2 * REPORT_BYTES)) {
        prop_assume!(bytes.len() != REPORT_BYTES);
        prop_assert_eq!(Report::decode(&bytes), Err(Error::Length(bytes.len())));
    }
}

#[test]
fn a_report_has_its_golden_bytes() {
    let bytes = sample().encode().expect("encoded");
    let head = [
        1, // version
        b'0', b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'8', b'9', b'a', b'b', b'c', b'd', b'e',
        b'f', // id
        0xAA, 0x01, // period 170
        1,    // school
        0xE8, 0x07, // epsilon 1.000
        0xF0, 0x01, // scale of answers, 240
        0x80, 0xF7, 0x02, // scale of the gain, 48 000
        0x60, // scale of the probe, 96
        0x69, // 105 cells
        0xB7, 0xAD, 0x01, // -300 * 37 as zigzag varint
        0xED, 0xAC, 0x01, // -299 * 37
    ];
    assert_eq!(bytes[..head.len()], head);
    // Made by another program, after the description of the layout.
    assert!(bytes == include_bytes!("golden-1.bin"), "the layout changed: that needs a new version");
    assert_eq!(Report::decode(&bytes).expect("decoded"), sample());
}

#[test]
fn the_largest_report_fits() {
    let noise = Noise {
        epsilon_milli: 1_000,
        answers: Noise::SCALE_MAX,
        gain: Noise::SCALE_MAX,
        transfer: Noise::SCALE_MAX,
    };
    let cells = vec![Cell::from_values([-VALUE_MAX; 6]); CELLS];
    let report = Report { id: [255; 16], period: Period::new(u16::MAX), noise, cells, ..sample() };
    let bytes = report.encode().expect("encoded");
    assert_eq!(bytes.len(), REPORT_BYTES);
    assert_eq!(Report::decode(&bytes).expect("decoded"), report);
}

#[test]
fn what_cannot_be_is_refused_with_what_it_is() {
    let refused = |change: fn(&mut Report)| {
        let mut report = sample();
        change(&mut report);
        report.encode().expect_err("refused")
    };
    assert_eq!(refused(|report| report.edition = 2), Error::Impossible("edition"));
    assert_eq!(refused(|report| report.noise.gain = 0), Error::Impossible("noise"));
    assert_eq!(refused(|report| report.noise.epsilon_milli = 1_001), Error::Impossible("noise"));
    assert_eq!(refused(|report| report.cells.truncate(104)), Error::Impossible("number of cells"));
    assert_eq!(refused(|report| report.cells[7].down = VALUE_MAX + 1), Error::Impossible("cells"));
    let good = sample().encode().expect("encoded");
    let mut newer = good.clone();
    newer[0] = 2;
    assert_eq!(Report::decode(&newer), Err(Error::Version(2)));
    let mut trailing = good.clone();
    *trailing.last_mut().expect("a byte") = 1;
    assert_eq!(Report::decode(&trailing), Err(Error::Damaged));
    // The same number in more bytes than it needs: a second encoding of the same report.
    let mut longer = good;
    longer.splice(17..19, [0xAA, 0x81, 0x00]);
    longer.truncate(REPORT_BYTES);
    assert_eq!(Report::decode(&longer), Err(Error::Damaged));
}

#[test]
fn every_cell_has_a_place_of_its_own() {
    let mut seen = [false; CELLS];
    for emotion in 0..EMOTIONS.len() {
        for channel in 0..CHANNELS.len() {
            for age in 0..AGES.len() {
                let index = cell_index(emotion, channel, age);
                assert_eq!(cell_of(index), (emotion, channel, age));
                assert!(!std::mem::replace(&mut seen[index], true));
            }
        }
    }
    assert!(seen.iter().all(|seen| *seen));
}

#[test]
fn the_variance_is_that_of_the_distribution() {
    for scale in [1u32, 7, 240] {
        let weight = |k: i32| (-f64::from(k.abs()) / f64::from(scale)).exp();
        let range = || -40 * scale as i32..=40 * scale as i32;
        let all: f64 = range().map(weight).sum();
        let squares: f64 = range().map(|k| f64::from(k).powi(2) * weight(k)).sum();
        assert!((variance(scale) / (squares / all) - 1.0).abs() < 1e-6, "{scale}");
    }
}

#[test]
fn topics_name_a_group_and_nothing_else() {
    assert_eq!(topic::topic(topic::GROUP), "petri/v1/reports/all");
    assert_eq!(topic::group_of("petri/v1/reports/north-district"), Some("north-district"));
    assert_eq!(topic::subscription("fleet"), "$share/fleet/petri/v1/reports/+");
    for other in
        ["petri/v1/reports/", "petri/v1/reports/a/b", "petri/v1/reports/A", "petri/v2/reports/all", "x"]
    {
        assert_eq!(topic::group_of(other), None, "{other}");
    }
    assert!(topic::is_group("a-1") && !topic::is_group(&"a".repeat(33)) && !topic::is_group("+"));
}
