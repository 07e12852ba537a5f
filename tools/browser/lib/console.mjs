// The console's page, as a facilitator uses it.
import { chromium } from 'playwright-core';
import { existsSync } from 'node:fs';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const WAIT_MS_MAX = 20_000;
/** Most presses on the way to one goal. */
const PRESSES_MAX = 80;

/** Starts Chromium; `media` names files for its pretended camera and microphone. */
export async function browser(media = null) {
  if (!BROWSER) {
    throw new Error('there is no Chromium; run `cargo xtask browser`, which installs it');
  }
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (media) {
    args.push('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${media.video}`, `--use-file-for-fake-audio-capture=${media.audio}`);
  }
  return chromium.launch({ executablePath: BROWSER, args });
}

/** The page of a device in a tab of its own. */
export class Console {
  /** @type {string[]} what the page complained about */
  complaints = [];
  /** @type {Set<string>} every host that was asked for anything */
  hosts = new Set();

  static async open(browser, device, options = {}) {
    const console = new Console();
    const context = await browser.newContext({ viewport: { width: 1100, height: 1000 }, ...options });
    console.page = await context.newPage();
    console.page.setDefaultTimeout(WAIT_MS_MAX);
    console.page.on('console', (line) => line.type() === 'error' && console.complaints.push(line.text()));
    console.page.on('pageerror', (error) => console.complaints.push(error.message));
    context.on('request', (request) => console.host(request.url()));
    console.page.on('websocket', (socket) => console.host(socket.url()));
    await console.page.goto(device.url);
    await console.page.waitForFunction(() => document.querySelector('#screen-text')?.textContent);
    return console;
  }

  host(url) {
    if (/^(https?|wss?):/.test(url)) {
      this.hosts.add(new URL(url).host);
    }
  }

  /** What stands on the device's screen. */
  async words() {
    return this.page.textContent('#screen-text');
  }

  /** What the buttons are for. */
  async choices() {
    return this.page.$$eval('.keys span[id^=label-]', (labels) => labels.map((label) => label.textContent));
  }

  async until(words, timeout = WAIT_MS_MAX) {
    await this.page.waitForFunction(
      (wanted) => document.querySelector('#screen-text')?.textContent.includes(wanted), words, { timeout });
  }

  async trials() {
    return Number(/, (\d+) /.exec(await this.page.textContent('#session-state'))?.[1] ?? 0);
  }

  /** Does something that changes the screen. Of a press that comes too early for a new screen, nothing is to be seen. */
  async turn(act) {
    const before = await this.words();
    await act();
    await this.page
      .waitForFunction((text) => document.querySelector('#screen-text').textContent !== text, before, { timeout: 3_000 })
      .catch(() => {});
    return this.words();
  }

  async click(key) {
    return this.turn(() => this.page.click(`#key-${key}`));
  }

  /** Clicks A, or what `choose` gives for the words on the screen and the buttons, until `goal` holds. */
  async play(goal, choose = () => 'a') {
    for (let press = 0; press < PRESSES_MAX; press += 1) {
      if (await goal()) {
        return;
      }
      await this.click(choose(await this.words(), await this.choices()));
    }
    throw new Error(`${PRESSES_MAX} presses did not lead there; on the screen: ${await this.words()}`);
  }

  async start() {
    await this.page.click('#session-start');
    await this.until('Hello, I am Petri');
  }

  /** Ends the session by the device's own button. */
  async end() {
    await this.page.click('#key-stop');
    await this.page.waitForFunction(() => !document.querySelector('#session-start').disabled);
  }

  /** Goes to a section by its link. */
  async section(name) {
    await this.page.click(`#nav-${name}`);
    await this.page.waitForSelector(`#section-${name}`);
    await this.page.waitForFunction((name) => document.querySelector(`#section-${name}`).childElementCount > 1, name);
  }
}
