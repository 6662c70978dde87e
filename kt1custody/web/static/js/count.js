/* Counting a stock: nothing is signed; a blind count shows the difference at its end alone. */

import { CountList } from "./count_list.js"
import { $, word } from "./frame.js"

let isBlind = Boolean($("#count").dataset.blind)
const list = new CountList(show)

function show() {
  list.refresh()
  const [missing, strangers] = [list.missing.length, list.rows.size - list.counted.length]
  $("#missing").hidden = isBlind || missing === 0
  if (isBlind) $("#tally").textContent = String(list.rows.size)
  const said = [
    missing ? word("short").replace("{count}", String(missing)) : "",
    strangers ? word("over").replace("{count}", String(strangers)) : "",
  ].filter(Boolean).join(" ")
  $("#verdict").textContent = isBlind ? "" : said || word("whole")
  $("#verdict").className = said ? "fault" : "whole"
}

$("#reveal")?.addEventListener("click", () => {
  isBlind = false
  $("#reveal").remove()
  show()
})
$("#scan-text").focus()
show()
