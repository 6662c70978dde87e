/* The log's page: codes from paper go into a full verification; while one is at work it looks again. */

import { ask } from "./api.js"
import { $, sentence, showFault, word } from "./frame.js"
import { typedCodes } from "./paper.js"

if ($("#progress")) setTimeout(() => location.reload(), 2_000)

$("#verify").addEventListener("submit", async (event) => {
  event.preventDefault()
  showFault($("#verify-fault"), "")
  try {
    const { begun } = await ask("/api/paper/verify", { genesis: $("#genesis").value, codes: typedCodes() })
    if (begun) location.reload()
    else showFault($("#verify-fault"), word("at-work"))
  } catch (failure) {
    showFault($("#verify-fault"), sentence(failure))
  }
})
