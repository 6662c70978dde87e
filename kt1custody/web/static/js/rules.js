/* The rules of custody and of seals, which the program gives as data (`/api/rules`); nothing is
   decided here. What the operations mean: `.docs/fold.md`, "Rules as data". */

import { Malformed, need } from "./codec.js"

/** @typedef {string | number | boolean | null | any[]} Condition  an array: operation and parts */
/** @typedef {Record<string, any>} Facts */
/** @typedef {Record<string, Condition>} Codes */
/** @typedef {{ stages: Codes[], always: Codes }} Rules */
/** @typedef {Rules & { table: Facts, notes: string[], after: Codes }} Custody */
/** @typedef {{ colours: string[], codes: Record<string, string>, silent: string[] }} Colours */

/** Give the value of a condition.
 * @param {Condition} condition
 * @param {Facts} facts
 * @returns {any}
 */
export function evaluate(condition, facts) {
  if (!Array.isArray(condition)) return condition
  const valueOf = (/** @type {Condition} */ part) => evaluate(part, facts)
  const [operation, first, second] = condition
  switch (operation) {
    case "at":
      need(Object.hasOwn(facts, String(first)), `fact ${first}`)
      return condition.slice(2).map(valueOf).reduce(held, facts[String(first)])
    case "and": return condition.slice(1).every(valueOf)
    case "or": return condition.slice(1).some(valueOf)
    case "not": return !valueOf(first)
    case "if": {
      let at = 1
      while (at + 1 < condition.length && !valueOf(condition[at])) at += 2
      return valueOf(condition[Math.min(at + 1, condition.length - 1)])
    }
    case "is": return condition.slice(2).map(valueOf).includes(valueOf(first))
    case "in": return (valueOf(second) ?? []).includes(valueOf(first))
  }
  const [one, other] = [valueOf(first), valueOf(second)]
  const areKnown = one !== null && other !== null
  switch (operation) {
    case "less": return areKnown && one < other
    case "plus": return areKnown ? one + other : null
    default: throw new Malformed(`operation ${operation}`)
  }
}

/** Read what an object holds itself under a name; else null.
 * @param {any} map
 * @param {any} name
 */
const held = (map, name) => (map !== null && Object.hasOwn(map, name) ? map[name] : null)

/** Give the codes that are said of some facts, in the order of the rules.
 * @param {Rules} rules
 * @param {Facts} facts
 */
export function codesOf({ stages, always }, facts) {
  const said = (/** @type {Codes} */ codes) =>
    Object.keys(codes).filter((code) => evaluate(codes[code], facts))
  return [...(stages.map(said).find((codes) => codes.length) ?? []), ...said(always)]
}

/** Judge a step of an item; `after` is null unless it takes effect.
 * @param {Custody} custody
 * @param {Facts} facts
 */
export function judge(custody, facts) {
  const all = { ...facts, table: custody.table }
  const codes = codesOf(custody, all)
  if (!codes.every((code) => custody.notes.includes(code))) return { codes, after: null }
  const { spoiled, ...after } = Object.fromEntries(
    Object.entries(custody.after).map(([name, condition]) => [name, evaluate(condition, all)]))
  const voided = new Set(spoiled === null ? facts.voided : [...facts.voided, spoiled])
  return { codes, after: { ...after, voided: [...voided].sort((one, other) => one - other) } }
}

/** Make the gravest code the reason, the first of them in the order of the rules.
 * @param {Colours} seals
 * @param {string[]} said
 */
export function gravest({ colours, codes, silent }, said) {
  const gravity = (/** @type {string} */ code) => colours.indexOf(codes[code])
  const code = said.reduce((worst, one) => (gravity(one) > gravity(worst) ? one : worst))
  const notes = said.filter((one) => one !== code && !silent.includes(one))
  return { code, colour: codes[code], notes }
}
