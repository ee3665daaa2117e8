// Calls to the server: JSON both ways, errors as sentences.

const bears = (page) => page.querySelector('meta[name="token"]').content;
let token = bears(document);

/** What the server says it could not do, in words for the reader. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function answer(path, options) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server does not answer. Is `countervail serve` still running?", 0);
  }
  if (reply.ok) return reply;
  const said = await reply.json().catch(() => null);
  throw new Refused(said?.error ?? `The server answered with status ${reply.status}.`, reply.status);
}

const json = async (path, options) => (await answer(path, options)).json();

/** @param {string} path @param {AbortSignal} [signal] */
export const get = (path, signal) => json(path, { signal });

/** A question: nothing is started, written or kept. @param {string} path @param {AbortSignal} [signal] */
export const ask = (path, body, signal) =>
  json(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

/** A call that needs the page's token; a server that was started anew has another, which its page tells. */
async function trusted(path, options) {
  const call = () => json(path, { ...options, headers: { ...options.headers, "X-Countervail-Token": token } });
  try {
    return await call();
  } catch (error) {
    if (error.status !== 403) throw error;
    const fresh = bears(new DOMParser().parseFromString(await (await answer("/", {})).text(), "text/html"));
    if (fresh === token) throw error;
    token = fresh;
    return call();
  }
}

/** Starts or keeps something. @param {string} path @param {object | FormData} body */
export const start = (path, body) =>
  body instanceof FormData
    ? trusted(path, { method: "POST", body })
    : trusted(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Stops a job. */
export const stop = (path) => trusted(path, { method: "DELETE", keepalive: true });

/** A file that is made on the spot, as a blob. */
export const file = async (path, body) =>
  (await answer(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).blob();
