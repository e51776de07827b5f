// Command verify-go verifies an exported ficus ledger without ficus: with the note and tlog packages that verify Go's
// own checksum database.
//
//	verify-go DIR KEY [OLDER-CHECKPOINT ...]
//
// KEY is the verifier key, as text. It prints one line per property and exits 1 when one does not hold.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Height of a tile, fixed by C2SP tlog-tiles.
const height = 8

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: verify-go DIR KEY [OLDER-CHECKPOINT ...]")
		os.Exit(2)
	}
	if err := verify(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "verify-go:", err)
		os.Exit(1)
	}
}

func verify(dir, key string, older []string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	tree, err := openCheckpoint(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	fmt.Printf("signature: the head over %d entries is signed by %s\n", tree.N, verifier.Name())
	log := tiles{dir}
	// The hash reader believes no tile before it is proven to belong to the tree.
	hashes := tlog.TileHashReader(tree, log)
	if err := entries(log, tree, hashes); err != nil {
		return err
	}
	fmt.Printf("inclusion: %d entries\n", tree.N)
	for _, path := range older {
		old, err := openCheckpoint(path, verifier)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return fmt.Errorf("%s: consistency: %w", path, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: consistency: %w", path, err)
		}
		fmt.Printf("consistency: %d to %d\n", old.N, tree.N)
	}
	return nil
}

// openCheckpoint reads a signed note of the form origin, size, root.
func openCheckpoint(path string, verifier note.Verifier) (tlog.Tree, error) {
	message, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("no root")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// entries checks that every entry is in the tree, where it says it is: its hash is the one the proven tiles hold, and
// for the first entry of every bundle also by an inclusion proof.
func entries(log tiles, tree tlog.Tree, hashes tlog.HashReader) error {
	const width = 1 << height
	for first := int64(0); first < tree.N; first += width {
		tile := tlog.Tile{H: height, L: -1, N: first / width, W: int(min(width, tree.N-first))}
		bundle, err := log.read(tile)
		if err != nil {
			return err
		}
		var found []tlog.Hash
		var places []int64
		for index := first; index < first+int64(tile.W); index++ {
			var entry []byte
			if entry, bundle, err = next(bundle); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			found = append(found, tlog.RecordHash(entry))
			places = append(places, tlog.StoredHashIndex(0, index))
		}
		proven, err := hashes.ReadHashes(places)
		if err != nil {
			return fmt.Errorf("inclusion of entry %d and those after it: %w", first, err)
		}
		for offset, hash := range found {
			if proven[offset] != hash {
				return fmt.Errorf("inclusion of entry %d: not the entry of the tree", first+int64(offset))
			}
		}
		proof, err := tlog.ProveRecord(tree.N, first, hashes)
		if err != nil {
			return fmt.Errorf("inclusion of entry %d: %w", first, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, first, found[0]); err != nil {
			return fmt.Errorf("inclusion of entry %d: %w", first, err)
		}
	}
	return nil
}

// next splits the first entry off a bundle.
func next(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("the bundle ends early")
	}
	length := int(binary.BigEndian.Uint16(bundle))
	if len(bundle) < 2+length {
		return nil, nil, errors.New("the bundle ends within an entry")
	}
	return bundle[2 : 2+length], bundle[2+length:], nil
}

// tiles reads tiles from an exported directory.
type tiles struct{ dir string }

func (log tiles) Height() int { return height }

func (log tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (log tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := log.read(tile)
		if err != nil {
			return nil, err
		}
		found = append(found, bytes.Clone(data[:tile.W*tlog.HashSize]))
	}
	return found, nil
}

// read reads a tile or bundle; the full one serves for a partial one that was deleted.
func (log tiles) read(tile tlog.Tile) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(log.dir, path(tile)))
	if errors.Is(err, fs.ErrNotExist) && tile.W < 1<<height {
		tile.W = 1 << height
		data, err = os.ReadFile(filepath.Join(log.dir, path(tile)))
	}
	if err != nil {
		return nil, err
	}
	if tile.L >= 0 && len(data) != tile.W*tlog.HashSize {
		return nil, fmt.Errorf("%s: %d bytes", path(tile), len(data))
	}
	return data, nil
}

// path is C2SP's: Go's without the height, and with `entries` for `data`.
func path(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(rest, "data/", "entries/", 1)
}
