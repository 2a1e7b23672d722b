// Goverify checks an exported ledger with the code of Go's checksum database, golang.org/x/mod/sumdb/{note,tlog}, and nothing of ours but this driver.
//
//	goverify DIR VKEY EVERY [PROOF ENTRY]
//
// It opens the checkpoint, proves every EVERY-th record and the last from tiles that the library itself authenticates against the root, proves
// that several earlier sizes are the beginning of the tree, and checks a tlog-proof. It prints what it did, or FAIL and why, and exits 1.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// folder hands tiles to the library. C2SP leaves the tile height out of the path, the library has it in.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		name := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		raw, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		read[i] = raw
	}
	return read, nil
}

// bundle reads the entries from 256*n on, at most 256 of them.
func (f folder) bundle(n, size int64) ([][]byte, error) {
	width := size - n*256
	if width > 256 {
		width = 256
	}
	path := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}.Path()
	raw, err := os.ReadFile(filepath.Join(string(f), "tile/entries", strings.TrimPrefix(path, "tile/8/0/")))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(raw) > 1 {
		length := int(binary.BigEndian.Uint16(raw))
		if len(raw) < 2+length {
			return nil, fmt.Errorf("bundle %d ends within an entry", n)
		}
		entries, raw = append(entries, raw[2:2+length]), raw[2+length:]
	}
	if int64(len(entries)) != width || len(raw) != 0 {
		return nil, fmt.Errorf("bundle %d has %d entries, not %d", n, len(entries), width)
	}
	return entries, nil
}

// open returns the tree that a checkpoint signed.
func open(raw []byte, key note.Verifier) (tlog.Tree, error) {
	var none tlog.Tree
	opened, err := note.Open(raw, note.VerifierList(key))
	if err != nil {
		return none, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return none, fmt.Errorf("a checkpoint of %d lines", len(lines)-1)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return none, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// records proves every so many records, and the last.
func records(f folder, tree tlog.Tree, every int64) (int64, error) {
	var proved int64
	hashes := tlog.TileHashReader(tree, f)
	for n := int64(0); n*256 < tree.N; n++ {
		entries, err := f.bundle(n, tree.N)
		if err != nil {
			return proved, err
		}
		for i, one := range entries {
			index := n*256 + int64(i)
			if index%every != 0 && index != tree.N-1 {
				continue
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return proved, err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(one)); err != nil {
				return proved, fmt.Errorf("record %d: %w", index, err)
			}
			proved++
		}
	}
	return proved, nil
}

// growth proves that earlier trees are the beginning of this one.
func growth(f folder, tree tlog.Tree) (int, error) {
	hashes, proved := tlog.TileHashReader(tree, f), 0
	for _, size := range []int64{1, 2, 255, 256, 257, tree.N / 2, tree.N - 1, tree.N} {
		if size < 1 || size > tree.N {
			continue
		}
		root, err := tlog.TreeHash(size, hashes)
		if err != nil {
			return proved, err
		}
		proof, err := tlog.ProveTree(tree.N, size, hashes)
		if err != nil {
			return proved, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, root); err != nil {
			return proved, fmt.Errorf("tree of %d: %w", size, err)
		}
		proved++
	}
	return proved, nil
}

// single checks a tlog-proof of an entry.
func single(proofFile, entryFile string, key note.Verifier) (int64, error) {
	raw, err := os.ReadFile(proofFile)
	if err != nil {
		return 0, err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return 0, err
	}
	head, checkpoint, _ := strings.Cut(string(raw), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, fmt.Errorf("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return 0, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, err
		}
		proof = append(proof, hash)
	}
	tree, err := open([]byte(checkpoint), key)
	if err != nil {
		return 0, err
	}
	return index, tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func run(arguments []string) error {
	key, err := note.NewVerifier(arguments[1])
	if err != nil {
		return err
	}
	every, err := strconv.ParseInt(arguments[2], 10, 64)
	if err != nil {
		return err
	}
	f := folder(arguments[0])
	raw, err := os.ReadFile(filepath.Join(arguments[0], "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := open(raw, key)
	if err != nil {
		return err
	}
	proved, err := records(f, tree, every)
	if err != nil {
		return err
	}
	grown, err := growth(f, tree)
	if err != nil {
		return err
	}
	fmt.Printf("size %d records %d growth %d\n", tree.N, proved, grown)
	if len(arguments) > 4 {
		index, err := single(arguments[3], arguments[4], key)
		if err != nil {
			return fmt.Errorf("proof: %w", err)
		}
		fmt.Printf("proof of record %d\n", index)
	}
	return nil
}

func main() {
	if len(os.Args) < 4 {
		fmt.Println("FAIL goverify DIR VKEY EVERY [PROOF ENTRY]")
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
}
