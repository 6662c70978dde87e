/* A person's own key in this browser: another PIN, a security key, or away with it. */

import { ask } from "./api.js"
import { $, secrets, sentence, showFault, word } from "./frame.js"
import { newPinFault } from "./new_key.js"
import { changePin, opensByTouch, takeOff, useToken } from "./key.js"

const staff = document.body.dataset.staff

async function show() {
  const byTouch = await opensByTouch(staff)
  $("#by-touch").hidden = !byTouch
  $("#by-pin").hidden = byTouch
}

function onSubmit(selector, work) {
  const form = $(selector)
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const [fault, button] = [$(".fault", form), $("button", form)]
    showFault(fault, "")
    $("#done").hidden = true
    button.disabled = true
    try {
      await work()
      $("#done").textContent = word("changed")
      $("#done").hidden = false
      await show()
    } catch (failure) {
      showFault(fault, sentence(failure))
    } finally {
      for (const field of secrets()) field.value = ""
      button.disabled = false
    }
  })
}

onSubmit("#change", async () => {
  const [old, fresh, again] = ["#old", "#new", "#again"].map((name) => $(name).value)
  const wrong = newPinFault($("#new-key").dataset, staff, $("#new-role").value, fresh, again)
  if (wrong) throw new Error(wrong)
  await changePin(staff, old, fresh)
})
onSubmit("#token", () => useToken(staff, $("#token-pin").value))
onSubmit("#leave", async () => {
  await takeOff(staff)
  await ask("/api/sign-out", {})
  location.assign("/sign-in")
})
show()
