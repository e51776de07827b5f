//! What a process tree has used, from the kernel's own books.

use std::collections::BTreeMap;
use std::fs;

/// CPU time and memory of a process and all its descendants.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Nanoseconds on a CPU, all threads.
    pub(crate) cpu_nanos: u64,
    /// Resident bytes.
    pub(crate) resident_bytes: u64,
}

/// Reads the usage of the tree under `root`; what has ended meanwhile counts as zero.
pub(crate) fn of_tree(root: u32) -> Usage {
    let parents = parents();
    let mut wanted = vec![root];
    let mut usage = Usage::default();
    while let Some(process) = wanted.pop() {
        usage.cpu_nanos += cpu_nanos(process);
        usage.resident_bytes += resident_bytes(process);
        wanted.extend(
            parents.iter().filter(|(_, parent)| **parent == process).map(|(child, _)| *child),
        );
    }
    usage
}

fn parents() -> BTreeMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    processes.filter_map(|process| Some((process, parent(process)?))).collect()
}

/// The fourth field of `stat`, counted behind the program's name, which may hold spaces.
fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn cpu_nanos(process: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let spent = |path: std::path::PathBuf| {
        fs::read_to_string(path.join("schedstat"))
            .ok()?
            .split_whitespace()
            .next()?
            .parse::<u64>()
            .ok()
    };
    tasks.filter_map(|task| spent(task.path())).sum()
}

fn resident_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something() {
        let usage = of_tree(std::process::id());
        assert!(usage.cpu_nanos > 0);
        assert!(usage.resident_bytes > 100_000);
    }
}
