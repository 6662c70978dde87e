/* Printing seals: what waits, one signature, then the labels. */

import { ask } from "./api.js"
import { $, sentence, word } from "./frame.js"
import { rememberPrinter, showLabels } from "./labels.js"
import { itemsOf } from "./act.js"
import { SignForm } from "./sign_form.js"
import { cell, pill } from "./scan_list.js"

const staff = document.body.dataset.staff
let waiting = []

const form = new SignForm({
  label: () => word("sign").replace("{count}", String(waiting.length)),
  propose: () => ask("/api/print/propose", { scans: numbers() }),
  agrees: (acts) => {
    const shown = waiting.map(({ n }) => n).sort((a, b) => a - b)
    const printed = acts.flatMap(itemsOf).sort((a, b) => a - b)
    return acts.every((act) => act.get("type") === "print" && act.get("by") === staff) &&
      shown.length === printed.length && shown.every((n, at) => n === printed[at])
  },
  done: async ({ entries }) => {
    show([])
    await showLabels()
    await refresh()
    return word("done").replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

const numbers = () => waiting.map(({ n }) => String(n).padStart(12, "0"))

function show(items) {
  waiting = items
  const rows = items.map((item) => {
    const row = document.createElement("tr")
    row.dataset.n = String(item.n)
    const mark = cell(item.mark ? "" : "–", "mark")
    if (item.mark) mark.append(pill(item.mark, `mark-${item.mark}`))
    const urgency = cell(item.urgent ? "" : item.urgency)
    if (item.urgent) urgency.append(pill(`! ${item.urgency}`, "warn"))
    row.append(mark, cell(item.number, "number"), cell(item.destination), urgency, cell(item.kind), cell(item.since))
    return row
  })
  $("#waiting tbody").replaceChildren(...rows)
  $("#waiting").hidden = rows.length === 0
}

async function refresh() {
  const note = $("#waiting-note")
  try {
    const { people, items, left_out } = await ask("/api/print/check", { scans: [] })
    show(items)
    note.textContent = left_out.length ? word("left-out").replace("{items}", left_out.join(", ")) : ""
    form.ask(people.map((one) => [one, one === staff ? $(".who b").textContent : one]))
  } catch (failure) {
    show([])
    note.textContent = failure.code === "nothing-to-print" ? word("none")
      : failure.code === "printed-already" ? word("printed").replace("{jobs}", failure.detail.jobs)
        : sentence(failure)
    form.ask([])
  }
}

rememberPrinter()
refresh()
