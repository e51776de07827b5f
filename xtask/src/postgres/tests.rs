use std::io::Write as _;

use super::*;

#[test]
fn the_newest_version_is_taken() {
    let mut paths =
        ["/usr/lib/postgresql/9/bin", "/usr/lib/postgresql/15/bin", "/x"].map(PathBuf::from);
    paths.sort_by_key(|path| std::cmp::Reverse(version(path)));
    assert_eq!(paths[0], PathBuf::from("/usr/lib/postgresql/15/bin"));
}

#[test]
fn a_free_port_can_be_listened_at() {
    let port = free_port().unwrap();
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
}

#[test]
fn a_failing_program_is_named_with_what_it_said() {
    let error = run(Command::new("sh").args(["-c", "echo too bad >&2; exit 3"])).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("sh: ") && text.ends_with("too bad"), "{text}");
}

#[test]
fn leftovers_that_are_not_ours_are_left_alone() {
    let directory = std::env::temp_dir().join(format!("kept-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let note = directory.join("note");
    fs::write(&note, directory.display().to_string()).unwrap();
    clear_leftovers(&note);
    assert!(note.exists());
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_cluster_answers_and_leaves_nothing_behind() {
    if std::env::var_os("RUN_SLOW_TESTS").is_none() {
        let _said = writeln!(std::io::stderr(), "left out: RUN_SLOW_TESTS is not set");
        return;
    }
    let target = std::env::temp_dir().join(format!("postgres-test-{}", std::process::id()));
    fs::create_dir_all(&target).unwrap();
    let cluster = Cluster::start(&target).unwrap();
    cluster.run_sql("postgres", "create table t (x int); insert into t values (1)").unwrap();
    let error = cluster.run_sql("postgres", "select * from missing").unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    let (directory, port) = (cluster.directory.clone(), cluster.port);
    drop(cluster);
    assert!(!directory.exists() && !target.join("postgres.place").exists());
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    fs::remove_dir_all(&target).unwrap();
}
