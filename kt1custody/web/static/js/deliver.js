/* Items leave our hands at the counter: delivered, or back to their sender; the holder signs. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { get } from "./codec.js"
import { $, word } from "./frame.js"
import { ScanList, faultsOf } from "./scan_list.js"
import { SignForm } from "./sign_form.js"

const value = (name) => $(`#${name}`).value.trim()
const verb = () => $("#verb").value
let checked = 0
let asked = null

const wanted = () => ({
  scans: list.scans,
  giver: value("giver"),
  cond: value("cond"),
  name: value("name"),
  paper: value("paper"),
  note: value("note"),
  ...(verb() === "return" ? { reason: value("reason") } : {}),
})
const isWhole = () => list.rows.size && value("name") && (verb() === "deliver" || value("reason"))

const list = new ScanList(check)
const form = new SignForm({
  label: () => word(`sign-${verb()}`).replace("{count}", String(list.rows.size)),
  propose: () => {
    asked = { ...wanted(), verb: verb(), items: list.numbers, by: nameOf(value("giver")) }
    return ask(`/api/${verb()}/propose`, wanted())
  },
  agrees: ([act, ...more]) => isAsked(act) && more.every((other) => other.get("type") === "office_key"),
  done: ({ entries }) => {
    list.drop(asked.items)
    $("#taker").reset()
    check()
    return word(`done-${asked.verb}`).replace("{name}", asked.by)
      .replace("{count}", String(asked.items.length)).replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

/** What was proposed is the list on the screen, of this holder, and nothing else. */
function isAsked(act) {
  const items = itemsOf(act).sort((a, b) => a - b)
  const isReturn = asked.verb === "return"
  return act.get("type") === asked.verb && act.get("by") === asked.giver &&
    (isReturn ? act.get("reason") === asked.reason : act.get("remark") === Boolean(asked.note)) &&
    get(act, "items").every((line) => get(line, "cond") === asked.cond) &&
    items.length === asked.items.length && items.every((n, at) => n === asked.items[at])
}

async function check() {
  const turn = (checked += 1)
  $("#empty").hidden = list.rows.size > 0
  $("#reason-row").hidden = verb() !== "return"
  if (list.rows.size) $("#done").hidden = true
  let [general, faults, people] = ["", new Map(), []]
  if (list.rows.size) {
    const now = wanted()
    // The items are asked about before it is typed who takes them, and why.
    const early = { ...now, name: now.name || "–", ...("reason" in now ? { reason: now.reason || "refused" } : {}) }
    try {
      people = (await ask(`/api/${verb()}/check`, early)).people
    } catch (failure) {
      ({ general, faults } = faultsOf(failure))
    }
    if (turn !== checked) return
  }
  list.mark(faults)
  $("#notes").textContent = general
  form.ask(isWhole() ? people.map((staff) => [staff, nameOf(staff)]) : [])
}

function nameOf(staff) {
  const option = [...$("#giver").options].find((one) => one.value === staff)
  return option ? option.textContent.split(" · ")[0] : staff
}

for (const name of ["verb", "giver"]) $(`#${name}`).addEventListener("change", () => check())
$("#taker").addEventListener("change", () => check())
$("#taker").addEventListener("submit", (event) => event.preventDefault())
$("#scan-text").focus()
check()
