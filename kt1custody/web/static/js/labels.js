/* Labels of a job that was just committed: drawn once, then opened or saved for the printer. */

import { ask } from "./api.js"
import { $, $$, word } from "./frame.js"

const KEPT = "kt1-printer"

/** Remember in this browser which printer stands beside it. */
export function rememberPrinter() {
  const kept = (localStorage.getItem(KEPT) ?? "203/2").split("/")
  ;[$("#dpi").value, $("#copies").value] = kept
  for (const name of ["dpi", "copies"]) {
    $(`#${name}`).addEventListener("change", () =>
      localStorage.setItem(KEPT, `${$("#dpi").value}/${$("#copies").value}`))
  }
}

/** Draw the labels and show where they are. */
export async function showLabels() {
  const place = $("#labels")
  $("#labels-count").textContent = word("drawing")
  for (const link of $$("a", place)) link.removeAttribute("href")
  place.hidden = false
  try {
    const printer = { dpi: Number($("#dpi").value), copies: Number($("#copies").value) }
    const { job, count, path } = await ask("/api/labels", printer)
    $("#labels-count").textContent = word("drawn").replace("{count}", String(count))
    $("#labels-open").href = $("#labels-save").href = path
    $("#labels-job").href = `/seals/job/${job}`
    $("#labels-bind").href = `/seals/job/${job}/bind`
    place.dataset.job = job
  } catch (failure) {
    place.hidden = true
    throw failure
  }
}
