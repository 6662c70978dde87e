/* Acts as a page sees them: what a proposal holds, what a person signs, and what comes of it.
   "§" is a section of the format page (`.docs/formats.md`). */

import {
  ED25519, PROTECTED, base64, decode, encode, get, hex, isBytes, isText, join, need, sha256, unbase64,
} from "./codec.js"

/** What each signature is for, in order; as the program's `core.log.signers`. */
export function rolesOf(act) {
  const kind = act.get("type")
  const second = (role) => (act.get("witness") ? [role] : [])
  if (kind === "handover") return ["giver", "receiver", ...second("witness")]
  if (kind === "take") return ["receiver", ...second("witness")]
  if (kind === "bind" || kind === "void") return ["author", ...second("witness")]
  if (["offer", "withdraw", "deliver", "refuse", "absent", "return"].includes(kind)) return ["giver"]
  if (["register", "print", "office_key", "hold"].includes(kind)) return ["author"]
  if (kind === "genesis") return ["officer", "officer", "officer"]
  if (kind === "disclose") return ["officer"]
  if (kind === "correct" && !act.get("officers")) {
    return ["by", "by2", "by3"].filter((name) => act.get(name)).map(() => "author")
  }
  return ["officer", "officer"]
}

/** Who signs, in the order of the roles. */
export function personsOf(act) {
  const named = { giver: "by", receiver: act.get("type") === "take" ? "by" : "to", witness: "witness" }
  const authors = ["by", "by2", "by3"]
  return rolesOf(act).map((role, at) => act.get(named[role] ?? authors[at]))
}

/** A proposal (`services.session.proposal`): the bodies are signed as they stand. */
export function readProposal(raw) {
  const parts = decode(raw)
  need(Array.isArray(parts) && parts[0] === "kt1-proposal/2" && parts.length === 6, "proposal")
  const bodies = parts[2]
  need(Array.isArray(bodies) && bodies.length > 0 && bodies.every((body) => isBytes(body)), "bodies")
  return bodies.map((body) => ({ body, act: decode(body) }))
}

/** Give the hashes of a proposal's acts, as they go over the wire: by them the log is asked again. */
export const hashesOf = (proposal) =>
  Promise.all(readProposal(unbase64(proposal)).map(async ({ body }) => base64(await sha256(body))))

/** Spell what one person signs (§4); `before` are the signatures already given. */
export function toBeSigned(act, body, role, kid, before) {
  const log = act.get("log")
  need(isText(log), "log")
  const payload = encode([log, body, kid, before])
  return encode(["Signature1", PROTECTED[ED25519], join(`kt1-act/1/${role}`), payload])
}

/** Sign as far as it is this person's turn; `rows` holds the signatures of each act so far. */
export async function signAll(acts, rows, staff, kid, sign) {
  let count = 0
  for (const [at, { act, body }] of acts.entries()) {
    const [roles, persons] = [rolesOf(act), personsOf(act)]
    while (rows[at].length < persons.length && persons[rows[at].length] === staff) {
      const role = roles[rows[at].length]
      rows[at].push([role, kid, await sign(toBeSigned(act, body, role, kid, rows[at]))])
      count += 1
    }
  }
  return count
}

export const encodeSigned = (rows) => encode(["kt1-signed/1", rows])

/** Give the numbers of the items that an act is about, as the pages spell them. */
export const itemsOf = (act) => get(act, "items").map((line) => Number(get(line, "n")))

/** Spell what a new key signs to prove that its private half exists (§3). */
export const possession = (origin, key) => join("kt1-possess/1", origin, encode(key))

export const nameOf = (kid) => hex(kid)
