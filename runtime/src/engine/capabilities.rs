//! What the CPU has of what tract can use, and which kernels tract takes for it.

use std::fmt;
use tract_core::prelude::DatumType;
use tract_core::tract_linalg::isa::{self, Isa};
use tract_core::tract_linalg::mmm::MmmDispatch;

/// What the CPU has of what tract can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The architecture, as `x86_64` or `aarch64`.
    pub architecture: &'static str,
    /// Every instruction set of this architecture that tract knows.
    pub features: Vec<Feature>,
    /// The kernel that multiplies matrices of floats.
    pub matrix_kernel: String,
    /// The kernel that multiplies a matrix of floats with a vector.
    pub vector_kernel: String,
}

/// An instruction set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name, as `avx2` or `dotprod`.
    pub name: &'static str,
    /// The CPU has it.
    pub present: bool,
    /// How many matrix kernels of this build need it and can run here.
    pub kernels: usize,
    /// One of the two chosen kernels needs it.
    pub chosen: bool,
}

/// Asks tract what it found. `TRACT_CPU_ISA` in the environment, which tract obeys, shows here, too.
pub fn capabilities() -> Capabilities {
    /// Rows and columns of a matrix that no kernel is too large for.
    const SIZE: Option<usize> = Some(256);
    let (native, dispatch) = (isa::native(), MmmDispatch::native());
    let chosen = [SIZE, Some(1)].map(|n| dispatch.preferred_kernel(DatumType::F32, SIZE, SIZE, n));
    let name = |kernel: usize| {
        chosen[kernel].as_ref().map_or_else(|| "plain Rust".to_owned(), |kernel| kernel.name().to_owned())
    };
    let feature = |isa: Isa| Feature {
        name: isa.name(),
        present: native.has(isa),
        kernels: dispatch.runnable().iter().filter(|kernel| kernel.isa().needs.contains(&isa)).count(),
        chosen: chosen.iter().flatten().any(|kernel| kernel.isa().needs.contains(&isa)),
    };
    let ours = |isa: &Isa| Some(isa.arch()) == native.arch() && !isa.is_arch();
    Capabilities {
        architecture: std::env::consts::ARCH,
        features: Isa::ALL.into_iter().filter(ours).map(feature).collect(),
        matrix_kernel: name(0),
        vector_kernel: name(1),
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |wanted: &dyn Fn(&Feature) -> bool| {
            let names: Vec<&str> = self.features.iter().filter(|f| wanted(f)).map(|f| f.name).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(" ") }
        };
        writeln!(f, "CPU {}: has {}", self.architecture, list(&|feature| feature.present))?;
        writeln!(f, "  lacks, of what tract could use: {}", list(&|feature| !feature.present))?;
        write!(
            f,
            "  tract multiplies floats with {} (matrix) and {} (vector), which need: {}",
            self.matrix_kernel,
            self.vector_kernel,
            list(&|feature| feature.chosen)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_there() {
        let found = capabilities();
        assert!(found.features.iter().all(|feature| feature.present || feature.kernels == 0));
        assert!(found.features.iter().all(|feature| feature.present || !feature.chosen));
        assert!(found.to_string().contains(&found.matrix_kernel));
    }
}
