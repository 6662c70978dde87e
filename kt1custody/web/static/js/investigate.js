/* Investigating: a number leads to its item; an officer signs for opening its records. */

import { itemsOf } from "./act.js"
import { Refusal, ask } from "./api.js"
import { $, sentence, showFault, word } from "./frame.js"
import "./paper.js"
import { SignForm } from "./sign_form.js"
import { listen } from "./wedge.js"

async function find(text) {
  const fault = $("#find-fault")
  showFault(fault, "")
  $("#near").hidden = true
  if (!text) return
  try {
    const { item } = await ask("/api/scan", { text })
    location.assign(`/investigate/${item.n}`)
  } catch (failure) {
    showFault(fault, sentence(failure))
    if (failure instanceof Refusal) await offerNear(text)
  }
}

/** Offer what a number may mean that was heard or typed with one slip in it. */
async function offerNear(text) {
  const { items } = await ask("/api/near", { text: text.slice(0, 60) }).catch(() => ({ items: [] }))
  $("#near ul").replaceChildren(...items.map((item) => {
    const line = document.createElement("li")
    const link = document.createElement("a")
    link.href = `/investigate/${item.n}`
    link.className = "number"
    link.textContent = item.number
    const seal = item.is_seal ? ` · ${word("of-seal").replace("{digits}", item.digits)}` : ""
    line.append(link, ` ${item.status} · ${item.holder || item.destination} · ${item.since}${seal}`)
    return line
  }))
  $("#near").hidden = items.length === 0
}

$("#find").addEventListener("submit", (event) => {
  event.preventDefault()
  find($("#number").value.trim())
})
listen(find)

const slip = $("#slip")
if (slip) {
  const { n, staff, name } = slip.dataset
  let asked = null
  const form = new SignForm({
    label: () => word("sign"),
    propose: () => {
      asked = { scan: n, reason: $("#reason").value }
      return ask("/api/disclose/propose", asked)
    },
    agrees: ([act, ...more]) => more.length === 0 && act.get("type") === "disclose" &&
      act.get("by") === staff && act.get("reason") === asked.reason &&
      itemsOf(act).length === 1 && itemsOf(act)[0] === Number(n),
    done: ({ entries }) => {
      location.assign(`/investigate/${n}/opened/${entries.at(-1).seq}`)
      return ""
    },
  })
  const refresh = () => form.ask($("#reason").value ? [[staff, name]] : [])
  $("#reason").addEventListener("change", refresh)
  refresh()
} else {
  $("#number").focus()
}
