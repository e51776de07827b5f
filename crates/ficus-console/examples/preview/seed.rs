//! Views as a migration in full swing would have them, the same every time.

use ficus_control::wire::{
    ActorView, ArmView, BoundaryView, CoverageView, EntryView, EvidenceView, ExampleView, HeadView,
    MismatchView, MismatchesView, PhaseView, QuantityView, ReadingView, RoutesView, RuleView,
    SampleView, ShareView, StageView, StatusView, StepView, SummaryView, UncomparedView,
    VerdictView,
};

pub(crate) const DIGEST: &str = "5f0c9a12be774d0e8f61c3b9a2d4e6f7081923a4b5c6d7e8f90a1b2c3d4e5f60";

fn share(ppm: u32) -> ShareView {
    let weight = ficus_model::Weight::from_ppm(ppm).expect("at most the whole");
    weight.into()
}

fn steps() -> Vec<StepView> {
    let step = |(index, ppm): (usize, u32)| StepView {
        number: index + 1,
        of: 3,
        weight: share(ppm),
        bake_seconds: 600,
        text: format!("{} of 3", index + 1),
    };
    [10_000, 100_000, 500_000].into_iter().enumerate().map(step).collect()
}

fn summary(name: &str, owner: &str, stage: StageView, ppm: u32) -> SummaryView {
    let mirrored = matches!(stage, StageView::Shadow | StageView::Canary);
    SummaryView {
        name: name.to_owned(),
        owner: owner.to_owned(),
        stage,
        phase: PhaseView::Running,
        step: (stage == StageView::Canary).then(|| steps().swap_remove(1)),
        weight: share(ppm),
        mirror: share(if mirrored { 1_000_000 } else { 0 }),
        generation: 12,
        verdict: VerdictView::Inconclusive,
        waiting_for: "1,204 more requests on the service, about 4 min at the present rate."
            .to_owned(),
        mismatch_classes: 0,
    }
}

pub(crate) fn status() -> StatusView {
    let mut shadow = summary("search", "team-discovery", StageView::Shadow, 0);
    shadow.verdict = VerdictView::Fail;
    shadow.phase = PhaseView::Held {
        since: "2026-11-23T13:58:20Z".to_owned(),
        reason: "parity is proven broken on GET /api/search".to_owned(),
    };
    shadow.mismatch_classes = 2;
    shadow.waiting_for =
        "A person: correct the service or accept the differences, then promote.".to_owned();
    let mut primary = summary("accounts", "team-identity", StageView::Primary, 990_000);
    primary.verdict = VerdictView::Pass;
    primary.waiting_for = "The rest of its minimum time at Primary, about 9 h.".to_owned();
    let mut contract = summary("orders", "team-checkout", StageView::Contract, 0);
    contract.waiting_for = "A promotion to Shadow.".to_owned();
    let mut retired = summary("catalog", "team-discovery", StageView::Retired, 1_000_000);
    retired.verdict = VerdictView::Pass;
    retired.waiting_for = "Nothing: its outcome report is written.".to_owned();
    let mut killed = summary("cart", "team-checkout", StageView::Shadow, 0);
    killed.mirror = share(0);
    killed.phase = PhaseView::Killed {
        since: "2026-11-23T14:02:11Z".to_owned(),
        reason: "database saturated, see incident 412".to_owned(),
    };
    killed.waiting_for = "A person: promote to resume with fresh evidence.".to_owned();
    StatusView {
        at: "2026-11-23T14:28:05Z".to_owned(),
        generation: 41,
        configuration: DIGEST.to_owned(),
        monolith: "127.0.0.1:8000".to_owned(),
        stalled: None,
        head: head(),
        boundaries: vec![
            primary,
            killed,
            retired,
            contract,
            summary("quotes", "team-pricing", StageView::Canary, 100_000),
            shadow,
        ],
    }
}

pub(crate) fn head() -> HeadView {
    HeadView {
        origin: "example.com/migration".to_owned(),
        size: 128,
        root: DIGEST.to_owned(),
        at: Some("2026-11-23T14:21:40Z".to_owned()),
    }
}

fn quantity(value: f64, unit: &str, text: &str) -> QuantityView {
    QuantityView { value: Some(value), unit: unit.to_owned(), text: text.to_owned() }
}

fn reading(
    gate: &str,
    subject: &str,
    verdict: VerdictView,
    measured: QuantityView,
    bound: QuantityView,
    reason: &str,
) -> ReadingView {
    ReadingView {
        gate: gate.to_owned(),
        subject: subject.to_owned(),
        verdict,
        measured,
        bound,
        samples: 8_214,
        needed: None,
        wait_seconds: None,
        reason: reason.to_owned(),
    }
}

