/* A list of scans beside a list of what is expected: what is missing stays on the screen, strangers
   are red. A count signs nothing. */

import { $, $$, word } from "./frame.js"
import { ScanList } from "./scan_list.js"

export class CountList extends ScanList {
  constructor(changed, settings) {
    super(changed, settings)
    const rows = $$("#expected [data-n]")
    this.expected = new Map([...rows].map((row) => [Number(row.dataset.n), row]))
    this.refresh()
  }

  get counted() { return this.all.filter(({ item }) => this.expected.has(item.n)) }
  get missing() { return [...this.expected.keys()].filter((n) => !this.rows.has(n)) }

  mark(faults) {
    super.mark(faults)
    this.flag(faults)
  }

  /** Say beside each stranger that it is one, unless something worse is said there. */
  flag(faults = new Map()) {
    for (const { item, element } of this.all) {
      if (this.expected.has(item.n) || faults.get(item.n)) continue
      element.classList.add("stop")
      const holder = item.holder ? ` · ${word("held-by").replace("{name}", item.holder)}` : ""
      $("small", element).textContent = `✕ ${word("stranger")}${holder}`
    }
  }

  /** Say how many of the expected are there, and show the others. */
  refresh() {
    for (const [n, row] of this.expected) row.hidden = this.rows.has(n)
    const tally = $("#tally")
    if (tally) tally.textContent = `${this.counted.length}/${this.expected.size}`
    const isWhole = this.missing.length === 0
    tally?.classList.toggle("whole", isWhole)
    $("#empty").hidden = this.rows.size > 0
    this.flag()
  }
}
