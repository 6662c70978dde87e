/* A second person who looks on where the policy wants one for an item's mark. */

import { $ } from "./frame.js"

/** Ask for a witness or not; `changed` is called when another is chosen. */
export function listenToWitness(changed) {
  $("#witness").addEventListener("change", changed)
}

/** Ask for one if the policy wants it for any of these marks. */
export function needWitness(marks) {
  const wanted = $("#witness-row").dataset.marks.split(" ")
  $("#witness-row").hidden = !marks.some((mark) => mark && wanted.includes(mark))
}

export const witness = () => ($("#witness-row").hidden ? null : $("#witness").value || null)

/** Give a person's name as the page lists it. */
export function nameOf(staff) {
  if (staff === document.body.dataset.staff) return $(".who b").textContent
  const option = [...$("#witness").options].find((one) => one.value === staff)
  return option ? option.textContent.split(" · ")[0] : staff
}
