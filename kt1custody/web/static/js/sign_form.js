/* Signing at a counter: each person types a PIN, the key opens here, and the server gets signatures.
   What was proposed is compared with the screen before anybody's key is opened. */

import { Refusal, ask } from "./api.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { hashesOf } from "./act.js"
import { OtherProposal, opensByTouch, signProposal } from "./key.js"

export class SignForm {
  /**
   * `propose` gives `{ proposal }`; `agrees` compares its acts with the screen; `label` names the
   * button; `done` hears what was recorded; `keep` the hashes of the acts before they are sent;
   * `settled` waits for what the rules still have to say of what was typed last.
   */
  constructor({ propose, agrees, label, done, keep = async (_acts) => {}, settled = async () => {} }) {
    this.propose = propose
    this.agrees = agrees
    this.label = label
    this.done = done
    this.keep = keep
    this.settled = settled
    this.unanswered = null // what was sent and not answered: the log may have it
    this.people = []
    this.isBusy = false
    $("#sign").addEventListener("submit", (event) => {
      event.preventDefault()
      this.sign()
    })
  }

  /** Ask these people for their PINs, in this order: pairs of staff number and name. */
  async ask(people) {
    if (String(people) === String(this.people)) return this.refresh() // who is typing goes on
    this.people = people
    const byTouch = await Promise.all(people.map(([staff]) => opensByTouch(staff)))
    if (this.people !== people) return
    const place = $("#pins")
    const typed = new Map(this.fields.map((field) => [field.dataset.staff, field.value]))
    place.replaceChildren()
    for (const [at, [staff, name]] of people.entries()) {
      if (byTouch[at]) {
        const line = document.createElement("p")
        line.className = "touch"
        line.dataset.staff = staff
        line.textContent = word("touch-of").replace("{name}", name)
        place.append(line)
        continue
      }
      const label = document.createElement("label")
      label.htmlFor = `pin-${staff}`
      label.textContent = word("pin-of").replace("{name}", name)
      const field = document.createElement("input")
      Object.assign(field, { id: `pin-${staff}`, type: "password", autocomplete: "off", required: true })
      field.dataset.staff = staff
      field.value = typed.get(staff) ?? ""
      place.append(label, field)
    }
    this.refresh()
  }

  get fields() { return $$("input", $("#pins")) }

  refresh() {
    const button = $("#sign button.main")
    button.disabled = this.people.length === 0 || this.isBusy
    button.textContent = this.label()
  }

  async sign() {
    if (this.isBusy || !this.people.length) return
    const fault = $("#sign .fault")
    showFault(fault, "")
    this.isBusy = true
    this.refresh()
    try {
      await this.settled()
      if (!this.people.length) return // it is not right as it stands; the fields say why
      const told = await this.record()
      for (const field of this.fields) field.value = ""
      await this.ask([])
      this.tell(await this.done(told), told)
    } catch (failure) {
      showFault(fault, failure instanceof OtherProposal ? word("other") : sentence(failure))
    } finally {
      this.isBusy = false
      this.refresh()
    }
  }

  /** Propose, sign and commit; what was sent before and is recorded is neither signed nor sent anew. */
  async record() {
    const before = this.unanswered
    if (!before || !(await recorded(before.acts)).length) {
      const typed = new Map(this.fields.map((field) => [field.dataset.staff, field.value]))
      const pins = new Map(this.people.map(([staff]) => [staff, typed.get(staff) ?? ""]))
      const { proposal } = await this.propose()
      const signed = await signProposal(proposal, this.agrees, pins)
      const acts = await hashesOf(proposal)
      await this.keep(acts)
      this.unanswered = { proposal, signed, acts }
    }
    const { proposal, signed } = this.unanswered
    const told = await commit(proposal, signed)
    this.unanswered = null
    return told
  }

  /** Say what was recorded, and what the log has noted of it. */
  tell(line, { notes, warnings }) {
    const place = $("#done")
    place.replaceChildren()
    for (const text of [line, ...notes, ...warnings]) {
      const made = document.createElement("p")
      made.textContent = text
      place.append(made)
    }
    place.hidden = false
  }
}

/** Give the entries of those acts that the log has. */
export async function recorded(acts) {
  return (await ask("/api/recorded", { acts })).entries
}

/** Ask again where no answer came: what is recorded already is not recorded twice. */
async function commit(proposal, signed) {
  for (let turn = 0; ; turn++) {
    try {
      return await ask("/api/commit", { proposal, signed })
    } catch (failure) {
      if (failure instanceof Refusal || turn === 2) throw failure
      await new Promise((go) => setTimeout(go, 700))
    }
  }
}
