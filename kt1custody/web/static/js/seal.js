/* Seals as a camera or a scanner reads them, and typed numbers. Nothing is decided here: what a seal is
   follows from the rules (`rules.js`). "§" is a section of the format page. */

import {
  ED25519, ESP256, Malformed, damm, decode, encode, hex, isBytes, isInt, need, raw, sha256, unhex,
} from "./codec.js"
import { codesOf, gravest } from "./rules.js"
import { Key } from "./signature.js"

const PREFIX = "71"
const MOST_DIGITS = 365 // what fits QR version 8-M; refused before any conversion
const LAST_TIME = 253_370_764_800
const [FIRST_SERIAL, LAST_SERIAL] = [65_536, 4_294_967_295]
const AAD = raw("kt1-seal/1")

/**
 * @typedef {{ n: number, serial: number, mark: number, urgency: number, issuer: number, dest: number,
 *   at: number, commitment: Uint8Array, copy: number }} Content
 * @typedef {{ content: Content, payload: Uint8Array, alg: number, kid: string,
 *   toBeSigned: Uint8Array, signature: Uint8Array }} UnverifiedSeal
 * @typedef {{ alg: number, pub: Uint8Array, role: string }} LogKey
 * @typedef {{ seal: UnverifiedSeal, digest: string, proof: string }} Sighting
 * @typedef {{ since: number, until: number | null, revoked: number | null, highest: number | null,
 *   voided: number[] }} KeyState  what the status note says of a seal key
 * @typedef {{ issued: number, next: number }} Head
 * @typedef {Head & { lines: Map<number, { n: number, digests: string[] }> }} Load  lines by serial
 * @typedef {{ number: number, offices: number[], status: Head & { keys: Map<string, KeyState> },
 *   load: Load | null, now: number }} Bench  what is known here, and which time it is
 * @typedef {import("./rules.js").Rules} Rules
 * @typedef {import("./rules.js").Colours & { seals: Rules, numbers: Rules }} SealRules
 */

/** Read one scan or typed line: an item number, a serial, or a seal that nobody has verified.
 * @param {string} text
 */
export function readCode(text) {
  const typed = text.trim()
  const digits = typed.length <= 40 ? typed.replace(/(?<=[0-9])[ .-]+(?=[0-9])/g, "") : typed
  if (!/^[0-9]{1,19}$/.test(digits)) return { seal: readSeal(digits) }
  need(digits.length === 11 || digits.length === 12, "number-length")
  const isItem = digits.length === 12
  const [number, serial] = [Number(digits), Math.floor(Number(digits) / 10)]
  need(damm(digits) === 0 && !(isItem && number < 10 ** 11), isItem ? "item-number" : "serial")
  if (isItem) return { n: number }
  need(serial >= FIRST_SERIAL && serial <= LAST_SERIAL, "serial")
  return { serial }
}

/** Read the digits of a seal (§6); throws Malformed with why they are none.
 * @param {string} text
 * @returns {UnverifiedSeal}
 */
export function readSeal(text) {
  need(text.length <= MOST_DIGITS, "length")
  need(/^[0-9]+$/.test(text), "characters")
  need(text.startsWith(PREFIX), "version")
  const digits = text.slice(PREFIX.length)
  need(digits !== "" && digits[0] !== "0", "truncated")
  const spelled = BigInt(digits).toString(16)
  const bytes = unhex(spelled.padStart(spelled.length + (spelled.length % 2), "0"))
  // d2 84 4d | 13 bytes of header | a0 58 len | payload | 58 40 | 64 bytes
  const [header, length] = [bytes.subarray(3, 16), bytes[18]]
  const alg = new Map([["32", ED25519], ["28", ESP256]]).get(hex(header.subarray(2, 3)))
  const payload = bytes.subarray(19, 19 + length)
  const [tail, kid] = [bytes.subarray(19 + length), hex(header.subarray(5))]
  const around = [bytes.subarray(0, 3), header.subarray(0, 2), header.subarray(3, 5),
    bytes.subarray(16, 18), tail.subarray(0, 2)].map(hex)
  need(around.join() === "d2844d,a201,0448,a058,5840" && tail.length === 66, "truncated")
  if (alg === undefined) throw new Malformed("truncated")
  const content = readContent(payload)
  const toBeSigned = encode(["Signature1", header, AAD, payload])
  return { content, payload, alg, kid, toBeSigned, signature: tail.subarray(2) }
}

