//! The page of what was measured.

use super::soak::Hour;
use super::{Channel, IDLE_SECONDS, Measured, Options};
use crate::bench::processor;
use crate::statistics::quantile;
use petri_figures::{Figure, Limit, Lines, Report, Series, Table, today};

const COMMAND: &str = "cargo xtask latency";
/// Shares of the answers.
const SHARES: [(&str, f64); 5] =
    [("50 %", 0.5), ("75 %", 0.75), ("90 %", 0.9), ("95 %", 0.95), ("99 %", 0.99)];
const IDLE_PERCENT_GOAL: f64 = 5.0;
const RESIDENT_MB_GOAL: f64 = 200.0;
const START_MS_GOAL: f64 = 1_000.0;
/// Memory that comes and goes with the system's caches and the allocator's.
const GROWTH_MB_GOAL: f64 = 4.0;
/// Both sides are named so.
const SIDES: [&str; 2] = ["Petri", "onnxruntime in Python"];

pub(super) fn of(
    starts: &[f64],
    ours: &Measured,
    theirs: Option<&Measured>,
    soaked: &[Hour],
    options: &Options,
) -> Report {
    let mut report = Report::new("latency", "How soon there is feedback", COMMAND, today::all());
    report.text(format!(
        "On {}, one core for everything, the learner included. The whole device in real time: host, session, threads, \
         models, journal, and a display of 320 x 240 that is painted into memory. Camera (15 pictures a second, with \
         a face that comes and goes), microphone, keyboard and buttons are live all the time. What a driver needs, \
         and what a face has to be held for, is not in it. The other side has neither a session nor a journal: it draws \
         at once, and Petri when the answer is on the disk. The allocator is set as the service sets it.",
        processor()
    ));
    answers(ours, theirs, &mut report);
    rest(starts, ours, theirs, &mut report);
    soak(soaked, options, &mut report);
    report
}

fn sorted(measured: &Measured, channel: Channel) -> Vec<f64> {
    let mut ms = measured.taken[channel as usize].ms.clone();
    ms.sort_by(f64::total_cmp);
    ms
}

fn answers(ours: &Measured, theirs: Option<&Measured>, report: &mut Report) {
    let mut head = vec!["from", "to feedback on the screen", "answers", "not understood"];
    head.extend(SHARES.map(|(name, _)| name));
    head.push("longest ms");
    let mut table = Table::new(&head);
    let mut series = Vec::new();
    for channel in Channel::ALL {
        for (side, measured) in SIDES.into_iter().zip([Some(ours), theirs]) {
            let Some(measured) = measured else { continue };
            let (ms, missed) = (sorted(measured, channel), measured.taken[channel as usize].missed);
            let mut cells = vec![channel.what().to_owned(), side.to_owned()];
            cells.extend([ms.len().to_string(), missed.to_string()]);
            cells.extend(SHARES.map(|(_, share)| format!("{:.1}", quantile(&ms, share))));
            cells.push(format!("{:.1}", quantile(&ms, 1.0)));
            table.push(cells);
            let points = SHARES.iter().enumerate().map(|(at, (_, share))| (at as f64, quantile(&ms, *share)));
            series.push(Series::points(&format!("{}, {side}", channel.name()), points));
        }
        figures(channel, ours, theirs, report);
    }
    report.heading("From answer to feedback");
    report.table(table);
    let most = series.iter().flat_map(|line| &line.points).map(|point| point[1]).fold(1.0, f64::max);
    let places = SHARES.map(|(name, _)| name);
    let axes = ["share of the answers", "ms"];
    let lines = Lines::over("percentiles", "From answer to feedback", axes, &places, [0.0, most * 1.05]);
    report.lines(series.into_iter().fold(lines, Lines::line));
}

