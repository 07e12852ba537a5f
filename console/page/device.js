'use strict';
// The device, live: its screen as it draws it, its light, its buttons, its sounds.

import { get, post, socket } from '/api.js';
import { byId, codeOf, make } from '/dom.js';
import { alerts, attempt, say } from '/app.js';
import { pictureName, word } from '/words.js';
import * as share from '/share.js';

const RETRY_MS = 2_000;
const KEYS = ['a', 'b', 'c'];

const press = (what) => attempt(() => post('/api/press', what));

function keys() {
  const key = (name, place) => make('button', { type: 'button', id: `key-${name}`, onclick: () => press({ button: name }) },
    make('span', { 'aria-hidden': 'true' }, `${name.toUpperCase()} `), make('span', { id: `label-${place}` }, word('none')));
  const stop = make('button', { type: 'button', id: 'key-stop', class: 'stop', onclick: () => press({ button: 'stop' }) }, word('stopButton'));
  return make('div', { class: 'keys', role: 'group', 'aria-label': word('buttons') }, ...KEYS.map(key), stop);
}

function face(state) {
  const { width, height } = state.device.display;
  return make('div', { class: 'case', id: 'device-case' },
    make('img', { id: 'screen', class: 'screen', alt: word('picture'), width, height, src: '/api/screen.png' }),
    make('div', { id: 'light', class: 'light', role: 'img', 'aria-label': word('light') }),
    make('div', { id: 'signs', class: 'signs' }),
    keys());
}

function typing() {
  const input = make('input', { id: 'type', name: 'type', class: 'grow', maxlength: 1_000, autocomplete: 'off' });
  const form = make('form', { id: 'typing', class: 'row' }, make('label', { for: 'type' }, word('type')), input,
    make('button', { type: 'submit', id: 'type-send' }, word('send')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const line = input.value.trim();
    if (line) {
      input.value = '';
      press({ line });
    }
  });
  return form;
}

async function session(state) {
  const known = await get('/api/learners');
  const options = known.learners.map(({ learner, code }) => make('option', { value: learner }, `${learner}${code ? ` · ${code.map(pictureName).join(' ')}` : ''}`));
  const select = make('select', { id: 'session-learner' }, ...options);
  select.value = String(state.learner ?? known.turn);
  const start = make('button', { type: 'button', id: 'session-start', class: 'main', onclick: () => attempt(() => post('/api/session/start', { learner: Number(select.value) })) }, word('start'));
  const stop = make('button', { type: 'button', id: 'session-stop', onclick: () => attempt(() => post('/api/session/stop')) }, word('stop'));
  const act = (name, key) => make('button', { type: 'button', id: `act-${name}`, onclick: () => press({ act: name }) }, word(key));
  return make('div', { class: 'card', role: 'group', 'aria-label': word('session') },
    make('h3', {}, word('session')),
    make('p', { id: 'session-state', role: 'status' }),
    make('div', { class: 'row' }, make('label', { for: 'session-learner' }, word('turn')), select, start, stop),
    make('h3', {}, word('judge')),
    make('div', { class: 'row' }, act('same', 'same'), act('different', 'different'), act('void', 'void'), act('clear', 'allClear')));
}

// What the device says, for those who do not see its picture. Only a change of words is read out.
function read(view, last) {
  const screen = view.screen;
  const text = screen ? [screen.title, screen.body].filter(Boolean).map((part) => (/[.?!。？！]$/.test(part) ? part : `${part}.`)).join(' ') : '';
  if (text !== last.text) {
    last.text = text;
    byId('screen-text').textContent = text;
    byId('screen-text').lang = screen?.language ?? 'en';
    byId('screen').alt = `${word('picture')}: ${text}`;
  }
  KEYS.forEach((name, place) => {
    const label = screen?.choices?.[place] || '';
    const shown = byId(`label-${place}`);
    if (shown.textContent !== (label || word('none'))) {
      shown.textContent = label || word('none');
      byId(`key-${name}`).setAttribute('aria-label', `${word('button')} ${name.toUpperCase()}: ${label || word('none')}`);
    }
  });
  const signs = ['camera', 'microphone', 'keyboard'].map((sensor) => [sensor, screen?.[sensor] ?? 'off']);
  const key = JSON.stringify(signs);
  if (key !== last.signs) {
    last.signs = key;
    const say = { on: 'on', off: 'off', lost: 'lostSign' };
    byId('signs').replaceChildren(...signs.map(([sensor, is]) => make('span', { id: `sign-${sensor}`, 'data-state': is }, `${word(sensor)}: ${word(say[is])}`)));
  }
}

