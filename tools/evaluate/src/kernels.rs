//! Products of 8-bit weights in whole numbers and in floats, side by side: what 8 bits are worth on this processor.

use petri_figures::{Report, Table, today};
use petri_kernels::matmul::{Arithmetic, Layout, Scratch, Weights, multiply};
use std::time::{Duration, Instant};

/// Rows, inputs and outputs of the products that the shipped models spend most of their time in.
const SHAPES: [[usize; 3]; 6] =
    [[23, 384, 384], [23, 384, 1_536], [23, 1_536, 384], [40, 288, 288], [40, 288, 1_152], [2, 288, 32_768]];
/// Runs of each; the two kinds take turns, and the least time of each counts.
const RUNS: usize = 200;

/// Measures and prints a table.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut report = Report::new("kernels", "8-bit weights", "petri-evaluate kernels", today::all());
    let mut table =
        Table::new(&["rows x inputs x outputs", "whole numbers MAC/ns", "floats MAC/ns", "ratio"]);
    for shape @ [rows, inputs, outputs] in SHAPES {
        let values: Vec<i8> = (0..inputs * outputs).map(|at| (at * 37 % 251) as i8).collect();
        let weights = Weights::pack([inputs, outputs], Layout::InputsFirst, &values, &[0.01], &[0.0])?;
        let input: Vec<f32> = (0..rows * inputs).map(|at| (at * 29 % 101) as f32 / 50.0 - 1.0).collect();
        let (mut output, mut scratch) = (vec![0.0; rows * outputs], Scratch::default());
        let mut least = [Duration::MAX; 2];
        for _ in 0..RUNS {
            for (least, arithmetic) in least.iter_mut().zip([Arithmetic::Whole, Arithmetic::Floats]) {
                let start = Instant::now();
                multiply(&weights, &input, None, arithmetic, &mut scratch, &mut output);
                *least = start.elapsed().min(*least);
            }
        }
        let [whole, floats] =
            least.map(|least| shape.iter().product::<usize>() as f64 / least.as_nanos() as f64);
        let name = shape.map(|side| side.to_string()).join(" x ");
        table.row([name, format!("{whole:.1}"), format!("{floats:.1}"), format!("{:.2}", whole / floats)]);
    }
    report.table(table);
    println!("{report}");
    Ok(())
}
