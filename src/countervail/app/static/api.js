// Calls to the server: JSON both ways, errors as sentences.

const tokenOf = (page) => page.querySelector('meta[name="token"]').content;
let token = tokenOf(document);

/** An error of the server, in words for the reader. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** A message of the server in the words of the page: a change, not an option of the command line. */
const inPageWords = (message) => shortened(message.replace(/^--set (.+?)=.*?: (?=[a-zA-Z`])/s, "A change does not fit (“$1”): ").replaceAll("--set ", ""));

const NAMED = 8;
/** A long list of what is allowed has its first names only. */
const shortened = (message) =>
  message.replace(/Allowed: ([^;]+?)\.?$/s, (whole, list) => {
    const names = list.split(", ");
    return names.length > 2 * NAMED ? `Allowed: ${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} others.` : whole;
  });

async function answer(path, options) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server does not answer.", 0);
  }
  if (reply.ok) return reply;
  const problem = await reply.json().catch(() => null);
  throw new Refused((problem?.error && inPageWords(problem.error)) ?? `The server answered with status ${reply.status}.`, reply.status);
}

const json = async (path, options) => (await answer(path, options)).json();

/** @param {string} path @param {AbortSignal} [signal] */
export const get = (path, signal) => json(path, { signal });

/** A question, which starts and writes nothing. @param {string} path @param {AbortSignal} [signal] */
export const ask = (path, body, signal) =>
  json(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

/** A call that needs the token of the page; a server that was restarted has another, which its page gives. */
async function trusted(path, options) {
  const call = () => json(path, { ...options, headers: { ...options.headers, "X-Countervail-Token": token } });
  try {
    return await call();
  } catch (error) {
    if (error.status !== 403) throw error;
    const fresh = tokenOf(new DOMParser().parseFromString(await (await answer("/", {})).text(), "text/html"));
    if (fresh === token) throw error;
    token = fresh;
    return call();
  }
}

/** Starts or stores something. @param {string} path @param {object | FormData} body */
export const start = (path, body) =>
  body instanceof FormData
    ? trusted(path, { method: "POST", body })
    : trusted(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Stops a job. */
export const stop = (path) => trusted(path, { method: "DELETE", keepalive: true });

/** A file that the server makes at once, as a blob. */
export const file = async (path, body) =>
  (await answer(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).blob();
