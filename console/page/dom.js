'use strict';
// Elements made from data: text is always text.

import { pictureName } from '/words.js';

const SVG = 'http://www.w3.org/2000/svg';

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      made.addEventListener(name.slice(2), value);
    } else if (value === true) {
      made.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const make = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

export const draw = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

export const byId = (id) => document.getElementById(id);

// A learner's number with its pictures.
export function codeOf(learner, code) {
  const pictures = (code ?? []).map((name) => make('img', { src: `/pictures/${name}.svg`, alt: pictureName(name), width: 32, height: 32 }));
  return make('span', { class: 'code' }, ...pictures, ` ${learner}`);
}

export function table(id, caption, heads, rows) {
  const head = make('tr', {}, ...heads.map((text) => (text ? make('th', { scope: 'col' }, text) : make('td'))));
  const cell = (value, place) => {
    if (place === 0) {
      return make('th', { scope: 'row' }, value);
    }
    const [text, kind] = Array.isArray(value) ? value : [value, typeof value === 'number' ? 'number' : ''];
    return make('td', { class: kind || null }, String(text));
  };
  const body = rows.map((row) => make('tr', {}, ...row.map(cell)));
  return make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    make('table', { id }, make('caption', {}, caption), make('thead', {}, head), make('tbody', {}, ...body)));
}
