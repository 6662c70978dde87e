/* What is being filled in, kept in this browser so that it outlasts a power cut: encrypted under a key
   that the server gives to whoever is signed in here, and that lies nowhere on this machine. */

import { ask } from "./api.js"
import { unbase64 } from "./codec.js"
import { Kept } from "./kept.js"

const WAIT = 250 // ms without a key pressed
const LEAVING = 300 // ms until a page that was left has let go

const keptDrafts = new Kept("kt1-drafts", "drafts", "name")
const inStore = (mode, work) => keptDrafts.turn(mode, work)

export class Draft {
  /** `page` is which form it is of. */
  constructor(page) {
    this.name = `${document.body.dataset.staff}/${page}`
    this.timer = 0
    this.turn = Promise.resolve()
    this.signed = null // hashes of the acts that were signed of it and sent
  }

  /** Be the one tab that fills this form in, for as long as it is open; tells whether it is. */
  async take() {
    if (await this.tryToTake()) return true
    await new Promise((go) => setTimeout(go, LEAVING)) // this tab itself was loaded again
    return this.tryToTake()
  }

  tryToTake() {
    return new Promise((told) => navigator.locks.request(`kt1-draft ${this.name}`, { ifAvailable: true }, (lock) => {
      told(lock !== null)
      return lock && new Promise(() => {})
    }))
  }

  /** Give `{ at, value, signed }` as it was last kept, or null. */
  async open() {
    const { key } = await ask("/api/register/draft-key", {})
    this.key = await crypto.subtle.importKey("raw", unbase64(key), "AES-GCM", false, ["encrypt", "decrypt"])
    const kept = await inStore("readonly", (store) => store.get(this.name))
    if (!kept) return null
    try {
      const clear = await crypto.subtle.decrypt(this.way(kept.iv), this.key, kept.sealed)
      return JSON.parse(new TextDecoder().decode(clear))
    } catch {
      await this.drop() // of a key that is no more
      return null
    }
  }

  /** Keep a value, once the typing pauses; null: nothing is filled in any more. */
  keep(value) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => value === null ? this.drop() : this.write(value), WAIT)
  }

  /** Keep a value with the acts that are being sent of it. */
  send(value, acts) {
    clearTimeout(this.timer)
    this.signed = acts
    return this.write(value)
  }

  write(value) {
    const step = async () => {
      if (!this.key) return
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const clear = new TextEncoder().encode(JSON.stringify({ at: Date.now(), value, signed: this.signed }))
      const sealed = await crypto.subtle.encrypt(this.way(iv), this.key, clear)
      await inStore("readwrite", (store) => store.put({ name: this.name, iv, sealed }))
    }
    this.turn = this.turn.then(step).catch((fault) => console.warn("draft", fault))
    return this.turn
  }

  drop() {
    clearTimeout(this.timer)
    this.signed = null
    this.turn = this.turn.then(() => inStore("readwrite", (store) => store.delete(this.name)))
    return this.turn
  }

  way(iv) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(this.name) }
  }
}
