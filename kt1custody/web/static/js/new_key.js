/* Making a key in this browser: the PIN is judged here, and only its proof leaves. */

import { $, sentence, showFault, word } from "./frame.js"
import { fingerprint, makeKey } from "./key.js"
import { faultOf } from "./pins.js"

const form = $("#new-key")

form?.addEventListener("submit", async (event) => {
  event.preventDefault()
  const [fault, button] = [$(".fault", form), $("button", form)]
  const [pin, again] = [$("#new-pin"), $("#new-pin-again")]
  const [staff, role] = [$("#new-staff").value.trim().toUpperCase(), $("#new-role").value]
  const wrong = newPinFault(form.dataset, staff, role, pin.value, again.value)
  showFault(fault, wrong)
  if (wrong) return
  button.disabled = true
  try {
    const kid = await makeKey(form.dataset.origin, staff, role, pin.value)
    $("#made-print").textContent = fingerprint(kid)
    form.hidden = true
    $("#made").hidden = false
  } catch (failure) {
    showFault(fault, sentence(failure))
  } finally {
    pin.value = again.value = ""
    button.disabled = false
  }
})

/** Say what is wrong with a PIN that was typed twice; `told` has the rules. */
export function newPinFault(told, staff, role, pin, again) {
  const rules = JSON.parse(told.rules)
  const isPassphrase = told.passphrases.split(" ").includes(role)
  const code = faultOf(pin, { staff, isPassphrase, rules })
  if (code) {
    return word(code).replace("{least}", String(isPassphrase ? rules.characters : rules.digits))
  }
  return pin === again ? "" : word("pins-differ")
}
