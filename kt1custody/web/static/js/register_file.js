/* A list that an agency has sent: read by the server, shown, signed as a whole. */

import { ask } from "./api.js"
import { base64 } from "./codec.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { askClerk, isAllTicked, signing, ticked, ticks, untick } from "./registering.js"
import { hideReview, showReview } from "./review.js"

let preview = null
let people = []
let chosen = null // name and content of the file

const form = signing({
  label: () => word("sign-many").replace("{count}", String(preview?.total ?? 0)),
  propose: () => ask("/api/register/file/propose", { ...wanted(), envelope: ticked() }),
  rows: () => preview.rows,
  done: async () => show(null),
})

/** Why rows are sent again, as typed so far. */
const again = () => Object.fromEntries($$("#reasons input").map((field) => [field.dataset.row, field.value]))
let reasons = {} // as they were when the list was found right
const wanted = () => ({ ...chosen, again: reasons })

async function read() {
  const file = $("#file").files[0]
  if (!file) return
  show(null)
  $("#registered").hidden = $("#done").hidden = true
  showFault($("#file-fault"), "")
  // Read once: what is signed is what was shown, whatever becomes of the file meanwhile.
  chosen = { name: file.name, content: base64(new Uint8Array(await file.arrayBuffer())) }
  reasons = {}
  $("#file").value = "" // the same file can be chosen again when it is mended
  $("#file-name").textContent = file.name
  await check()
}

async function check() {
  try {
    const answer = await ask("/api/register/file/check", wanted())
    people = answer.people
    tellWrong(answer)
    if (answer.preview) show(answer.preview)
  } catch (failure) {
    showFault($("#file-fault"), sentence(failure))
  }
}

function tellWrong({ findings, earlier }) {
  $("#wrong").hidden = !findings.length
  $("#wrong-count").textContent = word("wrong-cells").replace("{count}", String(findings.length))
  const before = new Map(earlier.map((one) => [one.row, one]))
  $("#check-again").hidden = !before.size
  $("#reasons").replaceChildren(...findings.map(({ line, row }) => {
    const made = document.createElement("li")
    made.textContent = line
    if (before.has(row)) made.append(askAgain(before.get(row)))
    before.delete(row)
    return made
  }))
  for (const one of before.values()) { // its reason is typed, and others are wrong still
    const made = document.createElement("li")
    made.append(askAgain(one))
    $("#reasons").append(made)
  }
}

/** Name the earlier item, and ask why the row is sent again. */
function askAgain({ row, number, at }) {
  const made = document.createElement("label")
  made.textContent = `${word("row").replace("{row}", String(row))}: ${word("earlier").replace("{number}", number).replace("{at}", at)} ${word("sent-again")}`
  const field = document.createElement("input")
  field.dataset.row = String(row)
  field.value = reasons[row] ?? ""
  made.append(field)
  return made
}

function show(next) {
  preview = next
  $("#wrong").hidden = true
  untick()
  if (!preview) {
    people = []
    $("#file-name").textContent = ""
    hideReview()
  } else {
    $("#told").textContent = preview.told === null ? "" : word("told-total").replace("{count}", String(preview.told))
    showReview(preview)
  }
  askClerk(form, people)
}

$("#send-back").addEventListener("click", async () => {
  const answer = await fetch("/api/register/file/errors", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wanted()),
  })
  if (!answer.ok) return
  const link = document.createElement("a")
  link.href = URL.createObjectURL(await answer.blob())
  link.download = chosen.name.replace(/\.[^.]*$/, "") + "-loi.xlsx"
  link.click()
  URL.revokeObjectURL(link.href)
})
$("#file").addEventListener("change", read)
$("#check-again").addEventListener("click", () => {
  reasons = again()
  check()
})
$("#back").addEventListener("click", () => {
  show(null)
  $("#file").focus()
})
for (const tick of ticks()) tick.addEventListener("change", () => askClerk(form, isAllTicked() ? people : []))
$("#file").focus()
