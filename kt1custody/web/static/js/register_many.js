/* Many items of one sender: typed or pasted into a grid, checked as it grows, signed once. */

import { AgencyField } from "./agency_field.js"
import { ask } from "./api.js"
import { Draft } from "./draft.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { Grid } from "./grid.js"
import { askClerk, isAllTicked, signing, restore, ticked, ticks, untick } from "./registering.js"
import { hideReview, showReview } from "./review.js"

const WAIT = 200 // ms without a change
const most = Number($("#filling").dataset.most)
const draft = new Draft("many")
const words = (key) => [...$(`#${key}`).options].map((option) => option.value).filter((value) => value !== "each")
const codes = Object.fromEntries(["mark", "urgency", "kind"].map((key) => [key,
  new Map([...$(`#${key}`).options].map((option) => [option.value, Number(option.dataset.code)]))]))
const sender = $("#sender")
let timer = 0
let checked = 0
let shown = null // what the server says of all rows, if they are right and as they stand here
let people = []
let told = null // what was last said of which rows

const grid = new Grid({
  most,
  lists: { mark: words("mark"), urgency: words("urgency"), kind: words("kind") },
  changed: () => later(),
  left: () => told && tell(...told),
  tooMany: (count) => showFault($("#paste-fault"), count
    ? word("too-many-rows").replace("{count}", String(count)).replace("{most}", String(most)) : ""),
})

const form = signing({
  label: () => word("sign-many").replace("{count}", String(shown?.total ?? 0)),
  propose: () => ask("/api/register/propose", { rows: asked(), envelope: ticked() }),
  keep: (acts) => draft.send(kept(), acts),
  rows: () => shown?.rows ?? [],
  done: async () => {
    await draft.drop()
    clear()
  },
})

const fixed = (key) => $(`#${key}`).value === "each" ? {} : { [key]: $(`#${key}`).value }
const asked = () => grid.filled.map((row) => ({
  ...grid.cells(row), ...fixed("mark"), ...fixed("urgency"), sender: AgencyField.of(sender),
}))

/** Show the columns of what differs by row alone. */
function showColumns() {
  for (const key of ["mark", "urgency"]) $("#grid").classList.toggle(`no-${key}`, $(`#${key}`).value !== "each")
  $("#grid").classList.toggle("no-appt", !["each", ...words("urgency").slice(2)].includes($("#urgency").value))
}

function later() {
  showColumns()
  shown = null
  $("#to-review").disabled = true
  clearTimeout(timer)
  timer = setTimeout(check, WAIT)
  draft.keep(kept())
}

async function check() {
  const turn = (checked += 1)
  const [rows, lines] = [asked(), grid.filled]
  $("#count").textContent = String(rows.length)
  $("#problems").textContent = ""
  told = null
  if (!rows.length) {
    $("#to-review").disabled = true
    return
  }
  let answer
  try {
    answer = await ask("/api/register/check", { rows })
  } catch (failure) {
    if (turn === checked) showFault($("#paste-fault"), sentence(failure))
    return
  }
  if (turn !== checked) return
  told = [lines, answer]
  tell(...told)
  const isSame = answer.preview?.rows.every((row, at) =>
    Object.keys(codes).every((key) => codes[key].get(rows[at][key]) === row[key]))
  shown = isSame ? answer.preview : null
  people = answer.people
  $("#to-review").disabled = !shown
}

function tell(lines, { agencies, findings, earlier }) {
  const faults = new Map(lines.map((_, at) => [at, new Map()]))
  for (const { row, key, text } of findings) {
    if (faults.has(row) && !faults.get(row).has(key)) faults.get(row).set(key, text)
  }
  const before = new Map(earlier.map((one) => [one.row, word("earlier").replace("{number}", one.number).replace("{at}", one.at)]))
  showFault($("#sender-fault"), sender.value && faults.get(0)?.get("sender") || "")
  if (agencies[0]?.sender && document.activeElement !== sender) AgencyField.put(sender, agencies[0].sender)
  let isStale = false
  for (const [at, line] of lines.entries()) {
    const isTyped = line.contains(document.activeElement)
    const recipient = line.querySelector("input[data-key=recipient]")
    if (agencies[at].recipient && document.activeElement !== recipient) AgencyField.put(recipient, agencies[at].recipient)
    const own = isTyped ? new Map() : faults.get(at)
    for (const field of $$("input", line)) field.setAttribute("aria-invalid", String(own.has(field.dataset.key)))
    const texts = [...own].filter(([key]) => key !== "sender").map(([, text]) => text)
    line.classList.toggle("stop", texts.length > 0)
    if (before.has(at)) texts.push(before.get(at))
    line.querySelector(".problem span").textContent = texts.join("\n")
    isStale = askAgain(line.querySelector("input[data-key=again]"), before.has(at)) || isStale
  }
  if (isStale) later()
  const count = [...faults.values()].filter((own) => own.size).length
  $("#problems").textContent = count ? word("problems").replace("{count}", String(count)) : word("all-right")
  $("#problems").classList.toggle("bad", count > 0)
}

/** Ask why a row is sent again, or no more; tells whether a reason was left of another reference. */
function askAgain(field, isEarlier) {
  const isStale = !isEarlier && Boolean(field.value)
  if (isStale) field.value = ""
  field.hidden = !isEarlier
  return isStale
}

const kept = () => !sender.value && !grid.filled.length ? null : ({ rows: grid.kept(), mark: $("#mark").value, urgency: $("#urgency").value,
  sender: { code: sender.dataset.code ?? "", name: sender.value } })

function fill(value) {
  AgencyField.put(sender, value.sender)
  for (const key of ["mark", "urgency"]) $(`#${key}`).value = value[key]
  grid.fill(value.rows)
  showColumns()
}

function clear() {
  $("#filling").reset()
  sender.dataset.code = ""
  grid.fill([])
  edit()
  showColumns()
  shown = null
  check()
  sender.focus()
}

function review() {
  if (!shown) return
  untick()
  $("#filling").hidden = true
  showReview(shown)
  askClerk(form, [])
  $("#envelope input").focus()
}

function edit() {
  $("#filling").hidden = false
  hideReview()
}

showColumns()
new AgencyField(sender)
$("#filling").addEventListener("submit", (event) => event.preventDefault())
$("#filling").addEventListener("input", () => { $("#registered").hidden = $("#done").hidden = true })
for (const one of ["sender", "mark", "urgency"]) $(`#${one}`).addEventListener("change", later)
sender.addEventListener("chosen", () => $("#mark").focus())
$("#to-review").addEventListener("click", review)
$("#back").addEventListener("click", () => {
  edit()
  check()
})
for (const tick of ticks()) tick.addEventListener("change", () => askClerk(form, isAllTicked() ? people : []))
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) review()
})
sender.focus()
await restore(draft, fill, clear).catch((failure) => showFault($("#paste-fault"), sentence(failure)))
check()