/** Read what a seal states.
 * @param {Uint8Array} payload
 * @returns {Content}
 */
function readContent(payload) {
  /** @type {any} */
  let fields = null
  try {
    fields = decode(payload)
  } catch {
    throw new Malformed("truncated")
  }
  need(Array.isArray(fields) && fields.length === 10 && [1, true].includes(fields[0]), "version")
  const [version, n, serial, mark, urgency, issuer, dest, at, commitment, copy] = fields
  const limits = [[version, 1, 1], [n, 10 ** 11, 10 ** 12 - 1], [serial, FIRST_SERIAL, LAST_SERIAL],
    [mark, 0, 3], [urgency, 0, 3], [issuer, 100_000, 999_999], [dest, 100_000, 999_999],
    [at, 0, LAST_TIME], [copy, 1, 2]]
  const fits = limits.every(([value, least, most]) => isInt(value) && least <= value && value <= most)
  need(fits && isBytes(commitment, 16), "truncated")
  need(damm(String(n)) === 0, "check-digit")
  return { n, serial, mark, urgency, issuer, dest, at, commitment, copy }
}

/** Verify the signature of a seal, with whatever key of the log it names.
 * @param {UnverifiedSeal} seal
 * @param {Map<string, LogKey>} keys  of the log, by kid in hex
 * @returns {Promise<Sighting>}
 */
export async function sight(seal, keys) {
  const key = keys.get(seal.kid)
  const digest = hex(await sha256(seal.toBeSigned))
  if (!key) return { seal, digest, proof: "key-unknown" }
  if (key.role !== "seal" || key.alg !== seal.alg) return { seal, digest, proof: "not-a-seal-key" }
  const holds = await new Key(key.alg, key.pub).holds(seal.toBeSigned, seal.signature)
  return { seal, digest, proof: holds ? "good" : "seal-signature" }
}

/** Judge all seals that were scanned in one session; of two that conflict both are flagged.
 * @param {SealRules} rules
 * @param {Sighting[]} sightings
 * @param {Bench} bench
 */
export function judgeSeals(rules, sightings, bench) {
  const good = sightings.filter(({ proof }) => proof === "good")
  return sightings.map((sighting) => {
    const { kid, content: { serial, copy } } = sighting.seal
    const alike = good.map(({ seal }) => seal)
      .filter((seal) => seal.kid === kid && seal.content.serial === serial)
    const count = alike.filter((seal) => seal.content.copy === copy).length
    const said = new Set(alike.map(({ payload }) => hex(payload.subarray(0, -1)))) // the copy is last
    const facts = { ...factsOf(sighting, bench), count, contents: said.size }
    return gravest(rules, codesOf(rules.seals, facts))
  })
}

/** Judge a typed number of an item or a seal.
 * @param {SealRules} rules
 * @param {{ n?: number, serial?: number }} typed
 * @param {Bench} bench
 */
export function judgeNumber(rules, { n, serial }, bench) {
  const voided = [...bench.status.keys.values()].flatMap((key) => key.voided)
  const log = n === undefined ? null : logOf(n)
  const facts = { log, serial: serial ?? null, number: bench.number, voided }
  return gravest(rules, codesOf(rules.numbers, facts))
}

/** @param {number} n */
const logOf = (n) => Math.floor(n / 10 ** 10)

/** Give what the rules ask about a seal.
 * @param {Sighting} sighting
 * @param {Bench} bench
 */
function factsOf({ seal: { content, kid }, digest, proof }, bench) {
  const { status, load, number, offices, now } = bench
  const key = status.keys.get(kid)
  const line = load?.lines.get(content.serial)
  const knows = [...(load?.lines.values() ?? [])].some(({ n }) => n === content.n)
  return {
    proof, log: logOf(content.n), serial: content.serial, at: content.at, issuer: content.issuer,
    key_known: key !== undefined, since: key?.since ?? null, until: key?.until ?? null,
    revoked: key?.revoked ?? null, highest: key?.highest ?? null, voided: key?.voided ?? null,
    number, offices, now, issued: status.issued, next: status.next,
    load_issued: load?.issued ?? null, load_next: load?.next ?? null,
    listed: line !== undefined || knows, matched: line?.digests[content.copy - 1] === digest,
  }
}
