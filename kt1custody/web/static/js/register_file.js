/* A list that an agency has sent: read by the server, shown, signed as a whole. */

import { ask } from "./api.js"
import { $, sentence, showFault, word } from "./frame.js"
import { askClerk, isAllTicked, signing, ticked, ticks, untick } from "./registering.js"
import { hideReview, showReview } from "./review.js"

let preview = null
let people = []
let chosen = null

const form = signing({
  label: () => word("sign-many").replace("{count}", String(preview?.total ?? 0)),
  propose: () => ask(at("propose", ticked()), chosen),
  rows: () => preview.rows,
  done: async () => show(null),
})

function at(what, points = []) {
  const query = new URLSearchParams([["name", chosen.name], ...points.map((point) => ["envelope", point])])
  return `/api/register/file/${what}?${query}`
}

async function read() {
  const file = $("#file").files[0]
  if (!file) return
  show(null)
  $("#registered").hidden = $("#done").hidden = true
  showFault($("#file-fault"), "")
  // Read once: what is signed is what was shown, whatever becomes of the file meanwhile.
  chosen = new File([await file.arrayBuffer()], file.name)
  $("#file").value = "" // the same file can be chosen again when it is mended
  $("#file-name").textContent = file.name
  try {
    const answer = await ask(at("check"), chosen)
    people = answer.people
    tellWrong(answer.findings)
    if (answer.preview) show(answer.preview)
  } catch (failure) {
    showFault($("#file-fault"), sentence(failure))
  }
}

function tellWrong(findings) {
  $("#wrong").hidden = !findings.length
  $("#wrong-count").textContent = word("wrong-cells").replace("{count}", String(findings.length))
  $("#reasons").replaceChildren(...findings.map(({ line }) => {
    const made = document.createElement("li")
    made.textContent = line
    return made
  }))
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
  const answer = await fetch(at("errors"), {
    method: "POST", headers: { "content-type": "application/octet-stream" }, body: chosen,
  })
  if (!answer.ok) return
  const link = document.createElement("a")
  link.href = URL.createObjectURL(await answer.blob())
  link.download = chosen.name.replace(/\.[^.]*$/, "") + "-loi.xlsx"
  link.click()
  URL.revokeObjectURL(link.href)
})
$("#file").addEventListener("change", read)
$("#back").addEventListener("click", () => {
  show(null)
  $("#file").focus()
})
for (const tick of ticks()) tick.addEventListener("change", () => askClerk(form, isAllTicked() ? people : []))
$("#file").focus()
