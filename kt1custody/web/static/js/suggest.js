/* An administrator suggests a change; two officers see it on the same page and sign it, or drop it. */

import { ask } from "./api.js"
import { $, $$, sentence, showFault } from "./frame.js"

const value = (name) => $(`#s-${name}`).value
const verb = () => value("verb")
const CHANGES = {
  assign: () => ({ who: value("who"), role: value("role"), office: Number(value("office")), until: value("until") || null }),
  lift: () => ({ who: value("who"), reason: value("reason-lift") }),
  revoke: () => ({ who: value("who"), reason: value("reason-revoke") }),
  device: () => ({ device: value("device").trim().toUpperCase(), name: value("name"), office: Number(value("office")) }),
}

function show() {
  for (const part of $$("[data-for]", $("#suggest"))) {
    part.hidden = !part.dataset.for.split(" ").includes(verb())
  }
}

$("#s-verb").addEventListener("change", show)
$("#suggest").addEventListener("submit", async (event) => {
  event.preventDefault()
  const fault = $("#suggest .fault")
  showFault(fault, "")
  try {
    await ask("/api/suggestions", { change: { verb: verb(), second: "", ...CHANGES[verb()]() } })
    location.reload()
  } catch (failure) {
    showFault(fault, sentence(failure))
  }
})
show()
