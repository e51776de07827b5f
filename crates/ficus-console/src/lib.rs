//! The console: control's views as HTML, and outcome reports.
//!
//! Pages are rendered on the server, each a function of views and nothing else. Every control is a link or a form
//! that works alone; one small module swaps rendered fragments as server-sent events bring them, and nothing else
//! happens in the browser. So the console works behind a bastion, without script, on paper and by keyboard, and its
//! pages are tested as text.
//!
//! Code map, from words to routes:
//! - words: `text` (numbers, times), `filters` (the same for templates), `chart` (lines, bars and gauges as SVG)
//! - [`pages`]: the templates, each beside the views it needs; [`report`](mod@report): one boundary's story in a file
//! - `wire`: the forms and queries browsers send
//! - `routes`: who may see what, and what a form leads to; `live`: fragments as they change; `assets`
//!
//! **Invariant:** a form acts only with its session's own secret, and an operator's reason.

#![forbid(unsafe_code)]

mod assets;
mod chart;
mod filters;
mod live;
pub mod pages;
pub mod report;
mod routes;
mod text;
mod wire;

pub use report::report;
pub use routes::{ConsoleParts, router};
