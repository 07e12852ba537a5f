// Settings, export and erasing, as a facilitator does them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { browser, Console } from '../lib/console.mjs';
import { Device } from '../lib/device.mjs';

test('settings reach the next session, trials leave as files, and what is erased is gone', async () => {
  const device = await Device.start(['--seed', '7', '--trials', '2']);
  const chromium = await browser();
  try {
    const console = await Console.open(chromium, device);
    const { page } = console;
    await console.section('settings');
    await page.selectOption('#screen-language', 'zh-CN');
    await page.uncheck('#use-camera');
    await page.click('#learner-settings button[type=submit]');
    await page.waitForFunction(() => document.querySelector('#message').textContent === 'Saved.');
    await console.section('device');
    await page.click('#session-start');
    await console.until('Petri');
    assert.match(await console.words(), /[\u4e00-\u9fff]/, 'the screen speaks Chinese now');
    await console.play(async () => (await console.trials()) === 2);
    assert.notEqual(await page.getAttribute('#sign-camera', 'data-state'), 'on');
    await console.end();

    await console.section('data');
    const [csv] = await Promise.all([page.waitForEvent('download'), page.click('#export-csv')]);
    const rows = (await readFile(await csv.path(), 'utf8')).trim().split(/\r?\n/);
    assert.equal(rows.length, 3, 'a head and two trials');
    const [json] = await Promise.all([page.waitForEvent('download'), page.click('#export-json')]);
    const told = JSON.parse(await readFile(await json.path(), 'utf8'));
    assert.equal(JSON.stringify(told).match(/"trial":/g)?.length, 2);

    await page.check('#erase-one-sure');
    await page.click('#erase-one');
    await page.waitForFunction(() => /Erased: 2 trials/.test(document.body.textContent));
    await console.section('progress');
    assert.match(await page.textContent('#section-progress'), /There is nothing yet/);
    assert.deepEqual(console.complaints, []);
  } finally {
    await chromium.close();
    assert.equal(await device.stop(), 0, device.said);
  }
});

test('an address lets one browser in, and the next needs another', async () => {
  const device = await Device.start();
  const chromium = await browser();
  try {
    await Console.open(chromium, device);
    const other = await (await chromium.newContext()).newPage();
    await other.goto(device.url);
    await other.waitForFunction(() => document.querySelector('#message').textContent.length > 0);
    assert.equal(await other.$('#screen'), null);
    const refused = await other.evaluate(async () => (await fetch('/api/learners')).status);
    assert.equal(refused, 401);
  } finally {
    await chromium.close();
    await device.stop();
  }
});
