//! Writes every page, made from invented views, into a directory: for looking at, while working on templates or style.
//!
//! `cargo run -p ficus-console --example preview -- target/preview`, then serve that directory.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use askama::Template;
use ficus_console::pages::{
    BoundaryPage, BoundaryParts, EvidencePage, FailurePage, Frame, Kept, LedgerPage, LoginPage,
    OverviewPage, Place, Visitor,
};
use ficus_console::report;
use ficus_control::wire::{DecisionView, ErrorView, StatusView};

mod seed;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).unwrap_or("target/preview".into()));
    fs::create_dir_all(directory.join("assets"))?;
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for asset in fs::read_dir(assets)? {
        let asset = asset?;
        fs::copy(asset.path(), directory.join("assets").join(asset.file_name()))?;
    }
    for (name, html) in pages()? {
        fs::write(directory.join(name), html)?;
    }
    Ok(())
}

fn pages() -> Result<Vec<(&'static str, String)>, askama::Error> {
    let status = seed::status();
    let empty = StatusView { boundaries: Vec::new(), ..status.clone() };
    let stalled = StatusView { stalled: Some("The disk is full.".to_owned()), ..status.clone() };
    let visitor = |role| {
        let form_token = Some("form-token".to_owned());
        Some(Visitor { name: "ada@example.com".to_owned(), role, form_token })
    };
    let operator = Frame::new(Place::Boundaries, "/", visitor("operator"), &status);
    let anonymous = Frame::new(Place::Boundaries, "/", None, &empty);
    let alarmed = Frame::new(Place::Boundaries, "/", visitor("viewer"), &stalled);
    let ledger = Frame::new(Place::Ledger, "/ledger", visitor("operator"), &status);
    let (view, mismatches, mut entries) = (seed::boundary(), seed::mismatches(), seed::entries());
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    let problem = problem();
    let typed = Some((DecisionView::Kill, "latency".to_owned()));
    let (kept, nothing) = (Kept { typed }, Kept::default());
    let mut pages = vec![
        ("index.html", OverviewPage::new(&operator, &status).render()?),
        ("empty.html", OverviewPage::new(&anonymous, &empty).render()?),
        ("stalled.html", OverviewPage::new(&alarmed, &stalled).render()?),
        ("boundary.html", BoundaryPage::new(&operator, parts, None, None, &nothing).render()?),
        ("viewer.html", BoundaryPage::new(&anonymous, parts, None, None, &nothing).render()?),
        (
            "refused.html",
            BoundaryPage::new(&operator, parts, Some(&problem), None, &kept).render()?,
        ),
        ("evidence.html", EvidencePage::new(&ledger, &seed::evidence()).render()?),
        ("login.html", LoginPage::new(&anonymous, "/", Some(&problem)).render()?),
        ("failure.html", FailurePage::new(&operator, &problem).render()?),
    ];
    let page = LedgerPage::new(&ledger, &status.head, Some(seed::NOTE), &entries, 128);
    pages.push(("ledger.html", page.render()?));
    entries.reverse();
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    pages.push(("report.html", report(parts, &status.head)?));
    Ok(pages)
}

fn problem() -> ErrorView {
    ErrorView {
        code: "refused/name".to_owned(),
        status: 422,
        title: "the name repeated is not `quotes`".to_owned(),
        help: "Repeat the boundary's name, so that the decision hits the right one.".to_owned(),
        readings: Vec::new(),
        findings: Vec::new(),
    }
}
