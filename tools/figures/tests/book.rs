//! Reports are kept, drawn, compared and quoted.

use petri_figures::{
    Bars, Book, Confusion, Figure, Limit, Lines, Reliability, Report, Series, Table, differences,
    quotes::Known, today::Models,
};
use std::collections::BTreeMap;
use std::path::Path;

fn models(weights: &str, settings: &str) -> Models {
    let files = [("model.onnx", weights), ("settings", settings)];
    let files: BTreeMap<String, String> =
        files.map(|(file, sha256)| (file.to_owned(), sha256.to_owned())).into();
    BTreeMap::from([("ear".to_owned(), files)])
}

/// A report with one of everything.
fn sample(part: &str) -> Report {
    let mut report = Report::new(part, "Words", "cargo xtask evaluate --part words", models("aa", "bb"));
    report.heading("Quiet");
    report.text("Two words, \"yes\" and | no.");
    let mut table = Table::new(&["word", "n"]);
    table.row(["yes".to_owned(), "12".to_owned()]);
    report.table(table);
    report.figure(Figure::share("heard", "words heard", 97, 100, 0.5).floor(Limit::AtLeast(90.0)));
    report.figure(Figure::new("f1", "macro-F1", 0.678_91, "", 0.01).goal(Limit::AtLeast(0.7)));
    let mut confusion = Confusion::new("said", "Said and heard", &["yes", "no"]);
    for (there, said) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
        confusion.count(there, said);
    }
    report.confusion(confusion);
    let answers = (0..40).map(|i| (f64::from(i) / 40.0, i % 3 != 0));
    report.reliability(Reliability::of("trust", "Trust", answers, 10));
    report.lines(
        Lines::over("noise", "In noise", ["noise", "heard, %"], &["quiet", "20 dB", "0 dB"], [0.0, 100.0])
            .line(Series::shares("ours", [(97, 100), (90, 100), (50, 100)])),
    );
    report.lines(
        Lines::new("curve", "Over numbers", ["x", "y"], [0.0, 1.0], [0.0, 1.0])
            .aim(&[[0.0, 0.0], [1.0, 1.0]])
            .line(Series::points("line", [(0.0, 0.5), (1.0, 0.75)])),
    );
    let mut bars = Bars::new("ratios", "Ratios", "times").aim(1.0);
    bars.bar("one", 0.8);
    bars.bar("two", 1.25);
    report.bars(bars);
    report
}

fn book() -> anyhow::Result<(tempfile::TempDir, Book)> {
    let folder = tempfile::tempdir()?;
    let book = Book::new(folder.path());
    Ok((folder, book))
}

fn read(folder: &Path, file: &str) -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(folder.join(file))?)
}

#[test]
fn a_report_is_the_same_after_its_file() -> anyhow::Result<()> {
    let report = sample("words");
    let text = report.to_toml()?;
    assert_eq!(Report::parse(&text)?, report);
    assert_eq!(Report::parse(&text)?.to_toml()?, text);
    Ok(())
}

#[test]
fn pictures_show_what_the_report_holds_and_are_the_same_each_time() -> anyhow::Result<()> {
    let report = sample("words");
    let pictures: BTreeMap<String, String> = report.pictures()?.into_iter().collect();
    assert_eq!(pictures, report.pictures()?.into_iter().collect());
    let names: Vec<&str> = pictures.keys().map(String::as_str).collect();
    let wanted =
        ["words.curve.svg", "words.noise.svg", "words.ratios.svg", "words.said.svg", "words.trust.svg"];
    assert_eq!(names, wanted);
    let holds = |file: &str, words: &[&str]| {
        for word in words {
            assert!(pictures[file].contains(word), "{file} lacks {word}");
        }
    };
    holds("words.said.svg", &["Said and heard", "yes (3)", "no (1)", "67 %", "33 %", "100 %"]);
    holds("words.trust.svg", &["Trust (expected calibration error", "n = 40"]);
    holds("words.noise.svg", &["quiet", "20 dB", "0 dB", "ours", "<polygon"]);
    holds("words.ratios.svg", &["one", "0.80", "1.25"]);
    let cells = pictures["words.said.svg"].matches("fill=\"#2663C4\"").count();
    assert_eq!(cells, 3, "a blue cell for each pair that occurs");
    let bars = pictures["words.trust.svg"].matches("<rect").count();
    assert!(bars >= 20, "two rows of ten bars, {bars} were drawn");
    let curve = &pictures["words.curve.svg"];
    assert!(curve.contains("<polyline") && !curve.contains("<polygon"), "no interval, no band");
    Ok(())
}

