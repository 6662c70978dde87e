/* The rule about signatures, format page §4, before WebCrypto: the same answers wherever it runs. */

const FIELD = 2n ** 255n - 19n
const SMALL_ORDER = new Set([
  0n,
  1n,
  FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
])
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const ED25519 = -19
const ESP256 = -9

/** Tell whether a signature is right; all three are Uint8Array, `alg` is the key's own. */
export async function holds(alg, pub, message, signature) {
  return allows(alg, pub, signature) && (await asks(alg, pub, message, signature))
}

/** Tell whether the library may be asked at all. */
function allows(alg, pub, signature) {
  if (signature.length !== 64) return false
  const [first, second] = [signature.subarray(0, 32), signature.subarray(32)]
  if (alg === ED25519) return pub.length === 32 && isSound(pub) && isSound(first)
  return alg === ESP256 && pub.length === 65 && pub[0] === 4 && number(second) <= P256_ORDER / 2n
}

/** Give the answer of the library alone. */
async function asks(alg, pub, message, signature) {
  const name = alg === ED25519 ? "Ed25519" : "ECDSA"
  const kind = { name, namedCurve: "P-256", hash: "SHA-256" }
  let key
  try {
    key = await crypto.subtle.importKey("raw", pub, kind, false, ["verify"])
  } catch (fault) {
    if (fault.name === "DataError") return false // no such key
    throw fault
  }
  return crypto.subtle.verify(kind, key, signature, message)
}

/** Answer rows [alg, pub, message, signature] of hex: for each [allowed, holds]. */
export async function answers(rows) {
  const told = []
  for (const [alg, ...parts] of rows) {
    const [pub, message, signature] = parts.map(bytes)
    told.push([allows(alg, pub, signature), await holds(alg, pub, message, signature)])
  }
  return told
}

function isSound(point) {
  const y = number(Uint8Array.from(point).reverse()) & (2n ** 255n - 1n)
  return y < FIELD && !SMALL_ORDER.has(y)
}

function number(bigEndian) {
  return BigInt("0x" + Array.from(bigEndian, (byte) => byte.toString(16).padStart(2, "0")).join(""))
}

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}
