use anyhow::anyhow;

use super::*;

fn ended(name: &'static str, failure: Option<&'static str>) -> Ended {
    Ended { name, took: Duration::from_millis(1250), failure: failure.map(|why| anyhow!(why)) }
}

fn around() -> Surroundings {
    Surroundings { path: OsString::new() }
}

#[test]
fn a_clean_run_says_so() {
    let text = summary(&[ended("format", None)], 1, Duration::from_secs(3));
    assert_eq!(text, "ok        1.2 s  format\neverything passed in 3 s\n");
}

#[test]
fn every_failure_is_named_again_at_the_end() {
    let parts = [ended("format", Some("two files")), ended("build", Some("broken"))];
    assert_eq!(
        summary(&parts, 5, Duration::from_secs(3)),
        "FAILED    1.2 s  format: two files\nFAILED    1.2 s  build: broken\n\
         2 of 5 parts failed, 3 were not run in 3 s\n"
    );
}

#[test]
fn a_failure_stops_only_what_needs_it() {
    let fails = |_: &Surroundings| -> Result<()> { Err(anyhow!("no")) };
    let works = |_: &Surroundings| -> Result<()> { Ok(()) };
    let parts = |needed| {
        [
            Part { name: "one", needed, work: fails },
            Part { name: "two", needed: false, work: works },
        ]
    };
    assert_eq!(run_parts(&parts(false), &around()).len(), 2);
    assert_eq!(run_parts(&parts(true), &around()).len(), 1);
}
