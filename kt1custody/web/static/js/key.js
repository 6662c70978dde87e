/* Keys of people in this browser: wrapped at rest, opened for one signature or sign-in, then dropped.
   A key is wrapped under two halves: one of the PIN, one that the server gives for a proof of it; or
   under what a security key gives for a touch (WebAuthn PRF), which counts wrong PINs itself. */

import { signAll, encodeSigned, possession, readProposal } from "./act.js"
import { ask } from "./api.js"
import { ED25519, base64, decode, encode, hex, join, kidOf, raw, same, unbase64, unhex } from "./codec.js"
import { Kept } from "./kept.js"
import { startWorker } from "./trusted.js"

/** What one guess at a PIN costs, in KiB: 0.4 s on a counter PC; in a log for practice everybody knows them. */
const COST = { memory: 65_536, passes: 3, lanes: 1 }
const PRACTICE = { memory: 8_192, passes: 1, lanes: 1 }
const PKCS8 = unhex("302e020100300506032b657004220420") // what a seed is wrapped in (RFC 8410)
const SEED = 32 // bytes
const KEY_FILE = "kt1-key-file/1"

/* --- where they lie --- */

const keptKeys = new Kept("kt1", "keys", "staff")
const inStore = (mode, work) => keptKeys.turn(mode, work)

export const everyKey = async () =>
  (await inStore("readonly", (store) => store.getAll())).filter(({ staff }) => !staff.includes(" "))
export const findKey = (staff) => inStore("readonly", (store) => store.get(staff))
const putKey = (key) => inStore("readwrite", (store) => store.put(key))
export const dropKey = (staff) => inStore("readwrite", (store) => store.delete(staff))

/* --- what a PIN makes --- */

let worker
let count = 0

function stretch(pin, salt, { memory, passes, lanes }, length) {
  worker ??= startWorker("/static/js/argon-worker.js")
  const number = (count += 1)
  return new Promise((resolve, reject) => {
    const hear = ({ data }) => {
      if (data.number !== number) return
      worker.removeEventListener("message", hear)
      if (data.fault) reject(new Error(data.fault))
      else resolve(data.hash)
    }
    worker.addEventListener("message", hear)
    worker.onerror = () => reject(new Error("worker"))
    worker.postMessage({ number, pin, salt, memory, passes, lanes, length })
  })
}

async function derive(secret, info) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"])
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: raw(info) }, base, 256)
  return new Uint8Array(bits)
}

/** Give what proves a PIN to the server, and the half that stays here. */
async function halves(pin, salt, cost) {
  const stretched = await stretch(pin, salt, cost, 32)
  return {
    proof: await derive(stretched, "kt1-browser-key/1 proof"),
    own: await derive(stretched, "kt1-browser-key/1 half"),
  }
}

async function wrappingKey(own, half) {
  const bits = await derive(join(own, half), "kt1-browser-key/1 wrap")
  return crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"])
}

/* --- using them --- */

const importSeed = (seed) =>
  crypto.subtle.importKey("pkcs8", join(PKCS8, seed), "Ed25519", false, ["sign"])

const signer = (key) => async (message) =>
  new Uint8Array(await crypto.subtle.sign("Ed25519", key, message))

/** Open a person's key for as long as `work` lasts: it gets the kid and what signs. */
export async function withKey(staff, pin, work) {
  const { kept, secret } = await openSecret(staff, pin)
  const key = await importSeed(secret.subarray(0, SEED))
  secret.fill(0)
  return work(kept.kid, signer(key))
}

/** Have the server open records by what this person's key holds for that; what signs stays here. */
export async function unlockServer(staff, pin) {
  const { secret } = await openSecret(staff, pin)
  const opening = base64(secret.subarray(SEED))
  secret.fill(0)
  if (!opening) throw new NoOpening()
  return ask("/api/keys/unlock", { secret: opening })
}

/** A person's key in this browser signs, but opens no record. */
export class NoOpening extends Error {}

/** Open what is kept of a key: the seed that signs, and behind it what opens records, if it is there. */
async function openSecret(staff, pin) {
  await takeEnrolled(staff)
  const kept = (await findKey(staff)) ?? (await bringTraining(staff, pin))
  if (!kept) throw (await findKey(waiting(staff))) ? new KeyWaits(staff) : new NoKey(staff)
  const wrap = kept.token ? await tokenKey(kept.token, kept.salt) : await pinKey(kept, pin)
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, wrap, kept.wrapped)
  return { kept, secret: new Uint8Array(opened) }
}

async function pinKey(kept, pin) {
  const { proof, own } = await halves(pin, kept.salt, kept.cost ?? COST)
  const { half } = await ask("/api/keys/release", { kid: base64(kept.kid), proof: base64(proof) })
  return wrappingKey(own, unbase64(half))
}

/** A key that was made here waits under a name of its own until officers have enrolled it. */
const waiting = (staff) => `${staff} new`

async function takeEnrolled(staff) {
  const made = await findKey(waiting(staff))
  if (!made) return
  const { in_force } = await ask("/api/keys/in-force", { kid: base64(made.kid) })
  if (!in_force) return
  await putKey({ ...made, staff })
  await dropKey(waiting(staff))
}

