'use strict';
// How one comes in: the printed address on a simulator, else pairing and PIN.

import { get, post } from '/api.js';
import { make } from '/dom.js';
import { attempt, say } from '/app.js';
import { word } from '/words.js';

function field(id, text, attributes) {
  return make('p', {}, make('label', { for: id }, text), make('br'), make('input', { id, name: id, required: true, ...attributes }));
}

function form(id, title, fields, button, submit) {
  const made = make('form', { id, class: 'card', 'aria-label': title }, make('h2', {}, title), ...fields,
    make('button', { type: 'submit', class: 'main' }, button));
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    const send = made.querySelector('button[type=submit]');
    send.disabled = true;
    attempt(() => submit(new FormData(made))).finally(() => { send.disabled = false; });
  });
  return made;
}

const PIN = { type: 'password', minlength: 6, maxlength: 64, autocomplete: 'off' };

function login(entered) {
  return form('login', word('login'), [field('pin', word('pin'), PIN)], word('login'), async (typed) => {
    await post('/api/login', { pin: typed.get('pin') });
    await entered();
  });
}

function pair(hello, entered) {
  const show = make('button', { type: 'button', id: 'show-code', onclick: () => attempt(async () => {
    await post('/api/pair/begin');
    say(word('codeShown'));
  }) }, word('showCode'));
  const pin = hello.pin ? word('pin') : word('newPin');
  const fields = [
    make('p', {}, word('pairHelp')),
    make('p', {}, show),
    field('code', word('code'), { inputmode: 'numeric', maxlength: 9, autocomplete: 'one-time-code' }),
    hello.pin ? null : make('p', {}, word('firstPin')),
    field('pair-pin', pin, PIN),
  ];
  return form('pair', word('pair'), fields.filter(Boolean), word('pair'), async (typed) => {
    await post('/api/pair', { code: typed.get('code'), pin: typed.get('pair-pin') });
    await entered();
  });
}

export async function show(main, entered) {
  const hello = await get('/api/hello');
  if (hello.in) {
    await entered();
  } else if (hello.way === 'token') {
    main.replaceChildren(make('section', { id: 'section-enter', class: 'card' }, make('h2', {}, word('login')), make('p', { id: 'token-help' }, word('tokenHelp'))));
  } else {
    main.replaceChildren(make('section', { id: 'section-enter' }, ...(hello.paired && hello.pin ? [login(entered)] : []), pair(hello, entered)));
  }
}
