'use strict';
// Export, and erasing.

import { post } from '/api.js';
import { make } from '/dom.js';
import { attempt, say } from '/app.js';
import { word } from '/words.js';
import { choice } from '/learners.js';

function exports(state) {
  const link = (id, form, text, whose) => make('a', { id, class: 'button', href: `/api/export.${form}${whose}`, download: `petri.${form}` }, text);
  const one = `?learner=${state.learner}`;
  return [
    make('div', { class: 'row', role: 'group', 'aria-label': word('all') }, `${word('all')}: `, link('export-all-csv', 'csv', word('csv'), ''), link('export-all-json', 'json', word('json'), '')),
    make('div', { class: 'row', role: 'group', 'aria-label': `${word('learner')} ${state.learner}` }, `${word('learner')} ${state.learner}: `, link('export-csv', 'csv', word('csv'), one), link('export-json', 'json', word('json'), one)),
  ];
}

function eraser(id, text, body, done) {
  const sure = make('input', { type: 'checkbox', id: `${id}-sure` });
  const button = make('button', { type: 'button', id, class: 'danger', disabled: true, onclick: () => attempt(async () => {
    const erased = await post('/api/erase', body);
    say(word('erased', erased.trials, erased.found_after));
    await done();
  }) }, text);
  sure.addEventListener('change', () => { button.disabled = !sure.checked; });
  return make('div', { class: 'row' }, make('label', { class: 'box', for: `${id}-sure` }, sure, ` ${word('sure')}`), button);
}

export async function show(section, state) {
  const place = make('div', { id: 'data' });
  const again = async () => {
    section.replaceChildren(section.firstChild);
    await show(section, state);
  };
  const fill = () => place.replaceChildren(
    make('h3', {}, word('export')), make('p', { class: 'muted' }, word('exportNote')), ...exports(state),
    make('h3', {}, word('erase')), make('p', { class: 'muted' }, word('eraseNote')),
    eraser('erase-one', word('eraseOne', state.learner), { learner: state.learner }, again),
    eraser('erase-all', word('eraseAll'), { all: true }, again));
  const { list } = await choice(state, fill);
  section.append(make('h3', {}, word('pick')), list, place);
  fill();
}
