/* What stands around every page: locking, by hand and by itself, and signing out. */

import { NoAnswer, Refusal, ask } from "./api.js"
import { KeyWaits, NoKey, NoToken, WrongPin, opensByTouch, signIn } from "./key.js"

const staff = document.body.dataset.staff
const idle = Number(document.body.dataset.idle ?? 0) * 1000
/** @type {HTMLDialogElement | null} */
const overlay = document.querySelector("#locked")
let touched = Date.now()

/** @type {(selector: string, within?: any) => any} */
export const $ = (selector, within = document) => within.querySelector(selector)
/** @type {(selector: string, within?: any) => any[]} */
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)]

$(".bar nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" })

export function showFault(place, text) {
  place.textContent = text
  place.hidden = !text
}

/** Give a sentence that the page has brought along. */
export const word = (name) =>
  $("#row-words")?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? name

/** Give the sentence of whatever went wrong. */
export function sentence(fault) {
  if (fault instanceof Refusal) return fault.message
  if (fault instanceof NoAnswer) return word("lost")
  if (fault instanceof NoKey) return word("no-key").replace("{name}", fault.staff)
  if (fault instanceof NoToken) return word("no-token")
  if (fault instanceof KeyWaits) return word("key-waits")
  if (fault instanceof WrongPin) return word("wrong-pin")
  return String(fault.message || fault)
}

/** Give where somebody wanted to go, if it is a page of this server; else the first page. */
export const ownPlace = (wanted) => /^\/(?!\/)[A-Za-z0-9/_-]*$/.test(wanted) ? wanted : "/"

/** Every field into which a PIN may have been typed. */
export const secrets = () => $$("input[type=password]")

export function lock() {
  if (!overlay || overlay.open) return
  for (const field of secrets()) field.value = ""
  overlay.showModal()
}

$("header nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" })

if (overlay && staff) {
  overlay.addEventListener("cancel", (event) => event.preventDefault())
  for (const event of ["keydown", "pointerdown"]) {
    addEventListener(event, () => { if (!overlay.open) touched = Date.now() }, { capture: true })
  }
  const lockNow = async () => {
    lock()
    await ask("/api/lock", {}).catch(() => {})
  }
  $("#lock").addEventListener("click", lockNow)
  addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      event.preventDefault()
      lockNow()
    }
  })
  addEventListener("kt1-visit-over", lock) // as after a start of the server: the PIN begins another one
  setInterval(() => { if (Date.now() - touched > idle) lockNow() }, 5_000)
  opensByTouch(staff).then((byTouch) => {
    if (!byTouch) return
    $("#unlock-pin").required = false
    for (const part of ["#unlock-pin", "label[for=unlock-pin]"]) $(part).hidden = true
  })
  $("#unlock").addEventListener("submit", async (event) => {
    event.preventDefault()
    const [pin, fault] = [$("#unlock-pin"), $("#unlock .fault")]
    showFault(fault, "")
    try {
      await signIn(staff, pin.value)
      touched = Date.now()
      overlay.close()
    } catch (failure) {
      showFault(fault, sentence(failure))
    } finally {
      pin.value = ""
    }
  })
  $("#sign-out").addEventListener("click", async () => {
    await ask("/api/sign-out", {}).catch(() => {})
    location.assign("/sign-in")
  })
}
