//! The bill of materials of a package in `CycloneDX`: every crate that is compiled in with its licence, its checksum and
//! what it needs, and every model with its own.
//!
//! It is written here, and not by a tool of crates.io, for the models: no tool knows of them, and they are the part of a
//! package that most will ask about. Format: <https://cyclonedx.org/docs/1.5/json/>.

use super::{Arch, Edition};
use crate::root;
use anyhow::Context;
use petri_models::Id;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A crate, as `cargo tree` names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    licence: String,
    is_ours: bool,
}

impl Crate {
    /// From `name vVERSION (where)|licence`.
    fn parse(line: &str) -> Option<Self> {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        let licence = licence.replace(" / ", " OR ").replace('/', " OR ");
        Some(Self {
            name: name.to_owned(),
            version: version.to_owned(),
            licence,
            is_ours: package.contains("(/"),
        })
    }

    /// Its package URL; it is its name inside the bill, too.
    fn url(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }

    fn component(&self, checksums: &BTreeMap<String, String>) -> anyhow::Result<Value> {
        let mut component = json!({
            "type": "library", "bom-ref": self.url(), "name": self.name, "version": self.version,
            "purl": self.url(),
        });
        // A crate may name a file in place of a licence; its text is among those that the package brings.
        component["licenses"] = match self.licence.as_str() {
            "" => json!([{ "license": { "name": "see licences-of-crates.txt" } }]),
            licence => json!([{ "expression": licence }]),
        };
        if !self.is_ours {
            let sum =
                checksums.get(&self.url()).with_context(|| format!("Cargo.lock lacks {}", self.url()))?;
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        Ok(component)
    }
}

/// The bill of an edition's package.
pub(crate) fn of(edition: Edition, arch: Arch) -> anyhow::Result<String> {
    let tree = super::compiled_in(edition, arch, "depth")?;
    let needs = needs(&tree);
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let checksums = checksums(&lock);
    let program =
        needs.keys().find(|one| one.name == "petri").context("the program is not in its own tree")?;
    let mut components = Vec::new();
    for one in needs.keys().filter(|one| *one != program) {
        components.push(one.component(&checksums)?);
    }
    let models = Id::ALL.iter().filter(|id| edition == Edition::Therapy || **id != Id::FaceExpression);
    let models: Vec<Value> = models.map(|id| model(*id)).collect();
    let mut dependencies: Vec<Value> = needs
        .iter()
        .map(|(one, needed)| {
            let needed: Vec<String> = needed.iter().map(Crate::url).collect();
            json!({ "ref": one.url(), "dependsOn": needed })
        })
        .collect();
    dependencies.extend(models.iter().map(|model| json!({ "ref": model["bom-ref"], "dependsOn": [] })));
    components.extend(models);
    let bill = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": program.url(), "name": edition.package(), "version": program.version,
            "licenses": [{ "expression": program.licence }],
        } },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

fn model(id: Id) -> Value {
    let manifest = petri_models::get(id);
    json!({
        "type": "machine-learning-model", "bom-ref": format!("model:{}", manifest.id), "name": manifest.id,
        "version": &manifest.sha256[..16], "description": manifest.title,
        "hashes": [{ "alg": "SHA-256", "content": manifest.sha256 }],
        "licenses": [{ "expression": manifest.licence }],
    })
}

/// Each crate with what it needs itself. Below a crate that was shown before, the tree shows nothing.
fn needs(tree: &str) -> BTreeMap<Crate, BTreeSet<Crate>> {
    let mut needs: BTreeMap<Crate, BTreeSet<Crate>> = BTreeMap::new();
    let mut above: Vec<Crate> = Vec::new();
    for line in tree.lines() {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (Ok(depth), Some(one)) = (line[..digits].parse::<usize>(), Crate::parse(&line[digits..])) else {
            continue;
        };
        above.truncate(depth);
        if let Some(parent) = above.last() {
            needs.entry(parent.clone()).or_default().insert(one.clone());
        }
        needs.entry(one.clone()).or_default();
        above.push(one);
    }
    needs
}

/// The SHA-256 of each crate's package, by its URL.
fn checksums(lock: &str) -> BTreeMap<String, String> {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
        line.map(|value| value.trim_end_matches('"').to_owned())
    };
    let blocks = lock.split("[[package]]");
    blocks
        .filter_map(|block| {
            let (name, version) = (field(block, "name")?, field(block, "version")?);
            Some((format!("pkg:cargo/{name}@{version}"), field(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_becomes_crates_with_what_each_needs() {
        let tree = "0petri v0.1.0 (/p)|MIT OR Apache-2.0\n1image v0.25.10|MIT/Apache-2.0\n2png v0.18.0|MIT\n\
                    1png v0.18.0|MIT (*)\n1serde v1.0.229 (*)\n";
        let needs = needs(tree);
        let names = |name: &str| -> Vec<String> {
            let found = needs.iter().find(|(one, _)| one.name == name).expect("it is there");
            found.1.iter().map(Crate::url).collect()
        };
        assert_eq!(names("petri"), ["pkg:cargo/image@0.25.10", "pkg:cargo/png@0.18.0"]);
        assert_eq!(names("image"), ["pkg:cargo/png@0.18.0"]);
        assert!(names("png").is_empty());
        let image = needs.keys().find(|one| one.name == "image").expect("it is there");
        assert_eq!(image.licence, "MIT OR Apache-2.0");
    }

    #[test]
    fn both_editions_have_a_bill_and_only_therapy_lists_the_expression_model() {
        let arch = super::super::ARCHS[0];
        for edition in [Edition::Therapy, Edition::School] {
            let bill: Value = serde_json::from_str(&of(edition, arch).expect("a bill")).expect("JSON");
            let components = bill["components"].as_array().expect("a list");
            let named = |name: &str| components.iter().any(|one| one["name"] == name);
            assert!(named("tract-core") && named("petri-core") && named("text-emotion"));
            assert_eq!(named("face-expression"), edition == Edition::Therapy);
            assert!(components.iter().all(|one| one["licenses"][0]["expression"] != ""));
        }
    }
}
