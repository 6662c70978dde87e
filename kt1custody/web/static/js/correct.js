/* Correcting a slip: what is changed stands beside what was; the clerk who registered it signs, or two
   officers of whom the first has opened it. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { $, $$, sentence, word } from "./frame.js"
import { SignForm } from "./sign_form.js"

const page = $("#correct")
const staff = document.body.dataset.staff
const n = Number(page.dataset.n)
const disclosed = page.dataset.disclosed ? Number(page.dataset.disclosed) : null
const place = disclosed === null ? "/api/correct" : "/api/put-right/slip"
const fields = $$("[data-cell]", page)
let checked = 0
let asked = null

const changed = () => fields.filter((field) => field.value.trim() !== field.dataset.now)

const wanted = () => ({
  item: String(n).padStart(12, "0"),
  cells: Object.fromEntries(changed().map((field) => [field.dataset.cell, field.value.trim()])),
  reason: $("#reason").value,
  ...(disclosed === null ? {} : { second: $("#second").value, disclosed }),
})

const form = new SignForm({
  label: () => word("sign"),
  propose: async () => {
    asked = { ...wanted(), values: new Map(changed().map((field) => [field.dataset.field, valueOf(field)])) }
    const told = await ask(`${place}/propose`, wanted())
    if (told.findings.length) throw new Error(told.findings.join("\n"))
    return told
  },
  agrees: (acts) => {
    const corrections = acts.filter((act) => act.get("type") === "correct")
    return acts.every((act) => ["correct", "office_key"].includes(act.get("type"))) &&
      corrections.length === asked.values.size && corrections.every(isAsked)
  },
  done: ({ entries }) => {
    for (const field of fields) field.dataset.now = field.value.trim()
    $("#reason").value = ""
    check()
    return word("done").replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

/** A correction is of this item, by these people, and of a cell on the screen; what it says of a slip is
    sealed, and shows here as a hash alone. */
function isAsked(act) {
  const items = itemsOf(act)
  const field = act.get("field")
  const value = asked.values.get(field)
  const said = act.get("value")
  const isSigned = disclosed === null
    ? !act.get("officers")
    : act.get("officers") === true && act.get("by2") === asked.second
  return act.get("by") === staff && isSigned && act.get("reason") === asked.reason &&
    items.length === 1 && items[0] === n && asked.values.has(field) &&
    (field === "commit" || (value === null ? said === null : Number(said) === value))
}

/** Give what an act says of a cell that is not in the slip. */
function valueOf(field) {
  if (field.dataset.field === "commit") return undefined
  if (field.dataset.field !== "appt") return field.selectedIndex
  const parts = field.value.trim().match(/^(\d+)\/(\d+)\/(\d{4}) +(\d+):(\d\d)$/)
  if (!parts) return field.value.trim() ? NaN : null
  const [day, month, year, hour, minute] = parts.slice(1).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 - Number(page.dataset.offset)
}

async function check() {
  const turn = (checked += 1)
  const lines = changed().map((field) => {
    const title = $(`label[for="${field.id}"]`).textContent
    return word("change").replace("{title}", title)
      .replace("{before}", field.dataset.now || word("empty"))
      .replace("{after}", field.value.trim() || word("empty"))
  })
  $("#changes").replaceChildren(...(lines.length ? lines : [word("unchanged")]).map((text) => {
    const line = document.createElement("li")
    line.textContent = text
    return line
  }))
  if (lines.length) $("#done").hidden = true
  let [people, general] = [[], ""]
  if (lines.length && $("#reason").value && (disclosed === null || $("#second").value)) {
    try {
      people = (await ask(`${place}/check`, wanted())).people
    } catch (failure) {
      general = sentence(failure)
    }
    if (turn !== checked) return
  }
  $("#notes").textContent = general
  form.ask(people.map((one) => [one, one === staff ? $(".who b").textContent : nameOf(one)]))
}

const nameOf = (staff) =>
  [...$("#second")?.options ?? []].find((one) => one.value === staff)?.textContent ?? staff

for (const field of fields) field.addEventListener("input", check)
for (const field of $$("#reason, #second")) field.addEventListener("change", check)
check()
