/* Finding: a number or seal leads to its item; words bring the slips that fit. */

import { ask } from "./api.js"
import { $, sentence, showFault, word } from "./frame.js"
import { cell } from "./scan_list.js"
import { listen } from "./wedge.js"

async function find(text) {
  showFault($("#find-fault"), "")
  $("#found-count").textContent = ""
  if (!text) return
  try {
    const told = await ask("/api/find", { text })
    if (told.item) location.assign(`/item/${told.item}`)
    else show(told)
  } catch (failure) {
    $("#found").hidden = true
    showFault($("#find-fault"), sentence(failure))
  }
}

function show({ slips, total, searched }) {
  const rows = slips.map((slip) => {
    const row = document.createElement("tr")
    const number = cell("", "number")
    const link = document.createElement("a")
    link.href = `/item/${slip.item}`
    link.textContent = slip.number
    number.append(link)
    row.append(cell(slip.day), number, cell(slip.reference), cell(slip.sender), cell(slip.recipient), cell(slip.standing))
    return row
  })
  $("#found tbody").replaceChildren(...rows)
  $("#found").hidden = rows.length === 0
  const counts = { total, searched, shown: slips.length }
  $("#found-count").textContent = Object.entries(counts).reduce(
    (text, [name, count]) => text.replace(`{${name}}`, String(count)), word("count"))
}

$("#find").addEventListener("submit", (event) => {
  event.preventDefault()
  find($("#find-text").value.trim())
})
listen(find)
$("#find-text").focus()