fn readings() -> Vec<ReadingView> {
    let mut errors = reading(
        "errors",
        "all",
        VerdictView::Inconclusive,
        quantity(0.00173, "share", "0.173%"),
        quantity(0.001, "share", "0.100%"),
        "2 bad answers of 1,156; about 1,204 more requests to the service, about 4 min",
    );
    errors.needed = Some(1_204);
    errors.wait_seconds = Some(241.0);
    vec![
        errors,
        reading(
            "latency",
            "p50",
            VerdictView::Pass,
            quantity(3.4, "log-e", "ln e = 3.40"),
            quantity(3.0, "log-e", "ln e = 3.00"),
            "At most 10% slower than the monolith is proven.",
        ),
        reading(
            "latency",
            "p99",
            VerdictView::Fail,
            quantity(1.22, "ratio", "1.22×"),
            quantity(1.1, "ratio", "1.10×"),
            "Slower than the margin allows is proven.",
        ),
        reading(
            "sample-ratio",
            "all",
            VerdictView::Pass,
            quantity(0.1003, "share", "10.030%"),
            quantity(0.1, "share", "10.000%"),
            "Requests fell on both sides as the weight says.",
        ),
        reading(
            "budget",
            "all",
            VerdictView::Pass,
            quantity(2.0, "count", "2"),
            quantity(43.0, "count", "43"),
            "Little of the error budget was used.",
        ),
    ]
}

fn wave(index: u32, pace: f64) -> f64 {
    (f64::from(index) * pace).sin() * 0.5 + (f64::from(index) * pace * 2.7 + 1.3).sin() * 0.3
}

fn samples() -> Vec<SampleView> {
    (0..240)
        .map(|index| {
            let second = index * 15;
            let service = index >= 60;
            let ppm = if index < 60 {
                0
            } else if index < 150 {
                10_000
            } else {
                100_000
            };
            let slow = if index > 200 { 0.014 } else { 0.0 };
            let arm = |requests: u64, shift: f64| ArmView {
                requests,
                bad: u64::from(index % 7 == 0 && requests > 0)
                    + u64::from(index > 215 && requests > 0) * 2,
                p50: (requests > 0).then(|| 0.0121 + shift * 0.2 + 0.001 * wave(index, 0.11)),
                p90: (requests > 0).then(|| 0.024 + shift * 0.5 + 0.002 * wave(index, 0.07)),
                p99: (requests > 0).then(|| 0.041 + shift + 0.004 * wave(index, 0.19)),
            };
            SampleView {
                at: format!(
                    "2026-11-23T{:02}:{:02}:{:02}Z",
                    13 + second / 3600,
                    second / 60 % 60,
                    second % 60
                ),
                seconds: 15.0,
                weight: share(ppm),
                monolith: arm(760, 0.0),
                service: arm(if service { 84 } else { 0 }, slow - 0.003),
            }
        })
        .collect()
}

fn coverage() -> CoverageView {
    let reason = |reason: &str, meaning: &str, count, chosen| UncomparedView {
        reason: reason.to_owned(),
        meaning: meaning.to_owned(),
        count,
        chosen,
    };
    CoverageView {
        eligible: 48_210,
        compared: 41_870,
        matched: 40_911,
        ignored: 944,
        mismatched: 15,
        share: Some(0.984),
        text: "98.4%".to_owned(),
        uncompared: vec![
            reason("unsafe", "Not declared safe, so never copied.", 5_660, true),
            reason("timeout", "The service did not answer the copy in time.", 504, false),
            reason("body_cap", "The request body is larger than the cap.", 176, false),
        ],
    }
}

pub(crate) fn boundary() -> BoundaryView {
    BoundaryView {
        at: "2026-11-23T14:28:05Z".to_owned(),
        summary: SummaryView {
            mismatch_classes: 2,
            verdict: VerdictView::Fail,
            ..summary("quotes", "team-pricing", StageView::Canary, 100_000)
        },
        routes: RoutesView {
            surface: ["POST /api/quotes", "GET /api/quotes/{id}", "GET /api/rates"]
                .map(str::to_owned)
                .into(),
            safe: ["GET *", "POST /api/quotes"].map(str::to_owned).into(),
            service: "127.0.0.1:9101".to_owned(),
            language: "rust".to_owned(),
        },
        steps: steps(),
        holdback: share(10_000),
        readings: readings(),
        evidence: Some(DIGEST.to_owned()),
        coverage: coverage(),
        rules: vec![RuleView {
            name: "quoted-at".to_owned(),
            path: "body.quoted_at".to_owned(),
            route: Some("GET /api/quotes/{id}".to_owned()),
            tolerance: "within 2s".to_owned(),
            owner: "team-pricing".to_owned(),
            reason: "Each side stamps its own clock.".to_owned(),
            expires: "2026-12-20T00:00:00Z".to_owned(),
            expired: false,
        }],
        samples: samples(),
    }
}

