/* Makes a key of a PIN, away from the page: Argon2id. */

import "/static/vendor/argon2.js"

self.onmessage = async ({ data }) => {
  const { number, pin, salt, memory, passes, lanes, length } = data
  try {
    const hash = await self.hashwasm.argon2id({
      password: pin, salt, memorySize: memory, iterations: passes, parallelism: lanes,
      hashLength: length, outputType: "binary",
    })
    self.postMessage({ number, hash })
  } catch (fault) {
    self.postMessage({ number, fault: String(fault) })
  }
}