#[test]
fn the_page_has_figures_tables_and_pictures_with_their_numbers() -> anyhow::Result<()> {
    let (folder, book) = book()?;
    book.keep(&sample("words"))?;
    let page = read(folder.path(), "evaluation/words.md")?;
    for wanted in
        ["# Words", "`words.heard`", "97.0 %", "0.679", "| yes  | 12 |", "](words.said.svg)", "[words.toml]"]
    {
        assert!(page.contains(wanted), "the page lacks {wanted}:\n{page}");
    }
    let index = read(folder.path(), "evaluation.md")?;
    assert!(index.contains("(evaluation/words.md)") && index.contains("kept, goal not reached"), "{index}");
    Ok(())
}

#[test]
fn keeping_one_part_leaves_the_others_as_they_are() -> anyhow::Result<()> {
    let (folder, book) = book()?;
    book.keep(&sample("words"))?;
    book.keep(&sample("words-zh"))?;
    let files = ["toml", "md", "said.svg"].map(|end| format!("evaluation/words-zh.{end}"));
    let before = files.each_ref().map(|file| read(folder.path(), file).unwrap_or_default());
    let mut anew = Report { blocks: Vec::new(), ..sample("words") };
    anew.figures[0].value = 95.0;
    book.keep(&anew)?;
    assert_eq!(files.each_ref().map(|file| read(folder.path(), file).unwrap_or_default()), before);
    assert!(read(folder.path(), "evaluation/words.md")?.contains("95.0 %"));
    assert!(
        !folder.path().join("evaluation/words.said.svg").exists(),
        "a picture that is not drawn any more"
    );
    let index = read(folder.path(), "evaluation.md")?;
    assert!(index.contains("95.0 %") && index.contains("words-zh.heard"), "{index}");
    assert_eq!(book.problems(&models("aa", "bb"))?, Vec::<String>::new());
    Ok(())
}

#[test]
fn figures_of_other_weights_or_settings_are_a_problem() -> anyhow::Result<()> {
    let (_folder, book) = book()?;
    book.keep(&sample("words"))?;
    let problem = |today: &Models| -> anyhow::Result<String> { Ok(book.problems(today)?.join("\n")) };
    assert_eq!(problem(&models("aa", "bb"))?, "");
    let said = problem(&models("cc", "bb"))?;
    assert!(
        said.contains(
            "words was measured with other weights of ear; run `cargo xtask evaluate --part words`"
        )
    );
    assert!(problem(&models("aa", "cc"))?.contains("other settings of ear"));
    assert!(problem(&Models::new())?.contains("the model ear, which is no more"));
    Ok(())
}

