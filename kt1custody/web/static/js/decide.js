/* A decision about the service: officers sign it on this screen, an administrator suggests it. */

import { ask } from "./api.js"
import { hex, kidOf, same, unbase64 } from "./codec.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { fingerprint } from "./key.js"
import { SignForm } from "./sign_form.js"

const [place, wanted] = [$("#decide"), $("#wanted")]
const { staff: own, zone, suggestion, decides } = place.dataset
const verb = () => $("#verb")?.value ?? wanted.dataset.verb
let asked = null
let hash = ""
let checked = 0
let isTouched = Boolean(suggestion)

/** What the form says, by the names of its fields that are shown. */
function change() {
  const said = { verb: verb() }
  for (const field of $$("[name]", wanted)) {
    if (field.closest("[hidden]") || field.name === "verb") continue
    if (field.type === "checkbox") {
      said[field.name] ??= []
      if (field.checked) said[field.name].push(field.value)
    } else if (field.type === "number") said[field.name] = Number(field.value)
    else said[field.name] = field.type === "date" ? field.value || null : field.value
  }
  return said
}

const body = () => ({ ...change(), second: $("#second").value })

const form = decides && new SignForm({
  label: () => word("sign"),
  propose: () => {
    asked = { ...body(), old: $("#service")?.selectedOptions[0]?.dataset.kid }
    return ask("/api/decisions/propose", body())
  },
  agrees: async ([act, ...more]) => more.length === 0 && act.get("by") === own &&
    act.get("by2") === asked.second && await IS_ASKED[asked.verb](act),
  done: async ({ entries }) => {
    const done = word("done").replace("{seq}", `#${entries.at(-1).seq}`)
    if (suggestion) await drop()
    if (asked.verb !== "switch") return done
    await ask("/api/decisions/finish", { service: asked.service })
    return `${done} ${word("new-key").replace("{key}", fingerprint(asked.fresh))}`
  },
})

const isList = (kind) => (act) => act.get("type") === "catalogue" && act.get("kind") === kind &&
  hash !== "" && hex(act.get("hash")) === hash && act.get("from") === act.get("at")

/** What was proposed is what this screen says, field by field. */
const IS_ASKED = {
  policy: (act) => act.get("type") === "policy" && isPolicy(act.get("policy")) &&
    (asked.begin ? localTime(act.get("from")) === `${asked.begin} 00:00:00` : act.get("from") === act.get("at")),
  office: isList("offices"),
  agency: isList("agencies"),
  witnesses: (act) => act.get("type") === "quorum" && act.get("least") === asked.least &&
    areWitnesses(act.get("witnesses")),
  switch: async (act) => {
    const key = act.get("key")
    asked.fresh = await kidOf(key.get("alg"), key.get("pub"))
    return act.get("type") === "rotate" && hex(act.get("kid")) === asked.old &&
      key.get("owner") === asked.service && act.get("consent") !== null && act.get("from") === act.get("at")
  },
  "end-key": (act) => act.get("type") === "revoke" && hex(act.get("kid")) === asked.kid &&
    act.get("reason") === asked.reason && act.get("since") === act.get("at"),
}

function isPolicy(policy) {
  const rules = ["witness", "carry"].flatMap((kind) => [...policy.get(kind)].flatMap(
    ([mark, codes]) => codes.map((code) => `${kind} ${mark} ${code}`)))
  return [...rules].sort().join() === [...asked.rules].sort().join() &&
    policy.get("max_offline") === asked.hours * 3600
}

function areWitnesses(named) {
  const lines = asked.keys.split("\n").map((line) => line.trim()).filter(Boolean)
  return lines.length === named.length && lines.every((line) => {
    const [key, url = ""] = line.split(/\s+/)
    const [name, , ...rest] = key.split("+") // the key itself may hold the sign
    const witness = named.find((one) => one.get("name") === name)
    return witness && (witness.get("url") ?? "") === url &&
      same(unbase64(rest.join("+")).subarray(1), witness.get("pub"))
  })
}

const localTime = (at) => new Intl.DateTimeFormat("sv-SE", {
  timeZone: zone, dateStyle: "short", timeStyle: "medium",
}).format(new Date(at * 1000))

async function check() {
  for (const part of $$("[data-for]", wanted)) part.hidden = part.dataset.for !== verb()
  if (!form) return
  const turn = (checked += 1)
  const [chosen, anybody] = [$("#second").value, $("#second").options[1]?.value] // what changes is the same
  let told = { people: [], lines: [], hash: "" }
  let fault = ""
  if (isTouched && anybody && wanted.checkValidity()) {
    try {
      told = await ask("/api/decisions/check", { ...body(), second: chosen || anybody })
      if (!chosen) told.people = []
    } catch (failure) {
      fault = sentence(failure)
    }
    if (turn !== checked) return
  }
  hash = told.hash
  $("#lines").replaceChildren(...told.lines.map((line) => {
    const made = document.createElement("li")
    made.textContent = line
    return made
  }))
  showFault($("#rule-fault"), fault)
  form.ask(told.people.map((staff) => [staff, nameOf(staff)]))
}

function nameOf(staff) {
  const option = [...$("#second").options].find((one) => one.value === staff)
  return option ? option.textContent : `${$(".who b").textContent} · ${staff}`
}

const drop = () => ask("/api/suggestions/drop", { number: Number(suggestion) })

function changed() {
  isTouched = true
  check()
}

wanted.addEventListener("change", changed)
wanted.addEventListener("submit", async (event) => {
  event.preventDefault()
  if (form) return
  showFault($("#rule-fault"), "")
  try {
    await ask("/api/suggestions", { change: { ...change(), second: "" } })
    $("#done").textContent = word("suggested")
    $("#done").hidden = false
    $("#suggest").disabled = true
  } catch (failure) {
    showFault($("#rule-fault"), sentence(failure))
  }
})
$("#second")?.addEventListener("change", changed)
$("#drop")?.addEventListener("click", async () => {
  try {
    await drop()
    location.assign("/service")
  } catch (failure) {
    showFault($("#rule-fault"), sentence(failure))
  }
})
check()
