//! Short sentences that are good or bad: whether what was learned from comments carries over to other text.

use super::{Part, files, in_parallel};
use crate::table::{Table, percent};
use anyhow::{Context, bail};
use petri_figures::{Confusion, Figure, Limit, Report};
use petri_models::Id;
use petri_runtime::engine::{Engine, Reader};
use petri_runtime::intake;
use petri_runtime::perception::text::{GROUPS, Sentiment, Text};
use std::path::Path;

/// Other people's reviews, which `tools/train/text/held_out.py` writes.
pub(super) const PART: Part = Part {
    name: "reviews",
    title: "Sentences of reviews, good or bad",
    needs: &[DATA],
    models: &[Id::TextEmotion],
    measure: |store, data, report| measure(store.into(), data, report),
};

/// The same with the smaller model.
pub(super) const SMALL: Part = Part {
    name: "reviews-small",
    title: "Sentences of reviews, good or bad, by the smaller model",
    needs: &[DATA],
    models: &[Id::TextEmotionSmall],
    measure: |store, data, report| measure(Engine::from(store).reading(Reader::Small), data, report),
};

const DATA: &str = "text/reviews";
/// Larger than any set that is measured.
const FILE_BYTES_MAX: usize = 16 << 20;
const LINES_MAX: usize = 100_000;
const SAID: [(Sentiment, &str); 5] = [
    (Sentiment::Negative, "negative"),
    (Sentiment::Positive, "positive"),
    (Sentiment::Neutral, "neutral"),
    (Sentiment::Mixed, "mixed"),
    (Sentiment::Unsure, "unsure"),
];

struct Line<'a> {
    text: &'a str,
    positive: bool,
}

/// What the model makes of a line.
#[derive(Clone, Copy)]
struct Answer {
    positive: bool,
    /// The group of the right side is likelier than that of the other.
    ahead: bool,
    /// Index into [`SAID`].
    said: usize,
}

fn measure(engine: Engine<'_>, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let text = Text::load(engine)?;
    report.text(
        "One set in each file of `text/reviews`: a line is 1 (good) or 0 (bad), a tab, and the sentence. \
         `tools/train/text/held_out.py` writes the files and names their sources. No line was trained on; of the critics, other lines were.",
    );
    let mut all = Vec::new();
    for path in files(&data.join(DATA), &["tsv"])? {
        let content = intake::text_file(&path, FILE_BYTES_MAX)?;
        let lines = lines(&content).with_context(|| format!("{} is damaged", path.display()))?;
        let answers = answers(&text, &lines)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        report.heading(&*name);
        write(&name, &name, &answers, report);
        all.extend(answers);
    }
    report.heading("all");
    write("all", "all sets", &all, report);
    Ok(())
}

fn lines(content: &str) -> anyhow::Result<Vec<Line<'_>>> {
    let mut found = Vec::new();
    for (number, line) in content.lines().enumerate().take(LINES_MAX) {
        let (positive, text) = match line.split_once('\t') {
            Some(("1", text)) => (true, text),
            Some(("0", text)) => (false, text),
            _ => bail!("line {}: not 0 or 1, a tab and a sentence; write it anew", number + 1),
        };
        found.push(Line { text, positive });
    }
    if found.is_empty() {
        bail!("it has no lines; write it anew");
    }
    Ok(found)
}

fn answers(text: &Text, lines: &[Line<'_>]) -> anyhow::Result<Vec<Answer>> {
    let place = |name: &str| GROUPS.iter().position(|group| *group == name).unwrap_or(0);
    let (negative, positive) = (place("negative"), place("positive"));
    in_parallel(lines, |line| {
        let groups = text.probabilities(line.text)?.groups;
        let lead = groups[positive] > groups[negative];
        let (tone, _) = text.sentiment(&groups);
        let said = SAID.iter().position(|(said, _)| *said == tone).unwrap_or(0);
        Ok(Answer { positive: line.positive, ahead: lead == line.positive, said })
    })
}

fn write(name: &str, title: &str, answers: &[Answer], report: &mut Report) {
    let n = answers.len();
    let ahead = answers.iter().filter(|answer| answer.ahead).count();
    let right = answers.iter().filter(|answer| answer.said == usize::from(answer.positive)).count();
    let wrong = answers.iter().filter(|answer| answer.said == usize::from(!answer.positive)).count();
    let two = format!("{title}: the right one of positive and negative is ahead");
    report.figure(Figure::share(&format!("{name}-ahead"), &two, ahead, n, 0.5).goal(Limit::AtLeast(88.0)));
    let said = format!("{title}: the tone that the device says is right");
    report.figure(Figure::share(&format!("{name}-tone"), &said, right, n, 0.5));
    let mut table =
        Table::new(&["", "right one ahead", "tone right", "tone opposite", "neutral, mixed or unsure"]);
    let shares = [ahead, right, wrong, n - right - wrong].map(|part| percent(part, n));
    let [ahead, right, wrong, neither] = shares;
    table.row([format!("{title}, n = {n}"), ahead, right, wrong, neither]);
    report.table(table);
    let matrix = format!("{name}-matrix");
    let mut confusion =
        Confusion::between(&matrix, title, &["negative", "positive"], &SAID.map(|(_, said)| said));
    for answer in answers {
        confusion.count(usize::from(answer.positive), answer.said);
    }
    report.confusion(confusion);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_a_damaged_one_is_named() {
        let good = lines("1\tfine\n0\tnot\ta bit\n").unwrap_or_default();
        assert_eq!(
            good.iter().map(|line| (line.text, line.positive)).collect::<Vec<_>>(),
            [("fine", true), ("not\ta bit", false)]
        );
        let error = lines("1\tfine\n2\tneither\n").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("line 2:"), "{error}");
        assert!(lines("").is_err());
    }
}
