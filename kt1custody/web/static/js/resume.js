/* After a jam: what was scanned or named came out well; the rest is voided and printed anew. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { get } from "./codec.js"
import { CountList } from "./count_list.js"
import { $, word } from "./frame.js"
import { isTested, rememberPrinter, showLabels } from "./labels.js"
import { faultsOf } from "./scan_list.js"
import { SignForm } from "./sign_form.js"
import { listenToWitness, nameOf, needWitness, witness } from "./witness.js"

const staff = document.body.dataset.staff
const list = new CountList(check)
let checked = 0
let missing = []
let asked = null

const wanted = () => ({
  job: $("#job").dataset.job,
  scans: list.scans,
  places: $("#places").value.trim(),
  reason: $("#reason").value,
  witness: witness(),
})

const form = new SignForm({
  label: () => word("sign").replace("{count}", String(missing.length)),
  propose: () => {
    asked = { ...wanted(), missing }
    return ask("/api/resume/propose", wanted())
  },
  agrees: (acts) => {
    const [prints, voids] = ["print", "void"].map((kind) => acts.filter((act) => act.get("type") === kind))
    const serials = new Map(asked.missing.map(({ n, serial }) => [n, serial]))
    const lines = voids.flatMap((act) => get(act, "items"))
    const printed = prints.flatMap(itemsOf)
    return prints.length + voids.length === acts.length &&
      acts.every((act) => act.get("by") === staff) &&
      voids.every((act) => (act.get("witness") ?? null) === asked.witness) &&
      printed.length === serials.size && printed.every((n) => serials.has(n)) &&
      lines.length === serials.size &&
      lines.every((line) => serials.get(Number(get(line, "n"))) === Number(get(line, "seal")) &&
        get(line, "reason") === asked.reason && get(line, "cond") === "intact")
  },
  done: async ({ entries }) => {
    const count = missing.length
    await showLabels()
    $("#expected").replaceChildren()
    return word("done").replace("{count}", String(count)).replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

async function check() {
  const turn = (checked += 1)
  let [general, faults, people] = ["", new Map(), []]
  try {
    const told = await ask("/api/resume/check", wanted())
    if (turn !== checked) return
    people = told.people
    missing = told.missing
  } catch (failure) {
    if (turn !== checked) return
    ({ general, faults } = faultsOf(failure))
  }
  list.refresh()
  if (people.length) {
    const void_ = new Set(missing.map(({ n }) => n))
    for (const [n, row] of list.expected) row.hidden = !void_.has(n)
  }
  needWitness([...list.expected].some(([, row]) => !row.hidden && row.dataset.witness.split(" ").includes("void")))
  list.mark(faults)
  $("#notes").textContent = general
  // A job that nobody has told anything of has not jammed.
  const isTold = list.rows.size > 0 || $("#places").value.trim() || $("#none").checked
  form.ask(isTold && isTested() ? people.map((one) => [one, nameOf(one)]) : [])
}

for (const name of ["places", "none", "reason"]) $(`#${name}`).addEventListener("change", () => check())
listenToWitness(() => check())
rememberPrinter(() => check())
$("#scan-text").focus()
check()
