use super::*;

#[test]
fn reads_the_versions_go_prints() {
    assert_eq!(minor_version("go version go1.24.1 linux/amd64\n"), Some(24));
    assert_eq!(minor_version("go version go1.26rc1 linux/amd64"), Some(26));
    assert_eq!(minor_version("go version devel go1.27"), None);
    assert_eq!(minor_version(""), None);
}

#[test]
fn a_pattern_stands_for_the_folders_that_exist() {
    let here = root().join("xtask");
    let pattern = format!("{}/*/tidy", here.display());
    assert!(versions(&pattern).contains(&here.join("src/tidy")));
    assert_eq!(versions("/no such folder/*/bin"), Vec::<PathBuf>::new());
    assert_eq!(versions(""), Vec::<PathBuf>::new());
}

#[test]
fn what_is_on_path_is_present() {
    assert!(present(&Package { name: "coreutils", program: "ls", elsewhere: "" }));
    assert!(!present(&Package { name: "none", program: "no-such-program", elsewhere: "" }));
}
