// Who uses a screen reader, the keyboard, large letters or a phone can use every section: the rules of axe, and pictures.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { browser, Console } from '../lib/console.mjs';
import { Device } from '../lib/device.mjs';

const SECTIONS = ['device', 'learners', 'progress', 'settings', 'data', 'health'];
const SIZES = { desk: { width: 1100, height: 1000 }, phone: { width: 360, height: 740 } };
/** Where the pictures of docs/ go, in English for the desk and in Chinese for the phone; nowhere without it. */
const PICTURES = process.env.PETRI_PICTURES;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let device;
let chromium;
let storage;

/** A device that somebody has practised on, and a browser that is let in. */
before(async () => {
  device = await Device.start(['--seed', '7', '--trials', '6']);
  chromium = await browser();
  const console = await Console.open(chromium, device);
  await console.start();
  const keys = ['a', 'b', 'c'];
  await console.play(async () => (await console.trials()) === 6, (words, choices) =>
    words.startsWith('What does this face show?') ? keys[words.length % 3] : choices[1] === 'other' && !words.includes('a face shows') ? 'b' : 'a');
  await console.end();
  storage = await console.page.context().storageState();
  await console.page.context().close();
});

after(async () => {
  await chromium?.close();
  await device?.stop();
});

async function look(name, language) {
  const context = await chromium.newContext({ viewport: SIZES[name], storageState: storage, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(new URL('/#device', device.url).href);
  await page.waitForSelector('#section-device');
  await page.selectOption('#language', language);
  await page.evaluate(AXE);
  const told = [];
  for (const section of SECTIONS) {
    await page.click(`#nav-${section}`);
    await page.waitForSelector(`#section-${section}`);
    await page.waitForLoadState('networkidle');
    assert.equal(await page.getAttribute('html', 'lang'), language);
    const { violations, passes } = await page.evaluate(() => window.axe.run());
    assert.ok(passes.length > 10, `axe found next to nothing to look at in ${section}`);
    for (const { id, help, nodes } of violations) {
      told.push(`${section}: ${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 120)).join(' ; ')}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) {
      told.push(`${section}: ${wide} pixels wider than the window`);
    }
    if (PICTURES && (name === 'desk') === (language === 'en')) {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${section}-${name}-${language}.png`), fullPage: name === 'desk' });
    }
  }
  await context.close();
  assert.deepEqual(told, []);
}

for (const name of Object.keys(SIZES)) {
  for (const language of ['en', 'zh-CN']) {
    test(`every section, ${name}, ${language}`, () => look(name, language));
  }
}
