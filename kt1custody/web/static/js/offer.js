/* An offer that waits: the receiver scans what is there and signs for it, or it is withdrawn. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { get } from "./codec.js"
import { CountList } from "./count_list.js"
import { $, word } from "./frame.js"
import { faultsOf } from "./scan_list.js"
import { SignForm } from "./sign_form.js"
import { listenToWitness, nameOf, needWitness, witness } from "./witness.js"

const { seq, receiver, withdrawer } = $("#offer").dataset
const list = new CountList(check)
const verb = () => $("#verb").value
let checked = 0
let asked = null

const wanted = () => verb() === "withdraw" ? { offered: Number(seq), giver: withdrawer } : {
  offered: Number(seq), receiver, witness: witness(), scans: list.scans,
}

const form = new SignForm({
  label: () => word(`sign-${verb()}`).replace("{count}", String(list.rows.size)),
  propose: () => {
    asked = { verb: verb(), witness: witness(), items: list.numbers, missing: list.missing.sort((a, b) => a - b) }
    return ask(`/api/${verb()}/propose`, wanted())
  },
  agrees: ([act, ...more]) => isAsked(act) && more.every((other) => other.get("type") === "office_key"),
  done: ({ entries }) => {
    $("#offer").inert = true
    return word(`done-${asked.verb}`).replace("{count}", String(asked.items.length))
      .replace("{seq}", `#${entries.at(-1).seq}`).replace("{short}", String(asked.missing.length))
  },
})

/** What was proposed is what was scanned of this offer, and what was not. */
function isAsked(act) {
  if (act.get("type") !== asked.verb) return false
  if (asked.verb === "withdraw") return act.get("by") === withdrawer
  const items = itemsOf(act).sort((a, b) => a - b)
  const short = get(act, "short").map(Number)
  const isSame = (one, other) => one.length === other.length && one.every((n, at) => n === other[at])
  return act.get("by") === receiver && (act.get("witness") ?? null) === asked.witness &&
    isSame(items, asked.items) && isSame(short, asked.missing)
}

async function check() {
  const turn = (checked += 1)
  list.refresh()
  const isTake = verb() === "take"
  needWitness(isTake && list.all.some(({ item }) => item.witness.includes("handover")))
  let [general, faults, people] = ["", new Map(), []]
  if (!isTake || list.rows.size) {
    try {
      people = (await ask(`/api/${verb()}/check`, wanted())).people
    } catch (failure) {
      ({ general, faults } = faultsOf(failure))
    }
    if (turn !== checked) return
  }
  list.mark(faults)
  $("#notes").textContent = general
  form.ask(people.map((one) => [one, nameOf(one)]))
}

$("#verb").addEventListener("change", () => check())
listenToWitness(() => check())
$("#scan-text").focus()
check()
