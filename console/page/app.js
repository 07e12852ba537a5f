'use strict';
// The frame of the page: who is in, which section shows, alerts.

import { get, post } from '/api.js';
import { byId, make } from '/dom.js';
import { choose, language, why, word } from '/words.js';
import * as enter from '/enter.js';
import * as device from '/device.js';
import * as learners from '/learners.js';
import * as progress from '/progress.js';
import * as settings from '/settings.js';
import * as data from '/data.js';
import * as health from '/health.js';

const SECTIONS = { device, learners, progress, settings, data, health };
const state = { in: false, section: 'device', device: null, learner: null, close: null, busy: null };

export function say(text) {
  byId('message').textContent = text;
}

// Does something for a button, and says what went wrong.
export async function attempt(work) {
  try {
    return await work();
  } catch (refused) {
    say(refused.error ? why(refused) : word('no_failed'));
    return undefined;
  }
}

function label() {
  for (const one of document.querySelectorAll('[data-word]')) {
    one.textContent = word(one.dataset.word);
  }
  for (const one of document.querySelectorAll('[data-word-label]')) {
    one.setAttribute('aria-label', word(one.dataset.wordLabel));
  }
}

function navigation() {
  const link = (name) => make('a', {
    href: `#${name}`,
    id: `nav-${name}`,
    'aria-current': state.section === name ? 'page' : null,
  }, word(name));
  byId('nav').replaceChildren(...Object.keys(SECTIONS).map(link));
  byId('nav').hidden = !state.in;
  byId('logout').hidden = !state.in;
}

export function alerts(list) {
  const key = JSON.stringify([list, language()]);
  if (state.alerts === key) {
    return;
  }
  state.alerts = key;
  const region = byId('alerts');
  region.hidden = list.length === 0;
  const item = (alert) => make('li', { class: alert.kind, 'data-kind': alert.kind, role: alert.kind === 'concern' ? 'alert' : null },
    `${word(`alert_${alert.kind}`)} ${alert.text}`);
  const read = make('button', { type: 'button', id: 'alerts-clear', onclick: () => attempt(() => post('/api/alerts/clear')) }, word('clearAlerts'));
  region.replaceChildren(make('ul', {}, ...list.map(item)), read);
}

async function show() {
  state.close?.();
  state.close = null;
  const shown = {};
  state.shown = shown;
  label();
  navigation();
  const main = byId('main');
  if (!state.in) {
    alerts([]);
    main.replaceChildren();
    await enter.show(main, entered);
    return;
  }
  state.device ??= await get('/api/device');
  const heading = make('h2', { id: 'heading', tabindex: -1 }, word(state.section));
  const section = make('section', { id: `section-${state.section}`, 'aria-labelledby': 'heading' }, heading);
  main.replaceChildren(section);
  const close = await SECTIONS[state.section].show(section, state);
  if (state.shown === shown) {
    state.close = close;
  } else {
    close?.();
  }
}

async function entered() {
  state.in = true;
  say('');
  await attempt(show);
}

function route() {
  const name = location.hash.slice(1);
  if (name in SECTIONS) {
    state.section = name;
    say('');
    attempt(show).then(() => byId('heading')?.focus());
  }
}

async function begin() {
  choose(language());
  byId('language').value = language();
  byId('language').addEventListener('change', (event) => {
    choose(event.target.value);
    state.alerts = null;
    attempt(show);
  });
  byId('logout').addEventListener('click', () => attempt(async () => {
    await post('/api/logout');
    document.dispatchEvent(new CustomEvent('petri-out'));
  }));
  document.addEventListener('petri-out', () => {
    if (state.in) {
      state.in = false;
      say(word('loggedOut'));
      attempt(show);
    }
  });
  addEventListener('hashchange', route);
  const token = /^#token=([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (token) {
    // The token is spent: it need not stay in the address or in the history.
    history.replaceState(null, '', '/');
    await attempt(() => post('/api/token', { token }));
  } else if (location.hash.slice(1) in SECTIONS) {
    state.section = location.hash.slice(1);
  }
  const hello = await get('/api/hello');
  state.in = hello.in;
  await show();
}

attempt(begin);
