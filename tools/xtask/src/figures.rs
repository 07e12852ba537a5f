//! Whether the figures that the project states are those that were measured, with the models of today.

use crate::files::collect;
use crate::root;
use anyhow::bail;
use petri_figures::{Book, today};
use std::path::PathBuf;

fn book() -> (Book, PathBuf) {
    let docs = root().join("docs");
    (Book::new(&docs), docs)
}

/// Documents that may quote figures.
fn documents(book: &Book) -> anyhow::Result<Vec<PathBuf>> {
    let mut documents = vec![root().join("README.md")];
    collect(&root().join("docs"), &["md"], &mut documents)?;
    collect(&root().join("models/cards"), &["md"], &mut documents)?;
    documents.retain(|path| !book.writes(path));
    documents.sort();
    Ok(documents)
}

/// Pages are what their files say, these were measured with the models of today, and what documents quote of them is
/// what was measured.
pub(crate) fn check() -> anyhow::Result<()> {
    let (book, _) = book();
    let (known, mut quotes) = (book.known()?, 0);
    let mut problems = book.problems(&today::all())?;
    for path in documents(&book)? {
        let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        let (count, wrong) = known.problems(&name, &std::fs::read_to_string(&path)?);
        quotes += count;
        problems.extend(wrong);
    }
    if !problems.is_empty() {
        bail!("{} figures do not hold:\n{}", problems.len(), problems.join("\n"));
    }
    println!("{quotes} quoted figures are those that were measured, with the models of today");
    Ok(())
}

/// Draws the pages anew from their files, and puts the figures of today where documents quote them.
pub(crate) fn renew() -> anyhow::Result<()> {
    let (book, docs) = book();
    book.renew_all()?;
    let known = book.known()?;
    for path in documents(&book)? {
        let text = std::fs::read_to_string(&path)?;
        let renewed = known.renewed(&text);
        if renewed != text {
            std::fs::write(&path, renewed)?;
            println!("{}: figures renewed", path.display());
        }
    }
    println!("the pages of {} are what their files say", docs.display());
    check()
}
