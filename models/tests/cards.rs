//! Every model has a card that says what it is, how good it is, and what it must not be used for.

use petri_models::Id;
use std::path::Path;

/// What each card has, in this order.
const HEADINGS: [&str; 5] =
    ["## Figures", "## Calibration", "## Limits", "## Must not be used for", "## Reproduce"];
/// Rows of the table at its beginning.
const ROWS: [&str; 3] = ["| licence |", "| training data |", "| file |"];
/// Shorter sections say nothing.
const LETTERS_MIN: usize = 20;

/// What a card lacks.
fn gaps(id: &str, card: &str) -> Vec<String> {
    let mut gaps = Vec::new();
    if card.lines().next() != Some(format!("# {id}").as_str()) {
        gaps.push(format!("the heading `# {id}`"));
    }
    for row in ROWS {
        let filled =
            |line: &str| line.strip_prefix(row).is_some_and(|rest| rest.trim_matches([' ', '|']).len() > 2);
        if !card.lines().any(filled) {
            gaps.push(format!("the row `{row}`"));
        }
    }
    let mut rest = card;
    for heading in HEADINGS {
        let Some((_, after)) = rest.split_once(&format!("\n{heading}\n")) else {
            gaps.push(format!("`{heading}`, in its place"));
            continue;
        };
        let section = after.split("\n## ").next().unwrap_or_default();
        if section.trim().len() < LETTERS_MIN {
            gaps.push(format!("text below `{heading}`"));
        }
        rest = after;
    }
    gaps
}

#[test]
fn every_model_has_a_card_with_all_that_users_have_to_know() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cards");
    let mut wrong = Vec::new();
    for id in Id::ALL {
        let path = folder.join(id.folder()).with_extension("md");
        match std::fs::read_to_string(&path) {
            Ok(card) => {
                wrong.extend(gaps(id.folder(), &card).iter().map(|gap| format!("{}: {gap}", id.folder())));
            }
            Err(error) => {
                wrong.push(format!("{}: {error}; write models/cards/{}.md", id.folder(), id.folder()));
            }
        }
    }
    assert!(wrong.is_empty(), "cards lack:\n{}", wrong.join("\n"));
}

#[test]
fn every_card_is_of_a_model() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cards");
    let cards = std::fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()));
    let names =
        cards.into_iter().flatten().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
    let names: Vec<String> = names.collect();
    assert!(names.len() >= Id::ALL.len());
    // The school edition knows fewer models than there are cards.
    if cfg!(feature = "therapy") {
        for name in names {
            assert!(
                Id::ALL.iter().any(|id| id.folder() == name),
                "models/cards/{name}.md is of no model; remove it"
            );
        }
    }
}

#[test]
fn a_card_without_one_of_them_is_noticed() {
    let rows: Vec<String> = ROWS.iter().map(|row| format!("{row} something |")).collect();
    let sections: Vec<String> =
        HEADINGS.iter().map(|heading| format!("{heading}\nWords that say something here.\n")).collect();
    let whole = format!("# ear\n\n{}\n\n{}", rows.join("\n"), sections.join("\n"));
    assert_eq!(gaps("ear", &whole), Vec::<String>::new());
    for heading in HEADINGS {
        assert_eq!(gaps("ear", &whole.replace(heading, "## Other")).len(), 1, "{heading}");
    }
    for row in ROWS {
        assert_eq!(gaps("ear", &whole.replace(row, "| other |")).len(), 1, "{row}");
    }
    assert_eq!(gaps("ear", &whole.replacen("Words that say something here.", "", 1)).len(), 1);
    assert_eq!(gaps("eye", &whole).len(), 1);
}
