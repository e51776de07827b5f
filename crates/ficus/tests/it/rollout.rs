//! A boundary's way, driven from the command line.

use ficus_control::wire::{MismatchesView, PhaseView, StageView};

use crate::origin::{Answer, Origin};
use crate::process::{Ficus, QUICK, until};
use crate::traffic::{Traffic, get};

/// Promotes until it is accepted: from Shadow on it takes evidence.
fn promoted(ficus: &Ficus) {
    until("promote is accepted", || {
        let said = ficus.promote();
        assert!(said.code == 0 || said.talk.contains("gates"), "{said:?}");
        (said.code == 0).then_some(())
    });
}

#[test]
fn without_a_boundary_everything_goes_to_the_monolith() {
    let monolith = Origin::start("monolith");
    let mut ficus = Ficus::new("plain", &monolith);
    ficus.up();
    let seen = get(ficus.gateway, "/anything?at=all").expect("an answer");
    assert_eq!((seen.status, seen.side.as_str()), (200, "monolith"));
    assert!(ficus.fine(&["status"]).starts_with("no boundaries yet"));
    assert!(ficus.stop().success());
}

#[test]
fn a_boundary_climbs_on_evidence_and_falls_by_hand() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("climb", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert_eq!(ficus.quotes().summary.stage, StageView::Contract);
    let refused = ficus.run(&["rollback", "quotes", "--reason", "too early"]);
    assert_eq!(refused.code, 1, "{refused:?}");

    promoted(&ficus);
    let early = ficus.promote();
    assert_eq!(early.code, 1, "no evidence yet: {early:?}");
    let traffic = Traffic::start(ficus.gateway);
    let wait = ["promote", "quotes", "-r", "go", "--until", "primary", "--timeout", "120s"];
    let waited = ficus.run(&wait);
    assert_eq!(waited.code, 0, "{waited:?}");
    assert!(waited.talk.contains("Canary, step 1 of 2"), "progress is talk: {waited:?}");
    assert_eq!(ficus.quotes().summary.stage, StageView::Primary);
    until("the service answers nearly everything", || {
        let before = traffic.totals();
        let more = until("more requests", || {
            let now = traffic.totals();
            (now.fine > before.fine + 100).then_some(now)
        });
        (more.by_service - before.by_service > 60).then_some(())
    });

    ficus.fine(&["hold", "quotes", "--reason", "lunch"]);
    assert!(matches!(ficus.quotes().summary.phase, PhaseView::Held { .. }));
    ficus.fine(&["kill", "quotes", "--reason", "enough"]);
    let weight = ficus.quotes().summary.weight;
    assert_eq!(weight.ppm, 0);
    let killed_at = service.served();
    assert_eq!(get(ficus.gateway, "/api/quotes/1").expect("an answer").side, "monolith");
    until("a hundred more requests", || (monolith.served() > 100).then_some(()));
    assert!(service.served() <= killed_at + 8, "only what was under way reached the service");

    let totals = traffic.totals();
    assert_eq!((totals.bad, totals.broken), (0, 0), "{totals:?}");
    drop(traffic);
    let report = ficus.scratch.path("report.html");
    ficus.fine(&["report", "quotes", "--output", &report.to_string_lossy()]);
    assert!(std::fs::read_to_string(report).expect("written").contains("quotes"));
    assert!(ficus.stop().success());
    let verified = ficus.verify();
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn answers_that_differ_are_shown_and_can_be_accepted() {
    let monolith = Origin::with("monolith", |_| Answer::json(r#"{"items":null,"price":10}"#));
    let service = Origin::with("service", |_| Answer::json(r#"{"items":[],"price":10}"#));
    let mut ficus = Ficus::new("mismatches", &monolith);
    ficus.boundary(&service, &QUICK.replacen("owner", "# who pays for it\nowner", 1));
    ficus.up();
    promoted(&ficus);
    let traffic = Traffic::start(ficus.gateway);
    let shown = until("a difference is found", || {
        let said = ficus.run(&["mismatches", "quotes"]);
        (said.code == 1).then_some(said.data)
    });
    assert!(
        shown.contains("body.items") && shown.contains("null") && shown.contains("[]"),
        "{shown}"
    );
    drop(traffic);

    let accept = ["mismatches", "quotes", "--accept", "body.items", "--reason", "Go writes null"];
    let said = ficus.run(&accept);
    assert_eq!(said.code, 0, "{said:?}");
    let text = std::fs::read_to_string(ficus.scratch.path("migration/quotes.toml")).expect("there");
    assert!(text.contains("# who pays for it") && text.contains("Go writes null"), "{text}");
    assert_eq!(ficus.quotes().rules.len(), 1);
    ficus.fine(&["config", "check"]);
}

#[test]
fn every_suggested_rule_can_be_accepted_as_it_is() {
    let monolith = Origin::with("monolith", |_| {
        Answer::json(r#"{"a":null,"b":10.00,"c":"2026-11-23T14:28:00Z","d":[1,2],"e":"x","f":1}"#)
    });
    let service = Origin::with("service", |_| {
        Answer::json(r#"{"a":[],"b":10.01,"c":"2026-11-23T14:28:01Z","d":[2,1],"e":"y"}"#)
    });
    let mut ficus = Ficus::new("suggested", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    promoted(&ficus);
    let found = until("every class is found", || {
        get(ficus.gateway, "/api/quotes/1")?;
        let said = ficus.run(&["mismatches", "quotes", "--json"]);
        let view: MismatchesView = serde_json::from_str(&said.data).ok()?;
        (view.classes.len() >= 6).then_some(view)
    });
    for class in &found.classes {
        // A new rule is a new plan, whose evidence starts afresh: the other classes have to be seen again.
        until(&class.rule, || {
            get(ficus.gateway, "/api/quotes/1")?;
            let accept = ["mismatches", "quotes", "--accept", &class.id, "-r", "harmless"];
            let said = ficus.run(&accept);
            assert!(said.code == 0 || said.talk.contains("there is no class"), "{said:?}");
            (said.code == 0).then_some(())
        });
    }
    let rules = ficus.quotes().rules;
    assert_eq!(rules.len(), found.classes.len());
    let tolerances: std::collections::BTreeSet<&str> =
        rules.iter().map(|rule| rule.tolerance.as_str()).collect();
    assert!(tolerances.len() >= 5, "each as strict as its example allows: {tolerances:?}");
    let coverage = until("answers are equal under the rules", || {
        get(ficus.gateway, "/api/quotes/2")?;
        Some(ficus.quotes().coverage).filter(|coverage| coverage.ignored > 0)
    });
    assert_eq!(coverage.mismatched, 0, "{coverage:?}");
}

#[test]
fn a_killed_service_costs_no_more_than_the_canary_s_share() {
    let (monolith, mut service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("killed-service", &monolith);
    let slow_step =
        QUICK.replace("weight = \"50%\"\nbake = \"1s\"", "weight = \"50%\"\nbake = \"1h\"");
    ficus.boundary(&service, &slow_step);
    ficus.up();
    promoted(&ficus);
    let traffic = Traffic::start(ficus.gateway);
    promoted(&ficus);
    until("half of the traffic is on the service", || {
        (ficus.quotes().summary.weight.ppm == 500_000).then_some(())
    });
    let before = traffic.totals();
    assert_eq!((before.bad, before.broken), (0, 0), "{before:?}");
    service.kill();
    until("the canary is aborted", || (ficus.quotes().summary.weight.ppm == 0).then_some(()));
    let aborted = traffic.totals();
    let sent = aborted.fine + aborted.bad - before.fine;
    let failed = aborted.bad + aborted.broken;
    assert!(failed > 0 && failed <= sent * 6 / 10 + 5, "{failed} of {sent} failed");
    let quiet = until("a hundred fine requests", || {
        let now = traffic.totals();
        (now.fine > aborted.fine + 100).then_some(now)
    });
    let later = quiet.bad + quiet.broken - failed;
    assert!(later <= 8, "{later} failed after the abort");
    let last = ficus.entries().entries.pop().expect("entries");
    assert!(last.evidence.is_some(), "the abort names its evidence: {last:?}");
}
