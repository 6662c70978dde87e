/* A second person who looks on where the policy asks for one. */

import { $ } from "./frame.js"

/** Ask for a witness or not; `changed` is called when another is chosen. */
export function listenToWitness(changed) {
  $("#witness").addEventListener("change", changed)
}

export const needWitness = (isNeeded) => { $("#witness-row").hidden = !isNeeded }

export const witness = () => ($("#witness-row").hidden ? null : $("#witness").value || null)

/** Give a person's name as the page lists it. */
export function nameOf(staff) {
  if (staff === document.body.dataset.staff) return $(".who b").textContent
  const option = [...$("#witness").options].find((one) => one.value === staff)
  return option ? option.textContent.split(" · ")[0] : staff
}
