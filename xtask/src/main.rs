//! What hands and CI run.

mod demo;
mod load;
mod postgres;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["demo", options @ ..] => demo::run(options),
        _ => ExitCode::from(2),
    }
}
