/* A grid of rows to type or paste into: Enter goes on, arrows change the row, F4 repeats the cell
   above. One empty row stands at the end. */

import { AgencyField } from "./agency_field.js"
import { $, $$ } from "./frame.js"

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase().trim()
const STARTS_AS = { kind: "Thư", layers: "1" }

export class Grid {
  /** `lists` are the words of closed columns; `changed` hears that something was typed, `left` that
      the focus went elsewhere. */
  constructor({ most, lists, changed, left, tooMany }) {
    this.most = most
    this.lists = lists
    this.changed = changed
    this.tooMany = tooMany
    this.body = $("#grid tbody")
    this.keys = [...$("#grid thead tr").cells].map((head) => head.dataset.key).filter(Boolean)
    this.body.addEventListener("input", () => this.grown())
    this.body.addEventListener("change", ({ target }) => {
      const list = this.lists[target.dataset.key]
      if (list) target.value = closest(target.value, list)
      this.grown()
    })
    this.body.addEventListener("chosen", ({ target }) => this.go(target, 1))
    this.body.addEventListener("keydown", (event) => this.key(event))
    this.body.addEventListener("paste", (event) => this.paste(event))
    this.body.addEventListener("focusout", () => setTimeout(left))
    this.add()
  }

  get rows() { return [...this.body.rows] }
  get filled() { return this.rows.filter((row) => !isEmpty(row)) }

  cells(row) { return Object.fromEntries(inputs(row).map((one) => [one.dataset.key, "code" in one.dataset ? AgencyField.of(one) : one.value])) }

  kept() { return this.filled.map((row) => inputs(row).map((one) => [one.value, one.dataset.code ?? ""])) }

  /** Put back what `kept` gave. */
  fill(rows) {
    this.body.replaceChildren()
    for (const values of rows) {
      const row = this.add()
      for (const [at, one] of inputs(row).entries()) {
        one.value = values[at][0]
        if ("code" in one.dataset) one.dataset.code = values[at][1]
      }
    }
    this.add()
  }

  add() {
    const row = this.body.insertRow()
    row.insertCell().className = "at"
    for (const key of this.keys) {
      const cell = row.insertCell()
      cell.dataset.key = key
      const field = document.createElement("input")
      field.dataset.key = key
      field.value = STARTS_AS[key] ?? ""
      field.spellcheck = false
      cell.dataset.label = $(`#grid th[data-key=${key}]`).textContent
      cell.append(field)
      if (key === "recipient") {
        field.dataset.code = ""
        new AgencyField(field)
      }
    }
    const problem = row.insertCell()
    problem.className = "problem"
    problem.dataset.label = $("#row-words").content.querySelector("[data-word=sent-again]").textContent
    const again = document.createElement("input")
    Object.assign(again, { placeholder: problem.dataset.label, hidden: true })
    again.dataset.key = "again"
    problem.append(document.createElement("span"), again)
    const drop = document.createElement("button")
    Object.assign(drop, { type: "button", className: "link", textContent: "×", tabIndex: -1 })
    drop.setAttribute("aria-label", $("#row-words").content.querySelector("[data-word=remove]").textContent)
    drop.addEventListener("click", () => {
      row.remove()
      this.grown()
    })
    row.insertCell().append(drop)
    this.number()
    return row
  }

  number() {
    for (const [at, row] of this.rows.entries()) {
      const number = String(at + 1)
      if (row.cells[0].textContent === number) continue
      row.cells[0].textContent = number
      for (const one of inputs(row)) one.setAttribute("aria-label", `${number} ${one.parentElement.dataset.label}`)
    }
  }

  grown() {
    const last = this.rows.at(-1)
    if ((!last || !isEmpty(last)) && this.rows.length < this.most) this.add()
    this.number()
    this.changed()
  }

  seen(row) { return inputs(row).filter((one) => one.offsetParent) }

  go(from, step) {
    const all = this.rows.flatMap((row) => this.seen(row))
    all[all.indexOf(from) + step]?.focus()
  }

  key(event) {
    const [field, row] = [event.target, event.target.closest("tr")]
    if (field.tagName !== "INPUT") return
    const key = field.dataset.key
    const beside = (other) => other?.querySelector(`input[data-key=${key}]`)
    if (event.key === "Enter" && !event.ctrlKey) this.go(field, 1)
    else if (event.key === "ArrowDown") beside(row.nextElementSibling)?.focus()
    else if (event.key === "ArrowUp") beside(row.previousElementSibling)?.focus()
    else if (event.key === "F4") {
      const above = beside(row.previousElementSibling)
      if (!above) return
      field.value = above.value
      if ("code" in field.dataset) field.dataset.code = above.dataset.code
      field.dispatchEvent(new Event("change", { bubbles: true }))
      this.go(field, 1)
    } else return
    event.preventDefault()
  }

  paste(event) {
    const text = event.clipboardData.getData("text/plain")
    if (!/[\t\n]/.test(text.trim())) return
    event.preventDefault()
    const lines = cut(text)
    let keys = this.seen(event.target.closest("tr")).map((one) => one.dataset.key)
    const headings = this.headings(lines[0])
    if (headings) lines.shift()
    keys = headings ?? keys.slice(keys.indexOf(event.target.dataset.key))
    let at = event.target.closest("tr").rowIndex - 1
    if (at + lines.length > this.most) return this.tooMany(at + lines.length)
    this.tooMany(0)
    for (const values of lines) {
      const row = this.rows[at] ?? this.add()
      at += 1
      for (const [place, value] of values.entries()) {
        const field = keys[place] && row.querySelector(`input[data-key=${keys[place]}]`)
        if (!field) continue
        const list = this.lists[keys[place]]
        field.value = list ? closest(value, list) : value
        if ("code" in field.dataset) field.dataset.code = ""
      }
    }
    this.grown()
  }

  /** Give the keys of columns if a line holds nothing but their headings. */
  headings(line) {
    const known = Object.fromEntries(this.keys.map((key) => [plain($(`#grid th[data-key=${key}]`).textContent), key]))
    const keys = line.map((text) => known[plain(text)] ?? null)
    return line.every((text, at) => !text.trim() || keys[at]) && keys.some(Boolean) ? keys : null
  }
}

const inputs = (row) => $$("input", row)

const isEmpty = (row) => inputs(row).every((one) => one.dataset.key in STARTS_AS || !one.value.trim())

/** Give the word of a closed list that was meant, if only one can be; else what was typed. */
function closest(text, list) {
  const typed = plain(text)
  if (!typed) return ""
  const same = list.filter((word) => plain(word) === typed)
  const begun = same.length ? same : list.filter((word) => word && plain(word).startsWith(typed))
  return begun.length === 1 ? begun[0] : text
}

/** Cut what a spreadsheet has copied: tabs between cells, quotes around what holds a line's end. */
function cut(text) {
  const lines = [[""]]
  const signs = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "")
  let isQuoted = false
  for (let at = 0; at < signs.length; at++) {
    const [sign, line] = [signs[at], lines.at(-1)]
    if (isQuoted) {
      if (sign !== '"') line[line.length - 1] += sign === "\n" ? " " : sign
      else if (signs[at + 1] === '"') line[line.length - 1] += signs[(at += 1)]
      else isQuoted = false
    } else if (sign === '"' && line.at(-1) === "") isQuoted = true
    else if (sign === "\t") line.push("")
    else if (sign === "\n") lines.push([""])
    else line[line.length - 1] += sign
  }
  return lines.filter((line) => line.some((cell) => cell.trim()))
}
