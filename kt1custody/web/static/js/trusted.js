/* The one place that makes what a browser runs: only our own worker, by its name. */

const policy = window.trustedTypes?.createPolicy("kt1", {
  createScriptURL(name) {
    if (name !== "/static/js/argon-worker.js") throw new TypeError(name)
    return name
  },
})

export function startWorker(name) {
  const url = policy ? policy.createScriptURL(name) : name
  return new Worker(/** @type {any} */ (url), { type: "module" })
}
