/* One item: every field is checked when it is left; what is right stands beside it to be signed. */

import { AgencyField } from "./agency_field.js"
import { ask } from "./api.js"
import { Draft } from "./draft.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { askClerk, isAllTicked, lines, signing, restore, ticked, ticks, untick } from "./registering.js"

const KEYS = ["sender", "recipient", "mark", "reference", "urgency", "appt", "kind", "layers", "weight", "named", "note"]
const FACTS = ["sender", "recipient", "office", "mark", "reference", "urgency", "when", "kind", "layers", "weight", "named", "note"]
const field = (key) => $(`#${key}`)
const left = new Set() // fields that somebody has left: only there faults are shown
const draft = new Draft("one")
let checked = 0
let checking = Promise.resolve() // what was asked last
let shown = null // what the screen shows as right, or null

const cells = () => Object.fromEntries(
  KEYS.map((key) => [key, "agency" in field(key).dataset ? AgencyField.of(field(key)) : field(key).value]))
const wanted = () => ({ rows: [{ ...cells(), again: $("#earlier").hidden ? "" : $("#again").value }], envelope: ticked() })

const form = signing({
  label: () => word("sign-one"),
  propose: () => ask("/api/register/propose", wanted()),
  keep: (acts) => draft.send(kept(), acts),
  settled: async () => {
    for (let last = null; last !== checking;) await (last = checking)
  },
  rows: () => shown ? [shown] : [],
  done: async () => {
    await draft.drop()
    clear()
  },
})

/** What the server says is right, if it is what the fields say. */
function ofFields(row) {
  const isTyped = ["mark", "urgency", "kind"]
    .every((key) => Number(field(key).selectedOptions[0].dataset.code) === row[key])
  return isTyped ? row : null
}

function check() {
  checking = compare()
  return checking
}

async function compare() {
  const turn = (checked += 1)
  const asked = wanted()
  shown = null
  let answer
  try {
    answer = await ask("/api/register/check", asked)
  } catch (failure) {
    if (turn === checked) showFault($("#sign .fault"), sentence(failure))
    return
  }
  if (turn !== checked) return
  const { agencies: [agencies], findings, earlier, earliest, preview, people } = answer
  showFault($("#sign .fault"), "")
  for (const [key, agency] of Object.entries(agencies)) AgencyField.put(field(key), agency)
  const faults = new Map()
  for (const { key, text } of findings) if (!faults.has(key)) faults.set(key, text)
  for (const key of KEYS) {
    const text = left.has(key) ? faults.get(key) ?? "" : ""
    showFault($(`#${key}-fault`), text)
    field(key).setAttribute("aria-invalid", String(Boolean(text)))
  }
  const before = earlier[0]
  $("#earlier").hidden = !before
  if (before) {
    $("#earlier-words").textContent =
      word("earlier").replace("{number}", before.number).replace("{at}", before.at)
    $("#earlier-item").href = `/item/${before.number.replaceAll(" ", "")}`
  }
  $("#appt-hint").textContent = earliest ? word("earliest").replace("{at}", earliest) : ""
  shown = preview ? ofFields(preview.rows[0]) : null
  summary(shown)
  lines($("#notices"), preview?.notices ?? [], "box warn flat")
  askClerk(form, shown ? people : [])
}

function summary(row) {
  const place = $("#summary")
  place.replaceChildren()
  $("#not-yet").hidden = Boolean(row)
  if (!row) return
  const told = {
    sender: field("sender").value, recipient: row.recipient, office: row.office,
    mark: field("mark").value || word("no-mark"), reference: row.reference || "–",
    urgency: row.urgency_word, when: row.when, kind: row.kind_word,
    layers: String(row.layers), weight: String(row.weight), named: row.named, note: row.note,
  }
  for (const key of FACTS.filter((name) => told[name])) {
    const [name, value] = [document.createElement("dt"), document.createElement("dd")]
    name.textContent = word(`fact-${key}`)
    value.textContent = told[key]
    place.append(name, value)
  }
}

const isEmpty = () => KEYS.every((key) => field(key).tagName === "SELECT" || !field(key).value)
const kept = () => isEmpty() ? null : ({ ...Object.fromEntries(KEYS.map((key) => [key, field(key).value])), again: $("#again").value,
  codes: [field("sender").dataset.code ?? "", field("recipient").dataset.code ?? ""] })

function fill(value) {
  for (const key of KEYS) {
    field(key).value = value[key] ?? ""
    if (value[key]) left.add(key)
  }
  $("#again").value = value.again ?? ""
  ;[field("sender").dataset.code, field("recipient").dataset.code] = value.codes ?? ["", ""]
}

function clear() {
  $("#item").reset()
  for (const key of ["sender", "recipient"]) field(key).dataset.code = ""
  left.clear()
  untick()
  check()
  field("sender").focus()
}

function next(from) {
  const all = $$("#item input, #item select, #envelope input, #pins input, #sign button.main")
    .filter((one) => one.offsetParent)
  all[all.indexOf(from) + 1]?.focus()
}

for (const one of $$("[data-agency]")) new AgencyField(one)
$("#item").addEventListener("submit", (event) => event.preventDefault())
$("#item").addEventListener("input", () => {
  $("#registered").hidden = $("#done").hidden = true
  draft.keep(kept())
})
for (const kind of ["change", "focusout"]) {
  $("#item").addEventListener(kind, ({ target }) => {
    if (KEYS.includes(target.id)) left.add(target.id)
    if (kind === "change") draft.keep(kept())
    check()
  })
}
$("#item").addEventListener("chosen", ({ target }) => next(target))
for (const place of ["#item", "#envelope"]) {
  $(place).addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName === "BUTTON") return
    event.preventDefault()
    next(event.target)
  })
}
for (const tick of ticks()) tick.addEventListener("change", () => { if (isAllTicked() || form.people.length) check() })
field("sender").focus()
await restore(draft, fill, clear).catch((failure) => showFault($("#sign .fault"), sentence(failure)))
check()
