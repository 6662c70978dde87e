/* What this browser keeps from one day to the next: one database a kind of thing, each change on the
   disk before anybody hears of it. */

export class Kept {
  /** `name` of the database, its one store, and by what a thing in it is found. */
  constructor(name, store, keyPath) {
    this.name = name
    this.store = store
    this.keyPath = keyPath
  }

  open() {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(this.name, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(this.store, { keyPath: this.keyPath })
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(opening.error)
    })
  }

  /** Have `work` done with the store; gives what it asked for. */
  async turn(mode, work) {
    const opened = await this.open()
    try {
      return await new Promise((resolve, reject) => {
        const turn = opened.transaction(this.store, mode, { durability: "strict" })
        const request = work(turn.objectStore(this.store))
        turn.oncomplete = () => resolve(request.result)
        turn.onabort = turn.onerror = () => reject(turn.error)
      })
    } finally {
      opened.close()
    }
  }
}
