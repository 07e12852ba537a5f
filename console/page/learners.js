'use strict';
// Who practises here: numbers with picture codes, and no names.

import { get } from '/api.js';
import { codeOf, make } from '/dom.js';
import { say } from '/app.js';
import { day, word } from '/words.js';

const SPREAD = 1_637;

// The pictures of a number, as the device has them.
export const pictures = (state, learner) => {
  const spread = (learner * SPREAD) & 4_095;
  return [8, 4, 0].map((shift) => state.device.pictures[(spread >> shift) & 15]);
};

export async function choice(state, chosen) {
  const known = await get('/api/learners');
  const all = known.learners;
  if (state.learner !== null && !all.some(({ learner }) => learner === state.learner)) {
    all.push({ learner: state.learner, code: pictures(state, state.learner), trials: 0, last_day: null });
  }
  state.learner ??= known.turn;
  const list = make('ul', { class: 'learners', id: 'learners', 'aria-label': word('pick') });
  const pick = (learner) => {
    state.learner = learner;
    for (const button of list.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.learner) === learner));
    }
    chosen?.(learner);
  };
  for (const { learner, code } of all) {
    list.append(make('li', {}, make('button', {
      type: 'button',
      id: `learner-${learner}`,
      'data-learner': learner,
      'aria-pressed': String(learner === state.learner),
      onclick: () => pick(learner),
    }, codeOf(learner, code))));
  }
  return { all, list };
}

export async function show(section, state) {
  const { all, list } = await choice(state, null);
  const line = ({ learner, code, trials, last_day: last }) => make('li', { id: `known-${learner}` }, codeOf(learner, code),
    ` – ${trials} ${word('trials')}${last === null ? '' : `, ${word('last')} ${day(last)}`}`);
  const number = make('input', { id: 'learner-number', type: 'number', min: 1, max: 4_095, inputmode: 'numeric', required: true });
  const add = make('form', { id: 'learner-add', class: 'row' }, make('label', { for: 'learner-number' }, word('number')), number,
    make('button', { type: 'submit' }, word('add')));
  add.addEventListener('submit', (event) => {
    event.preventDefault();
    const learner = Number(number.value);
    if (Number.isInteger(learner) && learner >= 1 && learner <= 4_095) {
      state.learner = learner;
      section.replaceChildren(section.firstChild);
      show(section, state);
    } else {
      say(word('no_learner'));
    }
  });
  section.append(make('p', {}, word('noNames')), make('h3', {}, word('pick')), list, add,
    make('h3', {}, word('learners')), all.length ? make('ul', { id: 'known' }, ...all.map(line)) : make('p', {}, word('nobody')));
}
