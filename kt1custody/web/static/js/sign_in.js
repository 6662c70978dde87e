/* Signing in; making this browser a device; bringing a key into it. */

import { ask } from "./api.js"
import { $, ownPlace, sentence, showFault, word } from "./frame.js"
import { NoKeyFile, bringKeyFile, everyKey, opensByTouch, signIn } from "./key.js"
import "./new_key.js"

const page = $("#sign-in-page")

async function submit(form, work) {
  const [fault, button] = [$(".fault", form), $("button", form)]
  showFault(fault, "")
  button.disabled = true
  try {
    await work()
  } catch (failure) {
    showFault(fault, failure instanceof NoKeyFile ? word("no-key-file") : sentence(failure))
  } finally {
    button.disabled = false
  }
}

$("#bind")?.addEventListener("submit", (event) => {
  event.preventDefault()
  submit(event.target, async () => {
    await ask("/api/browser", { code: $("#code").value })
    location.reload()
  })
})

$("#practise")?.addEventListener("submit", (event) => {
  event.preventDefault()
  submit(event.target, async () => {
    await ask("/training/browser", {})
    location.reload()
  })
})

const canKeep = navigator.cookieEnabled && await everyKey().then(() => true, () => false)
$("#keeps-nothing").hidden = canKeep

if ($("#sign-in") && canKeep) {
  for (const key of await everyKey()) {
    const option = document.createElement("option")
    option.value = key.staff
    $("#people").append(option)
  }
  const needPin = async () => {
    const byTouch = await opensByTouch($("#staff").value.trim().toUpperCase())
    $("#pin").required = !byTouch
    $("#pin").hidden = $("#pin-label").hidden = byTouch
  }
  $("#staff").addEventListener("input", needPin)
  await needPin()
  $("#sign-in").addEventListener("submit", (event) => {
    event.preventDefault()
    submit(event.target, async () => {
      const [staff, pin] = [$("#staff").value.trim().toUpperCase(), $("#pin").value]
      try {
        await signIn(staff, pin)
      } finally {
        $("#pin").value = ""
      }
      location.assign(ownPlace(location.hash.slice(1)))
    })
  })
  $("#bring-key").addEventListener("submit", (event) => {
    event.preventDefault()
    submit(event.target, async () => {
      const file = $("#key-file").files[0]
      const staff = await bringKeyFile(new Uint8Array(await file.arrayBuffer()), $("#key-pin").value)
      $("#key-pin").value = ""
      $("#bring").open = false
      $("#staff").value = staff
      $("#pin").focus()
    })
  })
  $("#sign-in button").disabled = false
  $(page.dataset.locked ? "#pin" : "#staff").focus()
}
