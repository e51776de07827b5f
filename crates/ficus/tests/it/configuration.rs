//! Configuration as people meet it: findings in place, reload all or nothing.

use expect_test::expect;

use crate::origin::Origin;
use crate::process::{Ficus, QUICK, until};

#[test]
fn findings_are_shown_in_the_text_they_are_about() {
    let monolith = Origin::start("monolith");
    let ficus = Ficus::new("findings", &monolith);
    ficus.scratch.write(
        "migration/quotes.toml",
        "name = \"quotes\"\nonwer = \"team-pricing\"\n\n[surface]\nroutes = [\"GET /api/quotes\"]\n\n\
         [service]\nurl = \"http://127.0.0.1:9101\"\n\n[shadow]\nsafe = [\"POST *\"]\n",
    );
    let said = ficus.run(&["config", "check"]);
    assert_eq!(said.code, 2);
    let directory = ficus.scratch.path("");
    expect![[r#"
        config/unknown-key

          × unknown key `onwer`
           ╭─[./migration/quotes.toml:2:1]
         1 │ name = "quotes"
         2 │ onwer = "team-pricing"
           · ──┬──
           ·   ╰── here
         3 │ 
           ╰────
          help: Did you mean `owner`?

        config/unsafe-pattern

          × `POST *` declares writes safe wholesale
            ╭─[./migration/quotes.toml:11:9]
         10 │ [shadow]
         11 │ safe = ["POST *"]
            ·         ────┬───
            ·             ╰── here
            ╰────
          help: Copies of writes reach a real service. Name each such route in full, for instance "POST /
                api/quotes", once its owner is sure.

        2 errors
    "#]].assert_eq(&said.data.replace(&*directory.to_string_lossy(), "./"));
    assert_eq!(said.talk, "", "findings are the data of a check");
}

#[test]
fn machines_get_the_same_findings() {
    let monolith = Origin::start("monolith");
    let ficus = Ficus::new("findings-json", &monolith);
    ficus.scratch.write("migration/quotes.toml", "name = \"quotes\"\n[surface]\nrou");
    let said = ficus.run(&["config", "check", "--json"]);
    assert_eq!(said.code, 2);
    let view: serde_json::Value = serde_json::from_str(&said.data).expect("JSON");
    assert_eq!(view["ok"], false);
    assert_eq!(view["findings"][0]["code"], "config/syntax");
    assert_eq!(view["findings"][0]["line"], 3);
}

#[test]
fn a_bad_or_half_written_file_changes_nothing() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("reload", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    let before = ficus.status().configuration;
    let path = ficus.scratch.path("migration/quotes.toml");
    let good = std::fs::read_to_string(&path).expect("there");

    let half: String = good.chars().take(good.len() / 2).collect();
    std::fs::write(&path, half).expect("written");
    ficus.signal("HUP");
    until("the findings are logged", || ficus.log().contains("nothing was changed").then_some(()));
    assert!(ficus.log().contains("migration/quotes.toml:"), "{}", ficus.log());
    let said = ficus.run(&["config", "apply"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.talk.contains("migration/quotes.toml:"), "{}", said.talk);
    assert_eq!(ficus.status().configuration, before);

    std::fs::write(&path, good.replace("team-pricing", "team-quotes")).expect("written");
    let stale = "0".repeat(64);
    assert_eq!(ficus.run(&["config", "apply", "--if-match", &stale]).code, 1);
    ficus.fine(&["config", "apply", "--if-match", &before]);
    assert_ne!(ficus.status().configuration, before);
    assert_eq!(ficus.quotes().summary.owner, "team-quotes");
    std::fs::write(&path, good).expect("written");
    ficus.signal("HUP");
    until("the first owner is back", || {
        (ficus.quotes().summary.owner == "team-pricing").then_some(())
    });
}

#[test]
fn why_a_value_is_what_it_is_can_be_asked() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let ficus = Ficus::new("why", &monolith);
    ficus.boundary(&service, QUICK);
    let told = ficus.fine(&["config", "show", "--why", "boundary.quotes.limits.timeout"]);
    let place = format!("{}:", ficus.scratch.path("migration/quotes.toml").display());
    assert!(told.contains("= \"5s\"") && told.contains(&place), "{told}");
    let told = ficus.fine(&["config", "show", "--why", "gates.alpha"]);
    assert!(told.contains("= \"1%\"") && told.contains("set by: default"), "{told}");
    assert_eq!(ficus.run(&["config", "show", "--why", "no.such"]).code, 2);
}
