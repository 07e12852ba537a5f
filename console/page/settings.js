'use strict';
// Settings of the device, of a learner, and the PIN.

import { get, post, put } from '/api.js';
import { make } from '/dom.js';
import { attempt, say } from '/app.js';
import { named, word } from '/words.js';
import { choice } from '/learners.js';

const BOXES = [['large_text', 'largeText'], ['high_contrast', 'highContrast'], ['wide_spacing', 'wideSpacing'], ['left_handed', 'leftHanded'], ['one_button', 'oneButton']];
const LEVELS = [['Full', 'full'], ['Soft', 'soft'], ['Off', 'off']];

const box = (id, on, text) => make('label', { class: 'box', for: id }, make('input', { type: 'checkbox', id, name: id, checked: on }), ` ${text}`);

function select(id, text, options, value) {
  const made = make('select', { id, name: id }, ...options.map(([key, shown, lang]) => make('option', { value: key, lang }, shown)));
  made.value = value;
  return make('p', {}, make('label', { for: id }, text), ' ', made);
}

const group = (text, ...children) => make('fieldset', {}, make('legend', {}, text), ...children);

function form(id, title, children, save) {
  const made = make('form', { id, class: 'card', 'aria-label': title }, make('h3', {}, title), ...children, make('button', { type: 'submit', class: 'main' }, word('save')));
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      await save((name) => made.querySelector(`#${name}`));
      say(word('saved'));
    });
  });
  return made;
}

async function ofDevice() {
  const keeping = await get('/api/keeping');
  const days = make('input', { id: 'retention', type: 'number', min: 1, max: 3_650, value: keeping.retention_days });
  const turn = make('input', { id: 'turn', type: 'number', min: 1, max: 4_095, value: keeping.learner, required: true });
  return form('device-settings', word('deviceSettings'), [
    make('p', {}, make('label', { for: 'retention' }, word('retention')), ' ', days), make('p', { class: 'muted' }, word('retentionNote')),
    make('p', {}, make('label', { for: 'turn' }, word('nextTurn')), ' ', turn),
  ], () => put('/api/keeping', { retention_days: days.value === '' ? null : Number(days.value), learner: Number(turn.value) }));
}

async function ofLearner(state) {
  const learner = state.learner;
  const now = await get(`/api/learners/${learner}/settings`);
  const exercises = state.device.exercises.map(({ id, name }) => box(`exercise-${id}`, now.exercises.includes(id), named(name)));
  const sensors = ['camera', 'microphone', 'keyboard'].map((sensor) => box(`use-${sensor}`, now[sensor], word(sensor)));
  return form('learner-settings', `${word('learnerSettings')} ${learner}`, [
    group(word('look'),
      select('screen-language', word('language'), [['en', 'English', 'en'], ['zh-CN', '中文', 'zh-CN']], now.language),
      select('age', word('age'), [['child', word('child')], ['teen', word('teen')], ['adult', word('adult')]], now.age),
      ...BOXES.map(([id, key]) => box(id, now[id], word(key))),
      select('light-level', word('lightLevel'), LEVELS.map(([key, text]) => [key, word(text)]), now.light),
      select('sound-level', word('soundLevel'), LEVELS.map(([key, text]) => [key, word(text)]), now.sound)),
    group(word('exercises'), ...exercises),
    group(word('sensors'), make('p', { class: 'muted' }, word('sensorsNote')), ...sensors),
  ], (field) => put(`/api/learners/${learner}/settings`, {
    language: field('screen-language').value,
    age: field('age').value,
    ...Object.fromEntries(BOXES.map(([id]) => [id, field(id).checked])),
    light: field('light-level').value,
    sound: field('sound-level').value,
    exercises: state.device.exercises.map(({ id }) => id).filter((id) => field(`exercise-${id}`).checked),
    ...Object.fromEntries(['camera', 'microphone', 'keyboard'].map((sensor) => [sensor, field(`use-${sensor}`).checked])),
  }));
}

function pin() {
  const field = (id, text) => make('p', {}, make('label', { for: id }, text), make('br'), make('input', { id, type: 'password', minlength: 6, maxlength: 64, required: true, autocomplete: 'off' }));
  const made = form('change-pin', word('changePin'), [field('old-pin', word('oldPin')), field('new-pin', word('newPin'))], async (of) => {
    await post('/api/pin', { old: of('old-pin').value, new: of('new-pin').value });
    made.reset();
  });
  return made;
}

export async function show(section, state) {
  const place = make('div', { id: 'of-learner' });
  const fill = async () => place.replaceChildren(await ofLearner(state));
  const { list } = await choice(state, () => attempt(fill));
  section.append(await ofDevice(), make('h3', {}, word('pick')), list, place);
  await fill();
  if (state.device.pin) {
    section.append(pin());
  }
}
