/* What will be signed, read back: sums by mark, urgency and recipient, and every row. */

import { $, $$ } from "./frame.js"
import { lines } from "./registering.js"

const MOST = 500 // rows that are shown one by one

export function showReview(preview) {
  for (const key of ["total", "marked", "urgent"]) $(`#${key}`).textContent = String(preview[key])
  for (const [at, body] of $$(".sum tbody").entries()) {
    body.replaceChildren(...preview.sums[at].map(([name, count]) => row([name, String(count)])))
  }
  lines($("#notices"), preview.notices, "box warn flat")
  $("#every tbody").replaceChildren(...preview.rows.slice(0, MOST).map((one, at) => row([
    String(at + 1), one.recipient, one.reference || "–", ["–", "C", "B", "A"][one.mark],
    one.when ? `${one.urgency_word}, ${one.when}` : one.urgency_word, one.kind_word, one.office,
  ])))
  for (const part of ["#review", "#signing"]) $(part).hidden = false
}

export function hideReview() {
  for (const part of ["#review", "#signing"]) $(part).hidden = true
}

function row(texts) {
  const made = document.createElement("tr")
  for (const text of texts) {
    const cell = document.createElement("td")
    cell.textContent = text
    made.append(cell)
  }
  return made
}
