/* A field for an agency of the closed list: words find it, a key chooses it, nothing else is taken.
   Down and Up move, Enter chooses, Escape closes; Tab chooses if there is one only. */

import { ask } from "./api.js"
import { $$, word } from "./frame.js"

const WAIT = 120 // ms without a key pressed
let count = 0

export class AgencyField {
  constructor(field) {
    this.field = field
    this.found = []
    this.at = -1
    this.asked = 0
    this.list = document.createElement("ul")
    Object.assign(this.list, { id: `agencies-${(count += 1)}`, className: "agencies", hidden: true })
    this.list.setAttribute("role", "listbox")
    this.list.setAttribute("aria-label", word("agencies"))
    field.after(this.list)
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) field.setAttribute(name, value)
    field.addEventListener("input", () => this.typed())
    field.addEventListener("keydown", (event) => this.key(event))
    field.addEventListener("blur", () => this.close())
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault()
      const option = /** @type {any} */ (event.target).closest("[role=option]")
      if (option) this.choose(Number(option.dataset.at))
    })
  }

  /** The code, or what was typed where nothing was chosen. */
  static of(field) { return field.dataset.code || field.value.trim() }

  static put(field, { code = "", name = "" }) {
    field.dataset.code = code
    field.value = name || code
  }

  typed() {
    this.field.dataset.code = ""
    clearTimeout(this.timer)
    const text = this.field.value.trim()
    const turn = (this.asked += 1)
    if (!text) return this.close()
    this.timer = setTimeout(async () => {
      const { agencies, total } = await ask("/api/register/agencies", { typed: text })
        .catch(() => ({ agencies: [], total: 0 }))
      if (turn === this.asked && document.activeElement === this.field) this.show(agencies, total)
    }, WAIT)
  }

  show(agencies, total) {
    this.found = agencies
    this.list.replaceChildren()
    for (const [at, { code, name, office }] of agencies.entries()) {
      const option = this.add("option", name, `${code} · ${office}`)
      option.id = `${this.list.id}-${at}`
      option.dataset.at = String(at)
    }
    if (!total) this.add("presentation", word("no-agency"), "")
    if (total > agencies.length) {
      this.add("presentation", "", word("more-agencies").replace("{shown}", String(agencies.length)).replace("{total}", String(total)))
    }
    this.list.hidden = false
    this.field.setAttribute("aria-expanded", "true")
    this.move(agencies.length ? 0 : -1)
  }

  add(role, text, more) {
    const made = document.createElement("li")
    made.setAttribute("role", role)
    made.append(text)
    if (more) {
      const small = document.createElement("small")
      small.textContent = more
      made.append(small)
    }
    this.list.append(made)
    return made
  }

  move(at) {
    this.at = at
    for (const [place, option] of $$("[role=option]", this.list).entries()) {
      option.setAttribute("aria-selected", String(place === at))
    }
    if (at < 0) this.field.removeAttribute("aria-activedescendant")
    else {
      this.field.setAttribute("aria-activedescendant", `${this.list.id}-${at}`)
      this.list.children[at].scrollIntoView({ block: "nearest" })
    }
  }

  key(event) {
    const most = this.found.length
    if (this.list.hidden || !most) return
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.move((this.at + (event.key === "ArrowDown" ? 1 : most - 1)) % most)
    } else if (event.key === "Enter") this.choose(this.at)
    else if (event.key === "Escape") this.close()
    else if (event.key === "Tab" && most === 1) return this.choose(0)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  choose(at) {
    AgencyField.put(this.field, this.found[at])
    this.close()
    this.field.dispatchEvent(new Event("change", { bubbles: true }))
    this.field.dispatchEvent(new Event("chosen", { bubbles: true }))
  }

  close() {
    this.asked += 1
    this.found = []
    this.list.hidden = true
    this.field.setAttribute("aria-expanded", "false")
    this.field.removeAttribute("aria-activedescendant")
  }
}
