//! The page of the report.

use crate::Figures;
use crate::learner::Learning;
use crate::measure::{LEARNERS, Mastery, SESSIONS, TEST, quantile};
use petri_core::ability::FACE_STEEPNESS;
use std::fmt::Write;

const HEAD: &str = "\
# Simulated learners

What the adaptive engine of `firmware/core` does with learners whose truth is known. `cargo xtask
learners` measures it with the real engine, in seconds, and writes this page and its pictures; `cargo
xtask check` compares them. The seeds are fixed, and the bytes are the same on every machine. **No person
was measured.** The figures say how the engine behaves if people are as assumed below, and how much it
suffers where they are not.

## Goals
";

const LOGITS: &str = "\
## What a logit is, and what 20 items can tell

On lines and situations the model is Rasch's: one logit of ability is one logit of success. A drawn face
has a strength instead of a difficulty, and success rises steeply with it. There one logit of ability is
*defined* as a quarter of the full strength, and is taken to be worth `FACE_STEEPNESS` logits of success.
That constant is an assumption. A standard error of 0.3 logits on faces therefore means: the strength at
which this learner recognizes this feeling is known to 7.5 % of the full strength. It does not mean 0.3
logits of success.

With a Rasch item of three choices the goal is out of reach for everybody: an answer tells at most 0.13,
so 20 of them after a prior of 1 logit leave an error of 0.53, and even 20 ideal items without guessing
leave 0.41. A focused test gets there by three means: faces, which are steep; no choices offered, so that
a guess meets the target once in seven and not once in three; and items at the estimate. One item in four
asks for another feeling, so that always giving the same answer does not help; those items count among the
20. The errors of the best 20 items for one feeling, were all known beforehand, with 15 answers to it:
";

const ASSUMED: &str = "\
## What is assumed of learners

