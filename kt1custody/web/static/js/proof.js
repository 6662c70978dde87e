/* Proofs of the tree, and signed notes. `verify.html` holds the same text, as of the codec. */

import { ONE, ZERO, hex, need, sha256, textOf, unbase64 } from "./codec.js"

/* --- the tree, §15 (RFC 6962): proofs --- */

export const leafHash = (entry) => sha256(ZERO, entry)
export const nodeHash = (left, right) => sha256(ONE, left, right)

const isLeaf = (begin, end) => end - begin <= 1

/** Give where the way from the root towards a leaf ends, and of each subtree on it, from there up,
 * whether it is the right one of two. */
export function wayTo(index, size, isThere = isLeaf) {
  const way = []
  let [begin, end] = [0, size]
  while (!isThere(begin, end)) {
    let half = 1
    while (half * 2 < end - begin) half *= 2
    const isRight = index >= begin + half
    way.unshift(isRight)
    if (isRight) begin += half
    else end = begin + half
  }
  return { begin, way }
}

/** Compute the root that a proof of inclusion leads to, or null if it has a wrong length. */
export async function climb(leaf, index, size, proof) {
  const { way } = wayTo(index, size)
  if (way.length !== proof.length || index >= size) return null
  let found = leaf
  for (const [at, isRight] of way.entries())
    found = isRight ? await nodeHash(proof[at], found) : await nodeHash(found, proof[at])
  return found
}

/* --- signed notes, checkpoints and proofs, §12 and §15 --- */

export const BLANK = "\\0- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
export const LINE = new RegExp(`^\u2014 ([^${BLANK}+]+) ([A-Za-z0-9+/]+={0,2})$`)
export const SIZE = /^(0|[1-9][0-9]{0,15})$/
export const LAST_SIZE = 2n ** 53n
export const MOST_NOTE = 131_072 // bytes of a checkpoint, a proof, and any other small file
export const PROOF = "c2sp.org/tlog-proof@v1"

export function readSize(told) {
  need(SIZE.test(told) && BigInt(told) <= LAST_SIZE, "size")
  return Number(told)
}

export function readHash(told) {
  const hash = unbase64(told)
  need(hash.length === 32, "hash")
  return hash
}

/** Read a signed checkpoint; no signature has been verified. */
export function readCheckpoint(bytes) {
  need(bytes.length <= MOST_NOTE, "length")
  const told = textOf(bytes)
  need(!/[\x00-\x09\x0b-\x1f]/.test(told), "control sign")
  const gap = told.lastIndexOf("\n\n")
  need(gap > 0 && told.endsWith("\n"), "note")
  const text = told.slice(0, gap + 1)
  const lines = told.slice(gap + 2, -1).split("\n")
  need(lines.length <= 100, "lines")
  const rows = text.split("\n")
  need(rows.length === 4 && rows[0], "three lines")
  const signatures = lines.map(readLine)
  const [origin, size, root] = [rows[0], readSize(rows[1]), readHash(rows[2])]
  return { told, text, origin, size, root, signatures }
}

export function readLine(line) {
  const found = LINE.exec(line)
  need(found, "signature line")
  const bytes = unbase64(found[2])
  need(bytes.length >= 5, "signature line")
  return { name: found[1], key: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4) }
}

/** Read a tlog-proof; no hash has been compared. */
export function readProof(bytes) {
  need(bytes.length <= MOST_NOTE, "length")
  const end = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10)
  need(end > 0, "proof")
  const lines = textOf(bytes.subarray(0, end)).split("\n")
  need(lines[0] === PROOF && /^index /.test(lines[1] ?? "") && lines.length <= 65, "proof")
  const hashes = lines.slice(2).map(readHash)
  return { index: readSize(lines[1].slice(6)), hashes, noted: bytes.subarray(end + 2) }
}

export const verifierHash = async (name, kind, pub) =>
  hex((await sha256(name, "\n", Uint8Array.of(kind), pub)).subarray(0, 4))

export async function linesBy(note, name, kind, pub) {
  const key = await verifierHash(name, kind, pub)
  return note.signatures.filter((one) => one.name === name && one.key === key)
    .map((one) => one.signature)
}
