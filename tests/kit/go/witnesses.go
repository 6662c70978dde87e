// Witnesses: cosignatures, the witness protocol, and policies of trust.

package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigner is a key of type 04; sumdb/note knows type 01 only.
type cosigner struct {
	name string
	pub  ed25519.PublicKey
}

func (c cosigner) Name() string { return c.name }

func (c cosigner) KeyHash() uint32 {
	sum := sha256.Sum256([]byte(c.name + "\n\x04" + string(c.pub)))
	return binary.BigEndian.Uint32(sum[:])
}

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	return time <= math.MaxInt64 && ed25519.Verify(c.pub, cosigned(time, text), signature[8:])
}

func cosigned(time uint64, text []byte) []byte {
	return []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text))
}

func cosignatureLine(name string, seed []byte, time uint64, text []byte) string {
	key := ed25519.NewKeyFromSeed(seed)
	raw := make([]byte, 12)
	binary.BigEndian.PutUint32(raw, cosigner{name, key.Public().(ed25519.PublicKey)}.KeyHash())
	binary.BigEndian.PutUint64(raw[4:], time)
	raw = append(raw, ed25519.Sign(key, cosigned(time, text))...)
	return fmt.Sprintf("— %s %s\n", name, base64.StdEncoding.EncodeToString(raw))
}

func textOf(raw []byte) ([]byte, error) {
	var unverified *note.UnverifiedNoteError
	if _, err := note.Open(raw, nil); !errors.As(err, &unverified) {
		return nil, err
	}
	return []byte(unverified.Note.Text), nil
}

func cosign(arguments []string) error {
	seed, err := readHex(arguments[1])
	if err != nil {
		return err
	}
	time, err := decimal(arguments[2])
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(arguments[3])
	if err != nil {
		return err
	}
	text, err := textOf(raw)
	if err != nil {
		return err
	}
	fmt.Print(cosignatureLine(arguments[0], seed[:], uint64(time), text))
	return nil
}

func checkCosignature(arguments []string) error {
	pub, err := readHex(arguments[1])
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(arguments[2])
	if err != nil {
		return err
	}
	return tell(note.Open(raw, note.VerifierList(cosigner{arguments[0], pub[:]})))
}

// witness answers one add-checkpoint request on standard input as an HTTP server would: the status
// on the first line of standard output, then the body. Its memory is given in the arguments.
func witness(arguments []string) error {
	seed, err := readHex(arguments[1])
	if err != nil {
		return err
	}
	time, err := decimal(arguments[2])
	if err != nil {
		return err
	}
	last, err := decimal(arguments[4])
	if err != nil {
		return err
	}
	lastRoot, err := tlog.ParseHash(arguments[5])
	if err != nil {
		return err
	}
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	status, text := judge(arguments[3], body, last, lastRoot)
	fmt.Println(status)
	switch status {
	case 200:
		fmt.Print(cosignatureLine(arguments[0], seed[:], uint64(time), text))
	case 409:
		fmt.Println(last)
	}
	return nil
}

// judge gives the status code of tlog-witness, and the text to cosign if it is 200.
func judge(vkey string, body []byte, last int64, lastRoot tlog.Hash) (int, []byte) {
	old, proof, noted, err := readRequest(body)
	if err != nil {
		return 400, nil
	}
	text, err := textOf(noted)
	if err != nil {
		return 400, nil
	}
	origin, tree, err := readTree(string(text))
	if err != nil {
		return 400, nil
	}
	if origin != strings.SplitN(vkey, "+", 2)[0] {
		return 404, nil
	}
	if _, _, err := readCheckpoint(vkey, noted); err != nil {
		return 403, nil
	}
	if old > tree.N {
		return 400, nil
	}
	if old != last {
		return 409, nil
	}
	if consistent(proof, tree.N, tree.Hash, old, lastRoot) != nil {
		return 422, nil
	}
	return 200, text
}

func readRequest(body []byte) (old int64, proof []tlog.Hash, noted []byte, err error) {
	head, noted, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) > 64 || !strings.HasPrefix(lines[0], "old ") {
		return 0, nil, nil, errors.New("no request")
	}
	if old, err = decimal(lines[0][len("old "):]); err != nil {
		return 0, nil, nil, err
	}
	proof, err = readHashes(lines[1:])
	return old, proof, noted, err
}

// Policies.

