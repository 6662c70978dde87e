/* Labels of a job that was just committed: drawn once, then opened or saved for the printer. */

import { ask } from "./api.js"
import { $, $$, word } from "./frame.js"

const KEPT = "kt1-printer"
const TESTED = "kt1-printer-tested" // its dots an inch

export function keptPrinter() {
  const [dpi, copies] = (localStorage.getItem(KEPT) ?? "203/2").split("/")
  return { dpi, copies }
}

export const keepPrinter = ({ dpi, copies }) => localStorage.setItem(KEPT, `${dpi}/${copies}`)
export const noteTest = (dpi) => localStorage.setItem(TESTED, dpi)

/** Whether the printer that is chosen was tested in this browser: else nothing is printed. */
export const isTested = () => localStorage.getItem(TESTED) === $("#dpi").value

/** Remember in this browser which printer stands beside it; `changed` hears of another. */
export function rememberPrinter(changed) {
  const kept = keptPrinter()
  const show = () => { $("#untested").hidden = isTested() }
  for (const name of ["dpi", "copies"]) {
    $(`#${name}`).value = kept[name]
    $(`#${name}`).addEventListener("change", () => {
      keepPrinter({ dpi: $("#dpi").value, copies: $("#copies").value })
      show()
      changed()
    })
  }
  show()
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
