/* Public keys that verify signatures. `verify.html` holds the same text, as of the codec. */

import { ED25519, ESP256, base64, big, isBytes, join, unhex } from "./codec.js"

/* --- keys and signatures, §4 --- */

export const ALGORITHMS = {
  [ED25519]: { name: "Ed25519" },
  [ESP256]: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
}
export const WRAPPED = { // what a public key is wrapped in as SubjectPublicKeyInfo
  [ED25519]: unhex("302a300506032b6570032100"),
  [ESP256]: unhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
}
export const P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
export const FIELD = 2n ** 255n - 19n
export const SMALL = new Set([
  0n, 1n, FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
])

/** Tell whether a point is spelled in the one way and is not of small order. */
export function isSound(point) {
  const y = big(Uint8Array.from(point).reverse()) & (2n ** 255n - 1n)
  return y < FIELD && !SMALL.has(y)
}

/** A public key that verifies. */
export class Key {
  static knowsEd25519 = true // whether this browser does

  constructor(alg, pub, owner = "", role = "") {
    this.alg = alg
    this.pub = pub
    this.owner = owner
    this.roles = [role]
    this.made = undefined
    this.isSound = alg === ED25519 ? pub.length === 32 && isSound(pub)
      : alg === ESP256 && pub.length === 65 && pub[0] === 4
  }

  /** Give the browser's key, or null if it is no sound one. */
  handle() {
    this.made ??= this.isSound ? importKey(this.alg, this.pub) : null
    return this.made
  }

  async holds(message, signature) {
    if (!this.isSound || !isBytes(signature, 64)) return false
    if (this.alg === ED25519 && !isSound(signature.subarray(0, 32))) return false
    if (this.alg === ESP256 && big(signature.subarray(32)) > P256 / 2n) return false
    if (this.alg === ED25519 && !Key.knowsEd25519) return true // told as not checked
    const handle = await this.handle()
    return handle !== null && crypto.subtle.verify(ALGORITHMS[this.alg], handle, signature, message)
  }

  /** Spell it as PEM, or null if it is no sound key. */
  async pem() {
    const isKnown = this.alg === ED25519 && !Key.knowsEd25519 ? this.isSound : await this.handle()
    if (!isKnown) return null
    const lines = base64(join(WRAPPED[this.alg], this.pub)).match(/.{1,64}/g)
    return ["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----", ""].join("\n")
  }
}

export async function importKey(alg, pub) {
  try {
    return await crypto.subtle.importKey("raw", pub, ALGORITHMS[alg], false, ["verify"])
  } catch (fault) {
    if (fault.name === "DataError") return null
    throw fault
  }
}

/** Tell whether this browser verifies Ed25519 at all. */
export async function knowsEd25519() {
  const pub = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a") // RFC 8032
  return importKey(ED25519, pub).then(Boolean, () => false)
}
