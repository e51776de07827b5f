use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn a_decision_needs_its_reason() {
    for verb in ["promote", "hold", "rollback", "kill"] {
        let error = parse(&format!("ficus {verb} quotes")).expect_err("no reason");
        assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(error.exit_code(), 2);
        parse(&format!("ficus {verb} quotes -r because")).expect("complete");
    }
}

#[test]
fn units_are_part_of_the_text() {
    let cli = parse("ficus promote q -r x --until canary --timeout 90s").expect("fine");
    let Command::Promote(args) = cli.command else { panic!("another command") };
    assert_eq!(args.timeout, Duration::from_secs(90));
    assert_eq!(args.until, Some(Stage::Canary));
    assert!(parse("ficus promote q -r x --timeout 90").is_err());
    assert!(parse("ficus promote q -r x --until later").is_err());
}

#[test]
fn global_options_stand_anywhere() {
    let cli = parse("ficus status --server localhost:9 --json").expect("fine");
    assert_eq!(cli.server.map(|server| server.port), Some(9));
    assert!(parse("ficus status --server https://a").is_err());
}

#[test]
fn accepting_says_what_and_why() {
    parse("ficus mismatches q --accept 5f0c9a12 -r noise").expect("complete");
    assert!(parse("ficus mismatches q --accept 5f0c9a12").is_err());
    assert!(parse("ficus mismatches q --route x").is_err());
    assert!(parse("ficus mismatches q --json --accept 5f0c9a12 -r x").is_err());
}
