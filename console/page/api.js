'use strict';
// Requests to the device; nothing goes anywhere else.

export class Refused extends Error {
  constructor(status, error, wait) {
    super(error);
    this.status = status;
    this.error = error;
    this.wait = wait;
  }
}

async function request(method, path, body) {
  const headers = { 'X-Petri': '1' };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch {
    throw new Refused(0, 'gone', 0);
  }
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    const wait = Number(answer.headers.get('Retry-After') ?? 0);
    const refused = new Refused(answer.status, String(said.error ?? 'failed'), wait);
    if (refused.error === 'login') {
      document.dispatchEvent(new CustomEvent('petri-out'));
    }
    throw refused;
  }
  const kind = answer.headers.get('Content-Type') ?? '';
  return kind.startsWith('application/json') ? answer.json() : null;
}

export const get = (path) => request('GET', path);
export const post = (path, body = {}) => request('POST', path, body);
export const put = (path, body) => request('PUT', path, body);

export function socket(path) {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const opened = new WebSocket(`${scheme}://${location.host}${path}`);
  opened.binaryType = 'arraybuffer';
  return opened;
}
