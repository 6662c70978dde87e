/* Putting a field of an act right: two officers choose what it should say and sign one after the other. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { hex } from "./codec.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { SignForm } from "./sign_form.js"

const { seq, of, staff, name } = $("#put-right").dataset
const every = $$("#items input").map((box) => Number(box.value))
const chosen = () => $$("#items input:checked").map((box) => Number(box.value))
const value = () => $(`#value-${$("#field").value}`).value
const said = (text) => $("#field").value === "remark" ? text === "yes" : text
const wanted = () => ({
  seq: Number(seq), field: $("#field").value, value: said(value()), reason: $("#reason").value,
  second: $("#second").value, items: chosen().map((n) => String(n).padStart(12, "0")),
})
let [checked, asked] = [0, null]

const form = new SignForm({
  label: () => word("sign"),
  propose: () => {
    const numbers = chosen()
    asked = { ...wanted(), numbers: numbers.length ? numbers : every }
    return ask("/api/put-right/act/propose", wanted())
  },
  agrees: ([act, ...more]) => more.length === 0 && isAsked(act),
  done: ({ entries }) => word("done").replace("{seq}", `#${entries.at(-1).seq}`),
})

/** What was proposed says of this act what the screen says, for these items, by these officers. */
function isAsked(act) {
  const items = itemsOf(act).sort((a, b) => a - b).join()
  return act.get("type") === "correct" && act.get("officers") === true &&
    act.get("by") === staff && act.get("by2") === asked.second && act.get("by3") === null &&
    hex(act.get("of")) === of && act.get("field") === asked.field &&
    act.get("value") === asked.value && act.get("reason") === asked.reason &&
    items === [...asked.numbers].sort((a, b) => a - b).join()
}

async function check() {
  for (const part of $$("[data-for]")) part.hidden = part.dataset.for !== $("#field").value
  const turn = (checked += 1)
  const fault = $("#check-fault")
  showFault(fault, "")
  let people = []
  if (value() && $("#reason").value && $("#second").value) {
    try {
      people = (await ask("/api/put-right/act/check", wanted())).people
    } catch (failure) {
      if (turn === checked) showFault(fault, sentence(failure))
    }
    if (turn !== checked) return
  }
  const second = $("#second").selectedOptions[0].textContent.split(" · ")[0]
  form.ask(people.map((who) => [who, who === staff ? name : second]))
}

$("#put-right").addEventListener("change", (event) => {
  if (!event.target.closest("#sign")) check()
})
check()
