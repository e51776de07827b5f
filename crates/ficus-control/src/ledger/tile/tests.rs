use std::collections::BTreeMap;

use super::*;

fn path(level: u8, number: u64, width: u16) -> String {
    Tile { level, number, width }.to_string()
}

#[test]
fn numbers_are_written_in_groups_of_three_digits() {
    assert_eq!(path(0, 0, 256), "tile/0/000");
    assert_eq!(path(0, 67, 256), "tile/0/067");
    assert_eq!(path(1, 999, 256), "tile/1/999");
    assert_eq!(path(1, 1000, 256), "tile/1/x001/000");
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(2, 1_000_000, 256), "tile/2/x001/x000/000");
}

#[test]
fn a_partial_tile_says_its_width() {
    assert_eq!(path(0, 273, 112), "tile/0/273.p/112");
    assert_eq!(
        Bundle { number: 1_234_067, width: 8 }.to_string(),
        "tile/entries/x001/x234/067.p/8"
    );
    assert_eq!(Bundle { number: 4, width: 256 }.to_string(), "tile/entries/004");
}

/// Per level: full tiles and the width of the partial one.
fn census(size: u64) -> BTreeMap<u8, (u64, Option<u16>)> {
    let mut census = BTreeMap::new();
    for tile in Tile::all(size) {
        let (full, partial) = census.entry(tile.level).or_insert((0, None));
        if tile.full() {
            *full += 1;
        } else {
            assert_eq!(*partial, None, "one partial tile per level");
            *partial = Some(tile.width);
        }
    }
    census
}

#[test]
fn seventy_thousand_entries_make_the_tiles_of_the_specification() {
    let expected = BTreeMap::from([(0, (273, Some(112))), (1, (1, Some(17))), (2, (0, Some(1)))]);
    assert_eq!(census(70_000), expected);
}

#[test]
fn a_full_tile_begins_the_level_above() {
    assert_eq!(census(256), BTreeMap::from([(0, (1, None)), (1, (0, Some(1)))]));
    assert_eq!(census(255), BTreeMap::from([(0, (0, Some(255)))]));
    assert_eq!(census(0), BTreeMap::new());
}

#[test]
fn bundles_cover_every_entry_once() {
    for size in [0, 1, 255, 256, 257, 70_000] {
        let mut next = 0;
        for bundle in Bundle::all(size) {
            assert_eq!(bundle.first(), next);
            next += u64::from(bundle.width);
        }
        assert_eq!(next, size);
    }
}

#[test]
fn the_largest_tree_has_no_endless_levels() {
    assert_eq!(Tile::all(1 << 20).map(|tile| tile.level).max(), Some(2));
    assert_eq!(hashes_at(u64::MAX, 8), 0);
}
