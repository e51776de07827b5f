//! `docs/reference/config.md`, from the table of keys and from what reading an empty file notes as defaults.

use std::collections::BTreeMap;

use super::NOTICE;
use crate::file::{Document, Key};
use crate::moment;
use crate::scratch::Scratch;
use crate::settings::{Overrides, load};

/// How values are written, once for both documents.
const INTRODUCTION: &str = "\
Two documents: `ficus.toml` is this process, `migration/<boundary>.toml` is one boundary, owned by its team and reviewed
like code. A boundary may also stand in `ficus.toml` as a `[[boundary]]` table with the same keys. Relative paths start
at the file they stand in. Units are part of the text: `\"250ms\"`, `\"5%\"`, `\"1MiB\"`.

All files are read at once and every finding is shown at once (`ficus config check`); nothing is applied while one of
them is an error. `SIGHUP` or `ficus config apply` reads them again, all or nothing. Listeners, state, telemetry and
identities take effect at the next start. `ficus config show --why KEY` says who set a value.

Flags outrank files. Environment variables: `FICUS_CONFIG` (the file), `FICUS_LOG` (such as `debug`), `NO_COLOR`.
Secrets are never written into these files: a token is there by its hash or by the name of a file.
";

/// The page.
pub(super) fn page() -> String {
    let defaults = defaults();
    let mut text = format!("# Configuration\n\n{NOTICE}{INTRODUCTION}");
    for (document, title) in
        [(Document::Process, "`ficus.toml`"), (Document::Boundary, "`migration/<boundary>.toml`")]
    {
        text.push_str(&format!("\n## {title}\n"));
        let mut section = None;
        for key in document.keys() {
            let (path, name) = key.path.rsplit_once('.').unwrap_or(("", key.path));
            if section != Some(path) {
                section = Some(path);
                text.push_str(&heading(path));
            }
            text.push_str(&row(name, key, defaults.get(&(document, key.path))));
        }
    }
    text
}

fn heading(path: &str) -> String {
    let title = match path {
        "" => String::new(),
        "identity" | "shadow.rules" | "canary.steps" => format!("\n### `[[{path}]]`\n"),
        _ => format!("\n### `[{path}]`\n"),
    };
    format!("{title}\n| key | value | default | meaning |\n|---|---|---|---|\n")
}

fn row(name: &str, key: &Key, default: Option<&String>) -> String {
    let default = match (key.required, default) {
        (true, _) => "**required**".to_owned(),
        (false, Some(default)) => format!("`{default}`"),
        (false, None) => "–".to_owned(),
    };
    let meaning = key.meaning.replace('|', "\\|");
    format!("| `{name}` | {} | {default} | {meaning} |\n", key.kind)
}

/// What reading notes for keys that are left out.
fn defaults() -> BTreeMap<(Document, &'static str), String> {
    let scratch = Scratch::new("reference");
    scratch.write("ficus.toml", "[[identity]]\nname = \"a\"\n");
    scratch.write("migration/a.toml", "[[shadow.rules]]\n[[canary.steps]]\n");
    let loaded = load(Some(&scratch.path("ficus.toml")), &Overrides::default(), moment::now());
    let mut defaults = BTreeMap::new();
    for known in loaded.notes.known {
        let key = known.document.key(&known.schema).map(|key| key.path);
        if let (Some(key), Some(value)) = (key, known.value) {
            defaults.insert((known.document, key), value);
        }
    }
    defaults
}
