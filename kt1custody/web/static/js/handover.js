/* Handing over at a counter: one list, two people, one signature each. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { $, word } from "./frame.js"
import { ScanList, faultsOf } from "./scan_list.js"
import { SignForm } from "./sign_form.js"
import { needWitness, witness } from "./witness.js"

const side = (name) => $(`#${name}`).value
/** The receiver is here and signs too, or takes later what is offered. */
const verb = () => ($("#elsewhere").checked ? "offer" : "handover")
let checked = 0
let asked = null

const wanted = () => ({
  giver: side("giver"),
  receiver: side("receiver"),
  scans: list.scans,
  ...(verb() === "offer" ? {} : { witness: witness() }),
})

const list = new ScanList(check)
const form = new SignForm({
  label: () => word(verb() === "offer" ? "sign-offer" : "sign").replace("{count}", String(list.rows.size)),
  propose: () => {
    asked = { witness: null, ...wanted(), verb: verb(), items: list.numbers }
    return ask(`/api/${verb()}/propose`, wanted())
  },
  agrees: ([act, ...more]) => isAsked(act) && more.every((other) => other.get("type") === "office_key"),
  done: ({ entries }) => {
    list.drop(asked.items)
    check()
    return word(asked.verb === "offer" ? "done-offer" : "done").replace("{count}", String(asked.items.length)).replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

/** What was proposed is the list on the screen, of these people, and nothing else. */
function isAsked(act) {
  const items = itemsOf(act).sort((a, b) => a - b)
  return act.get("type") === asked.verb && act.get("by") === asked.giver &&
    act.get("to") === asked.receiver && (act.get("witness") ?? null) === asked.witness &&
    items.length === asked.items.length && items.every((n, at) => n === asked.items[at])
}

async function check() {
  const turn = (checked += 1)
  const all = list.all
  $("#empty").hidden = all.length > 0
  $("#total").textContent = String(all.length)
  $("#marked").textContent = String(all.filter(({ item }) => item.mark).length)
  $("#urgent").textContent = String(all.filter(({ item }) => item.urgent).length)
  if (all.length) $("#done").hidden = true
  needWitness(verb() !== "offer" && all.some(({ item }) => item.witness.includes("handover")))
  let [general, faults, people] = ["", new Map(), []]
  if (all.length && side("giver") && side("receiver")) {
    try {
      people = (await ask(`/api/${verb()}/check`, wanted())).people
    } catch (failure) {
      ({ general, faults } = faultsOf(failure))
    }
    if (turn !== checked) return
  }
  list.mark(faults)
  note(general, all.filter(({ serial }) => serial === null).length)
  form.ask(people.map((staff) => [staff, nameOf(staff)]))
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

function nameOf(staff) {
  const option = [...$("#giver").options].find((one) => one.value === staff)
  return option ? option.textContent.split(" · ")[0] : staff
}

for (const name of ["giver", "receiver", "witness", "elsewhere"]) $(`#${name}`).addEventListener("change", check)
$("#swap").addEventListener("click", () => {
  const [giver, receiver] = [$("#giver"), $("#receiver")]
  ;[giver.value, receiver.value] = [receiver.value, giver.value]
  check()
})
$("#scan-text").focus()
check()
