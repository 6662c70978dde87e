/* Settling a fork: two officers choose the step that holds and sign one after the other. */

import { itemsOf } from "./act.js"
import { ask } from "./api.js"
import { hex } from "./codec.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { SignForm } from "./sign_form.js"

const { n, staff, name } = $("#settle").dataset
const chosen = () => $("input[name=keep]:checked")
const wanted = () => ({
  scan: n, keep: chosen().value, reason: $("#reason").value, second: $("#second").value,
})
let [checked, asked] = [0, null]

const form = new SignForm({
  label: () => word("sign"),
  propose: () => {
    asked = { ...wanted(), step: chosen().dataset.step }
    return ask("/api/settle/propose", wanted())
  },
  agrees: ([act, ...more]) => more.length === 0 && isAsked(act),
  done: ({ entries }) => word("done").replace("{seq}", `#${entries.at(-1).seq}`),
})

/** What was proposed keeps the step that is chosen on the screen, of this item, for this reason. */
function isAsked(act) {
  const [line, ...lines] = act.get("items")
  const keep = line.get("keep")
  return act.get("type") === "settle" && lines.length === 0 && itemsOf(act)[0] === Number(n) &&
    act.get("by") === staff && act.get("by2") === asked.second &&
    act.get("reason") === asked.reason && (keep === null ? "" : hex(keep)) === asked.step
}

async function check() {
  const turn = (checked += 1)
  const fault = $("#check-fault")
  showFault(fault, "")
  let people = []
  if (chosen() && $("#reason").value && $("#second").value) {
    try {
      people = (await ask("/api/settle/check", wanted())).people
    } catch (failure) {
      if (turn === checked) showFault(fault, sentence(failure))
    }
    if (turn !== checked) return
  }
  const second = $("#second").selectedOptions[0].textContent.split(" · ")[0]
  form.ask(people.map((who) => [who, who === staff ? name : second]))
}

for (const field of $$("input[name=keep], #reason, #second")) {
  field.addEventListener("change", check)
}
check()
