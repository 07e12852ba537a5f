//! What it costs to listen while nobody speaks: processor time for each second of sound.

use petri_figures::{Report, Table};
use petri_runtime::perception::voice::{FRAME_SAMPLES, VoiceActivity};

const SECONDS: usize = 60;

/// Reports shares of one core for silence and for the noise of a room, and returns the larger one in percent.
pub(super) fn report(voice: &VoiceActivity, report: &mut Report) -> anyhow::Result<f64> {
    let mut table = Table::new(&["60 s through voice activity", "processor ms", "of one core"]);
    let mut state = 1u32;
    let mut worst = 0.0f64;
    for (name, level) in [("silence", 0.0f32), ("noise of a room", 0.003)] {
        let mut voice = voice.clone();
        let before = processor_ms()?;
        for _ in 0..SECONDS * 16_000 / FRAME_SAMPLES {
            let frame: [f32; FRAME_SAMPLES] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                level * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
            });
            voice.push(&frame)?;
        }
        let spent = processor_ms()? - before;
        let share = spent / (SECONDS as f64 * 10.0);
        worst = worst.max(share);
        table.row([name.to_owned(), format!("{spent:.0}"), format!("{share:.2} %")]);
    }
    report.table(table);
    Ok(worst)
}

/// Processor time of this thread so far, from the kernel's scheduler.
fn processor_ms() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent = text.split_whitespace().next().unwrap_or_default();
    Ok(spent.parse::<f64>()? / 1e6)
}
