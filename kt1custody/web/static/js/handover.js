/* Handing over at a counter: one list, two people, one signature each. */

import { itemsOf } from "./act.js"
import { Refusal, ask } from "./api.js"
import { $, sentence, showFault, word } from "./frame.js"
import { OtherProposal, signProposal } from "./key.js"
import { listen } from "./wedge.js"

const rows = new Map() // item number → what was scanned and how it stands
let people = []
let checked = 0
let isBusy = false

const side = (name) => $(`#${name}`).value
const wanted = () => ({
  giver: side("giver"),
  receiver: side("receiver"),
  witness: $("#witness-row").hidden ? null : side("witness") || null,
  scans: [...rows.values()].map((row) => row.text),
})

/* --- scanning --- */

async function scan(text) {
  const fault = $("#scan-fault")
  showFault(fault, "")
  if (!text) return
  try {
    const { item, serial } = await ask("/api/scan", { text })
    const before = rows.get(item.n)
    if (before && (before.serial !== null || serial === null)) {
      before.element.classList.add("again")
      setTimeout(() => before.element.classList.remove("again"), 1_500)
      showFault(fault, `${item.number}: ${word("again")}`)
      return
    }
    before?.element.remove()
    rows.set(item.n, { text, serial, item, element: draw(item, serial) })
    $("#list tbody").prepend(rows.get(item.n).element)
    await check()
  } catch (failure) {
    showFault(fault, sentence(failure))
  }
}

function cell(text, name = "") {
  const made = document.createElement("td")
  made.textContent = text
  made.className = name
  return made
}

function pill(text, name) {
  const made = document.createElement("span")
  made.className = `pill ${name}`
  made.textContent = text
  return made
}

function draw(item, serial) {
  const row = document.createElement("tr")
  row.dataset.n = String(item.n)
  const mark = cell("", "mark")
  if (item.mark) mark.append(pill(item.mark, `mark-${item.mark}`))
  else mark.textContent = "–"
  const number = cell(item.number, "number")
  number.append(document.createElement("small"))
  const urgency = cell(item.urgent ? "" : item.urgency)
  if (item.urgent) urgency.append(pill(`! ${item.urgency}`, "warn"))
  const seal = cell("", "seal")
  seal.append(serial === null ? pill(`! ${word("seal-unread")}`, "warn") : pill(`✓ ${word("seal-read")}`, "good"))
  const remove = document.createElement("button")
  remove.type = "button"
  remove.className = "link"
  remove.textContent = word("remove")
  remove.setAttribute("aria-label", `${word("remove")} ${item.number}`)
  remove.addEventListener("click", () => {
    rows.delete(item.n)
    row.remove()
    check()
  })
  const last = cell("")
  last.append(remove)
  row.append(mark, number, cell(item.destination), urgency, seal, last)
  return row
}

/* --- checking --- */

async function check() {
  const turn = (checked += 1)
  const all = [...rows.values()]
  $("#empty").hidden = all.length > 0
  $("#total").textContent = String(all.length)
  $("#marked").textContent = String(all.filter(({ item }) => item.mark).length)
  $("#urgent").textContent = String(all.filter(({ item }) => item.urgent).length)
  $("#done").hidden = true
  $("#witness-row").hidden = !all.some(({ item }) => item.mark === "A")
  const faults = new Map()
  let general = ""
  people = []
  if (all.length && side("giver") && side("receiver")) {
    try {
      people = (await ask("/api/handover/check", wanted())).people
    } catch (failure) {
      if (failure instanceof Refusal && Array.isArray(failure.detail.faults)) {
        const lines = failure.message.split("\n").slice(1)
        failure.detail.faults.forEach(([n], at) => faults.set(n, lines[at]?.trim() ?? ""))
        general = failure.message.split("\n")[0]
        if (faults.has(0)) general = faults.get(0)
      } else {
        general = sentence(failure)
      }
    }
    if (turn !== checked) return
  }
  for (const { item, element } of all) {
    const fault = faults.get(item.n) ?? ""
    element.classList.toggle("stop", Boolean(fault))
    $("small", element).textContent = fault.replace(/^[0-9 ]+/, "").replace(/^: /, "")
    if (fault && !$(".pill.bad", element)) $(".seal", element).append(pill(`✕ ${word("stop")}`, "bad"))
    if (!fault) $(".pill.bad", element)?.remove()
  }
  note(general, all.filter(({ serial }) => serial === null).length)
  drawPins()
}

