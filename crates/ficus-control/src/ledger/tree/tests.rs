use proptest::prelude::*;

use super::*;

fn leaves(count: u32) -> Vec<Digest> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

/// RFC 6962 §2.1 word for word: split at the largest power of two below the size.
fn defined(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::from_bytes(Sha256::digest([]).into()),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(defined(left), defined(right))
        }
    }
}

#[test]
fn hashes_the_published_vectors_of_certificate_transparency() {
    let entries: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Tree::default();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(tree.root().to_string(), empty);
    for (entry, root) in entries.iter().zip(roots) {
        tree.push(leaf_hash(entry));
        assert_eq!(tree.root().to_string(), root);
    }
}

#[test]
fn the_edge_has_the_widths_of_the_specification() {
    let mut tree = Tree::default();
    leaves(70_000).into_iter().for_each(|leaf| tree.push(leaf));
    let edge: Vec<String> = tree.edge().map(|tile| tile.tile.to_string()).collect();
    assert_eq!(edge, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
}

#[test]
fn a_tile_holds_the_roots_of_the_tiles_below() {
    let mut tree = Tree::default();
    let leaves = leaves(600);
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    let upper = tree.edge().nth(1).expect("level 1 has begun");
    let expected: Vec<u8> =
        leaves.chunks_exact(256).flat_map(|chunk| *defined(chunk).as_bytes()).collect();
    assert_eq!(upper.hashes, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn growing_yields_the_defined_root(count in 0u32..800) {
        let leaves = leaves(count);
        prop_assert_eq!(root_of(leaves.iter().copied()), defined(&leaves));
    }

    #[test]
    fn finished_and_unfinished_tiles_are_those_of_the_size(count in 0u32..1500) {
        let mut tree = Tree::default();
        leaves(count).into_iter().for_each(|leaf| tree.push(leaf));
        let mut tiles: Vec<Tile> = tree.take_finished().iter().map(|tile| tile.tile).collect();
        prop_assert!(tiles.iter().all(|tile| tile.full()));
        tiles.extend(tree.edge().map(|tile| tile.tile));
        tiles.sort();
        prop_assert_eq!(tiles, Tile::all(u64::from(count)).collect::<Vec<_>>());
    }
}