/** The key that a person has made here is not enrolled yet. */
export class KeyWaits extends Error {}

/** On a log for practice, whose PINs everybody knows, key files come from the server. */
async function bringTraining(staff, pin) {
  if (!document.body.dataset.training) return undefined
  const answer = await fetch(`/training/${encodeURIComponent(staff)}.key`)
  if (!answer.ok) return undefined
  await bringKeyFile(new Uint8Array(await answer.arrayBuffer()), pin)
  return findKey(staff)
}

/** This browser holds no key of a person. */
export class NoKey extends Error {
  constructor(staff) {
    super(staff)
    this.staff = staff
  }
}

/** Sign in with a key of this browser. */
export function signIn(staff, pin) {
  return withKey(staff, pin, async (kid, sign) => {
    const { challenge, text } = await ask("/api/challenge", {})
    const signature = await sign(unbase64(text))
    return ask("/api/sign-in", {
      staff, kid: base64(kid), challenge, signature: base64(signature),
    })
  })
}

/** Wrap the secret of a key under a PIN and keep it; `register` sends the proof and gives the server's half. */
async function wrapAndKeep(staff, kid, secret, pin, register) {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const cost = document.body.dataset.training ? PRACTICE : COST
  const { proof, own } = await halves(pin, salt, cost)
  const half = await register(proof)
  const wrap = await wrappingKey(own, half)
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, wrap, secret))
  await putKey({ staff, kid, salt, iv, wrapped, cost })
}

/* --- security keys --- */

/** Tell whether a person's key opens by a touch instead of a PIN. */
export const opensByTouch = async (staff) => Boolean((await findKey(staff))?.token)

/** A security key that gives nothing to wrap a key with, or was not touched. */
export class NoToken extends Error {}

async function tokenKey(id, salt) {
  /** @type {any} */
  let given
  try {
    given = await navigator.credentials.get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: [{ type: "public-key", id }],
        userVerification: "required",
        extensions: { prf: { eval: { first: salt } } },
      },
    })
  } catch {
    throw new NoToken()
  }
  const secret = given?.getClientExtensionResults().prf?.results?.first
  if (!secret) throw new NoToken()
  const bits = await derive(new Uint8Array(secret), "kt1-browser-key/1 token")
  return crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"])
}

/** From now on a person's key in this browser opens by a touch of a security key alone. */
export async function useToken(staff, pin) {
  const { kept, secret } = await openSecret(staff, pin)
  /** @type {any} */
  let made
  try {
    made = await navigator.credentials.create({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rp: { name: "KT1" },
        user: { id: raw(staff), name: staff, displayName: staff },
        pubKeyCredParams: [{ type: "public-key", alg: -8 }, { type: "public-key", alg: -7 }],
        authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
        extensions: { prf: {} },
      },
    })
  } catch {
    throw new NoToken()
  }
  const token = new Uint8Array(made.rawId)
  const [salt, iv] = [32, 12].map((length) => crypto.getRandomValues(new Uint8Array(length)))
  const wrap = await tokenKey(token, salt)
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, wrap, secret))
  secret.fill(0)
  await putKey({ staff, kid: kept.kid, token, salt, iv, wrapped })
  await ask("/api/keys/forget", { kid: base64(kept.kid) })
}

/** Give a person's key in this browser another PIN. */
export async function changePin(staff, pin, fresh) {
  const { secret } = await openSecret(staff, pin)
  await keepSecret(staff, secret, fresh)
}

/** Take a person's key off this browser; elsewhere it stays. */
export async function takeOff(staff) {
  const kept = await findKey(staff)
  await dropKey(staff)
  if (kept) await ask("/api/keys/forget", { kid: base64(kept.kid) })
}

/** Bring a key file (§7) into this browser, under the PIN that opens it. */
export async function bringKeyFile(bytes, pin) {
  const { staff, seed, opening } = await openKeyFile(bytes, pin)
  await keepSecret(staff, join(seed, opening), pin)
  return staff
}

/** Open a key file: gives its owner, the seed that signs, and the 96 bytes that open records. */
export async function openKeyFile(bytes, pin) {
  const [version, staff, salt, memory, passes, lanes, nonce, box] = readKeyFile(bytes)
  const key = await fileKey(pin, salt, { memory, passes, lanes }, "decrypt")
  const head = encode([version, staff, salt, memory, passes, lanes])
  try {
    const parts = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData: head }, key, box)
    const [seed, mlkem, x25519] = decode(new Uint8Array(parts))
    return { staff, seed, opening: join(mlkem, x25519) }
  } catch {
    throw new WrongPin()
  }
}

const fileKey = async (pin, salt, cost, use) =>
  crypto.subtle.importKey("raw", await stretch(pin, salt, cost, 32), "AES-GCM", false, [use])

