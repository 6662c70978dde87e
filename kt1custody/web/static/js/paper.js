/* Comparing codes from paper: each gets a verdict in words, beside the code as it was typed. */

import { ask } from "./api.js"
import { $, sentence, showFault } from "./frame.js"
import { pill } from "./scan_list.js"

export const typedCodes = () =>
  $("#paper-codes").value.split("\n").map((line) => line.trim()).filter((line) => line)

function draw({ typed, look, sign, words }) {
  const line = document.createElement("li")
  const code = document.createElement("code")
  code.textContent = typed
  const verdict = document.createElement("p")
  verdict.append(pill(`${sign} ${words}`, look))
  line.append(code, verdict)
  return line
}

$("#paper-form")?.addEventListener("submit", async (event) => {
  event.preventDefault()
  showFault($("#paper-fault"), "")
  const codes = typedCodes()
  if (!codes.length) return $("#paper-codes").focus()
  try {
    const of = $("#paper-form input[name=of]:checked").value
    const told = await ask("/api/paper/compare", { codes, of })
    $("#paper-answers").replaceChildren(...told.codes.map(draw))
  } catch (failure) {
    showFault($("#paper-fault"), sentence(failure))
  }
})