// policy is a tlog-policy: a member holds if it is a witness whose key verified, or a group with
// enough members that hold.
type policy struct {
	logs      map[string]string // public key: verifier key
	witnesses map[string]string // public key: verifier key
	members   map[string]member
	quorum    string
}

type member struct {
	key   string // of a witness: its name and ID
	least int    // of a group
	names []string
}

func checkPolicy(arguments []string) error {
	raw, err := os.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	read, err := readPolicy(raw)
	if err != nil {
		return err
	}
	noted, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	var vkeys []string
	for _, keys := range []map[string]string{read.logs, read.witnesses} {
		for _, vkey := range keys {
			vkeys = append(vkeys, vkey)
		}
	}
	opened, _, err := readCheckpoint(strings.Join(vkeys, " "), noted)
	if err != nil {
		return err
	}
	signed := map[string]bool{}
	for _, one := range opened.Sigs {
		signed[keyID(one.Name, one.Hash)] = true
	}
	if !read.holds(read.quorum, signed) {
		return fmt.Errorf("no quorum: signed by %s", strings.Join(names(opened.Sigs), " "))
	}
	return tell(opened, nil)
}

func (p policy) holds(name string, signed map[string]bool) bool {
	one, found := p.members[name]
	if !found {
		return name == "none"
	}
	if one.key != "" {
		return signed[one.key]
	}
	count := 0
	for _, inner := range one.names {
		if p.holds(inner, signed) {
			count++
		}
	}
	return count >= one.least
}

func readPolicy(raw []byte) (policy, error) {
	read := policy{map[string]string{}, map[string]string{}, map[string]member{}, ""}
	for _, octet := range raw {
		if octet < 0x20 && octet != '\t' && octet != '\n' || octet == 0x7f {
			return read, errors.New("a control character")
		}
	}
	if len(raw) == 0 || raw[len(raw)-1] != '\n' {
		return read, errors.New("the last line is not ended")
	}
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	for scanner.Scan() {
		words := strings.FieldsFunc(scanner.Text(), func(r rune) bool { return r == ' ' || r == '\t' })
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := read.add(words); err != nil {
			return read, fmt.Errorf("%q: %w", scanner.Text(), err)
		}
	}
	if read.quorum == "" {
		return read, errors.New("no quorum line")
	}
	return read, scanner.Err()
}

func (p *policy) add(words []string) error {
	switch {
	case words[0] == "log" && (len(words) == 2 || len(words) == 3):
		_, err := addKey(p.logs, words[1], false)
		return err
	case words[0] == "witness" && (len(words) == 3 || len(words) == 4):
		key, err := addKey(p.witnesses, words[2], true)
		if err != nil {
			return err
		}
		return p.name(words[1], member{key: key})
	case words[0] == "group" && len(words) >= 4:
		return p.addGroup(words[1], words[2], words[3:])
	case words[0] == "quorum" && len(words) == 2 && p.quorum == "":
		if _, found := p.members[words[1]]; !found && words[1] != "none" {
			return errors.New("not defined")
		}
		p.quorum = words[1]
		return nil
	}
	return errors.New("not understood")
}

// addKey keeps a key, once, and gives its name and ID.
func addKey(keys map[string]string, vkey string, witnesses bool) (string, error) {
	one, err := readKey(vkey)
	if err != nil {
		return "", err
	}
	if _, is := one.(cosigner); is != witnesses {
		return "", errors.New("a key of the wrong type")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.SplitN(vkey, "+", 3)[2])
	if err != nil {
		return "", err
	}
	if keys[string(raw[1:])] != "" {
		return "", errors.New("this key is there already")
	}
	keys[string(raw[1:])] = vkey
	return keyID(one.Name(), one.KeyHash()), nil
}

func (p *policy) name(name string, one member) error {
	if _, found := p.members[name]; found || name == "none" {
		return errors.New("this name is taken")
	}
	p.members[name] = one
	return nil
}

func (p *policy) addGroup(name, least string, names []string) error {
	seen := map[string]bool{}
	for _, one := range names {
		if _, found := p.members[one]; !found || seen[one] {
			return fmt.Errorf("%s: not defined, or named twice", one)
		}
		seen[one] = true
	}
	count, known := map[string]int{"any": 1, "all": len(names)}[least]
	if !known {
		told, err := decimal(least)
		if err != nil {
			return err
		}
		count = int(told)
	}
	if count < 1 || count > len(names) {
		return errors.New("more than there are, or none")
	}
	return p.name(name, member{least: count, names: names})
}
