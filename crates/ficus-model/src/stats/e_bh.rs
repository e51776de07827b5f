//! Which of many are real? The e-BH procedure: of what it names, at most the share α is wrong on average.
//!
//! Wang & Ramdas, arXiv 2009.02824. It needs no independence, so routes and signals of one rollout may be mixed.

/// Indices of the confirmed hypotheses, the strongest first.
pub fn confirmed(ln_e: &[f64], alpha: f64) -> Vec<usize> {
    let count = ln_e.len() as f64;
    let mut order: Vec<(usize, f64)> = ln_e.iter().copied().enumerate().collect();
    order.sort_by(|left, right| right.1.total_cmp(&left.1));
    let passes = |(index, (_, value)): (usize, &(usize, f64))| {
        value + ((index + 1) as f64 / count).ln() >= -alpha.ln()
    };
    let kept = order.iter().enumerate().map(passes).rposition(|passed| passed);
    order.truncate(kept.map_or(0, |last| last + 1));
    order.into_iter().map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests;
