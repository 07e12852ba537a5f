'use strict';
// How the device is, and its log.

import { get, post } from '/api.js';
import { make, table } from '/dom.js';
import { alerts, attempt } from '/app.js';
import { day, word } from '/words.js';

const LOOK_MS = 5_000;

const mib = (bytes) => (bytes === null ? word('unknown') : `${Math.round(bytes / 1_048_576)} MiB`);
const sensor = { on: 'on', off: 'off', lost: 'lostSign', none: 'noneSign' };

function vitals(health) {
  const { temperature_c: heat, memory_used_bytes: used, memory_free_bytes: free, disk_free_bytes: disk } = health.vitals;
  return table('vitals', word('vitals'), ['', ''], [
    [word('temperature'), heat === null ? word('unknown') : `${heat.toFixed(0)} °C`],
    [word('memoryUsed'), mib(used)], [word('memoryFree'), mib(free)], [word('diskFree'), mib(disk)],
    ...['camera', 'microphone', 'keyboard'].map((name) => [word(name), word(sensor[health[name]])]),
  ]);
}

function models(health) {
  if (!health.models) {
    return make('p', { id: 'models' }, word('checking'));
  }
  const row = ({ id, sha256, trusted, what }) => [id, `${sha256.slice(0, 16)}…`, trusted ? word('trusted') : `${word('notTrusted')}: ${what}`];
  return table('models', word('models'), [word('model'), word('sha'), ''], health.models.map(row));
}

function log(lines) {
  const row = ({ day: number, level, event, ...details }) => [day(number), level, event, Object.entries(details).map(([name, value]) => `${name}: ${value}`).join(', ')];
  return table('log', word('log'), [word('date'), '', word('event'), word('details')], lines.reverse().map(row));
}

export async function show(section, state) {
  const place = make('div', { id: 'health' });
  const lines = make('div', { id: 'log-place' });
  const look = async () => {
    const health = await get('/api/health');
    alerts(health.alerts);
    place.replaceChildren(vitals(health), models(health));
  };
  const read = async () => lines.replaceChildren(log(await get('/api/log')));
  section.append(place,
    make('div', { class: 'row' }, make('button', { type: 'button', id: 'check-models', onclick: () => attempt(async () => {
      await post('/api/health/check');
      await look();
      await read();
    }) }, word('check'))),
    state.device.fingerprint ? make('p', {}, `${word('fingerprint')}: `, make('code', { id: 'fingerprint' }, state.device.fingerprint)) : '',
    make('h3', {}, word('log')), make('p', { class: 'muted' }, word('logNote')),
    make('div', { class: 'row' }, make('button', { type: 'button', id: 'log-refresh', onclick: () => attempt(read) }, word('refresh'))), lines);
  await look();
  await read();
  const timer = setInterval(() => attempt(look), LOOK_MS);
  return () => clearInterval(timer);
}
