//! What leaves, in bytes and in words.

use petri_privacy::Sums;
use petri_report::{AGES, CHANNELS, EDITIONS, EMOTIONS, Period, REPORT_BYTES, Report, cell_of, variance};
use std::fmt::Write;

/// Bytes in a line.
const LINE_BYTES: usize = 32;

/// A message, byte for byte and with its meaning.
///
/// # Errors
/// When the bytes are no report.
pub fn message(bytes: &[u8]) -> Result<String, petri_report::Error> {
    let report = Report::decode(bytes)?;
    let mut text = format!("{REPORT_BYTES} bytes:\n");
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for (line, part) in bytes[..used].chunks(LINE_BYTES).enumerate() {
        let hex: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(text, "{:>5}  {}", line * LINE_BYTES, hex.join(" "));
    }
    let _ = writeln!(text, "{used:>5}  zeros to the end\n");
    let id = u128::from_be_bytes(report.id);
    let edition = EDITIONS.get(usize::from(report.edition)).copied().unwrap_or("unknown");
    let _ = writeln!(text, "id       {id:032x}, drawn at random for this report");
    let _ = writeln!(text, "term     {}, the finest time there is", report.period);
    let _ = writeln!(text, "edition  {edition}");
    let _ = writeln!(text, "epsilon  {:.3}", f64::from(report.noise.epsilon_milli) / 1_000.0);
    let spread = |scale: u32| variance(scale).sqrt().round();
    let _ = writeln!(
        text,
        "noise    in every number below; its standard deviation is {} for answers, {} for the gain, {} for transfer",
        spread(report.noise.answers),
        spread(report.noise.gain),
        spread(report.noise.transfer)
    );
    let _ = writeln!(
        text,
        "\n{:<10} {:<10} {:<6} {:>7} {:>7} {:>8} {:>8} {:>9} {:>9}",
        "feeling", "through", "age", "met", "other", "up", "down", "tr. met", "tr. other"
    );
    for (place, cell) in report.cells.iter().enumerate() {
        let (emotion, channel, age) = cell_of(place);
        let _ = write!(text, "{:<10} {:<10} {:<6}", EMOTIONS[emotion], CHANNELS[channel], AGES[age]);
        for (value, width) in cell.values().into_iter().zip([7, 7, 8, 8, 9, 9]) {
            let _ = write!(text, " {value:>width$}");
        }
        text.push('\n');
    }
    Ok(text)
}

/// A real message of a term in which nobody practised. It costs nothing, since no learner is in it.
///
/// # Errors
/// When no noise can be drawn.
pub fn example(period: Period, edition: u8) -> Result<Vec<u8>, petri_privacy::Error> {
    Ok(Sums::default().release([0; 16], period, edition)?.encode()?)
}
