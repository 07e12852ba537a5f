//! Perception alone: what a picture shows, what a recording says, what a line expresses.
//!
//! ```sh
//! cargo run -p petri-runtime --example perceive
//! cargo run -p petri-runtime --example perceive -- me.jpg hello.wav "I am fine, really."
//! ```
#![allow(clippy::print_stdout)]

use petri_core::Word;
use petri_models::Store;
use petri_runtime::{Error, Perception, intake, report};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let given: Vec<String> = std::env::args().skip(1).collect();
    let file = |place: usize, ours: &str| {
        given.get(place).map_or_else(|| root.join("board/demo").join(ours), PathBuf::from)
    };
    let (picture, sound) = (file(0, "astronaut.png"), file(1, "sentence-sorry.wav"));
    let line = given.get(2).map_or("I did not expect that, but I love it.", String::as_str);

    // Every file is verified against the manifest that was compiled in; one that differs is refused.
    let mut perception = Perception::load(&Store::new(root.join("models")))?;

    let seen = perception.sight.look_closely(&intake::frame(&picture)?)?;
    println!("picture  {}", report::seen(&seen));

    // Any list of words can be listened for, without training.
    let words = perception.speech.words(&Word::ALL.map(Word::text))?;
    let said = perception.listen(&intake::clip(&sound)?, &words)?;
    println!("sound    {}", report::heard(&said));

    let read = perception.text.read(intake::text(line)?)?;
    println!("line     {}", report::read(&read));
    Ok(())
}
