/* The printer beside this browser, tested by its label: measured, looked at, scanned. */

import { $, $$, showFault, word } from "./frame.js"
import { keepPrinter, keptPrinter, noteTest } from "./labels.js"

const { dpi, copies } = keptPrinter()
const test = () => $(`[data-dpi="${$("#dpi").value}"]`)

function show() {
  for (const part of $$("[data-dpi]")) part.hidden = part !== test()
  $("#done").hidden = true
  showFault($("#test .fault"), "")
}

function fault() {
  if (!$$("input[type=checkbox]", test()).every((tick) => tick.checked)) return word("unticked")
  return $("input:not([type=checkbox])", test()).value.trim() === test().dataset.sample ? "" : word("unscanned")
}

$("#dpi").value = dpi
$("#dpi").addEventListener("change", show)
$("#test").addEventListener("submit", (event) => {
  event.preventDefault()
  const said = fault()
  showFault($("#test .fault"), said)
  if (said) return
  keepPrinter({ dpi: $("#dpi").value, copies })
  noteTest($("#dpi").value)
  $("#done").hidden = false
})
show()
