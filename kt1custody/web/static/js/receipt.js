/* Receipts (§5): what the log answers to a device about an act that it has brought. Who has checked one
   holds a piece of the log that nobody can rewrite unseen. "§" is a section of the format page. */

import {
  ED25519, decode, encode, get, isBytes, isInt, isText, need, raw, same, sha256,
} from "./codec.js"
import { climb, leafHash, linesBy, nodeHash, readCheckpoint, readProof, wayTo } from "./proof.js"
import { Key } from "./signature.js"

const MOST_HASHES = 64

/**
 * @typedef {{ seq: number, prev: Uint8Array, ctl: Uint8Array, acceptedAt: number,
 *   judgement: [number, string][], entry: Uint8Array | null, proof: any, hashes: Uint8Array[]
 * }} UnverifiedReceipt  the whole entry is there only if the act was refused
 * @typedef {{ body: Uint8Array, signatures: [string, Uint8Array, Uint8Array][] }} SignedAct
 * @typedef {{ origin: string, base: number, pub: Uint8Array }} Log  origin, first position and log key
 *   of the epoch
 * @typedef {{ size: number, root: Uint8Array }} Root  of the tree, counted from the epoch's first entry
 */

/** Read a receipt, or what is answered to an act that is not authentic; nothing of it is verified.
 * @param {Uint8Array} bytes
 * @returns {UnverifiedReceipt}
 */
export function readReceipt(bytes) {
  const all = decode(bytes)
  const isRefusal = Array.isArray(all) && all[0] === "kt1-refusal/1" && all.length === 4
  need(isRefusal || (Array.isArray(all) && all[0] === "kt1-receipt/1" && all.length === 8), "receipt")
  const [proof, hashes] = all.slice(-2)
  const entry = isRefusal ? readEntry(all[1]) : null
  const [seq, prev, ctl, acceptedAt, judgement] = entry ? [entry[2], entry[3], entry[4], entry[5], entry[8]]
    : all.slice(1, 6)
  need([seq, acceptedAt].every((number) => Number.isSafeInteger(number) && number >= 0), "receipt")
  need(isBytes(prev, 32) && isBytes(ctl, 32) && isBytes(proof), "receipt")
  need(Array.isArray(judgement) && judgement.every(isFault), "receipt")
  need(Array.isArray(hashes) && hashes.length <= MOST_HASHES, "receipt")
  need(hashes.every((/** @type {any} */ hash) => isBytes(hash, 32)), "receipt")
  const { noted, ...path } = readProof(proof)
  const told = { seq, prev, ctl, acceptedAt, judgement, hashes, entry: isRefusal ? all[1] : null }
  return { ...told, proof: { ...path, note: readCheckpoint(noted) } }
}

/** @param {any} bytes */
function readEntry(bytes) {
  need(isBytes(bytes), "receipt")
  const entry = decode(bytes)
  need(Array.isArray(entry) && entry[0] === "kt1-entry/1" && entry.length === 9, "receipt")
  return entry
}

/** @param {any} fault */
const isFault = (fault) =>
  Array.isArray(fault) && fault.length === 2 && isInt(fault[0]) && isText(fault[1])

/** Spell the entry again out of what the device has itself.
 * @param {UnverifiedReceipt} receipt
 * @param {SignedAct} act
 */
export function entryOf({ seq, prev, ctl, acceptedAt, judgement, proof }, { body, signatures }) {
  const place = [proof.note.origin, seq, prev, ctl, acceptedAt]
  return encode(["kt1-entry/1", ...place, body, signatures, judgement])
}

/** Verify a receipt: the entry stands in the log, whose tree begins with what the device has seen.
 * @param {UnverifiedReceipt} receipt
 * @param {SignedAct} act  what was brought
 * @param {Log} log
 * @param {Root | null} seen  of the tree that ends with the act's `seen`; null: it was in an epoch before
 * @returns {Promise<{ leaf: Uint8Array, refused: string | null, root: Root }>}  hash of the entry, why
 *   the act was refused if it was, and the root of the tree that ends with the entry: what the next act
 *   has seen
 */
export async function verifyReceipt(receipt, act, log, seen) {
  const { index, hashes, note } = receipt.proof
  need(note.origin === log.origin && index === receipt.seq - log.base, "another log")
  const signatures = await linesBy(note, log.origin, 1, log.pub)
  const key = new Key(ED25519, log.pub)
  const verify = (/** @type {Uint8Array} */ signature) => key.holds(raw(note.text), signature)
  const holding = await Promise.all(signatures.map(verify))
  need(holding.length > 0 && holding.every(Boolean), "signature of the log")
  const leaf = await leafHash(receipt.entry ?? entryOf(receipt, act))
  const root = await climb(leaf, index, note.size, hashes)
  need(root !== null && same(root, note.root), "inclusion")
  const refused = receipt.entry && await reasonOf(receipt.entry, act)
  // What says that an act was refused is the server's own act, and follows what the server had seen.
  if (seen && !refused) await verifyConsistency(seen, note, receipt.hashes)
  const ending = await rootEndingWith(leaf, index, note.size, hashes)
  return { leaf, refused, root: { size: index + 1, root: ending } }
}

/** Give the reason for which the log has refused what was brought.
 * @param {Uint8Array} entry
 * @param {SignedAct} act
 * @returns {Promise<string>}
 */
async function reasonOf(entry, { body, signatures }) {
  const refusal = decode(readEntry(entry)[6])
  need(get(refusal, "type") === "refused", "another act")
  const reason = get(refusal, "reason")
  // Of very many pieces at once the log names a list only.
  const isOurs = same(get(refusal, "hash"), await sha256(encode([body, signatures])))
  need(isOurs || reason === "too-many", "another act")
  return reason
}

/** Verify that a tree begins with another one (RFC 6962 §2.1.2).
 * @param {Root} old
 * @param {Root} now
 * @param {Uint8Array[]} proof
 */
export async function verifyConsistency(old, now, proof) {
  need(old.size > 0 && old.size <= now.size, "consistency")
  if (old.size === now.size) {
    need(proof.length === 0 && same(old.root, now.root), "consistency")
    return
  }
  const { way, begin } = wayTo(old.size - 1, now.size, (_, end) => end === old.size)
  const [first, rest] = begin > 0 ? [proof[0], proof.slice(1)] : [old.root, proof]
  need(first !== undefined && rest.length === way.length, "consistency")
  let [before, after] = [first, first]
  for (const [at, isRight] of way.entries()) {
    before = isRight ? await nodeHash(rest[at], before) : before
    after = isRight ? await nodeHash(rest[at], after) : await nodeHash(after, rest[at])
  }
  need(same(before, old.root) && same(after, now.root), "consistency")
}

/** Give the root of the tree that ends with a leaf, out of its verified proof in a later tree.
 * @param {Uint8Array} leaf
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array[]} proof
 */
async function rootEndingWith(leaf, index, size, proof) {
  let found = leaf
  for (const [at, isRight] of wayTo(index, size).way.entries())
    found = isRight ? await nodeHash(proof[at], found) : found
  return found
}
