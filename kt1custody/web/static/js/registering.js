/* What the pages that register share: what was proposed against what the screen shows, the ticks of
   the envelope, and what is said when it is done. */

import { $, $$, word } from "./frame.js"
import { SignForm, recorded } from "./sign_form.js"

const LINE = ["mark", "urgency", "kind", "appt", "dest"]
let signed = []

/** Whether acts register just these rows, in this order, by this person; `rows` as the server has
    described them and the screen shows them. */
function isShown(acts, rows) {
  const registers = acts.filter((act) => act.get("type") === "register")
  const lines = registers.flatMap((act) => act.get("items"))
  signed = lines.map((line) => Number(line.get("n")))
  return acts.every((act) => ["register", "office_key"].includes(act.get("type"))) &&
    acts.every((act) => act.get("by") === document.body.dataset.staff) &&
    lines.length === rows.length && new Set(signed).size === rows.length &&
    lines.every((line, at) => LINE.every((key) => (line.get(key) ?? null) === rows[at][key]))
}

/** Make the form in which the clerk signs; `rows()` gives what is on the screen. */
export function signing({ label, propose, rows, done, ...others }) {
  let shown = []
  return new SignForm({
    label,
    propose: () => {
      shown = rows()
      return propose()
    },
    ...others,
    agrees: (acts) => isShown(acts, shown),
    done: async ({ entries }) => {
      const seqs = entries.filter(({ type }) => type === "register").map(({ seq }) => seq)
      tell(signed, seqs)
      $("#restored")?.toggleAttribute("hidden", true)
      await done()
      return word("done").replace("{seq}", seqs.map((seq) => `#${seq}`).join(", "))
    },
  })
}

const grouped = (n) => String(n).padStart(12, "0").replace(/(\d{4})(?=\d)/g, "$1 ")

function tell(numbers, seqs) {
  const [first, last] = [grouped(numbers[0]), grouped(numbers.at(-1))]
  $("#numbers").textContent =
    numbers.length === 1 ? first : word("range").replace("{first}", first).replace("{last}", last)
  const place = $("#receipts")
  place.replaceChildren()
  for (const seq of seqs) {
    const link = document.createElement("a")
    Object.assign(link, { className: "quiet", href: `/register/receipt/${seq}.pdf`, download: "" })
    link.textContent = `${word("receipt")} #${seq}`
    place.append(link)
  }
  $("#unsealed")?.remove() // it counts those before
  $("#registered").hidden = false
  $("#registered").scrollIntoView({ block: "nearest" })
}

export const ticks = () => $$("#envelope input")
export const ticked = () => ticks().filter((tick) => tick.checked).map((tick) => tick.value)
export const isAllTicked = () => ticks().every((tick) => tick.checked)
export const untick = () => { for (const tick of ticks()) tick.checked = false }

/** Ask the clerk who is signed in for a PIN, once everything is right and ticked. */
export async function askClerk(form, people) {
  const name = $(".who b").textContent
  const asked = isAllTicked() ? people : []
  if (asked.join() === form.people.map(([staff]) => staff).join()) return form.refresh()
  await form.ask(asked.map((staff) => [staff, name]))
  // Whoever went on before the field was there has left the form.
  if (document.activeElement === document.body) form.fields[0]?.focus()
}

/** Put the draft back that this browser has kept; or say what was registered of it before the break. */
export async function restore(draft, fill, clear) {
  const say = (name, at = 0) => {
    $("#restored span").textContent = word(name).replace("{at}", new Date(at).toLocaleString(document.documentElement.lang))
    $("#restored").hidden = false
  }
  if (!(await draft.take())) {
    say("other-tab")
    $("#drop-draft").hidden = true
    for (const part of $$("#main form")) part.inert = true
    return
  }
  const before = await draft.open()
  if (!before) return
  const entries = before.signed ? await recorded(before.signed) : []
  if (entries.length) {
    await draft.drop()
    say("was-registered", before.at)
    $("#drop-draft").hidden = true
    const registers = entries.filter(({ type }) => type === "register")
    tell(registers.flatMap(({ numbers }) => numbers), registers.map(({ seq }) => seq))
    return
  }
  say("restored", before.at)
  $("#drop-draft").addEventListener("click", async () => {
    await draft.drop()
    clear()
    $("#restored").hidden = true
  })
  fill(before.value)
}

export function lines(place, texts, name) {
  place.replaceChildren()
  for (const text of texts) {
    const made = document.createElement("p")
    made.className = name
    made.textContent = text
    place.append(made)
  }
}
