// A simulated device, run as a program of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
/** The program; `cargo xtask browser` builds it. */
const PROGRAM = process.env.PETRI_PROGRAM ?? join(ROOT, 'target/release/petri');
/** Longest time until the device has loaded its models and tells its address. */
const START_MS_MAX = 60_000;
const END_MS_MAX = 10_000;

/** A device whose console listens on a free port of the loopback. */
export class Device {
  /** @type {string} everything that the device has said */
  said = '';
  /** @type {string} the address of the console, with its token */
  url = '';

  /** Starts a device with a journal of its own. @param {string[]} flags */
  static async start(flags = []) {
    const device = new Device();
    device.folder = await mkdtemp(join(tmpdir(), 'petri-browser-'));
    device.journal = join(device.folder, 'journal.db');
    const all = ['run', '--board', 'sim', '--console=127.0.0.1:0', '--journal', device.journal, ...flags];
    device.process = spawn(PROGRAM, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    device.ended = new Promise((resolve) => device.process.once('exit', (code) => resolve(code)));
    for (const stream of [device.process.stdout, device.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (device.said += text));
    }
    const until = Date.now() + START_MS_MAX;
    while (!device.url) {
      if (Date.now() > until || device.process.exitCode !== null) {
        throw new Error(`the device does not tell its address; it said:\n${device.said}`);
      }
      device.url = /https?:\/\/\S+/.exec(device.said)?.[0] ?? '';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return device;
  }

  /** Ends the device, and with it its journal. */
  async stop() {
    this.process.kill('SIGTERM');
    const late = setTimeout(() => this.process.kill('SIGKILL'), END_MS_MAX);
    const code = await this.ended;
    clearTimeout(late);
    await rm(this.folder, { recursive: true, force: true });
    return code;
  }
}
