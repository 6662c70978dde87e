// Trees: the files of tlog-tiles, and a log made here with all its proofs.

package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// store holds all hashes of a tree in the order of sumdb.
type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(s)) {
			return nil, errors.New("not in this tree")
		}
		found = append(found, s[index])
	}
	return found, nil
}

func (s *store) add(index int64, leaf tlog.Hash) error {
	more, err := tlog.StoredHashesForRecordHash(index, leaf, *s)
	*s = append(*s, more...)
	return err
}

const height = 8

// requiredTiles gives the tiles of hashes that a tree of some size has.
func requiredTiles(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for _, one := range tlog.NewTiles(height, 0, size) { // it lists every width up to the last
		if last := len(tiles) - 1; last >= 0 && tiles[last].L == one.L && tiles[last].N == one.N {
			tiles[last] = one
		} else {
			tiles = append(tiles, one)
		}
	}
	return tiles
}

// bundlesOf gives the tiles of entries (level -1) that go with tiles of hashes.
func bundlesOf(tiles []tlog.Tile) []tlog.Tile {
	var bundles []tlog.Tile
	for _, one := range tiles {
		if one.L == 0 {
			one.L = -1
			bundles = append(bundles, one)
		}
	}
	return bundles
}

// pathOf spells a tile as tlog-tiles does: without the height, and `entries` for `data`.
func pathOf(one tlog.Tile) string {
	return strings.Replace(strings.Replace(one.Path(), "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
}

func readPath(path string) (tlog.Tile, error) {
	path = strings.Replace(path, "tile/entries/", "tile/data/", 1)
	return tlog.ParseTilePath(strings.Replace(path, "tile/", "tile/8/", 1))
}

func readBundle(raw []byte, width int) ([][]byte, error) {
	var entries [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw)-2 < int(binary.BigEndian.Uint16(raw)) {
			return nil, errors.New("an entry is cut off")
		}
		end := 2 + int(binary.BigEndian.Uint16(raw))
		entries = append(entries, raw[2:end])
		raw = raw[end:]
	}
	if len(entries) != width {
		return nil, fmt.Errorf("%d entries instead of %d", len(entries), width)
	}
	return entries, nil
}

// folder reads tiles for a client of sumdb.
type folder string

func (f folder) Height() int                         { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, one := range tiles {
		raw, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(pathOf(one))))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func checkTiles(arguments []string) error {
	place := folder(arguments[0])
	noted, err := os.ReadFile(filepath.Join(arguments[0], "checkpoint"))
	if err != nil {
		return err
	}
	_, tree, err := readCheckpoint(arguments[1], noted)
	if err != nil {
		return err
	}
	hashes, entries, err := rebuild(place, tree)
	if err != nil {
		return err
	}
	files, err := compare(place, hashes, entries)
	if err != nil {
		return err
	}
	if err := follow(place, tree, hashes); err != nil {
		return err
	}
	fmt.Printf("%d entries and %d tiles as the checkpoint says\n", len(entries), files)
	return nil
}

// rebuild makes the tree anew out of the entries alone.
func rebuild(place folder, tree tlog.Tree) (store, [][]byte, error) {
	var hashes store
	var entries [][]byte
	bundles := bundlesOf(requiredTiles(tree.N))
	raws, err := place.ReadTiles(bundles)
	if err != nil {
		return nil, nil, err
	}
	for at, raw := range raws {
		some, err := readBundle(raw, bundles[at].W)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", pathOf(bundles[at]), err)
		}
		for _, entry := range some {
			if err := hashes.add(int64(len(entries)), tlog.RecordHash(entry)); err != nil {
				return nil, nil, err
			}
			entries = append(entries, entry)
		}
	}
	root, err := rootOf(int64(len(entries)), hashes)
	if err != nil {
		return nil, nil, err
	}
	if root != tree.Hash {
		return nil, nil, errors.New("the entries do not give the root of the checkpoint")
	}
	return hashes, entries, nil
}

func rootOf(size int64, hashes store) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil // RFC 6962; sumdb answers zeros
	}
	return tlog.TreeHash(size, hashes)
}

