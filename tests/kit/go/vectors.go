// Vectors: what other programs are judged by.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

func paths(arguments []string) error {
	for _, told := range arguments {
		number, err := decimal(told)
		if err != nil {
			return err
		}
		one := tlog.Tile{H: height, L: 0, N: number, W: 1 << height}
		fmt.Println(strings.TrimPrefix(pathOf(one), "tile/0/"))
	}
	return nil
}

func required(arguments []string) error {
	size, err := decimal(arguments[0])
	if err != nil {
		return err
	}
	for _, one := range requiredTiles(size) {
		fmt.Println(pathOf(one))
	}
	return nil
}

// proofVector is an inclusion proof (Index) or a consistency proof (Old), with what a mutation did.
type proofVector struct {
	Index   *int64      `json:"index,omitempty"`
	Leaf    *tlog.Hash  `json:"leaf,omitempty"`
	Old     *int64      `json:"old,omitempty"`
	OldRoot *tlog.Hash  `json:"old_root,omitempty"`
	Size    int64       `json:"size"`
	Root    *tlog.Hash  `json:"root,omitempty"`
	Proof   []tlog.Hash `json:"proof"`
	Fault   string      `json:"fault,omitempty"`
}

func (v proofVector) check() error {
	if v.Index != nil {
		return tlog.CheckRecord(v.Proof, v.Size, *v.Root, *v.Index, *v.Leaf)
	}
	return tlog.CheckTree(v.Proof, v.Size, *v.Root, *v.Old, *v.OldRoot)
}

func (v proofVector) with(fault string, change func(*proofVector)) proofVector {
	v.Fault = fault
	v.Proof = append([]tlog.Hash{}, v.Proof...)
	change(&v)
	return v
}

func vectors(_ []string) error {
	const largest = 70_000
	hashes, _, err := grow(largest)
	if err != nil {
		return err
	}
	made := newVectors(hashes)
	for size := int64(1); size <= 17; size++ {
		for at := int64(0); at < size; at++ {
			made.add(size, at, at+1)
		}
	}
	for _, power := range []int64{32, 64, 128, 256, 512, 1024} {
		for size := power - 1; size <= power+1; size++ {
			for _, at := range []int64{0, power/2 - 1, power / 2, size - 1} {
				made.add(size, at, at+1)
			}
		}
	}
	for _, at := range []int64{0, 255, 256, 1023, 1024, 1098, 1099} {
		made.add(1100, at, at+1)
	}
	for _, at := range []int64{0, 255, 65_535, 65_536, 69_887, 69_888, 69_999} {
		made.add(largest, at, at+1)
	}
	return made.print()
}

type vectorSet struct {
	hashes      store
	roots       map[int64]tlog.Hash
	inclusion   []proofVector
	consistency []proofVector
	err         error
}

func newVectors(hashes store) *vectorSet {
	made := &vectorSet{hashes: hashes, roots: map[int64]tlog.Hash{}}
	made.root(0)
	return made
}

func (m *vectorSet) root(size int64) tlog.Hash {
	if _, found := m.roots[size]; !found {
		root, err := rootOf(size, m.hashes)
		m.keep(err)
		m.roots[size] = root
	}
	return m.roots[size]
}

func (m *vectorSet) keep(err error) {
	if m.err == nil {
		m.err = err
	}
}

// add proves in a tree of some size one leaf, and one older tree.
func (m *vectorSet) add(size, index, old int64) {
	root, oldRoot := m.root(size), m.root(old)
	leaf := m.hashes[tlog.StoredHashIndex(0, index)]
	path, err := tlog.ProveRecord(size, index, m.hashes)
	m.keep(err)
	proof, err := tlog.ProveTree(size, old, m.hashes)
	m.keep(err)
	m.inclusion = append(m.inclusion, proofVector{Index: &index, Leaf: &leaf, Size: size, Root: &root, Proof: path})
	m.consistency = append(m.consistency, proofVector{Old: &old, OldRoot: &oldRoot, Size: size, Root: &root, Proof: proof})
}

