// Reads and makes C2SP notes, proofs, tiles and policies with golang.org/x/mod/sumdb.
//
// It shares no code with the programs it judges, and knows nothing of them: only the formats.
// Exit codes: 0 it holds, 1 it does not (the reason on standard error), 2 wrong use.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const usage = `strangers note VKEYS FILE                          open a note; its text and keys as JSON
strangers checkpoint VKEYS FILE                    the same, and that it is a checkpoint
strangers proof VKEYS PROOF_FILE LEAF_HASH_HEX     check a tlog-proof
strangers tree SIZE OLD ROOT OLD_ROOT < hashes     check a consistency proof; all in base64
strangers tiles DIR VKEYS                          check every file of a log in tiles
strangers policy POLICY_FILE NOTE_FILE             check a checkpoint by a tlog-policy
strangers make SEED_HEX NAME COUNT DIR             make a log, with all its proofs
strangers cosign NAME SEED_HEX TIME NOTE_FILE      give a cosignature line
strangers cosignature NAME PUB_HEX NOTE_FILE       check a cosignature line
strangers witness NAME SEED_HEX TIME VKEY OLD OLD_ROOT < request   answer an add-checkpoint
strangers paths N...                               tile paths of these numbers
strangers required SIZE                            tile paths that a tree of this size has
strangers vectors                                  proofs of many sizes as JSON
VKEYS: verifier keys in one argument, separated by spaces.`

type command struct {
	arguments int // or -1: one or more
	run       func(arguments []string) error
}

func main() {
	commands := map[string]command{
		"note":        {2, openNote},
		"checkpoint":  {2, openCheckpoint},
		"proof":       {3, checkProof},
		"tree":        {4, checkTree},
		"tiles":       {2, checkTiles},
		"policy":      {2, checkPolicy},
		"make":        {4, makeLog},
		"cosign":      {4, cosign},
		"cosignature": {3, checkCosignature},
		"witness":     {6, witness},
		"paths":       {-1, paths},
		"required":    {1, required},
		"vectors":     {0, vectors},
	}
	if len(os.Args) > 1 {
		arguments := os.Args[2:]
		one, known := commands[os.Args[1]]
		if known && (len(arguments) == one.arguments || one.arguments < 0 && len(arguments) > 0) {
			if err := one.run(arguments); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, usage)
	os.Exit(2)
}

// Keys.

func readKey(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if len(parts) != 3 || err != nil || len(raw) != 33 || raw[0] != 4 || parts[0] == "" {
		return note.NewVerifier(vkey)
	}
	one := cosigner{parts[0], raw[1:]}
	if parts[1] != fmt.Sprintf("%08x", one.KeyHash()) {
		return nil, errors.New("the ID of this key is not its own")
	}
	return one, nil
}

func readKeys(vkeys string) (note.Verifiers, error) {
	var all []note.Verifier
	for _, vkey := range strings.Fields(vkeys) {
		one, err := readKey(vkey)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", vkey, err)
		}
		all = append(all, one)
	}
	return note.VerifierList(all...), nil
}

func keyID(name string, hash uint32) string { return fmt.Sprintf("%s+%08x", name, hash) }

func isLog(known note.Verifiers, one note.Signature) bool {
	key, err := known.Verifier(one.Name, one.Hash)
	_, witnesses := key.(cosigner)
	return err == nil && !witnesses
}

// Notes and checkpoints.

func openNote(arguments []string) error {
	known, err := readKeys(arguments[0])
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	return tell(note.Open(raw, known))
}

func tell(opened *note.Note, err error) error {
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		opened = unverified.Note
	} else if err != nil {
		return err
	}
	answer := map[string]interface{}{
		"text": opened.Text, "verified": names(opened.Sigs), "unverified": names(opened.UnverifiedSigs),
	}
	if told := json.NewEncoder(os.Stdout).Encode(answer); told != nil {
		return told
	}
	return err
}

func names(all []note.Signature) []string {
	found := []string{}
	for _, one := range all {
		found = append(found, one.Name)
	}
	return found
}

func openCheckpoint(arguments []string) error {
	raw, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	opened, _, err := readCheckpoint(arguments[0], raw)
	if err != nil {
		return err
	}
	return tell(opened, nil)
}

// readCheckpoint opens a checkpoint that is signed by a key of the log it names.
func readCheckpoint(vkeys string, raw []byte) (*note.Note, tlog.Tree, error) {
	known, err := readKeys(vkeys)
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	opened, err := note.Open(raw, known)
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	origin, tree, err := readTree(opened.Text)
	if err != nil {
		return nil, tree, err
	}
	for _, one := range opened.Sigs {
		if one.Name == origin && isLog(known, one) {
			return opened, tree, nil
		}
	}
	return nil, tree, fmt.Errorf("no signature of the log %s", origin)
}

func readTree(text string) (origin string, tree tlog.Tree, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines {
		if line == "" || len(lines) < 3 {
			return "", tree, errors.New("no checkpoint: fewer than three lines, or an empty one")
		}
	}
	if tree.N, err = decimal(lines[1]); err != nil {
		return "", tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return lines[0], tree, err
}

var digits = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

func decimal(told string) (int64, error) {
	if !digits.MatchString(told) {
		return 0, fmt.Errorf("no number: %q", told)
	}
	return strconv.ParseInt(told, 10, 64)
}

// Proofs.

func readHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		one, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, one)
	}
	return hashes, nil
}

// readProof gives the index, the hashes and the note of a tlog-proof.
func readProof(raw []byte) (index int64, hashes []tlog.Hash, noted []byte, err error) {
	head, noted, found := bytes.Cut(raw, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, nil, errors.New("no tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.DecodeString(lines[0][len("extra "):]); err != nil {
			return 0, nil, nil, err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return 0, nil, nil, errors.New("no index")
	}
	if index, err = decimal(lines[0][len("index "):]); err != nil {
		return 0, nil, nil, err
	}
	hashes, err = readHashes(lines[1:])
	return index, hashes, noted, err
}

func checkProof(arguments []string) error {
	raw, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	leaf, err := readHex(arguments[2])
	if err != nil {
		return err
	}
	index, hashes, noted, err := readProof(raw)
	if err != nil {
		return err
	}
	opened, tree, err := readCheckpoint(arguments[0], noted)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, index, leaf); err != nil {
		return err
	}
	fmt.Printf("entry %d of %d, signed by %s\n", index, tree.N, strings.Join(names(opened.Sigs), " "))
	return nil
}

func checkTree(arguments []string) error {
	size, err := decimal(arguments[0])
	if err != nil {
		return err
	}
	old, err := decimal(arguments[1])
	if err != nil {
		return err
	}
	roots, err := readHashes(arguments[2:])
	if err != nil {
		return err
	}
	told, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	hashes, err := readHashes(strings.Fields(string(told)))
	if err != nil {
		return err
	}
	if err := consistent(hashes, size, roots[0], old, roots[1]); err != nil {
		return err
	}
	fmt.Printf("the tree of %d begins with that of %d\n", size, old)
	return nil
}

// consistent is tlog.CheckTree, and the empty tree, which begins every tree (tlog-witness).
func consistent(proof []tlog.Hash, size int64, root tlog.Hash, old int64, oldRoot tlog.Hash) error {
	if old > 0 {
		return tlog.CheckTree(proof, size, root, old, oldRoot)
	}
	empty := tlog.Hash(sha256.Sum256(nil))
	if len(proof) > 0 || oldRoot != empty || size == 0 && root != empty {
		return errors.New("not the empty tree, or a proof where none is needed")
	}
	return nil
}
