/* Binding seals: label after label is scanned on its envelope, and one signature takes them all. */

import { get } from "./codec.js"
import { ask } from "./api.js"
import { CountList } from "./count_list.js"
import { $, word } from "./frame.js"
import { ScanList, faultsOf, pill } from "./scan_list.js"
import { SignForm } from "./sign_form.js"
import { listenToWitness, nameOf, needWitness, witness } from "./witness.js"

const staff = document.body.dataset.staff
const settings = { path: "/api/bind/scan" }
/** @type {any} */
const list = $("#expected") ? new CountList(check, settings) : new ScanList(check, settings)
let checked = 0
let asked = null

const wanted = () => ({ scans: list.scans, witness: witness() })

const form = new SignForm({
  label: () => word("sign").replace("{count}", String(list.rows.size)),
  propose: () => {
    asked = { ...wanted(), serials: new Map(list.all.map(({ item, serial }) => [item.n, serial])) }
    return ask("/api/bind/propose", wanted())
  },
  agrees: (acts) => {
    const lines = acts.flatMap((act) => get(act, "items"))
    return acts.every((act) => act.get("type") === "bind" && act.get("by") === staff &&
      (act.get("witness") ?? null) === asked.witness) &&
      lines.length === asked.serials.size &&
      lines.every((line) => asked.serials.get(Number(get(line, "n"))) === Number(get(line, "seal")) &&
        get(line, "cond") === "intact")
  },
  done: ({ entries }) => {
    const bound = [...asked.serials.keys()]
    for (const n of bound) list.expected?.get(n)?.remove()
    for (const n of bound) list.expected?.delete(n)
    list.drop(bound)
    $("#last").hidden = true
    check()
    return word("done").replace("{count}", String(bound.length)).replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

/** Name the item of the newest label, large: the eye compares it with the envelope. */
function name({ item, reference, recipient }) {
  $("#last-number").textContent = item.number
  $("#last-mark").replaceChildren(...(item.mark ? [pill(item.mark, `mark-${item.mark}`)] : []))
  $("#last-envelope").textContent = recipient
    ? word("to").replace("{reference}", reference || word("no-reference")).replace("{recipient}", recipient)
    : item.destination
  $("#last").hidden = false
}

async function check(scanned) {
  const turn = (checked += 1)
  list.refresh?.()
  if (scanned) name(scanned)
  const all = list.all
  $("#empty").hidden = all.length > 0
  if (all.length) $("#done").hidden = true
  needWitness(all.some(({ item }) => item.witness.includes("bind")))
  let [general, faults, people] = ["", new Map(), []]
  if (all.length) {
    try {
      people = (await ask("/api/bind/check", wanted())).people
    } catch (failure) {
      ({ general, faults } = faultsOf(failure))
    }
    if (turn !== checked) return
  }
  list.mark(faults)
  $("#notes").textContent = general
  form.ask(people.map((one) => [one, nameOf(one)]))
}

listenToWitness(() => check())
$("#scan-text").focus()
check()
