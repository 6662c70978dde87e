/* An officer opens names and slips in the running server; what signs for them stays here. */

import { $, sentence, showFault, word } from "./frame.js"
import { NoOpening, opensByTouch, unlockServer } from "./key.js"

const form = $("#open")

if (form) {
  const [pin, fault, button] = [$("#open-pin"), $(".fault", form), $("button", form)]
  opensByTouch(form.dataset.staff).then((byTouch) => { pin.required = !byTouch })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    showFault(fault, "")
    button.disabled = true
    try {
      await unlockServer(form.dataset.staff, pin.value)
      location.assign("/unlock")
    } catch (failure) {
      showFault(fault, failure instanceof NoOpening ? word("no-opening") : sentence(failure))
      button.disabled = false
    } finally {
      pin.value = ""
    }
  })
}
