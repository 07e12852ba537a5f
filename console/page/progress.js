'use strict';
// A learner's progress: as pictures, and every picture as a table, too.

import { get } from '/api.js';
import { draw, make, table } from '/dom.js';
import { attempt } from '/app.js';
import { day, named, word } from '/words.js';
import { choice } from '/learners.js';

const WIDTH = 720;
const HEIGHT = 300;
const EDGE = 44;

const percent = (share) => `${Math.round(share * 100)} %`;
const interval = (met) => `${percent(met.low)} – ${percent(met.high)}`;
const signed = (logits) => `${logits < 0 ? '−' : '+'}${Math.abs(logits).toFixed(2)}`;

function names(state) {
  const exercises = new Map(state.device.exercises.map(({ id, name }) => [id, named(name)]));
  const emotions = new Map(state.device.emotions.map(({ id, name }) => [id, named(name)]));
  return { exercise: (id) => exercises.get(id) ?? named({ en: 'Face and words', 'zh-CN': '表情和话语' }), emotion: (id) => emotions.get(id) ?? id };
}

function chart(courses, name) {
  const points = courses.flatMap((course) => course.points);
  const last = Math.max(2, ...points.map(([trial]) => trial));
  const low = Math.min(-1, ...points.map(([, mean, error]) => mean - error));
  const high = Math.max(1, ...points.map(([, mean, error]) => mean + error));
  const x = (trial) => EDGE + ((trial - 1) / (last - 1)) * (WIDTH - EDGE - 12);
  const y = (logits) => 12 + ((high - logits) / (high - low)) * (HEIGHT - EDGE);
  const picture = draw('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', id: 'chart', role: 'img', 'aria-label': word('growth') });
  for (let logits = Math.ceil(low); logits <= high; logits += 1) {
    picture.append(draw('line', { class: 'axis', x1: EDGE, x2: WIDTH - 12, y1: y(logits), y2: y(logits) }),
      draw('text', { x: 8, y: y(logits) + 4 }, String(logits)));
  }
  picture.append(draw('text', { x: WIDTH - 70, y: HEIGHT - 6 }, `${word('trial')} ${last}`), draw('text', { x: EDGE, y: HEIGHT - 6 }, `${word('logits')}`));
  for (const { exercise, points: course } of courses) {
    const place = (trial, logits) => `${x(trial).toFixed(1)},${y(logits).toFixed(1)}`;
    const upper = course.map(([trial, mean, error]) => place(trial, mean + error));
    const lower = course.map(([trial, mean, error]) => place(trial, mean - error)).reverse();
    picture.append(draw('polygon', { class: `band c${exercise}`, points: [...upper, ...lower].join(' ') }),
      draw('polyline', { class: `line c${exercise}`, points: course.map(([trial, mean]) => place(trial, mean)).join(' ') }));
  }
  const key = courses.map(({ exercise }) => make('li', {},
    draw('svg', { viewBox: '0 0 24 10', 'aria-hidden': 'true' }, draw('rect', { class: `c${exercise}`, width: 24, height: 10 })), name(exercise)));
  return [picture, make('ul', { class: 'key' }, ...key)];
}

function confusion(growth, state, name) {
  const ids = state.device.emotions.map(({ id }) => id);
  const rows = growth.confusion.map((row, place) => {
    const sum = row.reduce((all, one) => all + one, 0);
    const cells = row.map((count) => [count, `number${sum > 0 && count > 0 ? ` heat${Math.min(3, 1 + Math.floor((3 * count) / (sum + 1)))}` : ''}`]);
    return [name.emotion(ids[place]), ...cells];
  });
  return table('confusion', word('confusion'), [word('meant'), ...ids.map(name.emotion)], rows);
}

function tables(growth, state) {
  const name = names(state);
  const abilities = growth.abilities.map((known) => [name.exercise(known.exercise), name.emotion(known.emotion), [`${known.met}/${known.answered}`, 'number'], [interval(known), 'number'],
    [signed(known.first), 'number'], [signed(known.now), 'number'], [`± ${known.error.toFixed(2)}`, 'number']]);
  const way = { button: 'buttonWay', voice: 'voice', face: 'face', text: 'text' };
  const channels = growth.channels.map((one) => [name.emotion(one.emotion), word(way[one.channel]), [`${one.met}/${one.answered}`, 'number'], [interval(one), 'number']]);
  const probes = growth.probes.map((probe) => [day(probe.day), name.exercise(probe.exercise), [`${probe.met}/${probe.answered}`, 'number'], [interval(probe), 'number']]);
  return [
    table('abilities', word('abilities'), [word('exercise'), word('feeling'), word('met'), word('interval'), word('firstTime'), word('now'), word('error')], abilities),
    table('channels', word('byChannel'), [word('feeling'), word('channel'), word('met'), word('interval')], channels),
    confusion(growth, state, name),
    make('h3', {}, word('probe')), make('p', { class: 'muted' }, word('probeNote')),
    probes.length ? table('probes', word('probe'), [word('date'), word('exercise'), word('met'), word('interval')], probes) : make('p', { id: 'probes' }, word('probeNone')),
  ];
}

async function fill(place, learner, state) {
  const growth = await get(`/api/learners/${learner}/progress`);
  if (growth.trials === 0) {
    place.replaceChildren(make('p', { id: 'sum' }, word('nothingYet')));
    return;
  }
  const minutes = (growth.answering_ms / 60_000).toFixed(1);
  const sum = `${growth.trials} ${word('trials')}, ${growth.sessions} ${word('sessions')}, ${growth.days} ${word('days')}, ${minutes} ${word('answering')}, ${word('fromTo', day(growth.first_day), day(growth.last_day))}`;
  place.replaceChildren(make('h3', {}, word('sum')), make('p', { id: 'sum' }, sum),
    make('h3', {}, word('growth')), ...(growth.courses.length ? chart(growth.courses, names(state).exercise) : []), make('p', { class: 'muted' }, word('growthNote')),
    ...tables(growth, state));
}

export async function show(section, state) {
  const place = make('div', { id: 'progress', 'aria-live': 'polite' });
  const { list } = await choice(state, (learner) => attempt(() => fill(place, learner, state)));
  section.append(make('h3', {}, word('pick')), list, place);
  await fill(place, state.learner, state);
}
