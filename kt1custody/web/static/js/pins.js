/* Rules for a new PIN or passphrase, which never leaves this machine: as the program's `core.pins`,
   whose numbers the page brings along. */

/** Say what is wrong with a new PIN, by the code of its sentence; "" if nothing is. */
export function faultOf(pin, { staff, isPassphrase, rules }) {
  if (!isPassphrase && !/^[0-9]+$/.test(pin)) return "pin-not-digits"
  const signs = [...pin]
  if (signs.length < (isPassphrase ? rules.characters : rules.digits)) return "pin-too-short"
  return isPassphrase ? ofPassphrase(pin.toLowerCase(), rules) : ofDigits(pin, staff, rules)
}

function ofDigits(pin, staff, rules) {
  const number = staff.replace(/[^0-9]/g, "")
  if (new Set(pin).size < rules.different[0]) return "pin-few-digits"
  if (isRow(joined(pin))) return "pin-row"
  if (repeats([...pin]) || pin === [...pin].reverse().join("")) return "pin-repeats"
  if (number && (bare(pin) === bare(number) || (number.length > 2 && pin.includes(number)))) {
    return "pin-staff-number"
  }
  return isBirthday(pin, rules.births) ? "pin-date" : ""
}

function ofPassphrase(text, rules) {
  const signs = [...text]
  if (new Set(signs).size < rules.different[1]) return "pin-few-characters"
  if (repeats(signs)) return "pin-repeats"
  const row = joined(text)
  if (/^[0-9]+$/.test(row) && isRow(row)) return "pin-row"
  if (rules.keyboard.some((keys) => (keys + keys).includes(text))) return "pin-row"
  return stepsOf([...row].map((sign) => sign.codePointAt(0))).size < 2 ? "pin-row" : ""
}

const bare = (digits) => digits.replace(/^0+/, "")
const joined = (text) => text.replace(/(.)\1+/gsu, "$1")
const stepsOf = (numbers) => new Set(numbers.slice(1).map((after, at) => after - numbers[at]))

function isRow(digits) {
  const steps = new Set([...stepsOf([...digits].map(Number))].map((step) => (step + 10) % 10))
  return steps.size === 0 || (steps.size === 1 && [1, 2, 8, 9].includes([...steps][0]))
}

function repeats(signs) {
  for (let length = 1; length <= signs.length / 2; length++) {
    if (signs.every((sign, at) => sign === signs[at % length])) return true
  }
  return false
}

function isBirthday(pin, [first, last]) {
  if (pin.length !== 6 && pin.length !== 8) return false
  const [day, month, year] = [pin.slice(0, 2), pin.slice(2, 4), pin.slice(4)].map(Number)
  const years = pin.length === 8 ? [year] : [1900 + year, 2000 + year]
  return years.some((one) => {
    const made = new Date(Date.UTC(one, month - 1, day))
    return one >= first && one <= last && made.getUTCMonth() === month - 1 && made.getUTCDate() === day
  })
}