/** Keep a key that the log knows in this browser: its seed, and behind it what opens records. */
export async function keepSecret(staff, secret, pin) {
  const { pub, sign } = await publicOf(secret.subarray(0, SEED))
  const kid = await kidOf(ED25519, pub)
  await wrapAndKeep(staff, kid, secret, pin, async (proof) => {
    const { challenge, text } = await ask("/api/challenge", {})
    const signature = await sign(unbase64(text))
    const { half } = await ask("/api/keys/known", {
      staff, kid: base64(kid), challenge, signature: base64(signature), proof: base64(proof),
    })
    return unbase64(half)
  })
}

/** What one guess at a key file's PIN costs; as the program's `signing.person_keys`. */
const FILE_COST = {
  real: { memory: 262_144, passes: 6, lanes: 4 },
  training: PRACTICE,
}

/**
 * Make the key of an officer of a founding, and its file as only this PIN opens it.
 * `opening` has the secret and the public half of what opens records.
 */
export async function makeKeyFile(origin, staff, role, pin, opening, isTraining) {
  const seed = crypto.getRandomValues(new Uint8Array(32))
  const { pub, sign } = await publicOf(seed)
  const key = new Map(Object.entries({
    owner: staff, role, alg: ED25519, pub, enc: opening.public, kept: "file",
  }))
  key.set("possess", await sign(possession(origin, key)))
  const { memory, passes, lanes } = FILE_COST[isTraining ? "training" : "real"]
  const [salt, nonce] = [16, 12].map((size) => crypto.getRandomValues(new Uint8Array(size)))
  const head = [KEY_FILE, staff, salt, memory, passes, lanes]
  const parts = encode([seed, opening.secret.subarray(0, 64), opening.secret.subarray(64)])
  const wrap = await fileKey(pin, salt, { memory, passes, lanes }, "encrypt")
  const box = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: encode(head) }, wrap, parts))
  const kid = await kidOf(ED25519, pub)
  return { staff, kid, seed, pin, sign, opening: opening.secret, map: encode(key), file: encode([...head, nonce, box]) }
}

/** Give what signs with an opened seed. */
export async function signerOf(staff, seed) {
  const { pub, sign } = await publicOf(seed)
  return { staff, kid: await kidOf(ED25519, pub), sign }
}

/** Have keys that are open already sign a proposal; as `signProposal`. */
export async function signWith(told, agrees, keys) {
  const acts = readProposal(unbase64(told))
  if (!(await agrees(acts.map(({ act }) => act)))) throw new OtherProposal()
  const rows = acts.map(() => [])
  for (const { staff, kid, sign } of keys) await signAll(acts, rows, staff, kid, sign)
  return base64(encodeSigned(rows))
}

/** The file is no key file. */
export class NoKeyFile extends Error {}
/** A PIN does not open a key file. */
export class WrongPin extends Error {}

function readKeyFile(bytes) {
  try {
    const parts = decode(bytes)
    if (Array.isArray(parts) && parts.length === 8 && parts[0] === KEY_FILE) return parts
  } catch {
    // said below
  }
  throw new NoKeyFile()
}

async function publicOf(seed) {
  const key = await crypto.subtle.importKey("pkcs8", join(PKCS8, seed), "Ed25519", true, ["sign"])
  const { x } = await crypto.subtle.exportKey("jwk", key)
  const padded = x.replaceAll("-", "+").replaceAll("_", "/") + "="
  return { pub: unbase64(padded), sign: signer(key) }
}

/** Make a new key in this browser, for two officers to enrol; gives its kid. */
export async function makeKey(origin, staff, role, pin) {
  const seed = crypto.getRandomValues(new Uint8Array(SEED))
  const { pub, sign } = await publicOf(seed)
  const kid = await kidOf(ED25519, pub)
  const opening = role === "officer" ? await ask("/api/keys/opening", {}) : { secret: "", public: null }
  const enc = opening.public && unbase64(opening.public)
  const key = new Map(Object.entries({ owner: staff, role, alg: ED25519, pub, enc, kept: "browser" }))
  key.set("possess", await sign(possession(origin, key)))
  await wrapAndKeep(waiting(staff), kid, join(seed, unbase64(opening.secret)), pin, async (proof) => {
    const { half } = await ask("/api/keys/new", { key: base64(encode(key)), proof: base64(proof) })
    return unbase64(half)
  })
  return kid
}

/* --- signing what was proposed --- */

/**
 * Have people sign a proposal one after the other; gives what is to be committed.
 * `agrees` compares what was proposed with what is on the screen; `pins` maps staff number to PIN.
 */
export async function signProposal(told, agrees, pins) {
  const acts = readProposal(unbase64(told))
  if (!(await agrees(acts.map(({ act }) => act)))) throw new OtherProposal()
  const rows = acts.map(() => [])
  for (const [staff, pin] of pins) {
    await withKey(staff, pin, (kid, sign) => signAll(acts, rows, staff, kid, sign))
  }
  return base64(encodeSigned(rows))
}

/** The server proposes something else than the screen shows. */
export class OtherProposal extends Error {}

export const isSame = same

/** Spell a kid as officers compare it; as `services.people.browsers.fingerprint`. */
export const fingerprint = (kid) => hex(kid).toUpperCase().replace(/(....)(?=.)/g, "$1 ")
