//! Which buffers the images of a network share.

use super::buffer::Layout;
use super::net::Pass;

/// Which buffer holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) number: usize,
    /// Held an image of another layout before: there is no border of zeros yet.
    pub(super) is_foreign: bool,
}

/// Few buffers for all values, and the floats of each: what was read last is written next, while it is near.
pub(super) fn slots(layouts: &[Layout], passes: &[Pass], outputs: &[usize]) -> (Vec<Slot>, Vec<usize>) {
    let mut last = vec![0; layouts.len()];
    for (at, pass) in passes.iter().enumerate() {
        pass.reads().into_iter().flatten().for_each(|value| last[value] = at);
    }
    for value in outputs {
        last[*value] = passes.len();
    }
    let mut slots = vec![Slot { number: 0, is_foreign: false }; layouts.len()];
    // The image that comes in has a buffer of its own.
    let (mut floats, mut first, mut held, mut free) =
        (vec![layouts[0].length()], vec![0], vec![0], Vec::new());
    for (at, pass) in passes.iter().enumerate() {
        for value in pass.writes().into_iter().flatten() {
            let length = layouts[value].length();
            let fitting = free.iter().rposition(|slot: &usize| floats[*slot] >= length);
            let number = if let Some(place) = fitting.or(free.len().checked_sub(1)) {
                free.remove(place)
            } else {
                floats.push(0);
                first.push(value);
                held.push(value);
                floats.len() - 1
            };
            floats[number] = length.max(floats[number]);
            slots[value] = Slot { number, is_foreign: layouts[held[number]] != layouts[value] };
            held[number] = value;
        }
        for value in pass.reads().into_iter().flatten() {
            let number = slots[value].number;
            if last[value] == at && value != 0 && !free.contains(&number) {
                free.push(number);
            }
        }
    }
    // The next run begins with what this one left.
    for (first, held) in first.into_iter().zip(held) {
        slots[first].is_foreign = layouts[first] != layouts[held];
    }
    (slots, floats)
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Window};
    use super::*;

    #[test]
    fn a_value_never_lies_where_another_is_still_to_be_read_and_knows_whose_border_it_finds() {
        let (mut builder, image) = Builder::new([1, 12, 12]);
        let window = Window { side: [3, 3], stride: 2, pads: [1; 4] };
        let mut value = image;
        let mut kept = Vec::new();
        for channels in [8, 16, 32] {
            let inputs = builder.shape(value)[0];
            let dense = builder.dense(value, window, vec![0.1; channels * inputs * 9], vec![0.0; channels]);
            value = dense.expect("it fits");
            kept.push(value);
            value = builder.relu(value);
        }
        let pooled =
            builder.max_pool(kept[1], Window { side: [3, 3], stride: 2, pads: [1; 4] }).expect("it fits");
        let net = builder.build(&[value, pooled]).expect("a network");
        let (layouts, passes, outputs) = net.parts();
        let (slots, floats) = slots(layouts, passes, outputs);
        assert!(floats.len() < layouts.len(), "{floats:?}");
        let mut holds = vec![None; floats.len()];
        holds[0] = Some(0);
        // Twice: the second run finds what the first has left.
        for run in 0..2 {
            for pass in passes {
                for value in pass.reads().into_iter().flatten() {
                    assert_eq!(
                        holds[slots[value].number],
                        Some(value),
                        "run {run}: {value} was written over"
                    );
                }
                for value in pass.writes().into_iter().flatten() {
                    let Slot { number, is_foreign } = slots[value];
                    assert!(layouts[value].length() <= floats[number]);
                    if let Some(before) = holds[number].replace(value) {
                        assert_eq!(is_foreign, layouts[before] != layouts[value], "run {run}, value {value}");
                    }
                }
            }
            for value in outputs {
                assert_eq!(holds[slots[*value].number], Some(*value), "an output is there at the end");
            }
        }
    }
}