function running(view, last) {
  const key = JSON.stringify([view.running, view.ended]);
  if (key === last.running) {
    return;
  }
  last.running = key;
  const line = byId('session-state');
  byId('session-start').disabled = Boolean(view.running) || view.ended;
  byId('session-stop').disabled = !view.running;
  if (view.ended) {
    line.replaceChildren(word('ended'));
  } else if (view.running) {
    line.replaceChildren(`${word('running')} `, codeOf(view.running.learner, view.running.code), `, ${view.running.trials} ${word('trials')}`);
  } else {
    line.replaceChildren(word('idle'));
  }
}

function sounder() {
  let context = null;
  let heard = null;
  return {
    allow(on) {
      context = on ? new AudioContext() : (context?.close(), null);
    },
    play(cue) {
      if (!cue || cue.count === heard) {
        return;
      }
      const first = heard === null;
      heard = cue.count;
      if (!context || first) {
        return;
      }
      let at = context.currentTime + 0.02;
      for (const [hz, ms] of cue.notes) {
        if (hz > 0) {
          const tone = new OscillatorNode(context, { frequency: hz });
          const loud = new GainNode(context, { gain: 0 });
          loud.gain.setValueAtTime(0, at);
          loud.gain.linearRampToValueAtTime(0.25 * cue.level, at + 0.01);
          loud.gain.setValueAtTime(0.25 * cue.level, at + ms / 1_000 - 0.02);
          loud.gain.linearRampToValueAtTime(0, at + ms / 1_000);
          tone.connect(loud).connect(context.destination);
          tone.start(at);
          tone.stop(at + ms / 1_000);
        }
        at += ms / 1_000;
      }
    },
  };
}

function follow(sound, sharing) {
  const last = {};
  let open = true;
  let line = null;
  let picture = null;
  const connect = () => {
    line = socket('/api/live');
    line.onmessage = ({ data }) => {
      if (!open || !byId('screen')) {
        return;
      }
      if (typeof data !== 'string') {
        const fresh = URL.createObjectURL(new Blob([data], { type: 'image/png' }));
        byId('screen').src = fresh;
        if (picture) {
          URL.revokeObjectURL(picture);
        }
        picture = fresh;
        return;
      }
      const view = JSON.parse(data);
      if (last.lost) {
        last.lost = false;
        say('');
      }
      const light = byId('light');
      light.style.backgroundColor = view.light;
      light.dataset.colour = view.light;
      read(view, last);
      running(view, last);
      alerts(view.alerts);
      sound.play(view.cue);
      sharing?.wants(view.wants);
    };
    line.onclose = () => {
      if (open) {
        last.lost = true;
        say(word('lost'));
        setTimeout(() => open && attempt(() => get('/api/device')).then((is) => (is ? connect() : setTimeout(() => open && connect(), RETRY_MS))), RETRY_MS);
      }
    };
  };
  connect();
  return () => {
    open = false;
    line?.close();
    if (picture) {
      URL.revokeObjectURL(picture);
    }
  };
}

export async function show(section, state) {
  const sound = sounder();
  const shares = state.device.shares;
  const sharing = shares.camera || shares.microphone ? share.make(shares) : null;
  const loud = make('input', { type: 'checkbox', id: 'sound', onchange: (event) => sound.allow(event.target.checked) });
  section.append(
    make('div', { class: 'device' }, face(state),
      make('p', { id: 'screen-text', class: 'words', 'aria-live': 'polite', role: 'status', 'aria-label': word('screenText') }),
      state.device.has.keyboard ? typing() : make('span')),
    await session(state),
    make('div', { class: 'card' }, make('label', { class: 'box', for: 'sound' }, loud, ` ${word('sound')}`), sharing?.element ?? null));
  const close = follow(sound, sharing);
  return () => {
    close();
    sharing?.stop();
    sound.allow(false);
  };
}
