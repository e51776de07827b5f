//! A directory of a test's own, gone when the test is.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

/// A directory that is removed when this value is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A fresh directory; `name` keeps tests of one process apart.
    pub(crate) fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("ficus-it-{name}-{}", process::id()));
        let _absent = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the temporary directory can be written");
        Self(path)
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file inside, with its directories.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the directory")).expect("created");
        fs::write(&path, text).expect("written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}