pub(crate) fn mismatches() -> MismatchesView {
    let class = |id: &str,
                 path: &str,
                 kind: &str,
                 meaning: &str,
                 count,
                 baseline: Option<&str>,
                 candidate: Option<&str>| {
        MismatchView {
            id: id.to_owned(),
            route: "GET /api/quotes/{id}".to_owned(),
            path: path.to_owned(),
            kind: kind.to_owned(),
            meaning: meaning.to_owned(),
            count,
            first: "2026-11-23T13:44:01Z".to_owned(),
            last: "2026-11-23T14:27:58Z".to_owned(),
            example: ExampleView {
                request: "GET /api/quotes/4711?currency=EUR".to_owned(),
                trace: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
                baseline: baseline.map(str::to_owned),
                candidate: candidate.map(str::to_owned),
            },
            rule: format!(
                "[[shadow.rules]]\nname = \"{0}\"\npath = \"{1}\"\nroute = \"GET /api/quotes/{{id}}\"\ntolerance = \"relative 1%\"\nowner = \"team-pricing\"\nreason = \"why it is harmless\"\nexpires = \"2026-12-23\"\n",
                path.replace(['.', '[', ']'], "-"),
                path
            ),
            accept: format!(
                "ficus mismatches quotes --accept {id} --reason \"why it is harmless\""
            ),
        }
    };
    MismatchesView {
        unclassed: 0,
        boundary: "quotes".to_owned(),
        at: "2026-11-23T14:28:05Z".to_owned(),
        classes: vec![
            class(
                "5f0c9a12",
                "body.items[].unit_price_cents",
                "value",
                "Same type, another value.",
                11,
                Some("1999"),
                Some("2000"),
            ),
            class(
                "aa17be03",
                "body.discounts",
                "type",
                "Another JSON type.",
                4,
                Some("null"),
                Some("[]"),
            ),
        ],
    }
}

fn entry(
    index: u64,
    at: &str,
    actor: (&str, Option<&str>),
    change: &str,
    words: &str,
    reason: &str,
    evidence: bool,
) -> EntryView {
    EntryView {
        index,
        at: format!("2026-11-23T{at}Z"),
        boundary: (change != "configured").then(|| "quotes".to_owned()),
        actor: ActorView { kind: actor.0.to_owned(), name: actor.1.map(str::to_owned) },
        change: change.to_owned(),
        words: words.to_owned(),
        reason: reason.to_owned(),
        generation: Some(index),
        configuration: DIGEST.to_owned(),
        evidence: evidence.then(|| DIGEST.to_owned()),
        leaf: DIGEST.to_owned(),
        raw: format!(
            "{{\"version\":1,\"boundary\":\"quotes\",\"change\":\"{change}\",\"reason\":\"{reason}\"}}"
        ),
    }
}

/// The newest first.
pub(crate) fn entries() -> Vec<EntryView> {
    let ada = ("operator", Some("ada@example.com"));
    vec![
        entry(
            127,
            "14:21:40",
            ("judge", None),
            "stepped",
            "went up to step 2 on evidence",
            "every gate passed at 1.00%",
            true,
        ),
        entry(
            124,
            "14:15:02",
            ("judge", None),
            "entered",
            "entered Canary on evidence",
            "parity proven on 3 routes",
            true,
        ),
        entry(
            123,
            "14:15:02",
            ada,
            "resumed",
            "resumed",
            "two planted differences corrected in build 212",
            false,
        ),
        entry(
            119,
            "13:58:20",
            ("judge", None),
            "held",
            "held on evidence",
            "parity is proven broken on GET /api/quotes/{id}",
            true,
        ),
        entry(
            112,
            "13:40:00",
            ada,
            "entered",
            "entered Shadow",
            "contract agreed with team-pricing",
            false,
        ),
        entry(
            111,
            "13:38:51",
            ("configuration", Some("ada@example.com")),
            "configured",
            "configuration 5f0c9a12be77 applied",
            "",
            false,
        ),
    ]
}

pub(crate) fn evidence() -> EvidenceView {
    EvidenceView {
        digest: DIGEST.to_owned(),
        raw: "{\"version\":1,\"boundary\":\"quotes\",\"generation\":12,\"errors\":{\"candidate\":2,\"baseline\":19}}".to_owned(),
    }
}

pub(crate) const NOTE: &str = "example.com/migration\n128\nXwyaEr53TQ6PYcO5otTm9wgZI6S1xtfo+QobLD1OX2A=\n\n— example.com/migration 2f6b1c9aWm1q0o0oY0g=\n";
