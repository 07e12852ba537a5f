//! On-site adaptation: small weights on top of a shipped model, fitted on a site's own labelled answers.
//!
//! `logits' = logits + W f + b`, with features `f` of the model; all zero is the shipped model (parameter-efficient
//! tuning of the last layer; Guo et al., arXiv:1706.04599, for the vector scaling of faces). Fitted weights are taken
//! only when they read answers better that they have not learned from (`docs/adaptation.md`).

#[cfg(feature = "therapy")]
pub mod face;
mod file;
mod fit;
pub mod text;

pub use file::{FILE_BYTES_MAX, load, parse, path, remove, store};
pub use fit::{EXAMPLES_MAX, EXAMPLES_MIN, Example, Outcome, Plan, fit};

use serde::{Deserialize, Serialize};

/// Small weights that move the logits of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adapter {
    features: usize,
    /// For each output: one weight for each feature, then the bias.
    rows: Vec<Vec<f32>>,
}

impl Adapter {
    /// An adapter that changes nothing.
    pub fn none(features: usize, outputs: usize) -> Self {
        Self { features, rows: vec![vec![0.0; features + 1]; outputs] }
    }

    /// Whether it takes that many features and moves that many logits, all by finite weights.
    pub fn fits(&self, features: usize, outputs: usize) -> bool {
        let whole = |row: &Vec<f32>| row.len() == features + 1 && row.iter().all(|weight| weight.is_finite());
        self.features == features && self.rows.len() == outputs && self.rows.iter().all(whole)
    }

    /// Moves `logits`. Features or logits that are missing are passed over.
    pub fn apply(&self, features: &[f32], logits: &mut [f32]) {
        for (row, logit) in self.rows.iter().zip(logits) {
            *logit += moved(row, features);
        }
    }
}

/// `w f + b` of one output.
fn moved(row: &[f32], features: &[f32]) -> f32 {
    let sum: f32 = row.iter().zip(features).map(|(weight, feature)| weight * feature).sum();
    sum + row.get(features.len()).copied().unwrap_or(0.0)
}
