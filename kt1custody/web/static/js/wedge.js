/* A scanner gun types like a keyboard, only faster: it is heard whatever has the focus.

   Nothing that is typed is swallowed, so that no digit of a quick hand is lost: what a gun has
   written into a field is taken back at its end. A run of keys begins with three quick ones; pauses
   inside it may be long, since PCs are busy; Enter or Tab ends it. It came from a gun if it is long,
   nearly all digits, and half of its keys came faster than a hand types.

   Digits are read by their place on the keyboard: Telex, VNI, Caps Lock and foreign layouts change
   what a key writes, not where it is. Where an input method has replaced the keys themselves, the
   run is given as it came, and the server names the cause. */

const QUICK = 100 // ms between the first keys
const PAUSE = 600 // ms inside a run
const FIRST = 3 // keys
const HAND = 60 // ms; half of a hand's keys come slower
const FEWEST = 11 // signs of our shortest code
const IN_SECRET = 12 // digits; no PIN is as long
const DIGITS = 0.8 // of its signs
const LONGEST = 1_000
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"])
const SILENT = new Set(["Shift", "CapsLock", "NumLock", "Dead", "Process", "Unidentified"])

/** A run of keys: when it began, what it wrote, and how fast. */
class Run {
  text = ""
  gaps = [] // ms between its keys
  changed = 0 // digits for which something else was written
  shifted = 0
  caps = false
  end = ""

  /** `value` is what stood in the field before, if it is one. */
  constructor(field, value) {
    this.field = field
    this.value = value
  }

  get pace() { return this.gaps.toSorted((a, b) => a - b)[Math.floor(this.gaps.length / 2)] ?? Infinity }
  get digits() { return this.text.replace(/[^0-9]/g, "").length }

  get isGun() {
    const least = isSecret(this.field) ? IN_SECRET : FEWEST
    return this.digits >= least && this.digits >= this.text.length * DIGITS && this.pace <= HAND
  }

  /** Take back what it has written into a field. */
  takeBack() {
    const { field, value } = this
    if (value === undefined || field.value === value) return
    field.value = value
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }))
  }
}

const isSecret = (field) => field instanceof HTMLInputElement && field.type === "password"
const isField = (field) => field instanceof HTMLInputElement ||
  field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement

/** Give the digit of a key by its place on the keyboard. */
const digitOf = (event) => /^(?:Digit|Numpad)[0-9]$/.test(event.code) ? event.code.at(-1) : null

/** Whether a key ends a code; an input method that has taken it leaves its place alone. */
const isEnd = (event) => [event.key, event.code].some((name) => ENDS.has(name))

/** `heard` is called with each scan; `watch`, if given, with every run that may have been one. */
export function listen(heard, watch = (_run) => {}) {
  let run = null
  let last = 0
  let silence = 0
  let deaf = 0 // until when an Enter or Tab is an echo

  function end(how) {
    const ended = run
    run = null
    clearTimeout(silence)
    if (!ended) return null
    ended.end = how
    // A passphrase is never shown to a page, however quick the hand that types it.
    if (ended.text.length >= FEWEST && (ended.isGun || !isSecret(ended.field))) watch(ended)
    return ended
  }

  function add(event, sign) {
    const now = event.timeStamp
    const gap = now - last
    if (run && gap > (run.text.length < FIRST ? QUICK : PAUSE)) end("silence")
    if (run) run.gaps.push(gap)
    else run = new Run(event.target, isField(event.target) ? event.target.value : undefined)
    last = now
    if (run.text.length < LONGEST) run.text += sign
    if (event.key !== sign) run.changed += 1
    if (event.shiftKey) run.shifted += 1
    run.caps ||= event.getModifierState("CapsLock")
    clearTimeout(silence)
    silence = setTimeout(() => end("silence"), 2 * PAUSE)
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return // a held key is no gun
    const sign = digitOf(event) ?? (event.key.length === 1 ? event.key : null)
    if (sign !== null) {
      add(event, sign)
    } else if (event.key === "Backspace" && run) {
      run.text = run.text.slice(0, -1) // an input method replaces what it has changed
    } else if (isEnd(event)) {
      if (event.timeStamp < deaf) event.preventDefault() // an input method passes its key on once more
      const isLate = event.timeStamp - last > PAUSE
      const ended = end(isLate ? "silence" : event.code === "Tab" ? "Tab" : "Enter")
      if (!ended || isLate || !ended.isGun) return
      event.preventDefault()
      event.stopPropagation()
      if (!ENDS.has(event.key)) deaf = event.timeStamp + QUICK
      ended.takeBack()
      if (event.isComposing) addEventListener("compositionend", () => ended.takeBack(), { once: true })
      heard(ended.text)
    } else if (!SILENT.has(event.key)) {
      end("other")
    }
  }, { capture: true })
}
