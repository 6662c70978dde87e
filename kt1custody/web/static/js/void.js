/* Voiding one seal, with its reason; a new one is printed by the same signature if wanted. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { get } from "./codec.js"
import { $, word } from "./frame.js"
import { isTested, rememberPrinter, showLabels } from "./labels.js"
import { ScanList, faultsOf } from "./scan_list.js"
import { SignForm } from "./sign_form.js"
import { listenToWitness, nameOf, needWitness, witness } from "./witness.js"

const staff = document.body.dataset.staff
const list = new ScanList(check)
let checked = 0
let asked = null

const wanted = () => ({
  scan: list.scans[0],
  reason: $("#reason").value,
  cond: $("#cond").value,
  reprint: $("#reprint").checked,
  witness: witness(),
})

const form = new SignForm({
  label: () => word("sign"),
  propose: () => {
    const [{ item, serial }] = list.all
    asked = { ...wanted(), n: item.n, serial: serial ?? item.seal }
    return ask("/api/void/propose", wanted())
  },
  agrees: (acts) => {
    const voiding = acts.at(-1)
    const prints = acts.slice(0, -1)
    const [line, ...more] = get(voiding, "items")
    return voiding.get("type") === "void" && more.length === 0 &&
      acts.every((act) => act.get("by") === staff) &&
      (voiding.get("witness") ?? null) === asked.witness &&
      Number(get(line, "n")) === asked.n && get(line, "reason") === asked.reason &&
      get(line, "cond") === asked.cond && (asked.serial === null || Number(get(line, "seal")) === asked.serial) &&
      (get(line, "new") !== null) === asked.reprint && prints.length === (asked.reprint ? 1 : 0) &&
      prints.every((act) => act.get("type") === "print" && itemsOf(act).every((n) => n === asked.n))
  },
  done: async ({ entries }) => {
    list.clear()
    $("#reason").value = ""
    if (asked.reprint) await showLabels()
    check()
    return word("done").replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

async function check(scanned) {
  const turn = (checked += 1)
  if (scanned) list.keepOnly(scanned)
  const all = list.all
  $("#empty").hidden = all.length > 0
  $("#printer").hidden = !$("#reprint").checked
  if (all.length) $("#done").hidden = true
  needWitness(all.some(({ item }) => item.witness.includes("void")))
  let [general, faults, people] = ["", new Map(), []]
  if (all.length && $("#reason").value) {
    try {
      people = (await ask("/api/void/check", wanted())).people
    } catch (failure) {
      ({ general, faults } = faultsOf(failure))
    }
    if (turn !== checked) return
  }
  list.mark(faults)
  $("#notes").textContent = general
  const mayPrint = !$("#reprint").checked || isTested()
  form.ask(mayPrint ? people.map((one) => [one, nameOf(one)]) : [])
}

for (const name of ["reason", "cond", "reprint"]) $(`#${name}`).addEventListener("change", () => check())
listenToWitness(() => check())
rememberPrinter(() => check())
$("#scan-text").focus()
const named = location.hash.slice(1)
if (named) list.scan(named)
else check()
