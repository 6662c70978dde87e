/* The codec of the formats: bytes, strict CBOR, hashes, check digits. `verify.html` holds the same text
   without `export`; scripts/verifier_words.py puts it there. "§" is a section of the format page. */

/** Bytes that are not what the format page says. */
export class Malformed extends Error {}
export const isInt = (value) => typeof value === "number" || typeof value === "bigint"
export const isText = (value) => typeof value === "string"
export const isBytes = (value, length) =>
  value instanceof Uint8Array && (length === undefined || value.length === length)

export function need(fits, why) {
  if (!fits) throw new Malformed(why)
}

/** Give a key of a map; it must be there. */
export function get(map, name) {
  need(map instanceof Map && map.has(name), name)
  return map.get(name)
}

export const encoder = new TextEncoder()
export const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
export const raw = (part) => (isText(part) ? encoder.encode(part) : part)

export function textOf(bytes) {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Malformed("text")
  }
}

export function join(...parts) {
  const all = parts.map(raw)
  const whole = new Uint8Array(all.reduce((sum, one) => sum + one.length, 0))
  let at = 0
  for (const one of all) {
    whole.set(one, at)
    at += one.length
  }
  return whole
}

export const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))
export function hex(bytes) {
  let told = ""
  for (const byte of bytes) told += HEX[byte]
  return told
}
export const unhex = (told) => Uint8Array.from(told.match(/../g) ?? [], (pair) => parseInt(pair, 16))
export const big = (bytes) => BigInt("0x0" + hex(bytes))

export function base64(bytes) {
  let told = ""
  for (const byte of bytes) told += String.fromCharCode(byte)
  return btoa(told)
}

/** Read base64 in its one spelling. */
export function unbase64(told) {
  let bytes
  try {
    bytes = Uint8Array.from(atob(told), (sign) => sign.charCodeAt(0))
  } catch {
    throw new Malformed("base64")
  }
  need(base64(bytes) === told, "base64")
  return bytes
}

/** Compare two values of whatever type; bytes by content. */
export function same(one, other) {
  if (!isBytes(one) || !isBytes(other)) return one === other
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}

export const [ZERO, ONE] = [Uint8Array.of(0), Uint8Array.of(1)]

export async function sha256(...parts) {
  const whole = parts.length === 1 ? raw(parts[0]) : join(...parts)
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole))
}

/* --- strict CBOR, §1: integers beyond 2^53 become BigInt, maps become Map --- */

/** Read the one value that fills the bytes, in its one spelling. */
export function decode(bytes) {
  const reader = new Reader(bytes)
  const value = reader.value(8)
  need(reader.at === bytes.length, "trailing")
  return value
}

export class Reader {
  constructor(bytes) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.at = 0
  }

  value(depth) {
    need(depth > 0 && this.at < this.bytes.length, "depth or end")
    const first = this.bytes[this.at++]
    if (first >= 0xf4 && first <= 0xf6) return first === 0xf6 ? null : first === 0xf5
    const [major, number] = [first >> 5, this.number(first & 31)]
    if (major > 1) need(major < 6 && number <= this.bytes.length - this.at, "type or end")
    switch (major) {
      case 0: return number
      case 1: return number > 2 ** 53 - 2 ? -1n - BigInt(number) : -1 - number
      case 2: return this.string(number)
      case 3: return this.text(number)
      case 4: return Array.from({ length: number }, () => this.value(depth - 1))
      default: return this.map(number, depth - 1)
    }
  }

  /** Read the number of a head; only the shortest spelling. */
  number(more) {
    if (more < 24) return more
    need(more < 28, "indefinite")
    const [at, length] = [this.at, 1 << (more - 24)]
    need(at + length <= this.bytes.length, "end")
    this.at += length
    if (more === 27) return this.long(at)
    const number = [this.view.getUint8, this.view.getUint16, this.view.getUint32][more - 24]
      .call(this.view, at)
    need(number >= [24, 2 ** 8, 2 ** 16][more - 24], "long number")
    return number
  }

  long(at) {
    const high = this.view.getUint32(at)
    need(high > 0 && high < 2 ** 31, "integer")
    const number = this.view.getBigUint64(at)
    return high < 2 ** 21 ? Number(number) : number
  }

  string(length) {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  text(length) {
    const told = this.string(length)
    if (length > 40 || told.some((byte) => byte > 127)) return textOf(told)
    return String.fromCharCode(...told) // much faster for the short words of our maps
  }

  map(count, depth) {
    const told = new Map()
    let before = ZERO.subarray(1)
    while (count--) {
      const begin = this.at
      const name = this.value(depth)
      const spelled = this.bytes.subarray(begin, this.at)
      need(isText(name) && byKey(before, spelled) < 0, "keys")
      before = spelled
      told.set(name, this.value(depth))
    }
    return told
  }
}

export function byKey(one, other) {
  if (one.length !== other.length) return one.length - other.length
  const at = one.findIndex((byte, place) => byte !== other[place])
  return at < 0 ? 0 : one[at] - other[at]
}

/** Spell a value built of text, bytes, integers, null, booleans, arrays and maps. */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6)
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4)
  if (isInt(value)) return value >= 0 ? head(0, value) : head(1, -1n - BigInt(value))
  if (isBytes(value)) return join(head(2, value.length), value)
  if (isText(value)) return join(head(3, raw(value).length), value)
  if (Array.isArray(value)) return join(head(4, value.length), ...value.map(encode))
  const pairs = Array.from(value, (pair) => pair.map(encode)).sort((a, b) => byKey(a[0], b[0]))
  return join(head(5, pairs.length), ...pairs.flat())
}

export function head(major, number) {
  if (number < 24) return Uint8Array.of((major << 5) | Number(number))
  const more = number < 2 ** 8 ? 0 : number < 2 ** 16 ? 1 : number < 2 ** 32 ? 2 : 3
  const told = new Uint8Array(9)
  new DataView(told.buffer).setBigUint64(1, BigInt(number))
  told[8 - (1 << more)] = (major << 5) | (24 + more)
  return told.subarray(8 - (1 << more))
}

/* --- algorithms and names of keys, §4 --- */

export const ED25519 = -19
export const ESP256 = -9
export const PROTECTED = { [ED25519]: unhex("a10132"), [ESP256]: unhex("a10128") }
export const kidOf = async (alg, pub) => (await sha256(encode(["kt1-key/1", alg, pub]))).subarray(0, 8)

/* --- check digits, §2 --- */

export const DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581",
  "5869720134", "8945362017", "9438617205", "2581436790"]

export const damm = (digits) => [...digits].reduce((interim, digit) => Number(DAMM[interim][digit]), 0)