// print checks all, makes faulty ones of some, checks that these fail, and leaves out what the
// reader has elsewhere: leaf hashes and the roots of good ones.
func (m *vectorSet) print() error {
	faulty := []proofVector{}
	for _, all := range [][]proofVector{m.inclusion, m.consistency} {
		for at, one := range all {
			m.keep(one.check())
			if one.Size == 1100 && at%3 == 0 || one.Size <= 17 && at%13 == 7 {
				faulty = append(faulty, mutations(one)...)
			}
			all[at].Leaf, all[at].Root, all[at].OldRoot = nil, nil, nil
		}
	}
	if m.err != nil {
		return m.err
	}
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintf(out, "{\n\"entry\": %q,\n\"roots\": ", "entry %d")
	roots, err := json.Marshal(m.roots)
	if err != nil {
		return err
	}
	out.Write(roots)
	for _, part := range []struct {
		name string
		all  []proofVector
	}{{"inclusion", m.inclusion}, {"consistency", m.consistency}, {"refused", faulty}} {
		fmt.Fprintf(out, ",\n%q: [", part.name)
		for at, one := range part.all {
			line, err := json.Marshal(one)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s\n%s", map[bool]string{true: ","}[at > 0], line)
		}
		fmt.Fprint(out, "\n]")
	}
	fmt.Fprintln(out, "\n}")
	return out.Flush()
}

// mutations gives those changes of a proof that sumdb refuses. A changed size may leave the way
// up to the root as it was, and then proves as well; such a one is left out.
func mutations(good proofVector) []proofVector {
	other := tlog.RecordHash([]byte("another"))
	last := len(good.Proof) - 1
	tried := []proofVector{
		good.with("a hash before", func(v *proofVector) { v.Proof = append([]tlog.Hash{other}, v.Proof...) }),
		good.with("a hash after", func(v *proofVector) { v.Proof = append(v.Proof, other) }),
		good.with("root after", func(v *proofVector) { v.Proof = append(v.Proof, *v.Root) }),
		good.with("root", func(v *proofVector) { v.Root = &other }),
		good.with("size + 1", func(v *proofVector) { v.Size++ }),
		good.with("size - 1", func(v *proofVector) { v.Size-- }),
		good.with("size doubled", func(v *proofVector) { v.Size *= 2 }),
	}
	if last >= 0 {
		tried = append(tried,
			good.with("one bit of the first hash", func(v *proofVector) { v.Proof[0][0] ^= 1 }),
			good.with("one bit of the last hash", func(v *proofVector) { v.Proof[last][31] ^= 0x80 }),
			good.with("first hash missing", func(v *proofVector) { v.Proof = v.Proof[1:] }),
			good.with("last hash missing", func(v *proofVector) { v.Proof = v.Proof[:last] }),
			good.with("no hashes", func(v *proofVector) { v.Proof = []tlog.Hash{} }),
		)
	}
	if last >= 1 {
		tried = append(tried, good.with("first and last swapped", func(v *proofVector) {
			v.Proof[0], v.Proof[last] = v.Proof[last], v.Proof[0]
		}))
	}
	if good.Index != nil {
		for _, index := range []int64{*good.Index + 1, *good.Index - 1, good.Size} {
			index := index
			tried = append(tried, good.with("index", func(v *proofVector) { v.Index = &index }))
		}
		tried = append(tried, good.with("leaf", func(v *proofVector) { v.Leaf = &other }))
	} else {
		for _, old := range []int64{*good.Old + 1, *good.Old - 1, good.Size + 1} {
			old := old
			tried = append(tried, good.with("old size", func(v *proofVector) { v.Old = &old }))
		}
		tried = append(tried, good.with("old root", func(v *proofVector) { v.OldRoot = &other }))
		tried = append(tried, good.with("roots swapped", func(v *proofVector) { v.Root, v.OldRoot = v.OldRoot, v.Root }))
	}
	var refused []proofVector
	for _, one := range tried {
		if one.Size >= 0 && (one.Index == nil || *one.Index >= 0) && one.check() != nil {
			refused = append(refused, one)
		}
	}
	return refused
}
