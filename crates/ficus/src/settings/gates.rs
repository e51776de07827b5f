//! Gates, limits, steps: numbers with ranges outside of which they mean nothing.

use std::time::Duration;

use ficus_model::Weight;
use ficus_model::boundary::{GateSettings, Limits, Step};

use crate::file::shape::{Bytes, Share};
use crate::file::{Located, Notes, Section};

/// Least time at a step when the file does not say.
const BAKE: Duration = Duration::from_mins(5);

/// Steps when the file has none, in parts per million.
const STEPS_PPM: [u32; 4] = [10_000, 50_000, 200_000, 500_000];

/// Reads `[gates]`; `parity` and `coverage` stand in `[shadow]`.
pub(super) fn read(
    root: &mut Section<'_>,
    notes: &mut Notes,
    parity: f64,
    coverage: f64,
) -> GateSettings {
    let usual = GateSettings::default();
    let mut gates = root.section(notes, "gates");
    let settings = GateSettings {
        alpha: rate(&mut gates, notes, "alpha", usual.alpha),
        beta: rate(&mut gates, notes, "beta", usual.beta),
        error_ratio: ratio(&mut gates, notes, "error_ratio", usual.error_ratio),
        error_ratio_excluded: ratio(
            &mut gates,
            notes,
            "error_ratio_excluded",
            usual.error_ratio_excluded,
        ),
        error_absolute: share(&mut gates, notes, "error_absolute", usual.error_absolute),
        latency_margin: share(&mut gates, notes, "latency_margin", usual.latency_margin),
        latency_objective: latency_objective(&mut gates, notes),
        parity,
        coverage,
        window: window(&mut gates, notes, usual.window),
        objective: objective(&mut gates, notes, usual.objective),
        budget_share: share(&mut gates, notes, "budget_share", usual.budget_share),
        warm_up: gates.value(notes, "warm_up", usual.warm_up),
    };
    if settings.error_ratio_excluded < settings.error_ratio {
        let message = "`error_ratio_excluded` is below `error_ratio`";
        let help = "A step could then be left by a service that is about to be rolled back.";
        notes.error("config/contradiction", message, gates.place(), help);
    }
    gates.finish(notes);
    settings
}

/// An error rate of a judge: proven statements need one above zero, and above a half they mean nothing.
fn rate(gates: &mut Section<'_>, notes: &mut Notes, key: &'static str, usual: f64) -> f64 {
    let read = gates.located(notes, key, Share(usual));
    let fine = read.value.0 > 0.0 && read.value.0 <= 0.5;
    let help = "Above 0% (else nothing could ever be proven), at most 50%.";
    within(fine, key, &read, notes, help);
    read.value.0
}

fn ratio(gates: &mut Section<'_>, notes: &mut Notes, key: &'static str, usual: f64) -> f64 {
    let read = gates.located(notes, key, usual);
    let fine = read.value > 1.0 && read.value <= 100.0;
    within(fine, key, &read, notes, "Above 1, at most 100: 1.25 tolerates a quarter more errors.");
    read.value
}

fn share(gates: &mut Section<'_>, notes: &mut Notes, key: &'static str, usual: f64) -> f64 {
    let read = gates.located(notes, key, Share(usual));
    within(read.value.0 > 0.0, key, &read, notes, "Above 0%: no evidence ever proves zero.");
    read.value.0
}

fn objective(gates: &mut Section<'_>, notes: &mut Notes, usual: f64) -> f64 {
    let read = gates.located(notes, "objective", Share(usual));
    let fine = read.value.0 > 0.0 && read.value.0 < 1.0;
    let help = "Below 100%: an objective of 100% leaves no budget for anything.";
    within(fine, "objective", &read, notes, help);
    read.value.0
}

fn latency_objective(gates: &mut Section<'_>, notes: &mut Notes) -> Option<Duration> {
    let read = gates.optional::<Duration>(notes, "latency_objective")?;
    within(!read.value.is_zero(), "latency_objective", &read, notes, "Longer than nothing.");
    Some(read.value)
}

