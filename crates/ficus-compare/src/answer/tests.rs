use super::*;

#[test]
fn headers_are_found_in_any_case_and_kept_in_order() {
    let headers: &[(&str, &[u8])] = &[("Vary", b"a"), ("ETag", b"1"), ("vary", b"b")];
    let answer = Answer { status: 200, headers, body: b"" };
    assert_eq!(answer.header("vary").collect::<Vec<_>>(), [b"a", b"b"]);
    assert_eq!(answer.header("etag").count(), 1);
    assert_eq!(answer.header("location").count(), 0);
}
