/* Checking seals: each scan is judged with those before it, so that two alike are noticed. */

import { ask } from "./api.js"
import { $, sentence, showFault } from "./frame.js"
import { pill } from "./scan_list.js"
import { listen } from "./wedge.js"

const scans = []

async function check(text) {
  const fault = $("#check-fault")
  showFault(fault, "")
  if (!text) return
  scans.push(text)
  try {
    const { seals } = await ask("/api/check", { scans })
    $("#answers").replaceChildren(...seals.map(draw).reverse())
  } catch (failure) {
    scans.pop()
    showFault(fault, sentence(failure))
  }
}

function draw({ look, sign, colour, words, lines }, at) {
  const made = document.createElement("div")
  made.className = `answer ${look}`
  const head = document.createElement("p")
  const strong = document.createElement("b")
  strong.textContent = ` ${words}`
  head.append(pill(`${sign} ${colour}`, look), strong)
  made.append(head)
  for (const line of lines) {
    const told = document.createElement("p")
    told.textContent = line
    made.append(told)
  }
  made.dataset.place = String(at + 1)
  return made
}

$("#check").addEventListener("submit", (event) => {
  event.preventDefault()
  check($("#scan-text").value.trim())
  $("#scan-text").value = ""
})
listen(check)
$("#scan-text").focus()
