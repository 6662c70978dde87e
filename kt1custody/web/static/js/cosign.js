/* Having the log cosigned by witnesses, over the network or by files on a stick. */

import { ask } from "./api.js"
import { base64, unbase64 } from "./codec.js"
import { $, $$, sentence, showFault } from "./frame.js"

const place = $("#cosign")
const line = () => $("#line").value

async function turn(work) {
  const buttons = $$("button, input[type=file]", place)
  for (const button of buttons) button.disabled = true
  showFault($(".fault", place), "")
  $("#outcomes").replaceChildren()
  try {
    const { lines } = await work()
    $("#outcomes").replaceChildren(...lines.map((text) => {
      const made = document.createElement("li")
      made.textContent = text
      return made
    }))
  } catch (failure) {
    showFault($(".fault", place), sentence(failure))
  } finally {
    for (const button of buttons) button.disabled = false
  }
}

$("#ask-all").addEventListener("click", () => turn(() => ask("/api/witnesses/ask", { line: line() })))
const save = (name) => turn(async () => {
  const { size, content } = await ask("/api/witnesses/request", { name })
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([unbase64(content)]))
  link.download = `request-${size}`
  link.click()
  URL.revokeObjectURL(link.href)
  return { lines: [link.download] }
})
for (const button of $$("[data-request]")) button.addEventListener("click", () => save(button.dataset.request))
$("#answer").addEventListener("change", ({ target }) => turn(async () => {
  const content = base64(new Uint8Array(await target.files[0].arrayBuffer()))
  target.value = ""
  return ask("/api/witnesses/answer", { content, line: line() })
}))