fn window(gates: &mut Section<'_>, notes: &mut Notes, usual: Duration) -> Duration {
    let read = gates.located(notes, "window", usual);
    let fine = (Duration::from_secs(1)..=Duration::from_hours(1)).contains(&read.value);
    within(fine, "window", &read, notes, "Between a second and an hour.");
    read.value
}

/// One of the two bounds that stand in `[shadow]`.
pub(super) fn bound(
    shadow: &mut Section<'_>,
    notes: &mut Notes,
    key: &'static str,
    usual: f64,
) -> f64 {
    let read = shadow.located(notes, key, Share(usual));
    let help = match key {
        "parity" => "Above 0%: no number of equal answers proves that none ever differs.",
        _ => "Above 0%: without a comparison nothing is known.",
    };
    within(read.value.0 > 0.0, key, &read, notes, help);
    read.value.0
}

fn within<T>(fine: bool, key: &str, read: &Located<T>, notes: &mut Notes, help: &str) {
    if !fine {
        let message = format!("key `{key}` is out of range");
        notes.error("config/out-of-range", message, read.place.clone(), help);
    }
}

/// Reads `[limits]`.
pub(super) fn read_limits(root: &mut Section<'_>, notes: &mut Notes) -> Limits {
    let usual = Limits::default();
    let mut section = root.section(notes, "limits");
    let timeout = section.located(notes, "timeout", usual.timeout);
    let fine = (Duration::from_millis(1)..=Duration::from_hours(1)).contains(&timeout.value);
    within(fine, "timeout", &timeout, notes, "Between a millisecond and an hour.");
    let in_flight = section.located(notes, "in_flight", usual.in_flight);
    within(in_flight.value > 0, "in_flight", &in_flight, notes, "At 0 nothing would be served.");
    let body = section.value(notes, "request_body", Bytes(usual.request_bytes_max));
    let failures = section.located(notes, "ejection_failures", usual.ejection_failures);
    within(failures.value > 0, "ejection_failures", &failures, notes, "At least one.");
    let ejection_time = section.value(notes, "ejection_time", usual.ejection_time);
    section.finish(notes);
    Limits {
        timeout: timeout.value,
        in_flight: in_flight.value,
        request_bytes_max: body.0,
        ejection_failures: failures.value,
        ejection_time,
    }
}

/// Reads `[[canary.steps]]`, each weight above the one before and below what Primary gives.
pub(super) fn read_steps(root: &mut Section<'_>, notes: &mut Notes, holdback: Weight) -> Vec<Step> {
    let mut canary = root.section(notes, "canary");
    let sections = canary.sections(notes, "steps");
    canary.finish(notes);
    if sections.is_empty() {
        return usual_steps(holdback);
    }
    let mut steps: Vec<Step> = Vec::with_capacity(sections.len());
    for mut section in sections {
        let help = "The service's share at this step: weight = \"5%\"";
        let weight = section.required::<Weight>(notes, "weight", help);
        let bake = section.value(notes, "bake", BAKE);
        section.finish(notes);
        let Some(weight) = weight else { continue };
        check_weight(&weight, steps.last(), holdback, notes);
        steps.push(Step { weight: weight.value, bake });
    }
    steps
}

fn usual_steps(holdback: Weight) -> Vec<Step> {
    STEPS_PPM
        .into_iter()
        .filter_map(Weight::from_ppm)
        .filter(|weight| *weight < holdback.complement())
        .map(|weight| Step { weight, bake: BAKE })
        .collect()
}

fn check_weight(
    weight: &Located<Weight>,
    before: Option<&Step>,
    holdback: Weight,
    notes: &mut Notes,
) {
    let floor = before.map_or(Weight::ZERO, |step| step.weight);
    if weight.value <= floor {
        let message = format!("weight {} does not rise above {floor}", weight.value);
        let help = "Each step gives the service more than the one before.";
        notes.error("config/weight-not-rising", message, weight.place.clone(), help);
    }
    let ceiling = holdback.complement();
    if weight.value >= ceiling {
        let message = format!("weight {} reaches {ceiling}, what Primary gives", weight.value);
        let help = "A canary needs a baseline beside it. Drop the step: Primary follows by itself.";
        notes.error("config/weight-too-high", message, weight.place.clone(), help);
    }
}
