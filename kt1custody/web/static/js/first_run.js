/* Founding a log: three keys are made here, sign the genesis, and make this browser a device. Nothing
   secret outlives the page but the locked key files and the keys that this browser keeps wrapped. */

import { ask } from "./api.js"
import { base64, encode, join, kidOf, same, unbase64 } from "./codec.js"
import { $, sentence, showFault, word } from "./frame.js"
import {
  NoKeyFile, OtherProposal, fingerprint, keepSecret, makeKeyFile, openKeyFile, signIn, signWith, signerOf,
} from "./key.js"
import { newPinFault } from "./new_key.js"

const page = $("#first-run")
const told = page.dataset
const officers = (told.officers ?? "").split(" ")
const ROLES = ["officer", "officer", "reserve"]
const keys = []

async function submit(form, work) {
  const [fault, button] = [$(".fault", form), $("button.main", form)]
  showFault(fault, "")
  button.disabled = true
  try {
    await work()
  } catch (failure) {
    const text = failure instanceof OtherProposal ? word("other")
      : failure instanceof NoKeyFile ? word("no-key-file") : sentence(failure)
    showFault(fault, text)
  } finally {
    button.disabled = false
  }
}

function on(selector, work) {
  $(selector)?.addEventListener("submit", (event) => {
    event.preventDefault()
    submit(event.target, work)
  })
}

on("#answers", async () => {
  const three = (name) => [0, 1, 2].map((at) => $(`#${name}-${at}`).value)
  await ask("/api/first-run/answers", {
    training: $("input[name=training]:checked").value === "1",
    log: $("#log").value,
    name: $("#name").value,
    office: Number($("#office").value),
    number: Number($("#number").value),
    officers: three("staff"),
    names: three("name"),
  })
  location.reload()
})

on("#passphrase", async () => {
  const [pass, again, at] = [$("#pass"), $("#pass-again"), keys.length]
  const wrong = newPinFault(told, officers[at], ROLES[at], pass.value, again.value)
  if (wrong) throw new Error(wrong)
  const drawn = await ask("/api/first-run/opening", {})
  const opening = { secret: unbase64(drawn.secret), public: unbase64(drawn.public) }
  const made = await makeKeyFile(told.origin, officers[at], ROLES[at], pass.value, opening, Boolean(told.training))
  keys.push(made)
  pass.value = again.value = ""
  $(`[data-print="${at}"]`).textContent = `✓ ${fingerprint(made.kid)}`
  next()
})

on("#found", async () => {
  const { proposal } = await ask("/api/first-run/propose", { people: keys.map(({ map }) => base64(map)) })
  const signed = await signWith(proposal, isGenesis, keys)
  const files = Object.fromEntries(keys.map(({ staff, file }) => [staff, base64(file)]))
  await ask("/api/first-run/found", { proposal, signed, files })
  await makeDevice(keys.slice(0, 2))
})

on("#bring", async () => {
  const opened = []
  for (const at of [0, 1]) {
    const [file, pin] = [$(`#file-${at}`).files[0], $(`#pin-${at}`).value]
    const found = await openKeyFile(new Uint8Array(await file.arrayBuffer()), pin)
    opened.push({ ...found, ...(await signerOf(found.staff, found.seed)), pin })
  }
  await makeDevice(opened)
})

/** The two officers make this browser a device, and their keys stay in it. */
async function makeDevice(both) {
  const [first] = both
  const { proposal } = await ask("/api/first-run/device/propose", {
    staff: first.staff, secret: base64(first.opening),
  })
  const signed = await signWith(proposal, isDevice, both)
  await ask("/api/first-run/device", { proposal, signed })
  for (const { staff, seed, opening, pin } of both) await keepSecret(staff, join(seed, opening), pin)
  await signIn(first.staff, first.pin)
  location.assign("/first-run/lists")
}

/** The genesis says what stands on this screen, with the three keys that were made here. */
async function isGenesis([act, ...more]) {
  const facts = {
    type: "genesis", log: told.log, name: told.name, office: Number(told.office), origin: told.origin,
    number: Number(told.number), training: Boolean(told.training),
    by: officers[0], by2: officers[1], by3: officers[2],
  }
  const named = act.get("keys").slice(0, 3)
  const kids = await Promise.all(named.map((key) => kidOf(key.get("alg"), key.get("pub"))))
  return more.length === 0 && Object.entries(facts).every(([name, value]) => act.get(name) === value) &&
    kids.every((kid, at) => same(kid, keys[at].kid) && same(encode(named[at]), keys[at].map))
}

/** Only machines are enrolled, without keys, at the founding office, by the two officers. */
function isDevice(acts) {
  const enrolled = acts.filter((act) => act.get("type") !== "office_key")
  return enrolled.length > 0 && enrolled.every((act) =>
    act.get("type") === "enrol" && act.get("role") === "device" && act.get("key") === null &&
    act.get("office") === Number(told.office) && act.get("by") === officers[0] && act.get("by2") === officers[1])
}

function next() {
  const at = keys.length
  if (!$("#passphrase")) return
  $("#passphrase").hidden = at === 3
  $("#found").hidden = at !== 3
  if (at < 3) {
    $("#pass-who").textContent = officers[at]
    $("#pass").focus()
  } else $("#found button").focus()
}

$("#back")?.addEventListener("click", () => {
  keys.length = 0
  $("#keys-card").hidden = true
  $("#answers-card").hidden = false
})
next()
