/* Asking the server. An error is what the server says of it, in the person's language. */

export class Refusal extends Error {
  constructor(status, error) {
    super(error.message)
    this.status = status
    this.code = error.code
    this.detail = error.detail ?? {}
  }
}

/** No answer came: whether it was done is not known. */
export class NoAnswer extends Error {}

/** Ask; `body` goes as JSON, a file as its bytes. */
export async function ask(path, body, { byItself = false } = {}) {
  const isFile = body instanceof Blob
  let answer
  try {
    answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": isFile ? "application/octet-stream" : "application/json" }),
        ...(byItself ? { "x-by-itself": "1" } : {}),
      },
      body: body === undefined || isFile ? body : JSON.stringify(body),
      cache: "no-store",
    })
  } catch (fault) {
    throw new NoAnswer(String(fault))
  }
  let told
  try {
    told = await answer.json()
  } catch {
    throw new NoAnswer(String(answer.status))
  }
  if (!answer.ok) {
    const error = told.error ?? { code: "", message: "" }
    if (["sign-in-needed", "visit-locked"].includes(error.code)) dispatchEvent(new Event("kt1-visit-over"))
    throw new Refusal(answer.status, error)
  }
  return told
}
