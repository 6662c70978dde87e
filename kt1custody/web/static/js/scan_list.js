/* A list of scanned items: each once, with how it stands; a repeat is grey and not counted, a
   stranger's code stops nothing. The page's template brings the table and the words. */

import { Refusal, ask } from "./api.js"
import { $, sentence, showFault, word } from "./frame.js"
import { listen } from "./wedge.js"

export class ScanList {
  /** `changed` is called whenever the list is another, with the row that was scanned if one was. */
  constructor(changed, { path = "/api/scan" } = {}) {
    this.path = path
    this.turn = Promise.resolve()
    this.rows = new Map() // item number → what was scanned and how it stands
    this.changed = changed
    $("#scan").addEventListener("submit", (event) => {
      event.preventDefault()
      const field = $("#scan-text")
      this.scan(field.value.trim())
      field.value = ""
      field.focus()
    })
    listen((text) => this.scan(text))
  }

  get all() { return [...this.rows.values()] }
  get scans() { return this.all.map((row) => row.text) }
  get numbers() { return [...this.rows.keys()].sort((a, b) => a - b) }

  /** Take a scan when those before it are on the list, so that a quick repeat is known as one. */
  scan(text) {
    this.turn = this.turn.then(() => this.take(text))
    return this.turn
  }

  async take(text) {
    const fault = $("#scan-fault")
    showFault(fault, "")
    if (!text) return
    try {
      const { item, serial, ...more } = await ask(this.path, { text })
      const before = this.rows.get(item.n)
      const isOther = before && before.serial !== null && serial !== null && serial !== before.serial
      if (before && (before.serial !== null || serial === null)) {
        before.element.classList.add("again")
        setTimeout(() => before.element.classList.remove("again"), 1_500)
        showFault(fault, `${item.number}: ${word(isOther ? "two-seals" : "again")}`)
        return
      }
      before?.element.remove()
      const element = this.draw(item, serial)
      const row = { text, serial, item, element, ...more }
      this.rows.set(item.n, row)
      $("#list tbody").prepend(element)
      this.changed(row)
    } catch (failure) {
      showFault(fault, sentence(failure))
    }
  }

  draw(item, serial) {
    const row = document.createElement("tr")
    row.dataset.n = String(item.n)
    const mark = cell("", "mark")
    if (item.mark) mark.append(pill(item.mark, `mark-${item.mark}`))
    else mark.textContent = "–"
    const number = cell(item.number, "number")
    number.append(document.createElement("small"))
    const urgency = cell(item.urgent ? "" : item.urgency)
    if (item.urgent) urgency.append(pill(`! ${item.urgency}`, "warn"))
    const seal = cell("", "seal")
    seal.append(serial === null ? pill(`! ${word("seal-unread")}`, "warn") : pill(`✓ ${word("seal-read")}`, "good"))
    const remove = document.createElement("button")
    remove.type = "button"
    remove.className = "link"
    remove.textContent = word("remove")
    remove.setAttribute("aria-label", `${word("remove")} ${item.number}`)
    remove.addEventListener("click", () => {
      this.rows.delete(item.n)
      row.remove()
      this.changed()
    })
    const last = cell("")
    last.append(remove)
    row.append(mark, number, cell(item.destination), urgency, seal, last)
    return row
  }

  /** Take all but one row off. */
  keepOnly(kept) {
    for (const [n, row] of this.rows) {
      if (row !== kept) {
        row.element.remove()
        this.rows.delete(n)
      }
    }
  }

  /** Take off what is signed; what was scanned since stays. */
  drop(numbers) {
    for (const n of numbers) {
      this.rows.get(n)?.element.remove()
      this.rows.delete(n)
    }
  }

  /** Empty it. */
  clear() {
    this.drop([...this.rows.keys()])
  }

  /** Say beside each item what stands in its way; `faults` maps item number to a sentence. */
  mark(faults) {
    for (const { item, element } of this.all) {
      const fault = faults.get(item.n) ?? ""
      element.classList.toggle("stop", Boolean(fault))
      $("small", element).textContent = fault
      if (fault && !$(".pill.bad", element)) $(".seal", element).append(pill(`✕ ${word("stop")}`, "bad"))
      if (!fault) $(".pill.bad", element)?.remove()
      $(".pill.good", element)?.toggleAttribute("hidden", Boolean(fault))
    }
  }
}

export function cell(text, name = "") {
  const made = document.createElement("td")
  made.textContent = text
  made.className = name
  return made
}

export function pill(text, name) {
  const made = document.createElement("span")
  made.className = `pill ${name}`
  made.textContent = text
  return made
}

/** Take an error of the rules apart: what is said of the whole, and of each item. */
export function faultsOf(failure) {
  const faults = new Map()
  if (!(failure instanceof Refusal && Array.isArray(failure.detail.faults))) {
    return { general: sentence(failure), faults }
  }
  const lines = failure.message.split("\n").slice(1)
  failure.detail.faults.forEach(([n], at) => {
    const line = lines[at]?.trim() ?? ""
    faults.set(n, n ? line.replace(/^[0-9 ]+/, "").replace(/^(?:\((.*?)\))?: /, (_, state) => state ? `${state}: ` : "") : line)
  })
  const items = [...faults.keys()].filter((n) => n)
  return { general: faults.get(0) ?? word("take-off").replace("{count}", String(items.length)), faults }
}
