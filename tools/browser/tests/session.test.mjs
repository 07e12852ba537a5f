// Whole sessions on the page: by clicking, by keyboard, by typing, by camera and voice.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { browser, Console } from '../lib/console.mjs';
import { Device, ROOT } from '../lib/device.mjs';
import { camera, microphone } from '../lib/media.mjs';

/** The face that the pretended camera sees is a happy one. */
const FACE = join(ROOT, 'board/demo/astronaut.png');
/** A face that does not fit what is asked for is given up after this long. */
const MIRROR_MS_MAX = 12_000;

async function withDevice(media, play) {
  const device = await Device.start(['--seed', '7', '--trials', '2']);
  const chromium = await browser(media);
  try {
    const console = await Console.open(chromium, device);
    await play(console);
    assert.deepEqual(console.complaints, [], 'the page complains');
    assert.deepEqual([...console.hosts], [new URL(device.url).host], 'a request left the device');
  } finally {
    await chromium.close();
    assert.equal(await device.stop(), 0, device.said);
  }
}

/** On the menu, looks for the exercise that says `about`; elsewhere takes the first choice. */
const seek = (about) => (words, choices) => (choices[1] === 'other' && !words.includes(about) ? 'b' : 'a');

test('a session by clicking, up to the progress of the learner', async () => {
  await withDevice(null, async (console) => {
    const { page } = console;
    const size = await page.$eval('#screen', (image) => [image.naturalWidth, image.naturalHeight]);
    assert.deepEqual(size, [320, 240]);
    await console.start();
    await console.play(async () => (await console.trials()) === 2);
    await page.click('#act-void');
    await console.end();
    await console.section('learners');
    assert.match(await page.textContent('#known-1'), /2 trials/);
    await console.section('progress');
    assert.match(await page.textContent('#section-progress'), /Faces/);
  });
});

test('a session by keyboard alone', async () => {
  await withDevice(null, async (console) => {
    const { page } = console;
    const focused = () => page.evaluate(() => document.activeElement.id);
    const tabTo = async (id, key = 'Tab') => {
      for (let step = 0; step < 60; step += 1) {
        if ((await focused()) === id) {
          return;
        }
        await page.keyboard.press(key);
      }
      assert.fail(`the keyboard does not reach #${id}`);
    };
    await tabTo('session-start');
    const ring = await page.$eval(':focus', (element) => getComputedStyle(element).outlineStyle);
    assert.notEqual(ring, 'none', 'what has the focus must be seen');
    await page.keyboard.press('Enter');
    await console.until('Hello, I am Petri');
    await tabTo('key-a', 'Shift+Tab');
    for (let press = 0; press < 40 && (await console.trials()) < 2; press += 1) {
      await console.turn(() => page.keyboard.press('Space'));
    }
    assert.equal(await console.trials(), 2);
    await tabTo('key-stop');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.querySelector('#session-start').disabled);
    await tabTo('nav-health', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#section-health');
    await page.waitForFunction(() => document.activeElement.id === 'heading');
  });
});

test('a reply is typed and read', async () => {
  await withDevice(null, async (console) => {
    const { page } = console;
    await console.start();
    const asked = async () => (await console.words()).startsWith('What could you say to');
    await console.play(asked, seek('Answer somebody who shares something'));
    await page.fill('#type', 'That sounds awful. I am sorry that you had to clean it up. Shall I help you?');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => / 1 trials/.test(document.querySelector('#session-state').textContent));
    assert.equal(await page.inputValue('#type'), '');
  });
});

test('a session by camera and voice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'petri-media-'));
  const media = { video: join(folder, 'face.mjpeg'), audio: join(folder, 'next.wav') };
  const painter = await browser();
  await camera(painter, FACE, media.video);
  await painter.close();
  await microphone(join(ROOT, 'board/demo/next.wav'), media.audio);
  await withDevice(media, async (console) => {
    const { page } = console;
    for (const sensor of ['camera', 'microphone']) {
      await page.click(`#share-${sensor}`);
      await page.waitForSelector(`#share-${sensor}[aria-pressed=true]`);
    }
    await console.start();
    assert.notEqual(await page.getAttribute('#sign-camera', 'data-state'), 'on', 'nothing senses before consent');
    // A face is answered by button; the word "next" leads on from the explanation.
    await console.play(async () => (await console.trials()) === 1, seek('Name the feeling that a face shows'));
    const explained = await console.words();
    await page.waitForFunction((text) => document.querySelector('#screen-text').textContent !== text, explained);
    await console.end();
    // Then the mirror: the face before the camera is happy.
    await console.start();
    const asked = async () => (await console.words()).startsWith('Make this face');
    const matched = () => console.until('A match', MIRROR_MS_MAX).then(() => true, () => false);
    await console.play(asked, seek('Make the face that you see'));
    while (!(await matched())) {
      assert.ok((await console.trials()) < 8, 'the mirror does not see the happy face');
      await console.click('c');
      await console.play(asked, seek('Make the face that you see'));
    }
    assert.equal(await page.getAttribute('#sign-camera', 'data-state'), 'on');
  });
  await rm(folder, { recursive: true, force: true });
});