- **Ability**: normal, standard deviation 0.8 logits (the engine's prior: 1). Of the variance, 0.2 is the
  learner's, 0.3 the exercise's, 0.15 the feeling's, and the rest belongs to one feeling in one exercise.
- **Answers**: the engine's curve with 3 % slips instead of 2 %. In truth actors and items differ from
  their labels by 0.1 and 0.3 logits (standard deviation), and a close choice makes a trial harder by 0.3
  logits instead of 0.2.
- **Learning**: a trial teaches its feeling most where knowing and not knowing are equally likely: speed *
  (0.2 + 0.8 * 4 s (1 - s)), s the chance of knowing; 5 % of that reaches each other feeling of the
  exercise. This is the assumption that an adaptive order gains most from, and there is no measurement
  behind it. The last table shows what remains when any trial teaches the same.
- **Kinds**: *normal* starts at 0 and gains up to 0.06 logits a trial; *slow* starts at -0.7 and gains
  half; *fast* starts at 0.4 and gains twice that. *Often guessing* gives every third answer by chance
  within 0.6 s, *guessing* all. *Fatigued* loses up to a logit from the 13th trial of a session on, slows
  down, and recovers at a rest. *One mixed-up pair* finds sad and calm 1.5 logits harder beside each
  other. *One weak channel* is 1.2 logits worse at words and practises those. *Shallow* and *steep faces*
  have a true steepness of 1.5 and 4 where the engine assumes 3.
- **Practice**: four sessions of 40 trials on four days. Normal, slow, fast, guessing and fatigued
  learners practise what the engine recommends of faces, words and situations; the others faces or words
  alone.
";

const LIMITS: &str = "\
## Limits

- The learners are made by the same hands as the engine. That a figure is good here shows that the engine
  does what it is meant to do, not that people learn.
- The standard error is honest only as far as the steepness is: with shallow faces it is too small, as the
  first table of estimates shows. `FACE_STEEPNESS` should be the first thing to be fitted to real
  journals.
- While a learner improves, the estimate lags behind. The engine takes a gain per trial into account and
  corrects it by its surprises, but within one test it still has the average gain.
- Who often guesses is taken for weaker than they are, and gets easier faces than would teach them most.
- Skipped trials, hints and reviews are not simulated; tests of `firmware/core` hold what they do.
";

/// The whole page.
pub(crate) fn page(figures: &Figures) -> String {
    let mut page = String::from(HEAD);
    // Writing to a string cannot fail.
    let _ = goals(&mut page, figures);
    let _ = tests(&mut page, figures);
    let _ = courses(&mut page, figures);
    let _ = mastery(&mut page, figures);
    page.push('\n');
    page.push_str(ASSUMED);
    page.push('\n');
    page.push_str(LIMITS);
    page
}

fn goals(page: &mut String, figures: &Figures) -> std::fmt::Result {
    writeln!(page, "\n| goal | measured | |\n|---|---|---|")?;
    for goal in figures.goals() {
        let mark = if goal.reached { "reached" } else { "**not reached**" };
        writeln!(page, "| {} | {} | {mark} |", goal.words, goal.measured)?;
    }
    let bound: Vec<&Vec<usize>> = figures.oracle.iter().collect();
    let shares = figures.mastery.iter().zip(bound).map(|(mastery, oracle)| {
        Mastery { kind: mastery.kind, adaptive: oracle.clone(), fixed: mastery.fixed.clone() }.within()
    });
    let share = shares.sum::<f64>() / figures.mastery.len() as f64;
    writeln!(
        page,
        "\nThe goal for mastery can be read in two ways, and the stricter one is out of reach. A teacher\n\
         who saw every true ability would need at most 60 % of the fixed order's items for {:.0} % of the\n\
         learners, not 95 %: who starts equally well at all feelings gains little from choosing among\n\
         them. The engine, which must find out, loses more, because mastery ends with the last of seven\n\
         feelings and it knows each to about 0.3 logits. The fixed order is a good one: its pace is tuned\n\
         to these kinds of learners.",
        share * 100.0
    )
}

fn tests(page: &mut String, figures: &Figures) -> std::fmt::Result {
    writeln!(page, "\n{LOGITS}")?;
    writeln!(page, "| steepness | least error, three choices | least error, no choices |\n|---|---|---|")?;
    for steepness in [1.0, 1.5, 2.0, 2.5, f64::from(FACE_STEEPNESS) / 1_000.0] {
        let error = |guess: f64| 1.0 / libm::sqrt(1.0 + 15.0 * information(steepness, guess));
        writeln!(page, "| {steepness:.1} | {:.2} | {:.2} |", error(0.333), error(0.143))?;
    }
    writeln!(
        page,
        "\n![Standard error by items](learners/error.svg)\n\n\
         Focused tests, {LEARNERS} learners of each kind, after {TEST} items. *Learning* learners gain by\n\
         each item of the test.\n\n\
         | learners | error | 0.3 within {TEST} items | bias | true error (rms) | truth within 1.96 errors |\n\
         |---|---|---|---|---|---|"
    )?;
    for test in &figures.focused {
        let how = if test.learning == Learning::None { "not learning" } else { "learning" };
        writeln!(
            page,
            "| {}, {how} | {:.2} | {:.0} % | {:+.2} | {:.2} | {:.0} % |",
            test.kind.name(),
            test.error[TEST - 1],
            test.reached * 100.0,
            test.bias,
            test.rms,
            test.covered * 100.0
        )?;
    }
    Ok(())
}

/// The most that one answer can tell, in 1 / logits²: over all difficulties, with 2 % slips.
fn information(steepness: f64, guess: f64) -> f64 {
    let at = |solved: f64| {
        let chance = guess + (0.98 - guess) * solved;
        let slope = (0.98 - guess) * steepness * solved * (1.0 - solved);
        slope * slope / chance / (1.0 - chance)
    };
    (1..100).map(|percent| at(f64::from(percent) / 100.0)).fold(0.0, f64::max)
}

fn courses(page: &mut String, figures: &Figures) -> std::fmt::Result {
    writeln!(
        page,
        "\n## Practice\n\n\
         ![Success by trial](learners/success.svg)\n\n\
         Courses of {SESSIONS} sessions, {LEARNERS} learners of each kind. *Low tens* are the single\n\
         learners' ten trials in a row with fewer than six successes.\n\n\
         | learners | first ten | worst ten | low tens | rests offered a session |\n\
         |---|---|---|---|---|"
    )?;
    for course in &figures.courses {
        let [first, worst, low] =
            [course.first_ten, course.worst_ten, course.low_windows].map(|share| share * 100.0);
        let name = course.kind.name();
        writeln!(page, "| {name} | {first:.0} % | {worst:.0} % | {low:.1} % | {:.2} |", course.rests)?;
    }
    writeln!(
        page,
        "\n## Predictions and estimates\n\n\
         ![Calibration](learners/calibration.svg)\n\n\
         Log-loss in nats of what was predicted before each answer. The constant rate ({:.3}) and Elo's\n\
         step ({:.1}) are tuned on 40 other learners of each kind; Elo has a rating for each feeling in\n\
         each exercise, and no guessing floor. The last columns compare the estimates after the course\n\
         with the truth, for abilities with five answers or more.\n\n\
         | learners | engine | constant | Elo | bias | rms | truth within 1.96 errors |\n\
         |---|---|---|---|---|---|---|",
        figures.baselines.rate, figures.baselines.k
    )?;
    for course in &figures.courses {
        let ([engine, constant, elo], [bias, rms, covered]) = (course.loss, course.estimates);
        writeln!(
            page,
            "| {} | {engine:.3} | {constant:.3} | {elo:.3} | {bias:+.2} | {rms:.2} | {:.0} % |",
            course.kind.name(),
            covered * 100.0
        )?;
    }
    Ok(())
}

fn mastery(page: &mut String, figures: &Figures) -> std::fmt::Result {
    writeln!(
        page,
        "\n## Mastery\n\n\
         ![Learners who have mastered faces](learners/mastery.svg)\n\n\
         Items until every feeling in faces is truly at 1 logit (a face of 0.43 strength is met three\n\
         times in four), {LEARNERS} learners of each kind. The fixed order shows each feeling in turn at\n\
         five strengths from full to faint, {} times at each, the best of eight paces on 40 other\n\
         learners of each kind. *The teacher* sees every true ability. Columns are the median, the 95th\n\
         percentile, and the share of learners who need at most 60 % of the fixed order's items.\n\n\
         | learners | engine | fixed order | teacher | engine 95 % | fixed 95 % | engine within | teacher within |\n\
         |---|---|---|---|---|---|---|---|",
        figures.cycles
    )?;
    for (mastery, oracle) in figures.mastery.iter().zip(&figures.oracle) {
        let teacher =
            Mastery { kind: mastery.kind, adaptive: oracle.clone(), fixed: mastery.fixed.clone() }.within();
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {:.0} % | {:.0} % |",
            mastery.kind.name(),
            quantile(&mastery.adaptive, 0.5),
            quantile(&mastery.fixed, 0.5),
            quantile(oracle, 0.5),
            quantile(&mastery.adaptive, 0.95),
            quantile(&mastery.fixed, 0.95),
            mastery.within() * 100.0,
            teacher * 100.0
        )?;
    }
    writeln!(
        page,
        "\nThe same where any trial teaches the same, so that only the choice of feelings can help:\n\n\
         | learners | engine | fixed order | engine 95 % | fixed 95 % | engine within |\n\
         |---|---|---|---|---|---|"
    )?;
    for mastery in &figures.mastery_by_any {
        let [engine, fixed] = [&mastery.adaptive, &mastery.fixed];
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {:.0} % |",
            mastery.kind.name(),
            quantile(engine, 0.5),
            quantile(fixed, 0.5),
            quantile(engine, 0.95),
            quantile(fixed, 0.95),
            mastery.within() * 100.0
        )?;
    }
    Ok(())
}
