import { apiKey, baseUrl, model, version } from './settings.js';

const headers = { 'content-type': 'application/json', 'x-goog-api-key': apiKey };

/** One request as plain HTTP. The body is read whole; `json` is there when the answer says that it is JSON. */
export async function send(method, path, body, { extraHeaders = {}, base = baseUrl, auth = true } = {}) {
  const given = auth ? headers : { 'content-type': 'application/json' };
  const response = await fetch(base + path, {
    method,
    headers: { ...given, ...extraHeaders },
    body: body === undefined ? undefined : typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  return { status: response.status, headers: response.headers, text, json: isJson && text ? JSON.parse(text) : undefined };
}

/** A create with the model under test, as plain HTTP, which must succeed. */
export async function create(body, options) {
  return ok(await send('POST', `/${version}/interactions`, { model, ...body }, options));
}

/** A create that may be refused. */
export const tryCreate = (body, options) => send('POST', `/${version}/interactions`, { model, ...body }, options);

export async function get(id, query = '', options) {
  return ok(await send('GET', `/${version}/interactions/${id}${query}`, undefined, options));
}

export const tryGet = (id, query = '', options) => send('GET', `/${version}/interactions/${id}${query}`, undefined, options);

export const cancel = (id) => send('POST', `/${version}/interactions/${id}/cancel`, '');

export const remove = (id) => send('DELETE', `/${version}/interactions/${id}`);

export function ok(answer) {
  if (answer.status !== 200) {
    throw new Error(`Expected 200, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  }

  return answer.json;
}

/** Opens a stream and returns the response, whose body has not been read. */
export async function open(method, path, body, { signal, base = baseUrl, extraHeaders = {} } = {}) {
  const response = await fetch(base + path, {
    method, signal, headers: { ...headers, ...extraHeaders }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status !== 200) {
    throw new Error(`Expected a stream, got ${response.status}: ${(await response.text()).slice(0, 500)}`);
  }

  return response;
}

export const openCreate = (body, options) => open('POST', `/${version}/interactions`, { model, stream: true, ...body }, options);

export function openGet(id, lastEventId, options) {
  const after = lastEventId === undefined ? '' : `&last_event_id=${encodeURIComponent(lastEventId)}`;
  return open('GET', `/${version}/interactions/${id}?stream=true${after}`, undefined, options);
}

/** The text that a caller would show: the text blocks of the last model output. */
export function textOf(interaction) {
  const output = interaction.steps.findLast((step) => step.type === 'model_output');
  return (output?.content ?? []).filter((block) => block.type === 'text').map((block) => block.text).join('');
}
