/* After the founding: the reserve goes onto its stick, lists come into force, printer and scanner are tried. */

import { ask } from "./api.js"
import { base64, hex, sha256 } from "./codec.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { SignForm } from "./sign_form.js"

const own = $("#lists").dataset.staff
let chosen = null // kind, name and content of the file
let hash = ""

const wanted = () => ({ ...chosen, second: $("#second").value })

const form = new SignForm({
  label: () => word("sign"),
  propose: () => ask("/api/lists/propose", wanted()),
  agrees: ([act, ...more]) => more.length === 0 && act.get("type") === "catalogue" &&
    act.get("kind") === chosen.kind && hex(act.get("hash")) === hash &&
    act.get("by") === own && act.get("by2") === $("#second").value && act.get("from") === act.get("at"),
  done: ({ entries }) => {
    const pill = $(`[data-kind=${chosen.kind}]`).closest("section").querySelector(".pill")
    pill.className = "pill good"
    pill.textContent = `✓ ${word("in-force")}`
    return word("done").replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

async function check() {
  if (!chosen) return
  let people = []
  try {
    const told = await ask("/api/lists/check", wanted())
    ;({ people, hash } = told)
    $("#list-says").textContent = ["name", "rows", "new"].reduce(
      (text, name) => text.replace(`{${name}}`, String({ ...told, name: chosen.name }[name])), word("list-says"))
    showFault($("#rule-fault"), "")
  } catch (failure) {
    $("#list-says").textContent = chosen.name
    showFault($("#rule-fault"), sentence(failure))
  }
  form.ask(people.map((staff) => [staff, nameOf(staff)]))
}

function nameOf(staff) {
  const option = [...$("#second").options].find((one) => one.value === staff)
  return option ? option.textContent : `${$(".who b").textContent} · ${staff}`
}

for (const field of $$("[data-kind]")) {
  field.addEventListener("change", async () => {
    const [file] = field.files
    if (!file) return
    form.ask([])
    showFault($("#rule-fault"), "")
    const content = base64(new Uint8Array(await file.arrayBuffer()))
    chosen = { kind: field.dataset.kind, name: file.name, content }
    $("#task").hidden = false
    $("#done").hidden = true
    await check()
    if (!$("#rule-fault").hidden) field.value = "" // so that the same file, mended, can be chosen again
    $("#task").scrollIntoView({ block: "nearest" })
  })
}
$("#file-people").addEventListener("change", async ({ target }) => {
  const [place, [file]] = [$("#people-says"), target.files]
  if (!file) return
  try {
    const content = base64(new Uint8Array(await file.arrayBuffer()))
    const told = await ask("/api/lists/people", { name: file.name, content })
    place.className = "pill good"
    place.textContent = `✓ ${word("people-say").replace("{new}", told.new).replace("{known}", told.known)}`
  } catch (failure) {
    place.className = "fault"
    place.textContent = sentence(failure)
    target.value = ""
  }
})

$("#second").addEventListener("change", check)

$("#reserve")?.addEventListener("submit", async (event) => {
  event.preventDefault()
  const fault = $("#reserve .fault")
  showFault(fault, "")
  try {
    const raw = new Uint8Array(await $("#reserve-file").files[0].arrayBuffer())
    await ask("/api/first-run/reserve", { digest: base64(await sha256(raw)) })
    $("#reserve-todo").remove()
    $("#reserve-state").className = "pill good"
    $("#reserve-state").textContent = `✓ ${word("sealed")}`
  } catch (failure) {
    showFault(fault, sentence(failure))
  }
})

$("#scanner").addEventListener("submit", (event) => {
  event.preventDefault()
  const isRight = $("#scanned").value === $("#scanner").dataset.sample
  $("#scanner-state").className = isRight ? "pill good" : "fault"
  $("#scanner-state").textContent = isRight ? `✓ ${word("scan-good")}` : word("scan-bad")
  $("#scanned").value = ""
})