fn figures(channel: Channel, ours: &Measured, theirs: Option<&Measured>, report: &mut Report) {
    let (name, ms) = (channel.name(), sorted(ours, channel));
    let (middle, most) = (quantile(&ms, 0.5), quantile(&ms, 0.99));
    let n = ms.len();
    let what = format!("{name}: half of the answers within");
    report.figure(Figure::new(&format!("{name}-50"), &what, middle, "ms", 0.25 * middle).n(n).decimals(0));
    let what = format!("{name}: 99 of 100 answers within");
    let figure = Figure::new(&format!("{name}-99"), &what, most, "ms", 0.5 * most).n(n).decimals(0);
    report.figure(figure.goal(Limit::AtMost(channel.goal_ms())));
    if let Some(theirs) = theirs {
        let ratio = most / quantile(&sorted(theirs, channel), 0.99);
        let what = format!("{name}: 99 of 100 answers, Petri by onnxruntime in Python");
        report.figure(Figure::new(&format!("{name}-ratio"), &what, ratio, "", 0.5 * ratio).decimals(2));
    }
}

/// What it costs to be there.
fn rest(starts: &[f64], ours: &Measured, theirs: Option<&Measured>, report: &mut Report) {
    let mut table = Table::new(&["", SIDES[0], SIDES[1]]);
    let mut row = |what: &str, cell: &dyn Fn(&Measured) -> String| {
        table.row([what.to_owned(), cell(ours), theirs.map_or("-".to_owned(), cell)]);
    };
    row("processor with all channels live and nobody there", &|m| format!("{:.1} %", m.idle_percent));
    row("memory after these answers", &|m| format!("{:.0} MB", m.resident_mb));
    row("from the start of the process to the first screen", &|m| format!("{:.0} ms", m.start_ms));
    report.heading("While nobody answers");
    report.table(table);
    report.text(format!(
        "Processor time is counted over {IDLE_SECONDS} s, in percent of one core. The start is the middle one of {}; the \
         longest took {:.0} ms.",
        starts.len(),
        quantile(starts, 1.0)
    ));
    let idle = ours.idle_percent;
    let idle = Figure::new("idle", "all channels live, nobody there", idle, "% of a core", 2.0).decimals(1);
    report.figure(idle.goal(Limit::AtMost(IDLE_PERCENT_GOAL)));
    let longest = quantile(starts, 1.0);
    let start = Figure::new("start", "from start to first screen, longest", longest, "ms", 0.3 * longest);
    report.figure(start.n(starts.len()).decimals(0).goal(Limit::AtMost(START_MS_GOAL)));
}

fn soak(soaked: &[Hour], options: &Options, report: &mut Report) {
    let Some(last) = soaked.last() else { return };
    report.heading("Hours of sessions");
    report.text(format!(
        "{} simulated hours, {} times as fast: the same threads, models and journal, with a clock, a camera and a \
         microphone that run faster. A learner answers by all channels in one session after another; {} questions.",
        soaked.len(),
        options.speed,
        last.trials
    ));
    let mut table = Table::new(&["after hours", "questions", "resident MB"]);
    for (hour, at) in soaked.iter().enumerate().filter(|(hour, _)| hour % 4 == 3 || *hour == 0) {
        table.row([(hour + 1).to_string(), at.trials.to_string(), format!("{:.1}", at.resident_mb)]);
    }
    report.table(table);
    let most = soaked.iter().map(|hour| hour.resident_mb).fold(0.0, f64::max);
    let points = soaked.iter().enumerate().map(|(hour, at)| ((hour + 1) as f64, at.resident_mb));
    let across = [0.0, soaked.len() as f64 + 1.0];
    let lines =
        Lines::new("soak", "Memory over the hours", ["hours", "resident MB"], across, [0.0, most * 1.1]);
    report.lines(lines.line(Series::points("resident", points)));
    let memory = Figure::new("resident", "memory, most after any hour", most, "MB", 8.0).decimals(0);
    report.figure(memory.n(soaked.len()).goal(Limit::AtMost(RESIDENT_MB_GOAL)));
    // A single hour says little: the allocator takes and gives back a megabyte or two.
    let third = soaked.len().div_ceil(3);
    let mean = |hours: &[Hour]| hours.iter().map(|at| at.resident_mb).sum::<f64>() / hours.len() as f64;
    let grown = mean(&soaked[soaked.len() - third..]) - mean(&soaked[..third]);
    let what = format!("growth from the first {third} hours to the last {third} of {}", soaked.len());
    let growth = Figure::new("growth", &what, grown, "MB", GROWTH_MB_GOAL).decimals(1);
    report.figure(growth.goal(Limit::AtMost(GROWTH_MB_GOAL)));
}
