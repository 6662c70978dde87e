/* Trying a scanner gun: what came in, how fast, what the keyboard has made of it, and what to set. */

import { $, word } from "./frame.js"
import { listen } from "./wedge.js"

const CODES = new Set([11, 12])
const LEAST_SEAL = 300 // digits

listen(() => {}, (run) => {
  const findings = findingsOf(run)
  const isGood = findings.every(([, isHarmless]) => isHarmless)
  const verdict = $("#verdict")
  verdict.textContent = `${isGood ? "✓" : "✕"} ${word(isGood ? "good" : "bad")}`
  verdict.className = `big-number ${isGood ? "whole" : "fault"}`
  $("#findings").replaceChildren(...findings.map(([text]) => {
    const line = document.createElement("li")
    line.textContent = text
    return line
  }))
  $("#came").textContent = run.text
  $("#count").textContent = String(run.text.length)
  $("#pace").textContent = `${Math.round(run.pace)} ms`
  $("#pause").textContent = `${Math.round(Math.max(0, ...run.gaps))} ms`
  $("#end").textContent = word(`end-${run.end}`)
  $("#result").hidden = false
})

/** Pairs of a sentence and whether the scan is right all the same. */
function findingsOf(run) {
  const found = []
  const isWhole = /^[0-9]+$/.test(run.text)
  if (!isWhole) found.push([word("replaced"), false])
  else if (run.changed && run.shifted) found.push([word("shifted"), true])
  else if (run.changed) found.push([word("changed"), true])
  if (run.caps) found.push([word("caps"), true])
  if (run.end !== "Enter" && run.end !== "Tab") found.push([word("no-end"), false])
  if (isWhole && !run.isGun) found.push([word("slow"), false])
  if (isWhole && !CODES.has(run.text.length) && run.text.length < LEAST_SEAL) found.push([word("foreign"), true])
  return found
}
