//! `petri journal`: the journal's seal and its key.

use crate::cli::Keeping;
use crate::say;
use anyhow::Context;
use clap::{Args, Subcommand};
use petri_runtime::journal::{Journal, Key, Keyring, Place};
use std::io::{Write, stdout};
use std::path::PathBuf;

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Open every record, and say with which key the journal is sealed and where that key lies.
    Status(Which),
    /// Exchange the key file, and seal everything anew. A key that is a credential is exchanged as docs/encryption.md says.
    Rekey(Which),
    /// Print a new key, to be made a credential.
    NewKey,
    /// Begin a new journal when the key of the old one is lost; the old one is kept aside.
    StartOver(Which),
}

/// Which journal.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The journal.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

impl Which {
    fn path(self) -> anyhow::Result<PathBuf> {
        Keeping { journal: self.journal, learner: 1 }.path()
    }
}

pub(crate) fn command(action: Action) -> anyhow::Result<()> {
    match action {
        Action::Status(which) => status(&Journal::open_existing(&which.path()?)?),
        Action::Rekey(which) => {
            let fingerprint = Journal::open_existing(&which.path()?)?.rekey()?;
            say(format_args!(
                "everything is sealed anew, with the key {fingerprint}; the old key opens nothing more"
            ));
            say("keep a copy of the new key where the device is not: without it the journal is lost");
            Ok(())
        }
        Action::NewKey => {
            stdout().write_all(Key::random()?.to_text().as_bytes()).context("the key could not be printed")
        }
        Action::StartOver(which) => {
            let aside = Journal::start_over(&which.path()?)?;
            say(format_args!("a new journal is begun; the old one is {}", aside.display()));
            say("if its key is found again, put both back under their names");
            Ok(())
        }
    }
}

fn status(journal: &Journal) -> anyhow::Result<()> {
    let sealed = journal.sealed()?;
    let file = Keyring::of(journal.path()).file().display().to_string();
    let place = match sealed.place {
        Place::Credential => "a credential of the service manager".to_owned(),
        Place::CredentialOld => {
            "the credential journal-key-old; restart the service to change to the new one".to_owned()
        }
        Place::FileNew => format!("the file {file}.new; start the device once, and it is {file}"),
        Place::File => format!("the file {file}: whoever takes the disk has both"),
        Place::Given => "the program".to_owned(),
    };
    say(format_args!("{} records, all of them whole", sealed.records));
    say(format_args!("sealed with the key {}", sealed.fingerprint));
    say(format_args!("the key lies in {place}"));
    Ok(())
}