#[test]
fn a_page_or_picture_that_is_not_what_its_file_says_is_a_problem() -> anyhow::Result<()> {
    let (folder, book) = book()?;
    let today = models("aa", "bb");
    for file in ["evaluation/words.md", "evaluation/words.said.svg", "evaluation.md"] {
        book.keep(&sample("words"))?;
        let path = folder.path().join(file);
        std::fs::write(&path, read(folder.path(), file)?.replace("97", "99") + " ")?;
        let problems = book.problems(&today)?;
        assert!(
            matches!(&problems[..], [one] if one.contains(file.rsplit('/').next().unwrap_or(file))),
            "{problems:?}"
        );
    }
    book.keep(&sample("words"))?;
    std::fs::write(folder.path().join("evaluation/words.old.svg"), "<svg/>")?;
    assert!(book.problems(&today)?.join("").contains("words.old.svg"), "a picture that nothing draws");
    book.renew_all()?;
    assert_eq!(book.problems(&today)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_committed_figure_below_its_floor_is_a_problem() -> anyhow::Result<()> {
    let (_folder, book) = book()?;
    let mut report = sample("words");
    report.figures[0].value = 89.0;
    book.keep(&report)?;
    let problems = book.problems(&models("aa", "bb"))?.join("\n");
    assert!(problems.contains("words.heard is 89.0 %, and its floor ≥ 90"), "{problems}");
    Ok(())
}

#[test]
fn files_that_are_no_reports_are_refused() -> anyhow::Result<()> {
    let text = sample("words").to_toml()?;
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in the file");
        assert!(Report::parse(&text.replace(from, to)).is_err(), "{to} was taken");
    };
    refused("part = \"words\"", "part = \"../words\"");
    refused("name = \"heard\"", "name = \"f1\"");
    refused("value = 97.0", "value = nan");
    refused("tolerance = 0.5", "tolerance = -0.5");
    refused("name = \"said\"", "name = \"a/b\"");
    refused("counts = [[2, 1], [0, 1]]", "counts = [[2, 1], [0]]");
    refused("kind = \"heading\"", "kind = \"anything\"");
    Ok(())
}

#[test]
fn a_second_measurement_may_differ_by_the_tolerance_and_no_more() {
    let committed = sample("words");
    let measured = |value: f64| {
        let mut report = sample("words");
        report.figures[0].value = value;
        report
    };
    assert_eq!(differences(&committed, &measured(97.5)), Vec::new());
    let found = differences(&committed, &measured(96.4));
    let said = found.iter().map(ToString::to_string).collect::<String>();
    assert!(said.contains("words.heard: committed is 97.0 % ± 0.5, measured was 96.4 %"), "{said}");
    let mut fewer = sample("words");
    fewer.figures[0].n = Some(99);
    assert!(differences(&committed, &fewer)[0].measured.contains("n = 99"));
    let gone = Report { figures: committed.figures[..1].to_vec(), ..committed.clone() };
    assert_eq!(differences(&committed, &gone)[0].measured, "nothing");
    assert_eq!(differences(&gone, &committed)[0].committed, "nothing");
}

#[test]
fn quotes_are_held_to_the_figure() {
    let report = sample("words");
    let known = Known::of([&report]);
    let problems = |text: &str| known.problems("README.md", text).1.join("\n");
    assert_eq!(known.problems("README.md", "no figure here: 12").0, 0);
    assert_eq!(problems("| heard | 97.0 % <!-- figure words.heard --> |"), "");
    assert_eq!(
        problems("We hear 97 % <!-- figure words.heard --> of 100 <!-- figure words.heard.n -->."),
        ""
    );
    assert_eq!(problems("F1 is **0.68** <!-- figure words.f1 -->."), "", "rounded");
    let wrong = problems("one line\n| 1 | 98.0 % <!-- figure words.heard --> |");
    assert!(wrong.contains("README.md:2: words.heard is quoted as 98.0, but 97 was measured"), "{wrong}");
    assert!(problems("F1 0.70 <!-- figure words.f1 -->").contains("quoted as 0.70"));
    assert!(problems("of 99 <!-- figure words.heard.n -->").contains("quoted as 99"));
    assert!(problems("97 % <!-- figure words.herd -->").contains("no figure that was measured"));
    assert!(problems("| 97 % | heard <!-- figure words.heard --> |").contains("after no number"));
    assert!(problems("97 words were said and heard <!-- figure words.heard -->").contains("after no number"));
}

#[test]
fn quotes_are_renewed_with_the_decimals_that_they_had() {
    let report = sample("words");
    let known = Known::of([&report]);
    let old = "| 12 | 95.25 % <!-- figure words.heard --> | -0.5 <!-- figure words.f1 --> | 7 |";
    let new = "| 12 | 97.00 % <!-- figure words.heard --> | 0.7 <!-- figure words.f1 --> | 7 |";
    assert_eq!(known.renewed(old), new);
    assert_eq!(known.renewed("2-3 % <!-- figure words.heard -->"), "2-97 % <!-- figure words.heard -->");
}