// compare holds every file under tile/ against the tree, those of smaller trees too, and counts
// the tiles of hashes.
func compare(place folder, hashes store, entries [][]byte) (int, error) {
	required := map[string]bool{}
	for _, one := range requiredTiles(int64(len(entries))) {
		required[pathOf(one)] = true
	}
	count := 0
	root := filepath.Join(string(place), "tile")
	err := filepath.WalkDir(root, func(path string, found fs.DirEntry, err error) error {
		if err != nil || found.IsDir() {
			return err
		}
		inside, err := filepath.Rel(string(place), path)
		if err != nil {
			return err
		}
		inside = filepath.ToSlash(inside)
		tile, err := readPath(inside)
		if err != nil {
			return err
		}
		right, err := contents(tile, hashes, entries)
		if err != nil {
			return fmt.Errorf("%s: %w", inside, err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(raw, right) {
			return fmt.Errorf("%s: not as the checkpoint says", inside)
		}
		if tile.L >= 0 {
			count++
		}
		delete(required, inside)
		return nil
	})
	if err != nil && (len(entries) > 0 || !errors.Is(err, fs.ErrNotExist)) {
		return count, err
	}
	for path := range required {
		return count, fmt.Errorf("%s: missing", path)
	}
	return count, nil
}

func contents(tile tlog.Tile, hashes store, entries [][]byte) ([]byte, error) {
	if tile.L >= 0 {
		return tlog.ReadTileData(tile, hashes)
	}
	begin := tile.N << height
	if begin+int64(tile.W) > int64(len(entries)) {
		return nil, errors.New("not in this tree")
	}
	return bundle(entries[begin : begin+int64(tile.W)]), nil
}

func bundle(entries [][]byte) []byte {
	var raw []byte
	for _, entry := range entries {
		raw = append(raw, byte(len(entry)>>8), byte(len(entry)))
		raw = append(raw, entry...)
	}
	return raw
}

// follow reads every leaf as a client of sumdb does, which checks each tile against the root.
func follow(place folder, tree tlog.Tree, hashes store) error {
	if tree.N == 0 {
		return nil
	}
	client := tlog.TileHashReader(tree, place)
	for begin := int64(0); begin < tree.N; begin += 1 << height {
		var indexes []int64
		for at := begin; at < tree.N && at < begin+1<<height; at++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, at))
		}
		found, err := client.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for at, index := range indexes {
			if found[at] != hashes[index] {
				return errors.New("a client reads another leaf")
			}
		}
	}
	return nil
}

// A log of its own.

// entry is what the logs made here hold at an index.
func entry(index int64) []byte { return []byte(fmt.Sprintf("entry %d", index)) }

func grow(count int64) (hashes store, entries [][]byte, err error) {
	for at := int64(0); at < count; at++ {
		entries = append(entries, entry(at))
		if err := hashes.add(at, tlog.RecordHash(entry(at))); err != nil {
			return nil, nil, err
		}
	}
	return hashes, entries, nil
}

func logKey(seed, name string) (signer note.Signer, vkey string, err error) {
	raw, err := readHex(seed)
	if err != nil {
		return nil, "", err
	}
	vkey, err = note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(raw[:]).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, "", err
	}
	parts := strings.SplitN(vkey, "+", 3)
	private := base64.StdEncoding.EncodeToString(append([]byte{1}, raw[:]...))
	signer, err = note.NewSigner(strings.Join([]string{"PRIVATE+KEY", name, parts[1], private}, "+"))
	return signer, vkey, err
}

func readHex(told string) (read [32]byte, err error) {
	raw, err := hex.DecodeString(told)
	if err != nil || copy(read[:], raw) != len(read) || len(raw) != len(read) {
		return read, errors.New("a hash, seed or key has 64 hexadecimal digits")
	}
	return read, nil
}

func makeLog(arguments []string) error {
	name, place := arguments[1], arguments[3]
	signer, vkey, err := logKey(arguments[0], name)
	if err != nil {
		return err
	}
	count, err := decimal(arguments[2])
	if err != nil {
		return err
	}
	hashes, entries, err := grow(count)
	if err != nil {
		return err
	}
	root, err := rootOf(count, hashes)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", name, count, root)
	noted, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return err
	}
	files := map[string][]byte{"checkpoint": noted, "vkey": []byte(vkey + "\n")}
	tiles := requiredTiles(count)
	for _, one := range append(tiles, bundlesOf(tiles)...) {
		if files[pathOf(one)], err = contents(one, hashes, entries); err != nil {
			return err
		}
	}
	if err := addProofs(files, count, hashes, noted); err != nil {
		return err
	}
	for path, raw := range files {
		full := filepath.Join(place, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(full, raw, 0o666); err != nil {
			return err
		}
	}
	fmt.Println(vkey)
	return nil
}

// addProofs adds proofs/<index>.tlog-proof, requests/<old size> as add-checkpoint takes them, and
// the roots of all sizes, one a line.
func addProofs(files map[string][]byte, count int64, hashes store, noted []byte) error {
	for old := int64(0); old <= count; old++ {
		root, err := rootOf(old, hashes)
		if err != nil {
			return err
		}
		files["roots"] = append(files["roots"], root.String()+"\n"...)
		proof, err := consistency(count, old, hashes)
		if err != nil {
			return err
		}
		files[fmt.Sprintf("requests/%d", old)] = spell(fmt.Sprintf("old %d\n", old), proof, noted)
		if old == count {
			break
		}
		path, err := tlog.ProveRecord(count, old, hashes)
		if err != nil {
			return err
		}
		head := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", old)
		files[fmt.Sprintf("proofs/%d.tlog-proof", old)] = spell(head, path, noted)
	}
	return nil
}

func consistency(size, old int64, hashes store) ([]tlog.Hash, error) {
	if old == 0 {
		return nil, nil
	}
	return tlog.ProveTree(size, old, hashes)
}

func spell(head string, hashes []tlog.Hash, noted []byte) []byte {
	for _, one := range hashes {
		head += one.String() + "\n"
	}
	return append([]byte(head+"\n"), noted...)
}