function note(general, unsealed) {
  const notes = $("#notes")
  notes.replaceChildren()
  const add = (text, name) => {
    const made = document.createElement("p")
    made.className = name
    made.textContent = text
    notes.append(made)
  }
  if (general) add(general, "box bad keep")
  if (unsealed) add(word("unsealed").replace("{count}", String(unsealed)), "box warn")
}

/* --- signing --- */

function nameOf(staff) {
  const option = [...$("#giver").options].find((one) => one.value === staff)
  return option ? option.textContent.split(" · ")[0] : staff
}

function drawPins() {
  const place = $("#pins")
  const before = new Map([...place.querySelectorAll("input")].map((one) => [one.dataset.staff, one.value]))
  place.replaceChildren()
  for (const staff of people) {
    const label = document.createElement("label")
    label.htmlFor = `pin-${staff}`
    label.textContent = word("pin-of").replace("{name}", nameOf(staff))
    const field = document.createElement("input")
    Object.assign(field, { id: `pin-${staff}`, type: "password", autocomplete: "off", required: true })
    field.dataset.staff = staff
    field.value = before.get(staff) ?? ""
    place.append(label, field)
  }
  const button = $("#sign button.main")
  button.disabled = people.length === 0 || isBusy
  button.textContent = word("sign").replace("{count}", String(rows.size))
}

/** What was proposed is the list on the screen, of these two people, and nothing else. */
function agrees(asked) {
  return ([act, ...more]) => {
    if (more.some((other) => other.get("type") !== "office_key")) return false
    const items = itemsOf(act).sort((a, b) => a - b)
    const shown = [...rows.keys()].sort((a, b) => a - b)
    return act.get("type") === "handover" && act.get("by") === asked.giver &&
      act.get("to") === asked.receiver && (act.get("witness") ?? null) === asked.witness &&
      items.length === shown.length && items.every((n, at) => n === shown[at])
  }
}

$("#sign").addEventListener("submit", async (event) => {
  event.preventDefault()
  if (isBusy || !people.length) return
  const fault = $("#sign .fault")
  showFault(fault, "")
  isBusy = true
  $("#sign button.main").disabled = true
  try {
    const asked = wanted()
    const fields = [...$("#pins").querySelectorAll("input")]
    const pins = new Map(fields.map((field) => [field.dataset.staff, field.value]))
    const { proposal } = await ask("/api/handover/propose", asked)
    const signed = await signProposal(proposal, agrees(asked), pins)
    const told = await commit(proposal, signed)
    finish(told)
  } catch (failure) {
    showFault(fault, failure instanceof OtherProposal ? word("other") : sentence(failure))
  } finally {
    isBusy = false
    drawPins()
  }
})

/** Ask again where no answer came: what is recorded already is not recorded twice. */
async function commit(proposal, signed) {
  for (let turn = 0; ; turn++) {
    try {
      return await ask("/api/commit", { proposal, signed })
    } catch (failure) {
      if (failure instanceof Refusal || turn === 2) throw failure
      await new Promise((go) => setTimeout(go, 700))
    }
  }
}

function finish({ entries, notes, warnings }) {
  const done = $("#done")
  const seq = entries.at(-1).seq
  const count = rows.size
  rows.clear()
  people = []
  $("#list tbody").replaceChildren()
  $("#pins").replaceChildren()
  check()
  done.replaceChildren()
  for (const line of [word("done").replace("{count}", String(count)).replace("{seq}", `#${seq}`), ...notes, ...warnings]) {
    const made = document.createElement("p")
    made.textContent = line
    done.append(made)
  }
  done.hidden = false
}

/* --- the form --- */

$("#scan").addEventListener("submit", (event) => {
  event.preventDefault()
  const field = $("#scan-text")
  scan(field.value.trim())
  field.value = ""
  field.focus()
})
for (const name of ["giver", "receiver", "witness"]) $(`#${name}`).addEventListener("change", check)
$("#swap").addEventListener("click", () => {
  const [giver, receiver] = [$("#giver"), $("#receiver")]
  ;[giver.value, receiver.value] = [receiver.value, giver.value]
  check()
})
listen(scan)
$("#scan-text").focus()
check()
