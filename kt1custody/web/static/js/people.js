/* People and machines: one change at a time, which two officers sign on this screen. */

import { ask } from "./api.js"
import { hex, kidOf } from "./codec.js"
import { $, $$, sentence, showFault, word } from "./frame.js"
import { SignForm } from "./sign_form.js"

const page = $("#people")
const own = page.dataset.staff
const FIELDS = {
  enrol: ["kid", "name", "office", "second"],
  renew: ["kid", "second"],
  device: ["device", "name", "office", "second"],
  assign: ["who", "role", "office", "until", "second"],
  hold: ["who", "reason"],
  lift: ["who", "reason", "second"],
  revoke: ["who", "reason", "second"],
}
let chosen = null // what the pressed button says of the person, key or machine
let asked = null
let checked = 0

const verb = () => (["enrol", "renew", "device"].includes(chosen.verb) ? chosen.verb : $("#verb").value)
const base64Of = (text) => btoa(text.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))))
const READ = {
  kid: () => base64Of(chosen.kid),
  who: () => chosen.who,
  device: () => $("#device").value.trim().toUpperCase(),
  name: () => $("#name").value,
  role: () => $("#role").value,
  office: () => Number($("#office").value),
  until: () => $("#until").value || null,
  reason: () => $(`#reason-${verb()}`).value,
  second: () => $("#second").value,
}
const wanted = () => ({
  verb: verb(), ...Object.fromEntries(FIELDS[verb()].map((name) => [name, READ[name]()])),
})

const form = new SignForm({
  label: () => word("sign"),
  propose: () => {
    asked = { ...wanted(), kid: chosen.kid, since: Number(chosen.since), role: $("#role").value, who: chosen.who }
    return ask("/api/people/propose", wanted())
  },
  agrees: (acts) => isAsked(acts.filter((act) => act.get("type") !== "office_key")),
  done: async ({ entries }) => {
    const isDevice = asked.verb === "device"
    if (chosen.suggestion) await drop(chosen.suggestion)
    if (isDevice) await showCode(asked.device)
    for (const button of $$("[data-verb], [data-refuse]")) {
      button.disabled = !isDevice || button.dataset.verb !== "device"
    }
    return word("done").replace("{seq}", `#${entries.at(-1).seq}`)
  },
})

const TYPES = { enrol: ["enrol"], renew: ["enrol", "revoke"], device: ["enrol"] }

/** What was proposed is what this screen says, field by field, and nothing else. */
async function isAsked(acts) {
  const types = TYPES[asked.verb] ?? [asked.verb]
  if (acts.map((act) => act.get("type")).join() !== types.join()) return false
  for (const act of acts) {
    if (act.get("by") !== own || (asked.verb !== "hold" && act.get("by2") !== asked.second)) return false
  }
  const [act, ended] = acts
  const says = (facts) => Object.entries(facts).every(([name, value]) => act.get(name) === value)
  const isKid = (told, kid) => hex(told) === kid
  switch (asked.verb) {
    case "enrol":
      return says({ who: asked.who, role: asked.role, office: asked.office, to: null }) && isKey(act)
    case "renew":
      return says({ who: asked.who, role: asked.role }) && ended.get("reason") === "rotated" &&
        ended.get("since") === ended.get("at") && isKey(act)
    case "device":
      return says({ who: asked.device, role: "device", office: asked.office, key: null, to: null })
    case "assign":
      return says({ role: asked.role, office: asked.office, from: asked.since }) &&
        isKid(act.get("kid"), asked.kid) && dayOf(act.get("to")) === asked.until
    case "revoke":
      return isKid(act.get("kid"), asked.kid) && says({ reason: asked.reason, since: act.get("at") })
    default:
      return says({ who: asked.who, reason: asked.reason })
  }
}

async function isKey(act) {
  const key = act.get("key")
  return key.get("owner") === asked.who && key.get("role") === asked.role &&
    hex(await kidOf(key.get("alg"), key.get("pub"))) === asked.kid
}

const dayOf = (at) => at === null ? null : new Intl.DateTimeFormat("en-CA", {
  timeZone: page.dataset.zone, year: "numeric", month: "2-digit", day: "2-digit",
}).format(new Date(at * 1000))

function begin(button) {
  chosen = { ...button.dataset }
  $("#task").hidden = false
  $("#done").hidden = true
  if (["assign", "hold", "lift", "revoke"].includes(chosen.verb)) $("#verb").value = chosen.verb
  $("#who").value = chosen.who
  $("#print").value = (chosen.kid ?? "").toUpperCase().replace(/(....)(?=.)/g, "$1 ")
  if (chosen.role) $("#role").value = chosen.role
  if (chosen.office) $("#office").value = chosen.office
  else for (const option of $("#office").options) option.selected = option.defaultSelected
  $("#until").value = chosen.until ?? ""
  $("#device").value = chosen.device ?? ""
  $("#name").value = chosen.name ?? ""
  if (chosen.reason) $(`#reason-${verb()}`).value = chosen.reason
  for (const option of $("#verb").options) {
    option.hidden = !chosen.kid && ["assign", "revoke"].includes(option.value)
  }
  $("#role").disabled = chosen.verb === "enrol" // the key says it
  show()
  $("#wanted input:not([readonly]):not([hidden]), #wanted select")?.focus()
}

function show() {
  for (const part of $$("#wanted [data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(verb())
  }
  check()
}

async function check() {
  const turn = (checked += 1)
  const needed = FIELDS[verb()].filter((name) => name !== "until")
  let [people, fault] = [[], ""]
  if (needed.every((name) => READ[name]())) {
    try {
      people = (await ask("/api/people/check", wanted())).people
    } catch (failure) {
      fault = sentence(failure)
    }
    if (turn !== checked) return
  }
  showFault($("#rule-fault"), fault)
  form.ask(people.map((staff) => [staff, nameOf(staff)]))
}

function nameOf(staff) {
  const option = [...$("#second").options].find((one) => one.value === staff)
  return option ? option.textContent : `${$(".who b").textContent} · ${staff}`
}

async function showCode(device) {
  const { code } = await ask("/api/people/code", { device })
  $("#code-device").textContent = device
  $("#code-text").textContent = `${code.slice(0, 5)} ${code.slice(5)}`
  $("#given-code").hidden = false
}

const drop = (number) => ask("/api/suggestions/drop", { number: Number(number) })

page.addEventListener("click", async (event) => {
  const button = event.target.closest("button")
  if (!button) return
  if (button.dataset.verb) begin(button)
  try {
    if (button.dataset.code) await showCode(button.dataset.code)
    if (button.dataset.drop) {
      await drop(button.dataset.drop)
      location.reload()
    }
    if (button.dataset.refuse) {
      await ask("/api/people/refuse", { kid: base64Of(button.dataset.refuse) })
      location.reload()
    }
  } catch (failure) {
    $("#task").hidden = false
    showFault($("#rule-fault"), sentence(failure))
  }
})
$("#wanted").addEventListener("submit", (event) => event.preventDefault())
$("#wanted").addEventListener("change", show)

/** Whoever comes from an alarm or an investigation has named a person or machine: its task is open. */
const named = decodeURIComponent(location.hash.slice(1))
const change = named && $$("[data-verb]").find(
  (button) => button.dataset.who === named && ["assign", "lift", "hold"].includes(button.dataset.verb))
if (change) {
  begin(change)
  if (change.dataset.verb === "assign") $("#verb").value = "hold"
  show()
  change.scrollIntoView({ block: "center" })
}
