/* Printing seals: what waits, one signature, then the labels. */

import { ask } from "./api.js"
import { $, sentence, word } from "./frame.js"
import { isTested, rememberPrinter, showLabels } from "./labels.js"
import { itemsOf } from "./act.js"
import { SignForm } from "./sign_form.js"
import { cell, pill } from "./scan_list.js"

const staff = document.body.dataset.staff
let signers = []
let waiting = [] // items, each with the box that says whether its seal is wanted now

const form = new SignForm({
  label: () => word("sign").replace("{count}", String(chosen().length)),
  propose: () => ask("/api/print/propose", { scans: chosen().map(({ n }) => String(n).padStart(12, "0")) }),
  agrees: (acts) => {
    const shown = chosen().map(({ n }) => n).sort((a, b) => a - b)
    const printed = acts.flatMap(itemsOf).sort((a, b) => a - b)
    return acts.every((act) => act.get("type") === "print" && act.get("by") === staff) &&
      shown.length === printed.length && shown.every((n, at) => n === printed[at])
  },
  done: async ({ entries }) => {
    show([])
    await showLabels()
    $("#labels-open").focus()
    await refresh()
    return word("done").replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

const askSigners = () => form.ask(chosen().length && isTested() ? signers : [])
const chosen = () => waiting.filter(({ box }) => box.checked)

function show(items) {
  waiting = items.map((item) => {
    const box = document.createElement("input")
    Object.assign(box, { type: "checkbox", checked: true })
    box.setAttribute("aria-label", `${word("choose")} ${item.number}`)
    box.addEventListener("change", askSigners)
    return { ...item, box }
  })
  const rows = waiting.map((item) => {
    const row = document.createElement("tr")
    row.dataset.n = String(item.n)
    const mark = cell(item.mark ? "" : "–", "mark")
    if (item.mark) mark.append(pill(item.mark, `mark-${item.mark}`))
    const urgency = cell(item.urgent ? "" : item.urgency)
    if (item.urgent) urgency.append(pill(`! ${item.urgency}`, "warn"))
    const last = cell("")
    last.append(item.box)
    row.append(mark, cell(item.number, "number"), cell(item.destination), urgency, cell(item.since), last)
    return row
  })
  $("#waiting tbody").replaceChildren(...rows)
  $("#all").checked = true
  $("#waiting").hidden = rows.length === 0
}

async function refresh() {
  const note = $("#waiting-note")
  try {
    const { people, items, left_out } = await ask("/api/print/check", { scans: [] })
    show(items)
    note.textContent = left_out.length ? word("left-out").replace("{items}", left_out.join(", ")) : ""
    signers = people.map((one) => [one, one === staff ? $(".who b").textContent : one])
    askSigners()
  } catch (failure) {
    show([])
    note.textContent = failure.code === "nothing-to-print" ? word("none")
      : failure.code === "printed-already" ? word("printed").replace("{jobs}", failure.detail.jobs)
        : sentence(failure)
    form.ask([])
  }
}

$("#all").addEventListener("change", ({ target }) => {
  for (const { box } of waiting) box.checked = target.checked
  askSigners()
})
rememberPrinter(askSigners)
refresh()
