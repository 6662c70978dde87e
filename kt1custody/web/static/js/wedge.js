/* A scanner gun types like a keyboard, only faster: its digits are heard whatever has the focus.
   Three quick digits begin a burst; pauses inside it may be long, since PCs are busy; Enter or Tab
   ends it. In a password field only what cannot be a PIN begins one. */

const QUICK = 100 // ms between the first digits
const PAUSE = 600 // ms inside a burst
const FIRST = 3
const IN_SECRET = 12
const LONGEST = 1_000

export function listen(heard, target = window) {
  let digits = ""
  let last = 0
  let first = null

  const isSecret = (field) => field instanceof HTMLInputElement && field.type === "password"
  const begins = (field) => digits.length >= (isSecret(field) ? IN_SECRET : FIRST)

  function forget() {
    digits = ""
    first = null
  }

  /** Take back what the burst has written into a field. */
  function takeBack(field) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return
    if (first !== null && first.field === field) {
      field.value = first.value
      field.dispatchEvent(new Event("input", { bubbles: true }))
    }
  }

  target.addEventListener("keydown", (event) => {
    // Telex and VNI change letters and some digits after a vowel; `code` is the key itself.
    const key = /^(?:Digit|Numpad)[0-9]$/.test(event.code) && !event.shiftKey
      ? event.code.at(-1) : /^[0-9]$/.test(event.key) ? event.key : null
    const now = event.timeStamp
    if (key !== null && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const limit = begins(event.target) ? PAUSE : QUICK
      if (digits === "" || now - last > limit) {
        digits = ""
        const field = /** @type {any} */ (event.target)
        first = { field, value: field.value }
      }
      last = now
      if (digits.length < LONGEST) digits += key
      if (begins(event.target)) event.preventDefault()
      return
    }
    if ((event.key === "Enter" || event.key === "Tab") && digits.length >= IN_SECRET &&
        now - last <= PAUSE) {
      event.preventDefault()
      event.stopPropagation()
      const text = digits
      takeBack(event.target)
      forget()
      heard(text)
      return
    }
    if (event.key !== "Shift" && event.key !== "CapsLock") forget()
  }, { capture: true })
}
