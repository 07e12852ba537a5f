//! From answer to feedback, on one core.

use crate::{command, packages, root, run, shared};
use anyhow::Context;

/// `rest` goes to `petri-evaluate latency`.
pub(crate) fn measure(rest: &[String]) -> anyhow::Result<()> {
    packages::python()?;
    packages::need(&["util-linux"])?;
    let program = shared::program("petri-evaluate", &[])?;
    let (core, program) = (last_core()?, program.to_string_lossy());
    run(command("taskset", &["--cpu-list", &core, &program, "latency"]).args(rest).envs(allocator()?))
}

/// How the service sets the allocator.
fn allocator() -> anyhow::Result<Vec<(String, String)>> {
    let path = root().join("packaging/petri.service");
    let service =
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let set = service.lines().filter_map(|line| line.strip_prefix("Environment=")?.split_once('='));
    let ours = set.filter(|(name, _)| name.starts_with("MALLOC_"));
    Ok(ours.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The last core that this process may use: the first one serves most interrupts.
fn last_core() -> anyhow::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status").context("cores are counted on Linux only")?;
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let last = allowed.and_then(|list| list.trim().rsplit([',', '-']).next());
    last.map(str::to_owned).context("/proc/self/status has no Cpus_allowed_list; update the kernel")
}
