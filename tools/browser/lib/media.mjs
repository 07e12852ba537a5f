// What Chromium's pretended camera sees and its pretended microphone hears.
import { readFile, writeFile } from 'node:fs/promises';

/** Width and height of the camera's picture. */
const WIDTH = 640;
const HEIGHT = 480;
/** Chromium plays the pictures one after the other, and then from the beginning. */
const PICTURES = 30;

/**
 * Writes `picture` (PNG) as a motion JPEG file, in the middle of a grey frame; a page of `browser` draws it.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} picture
 * @param {string} file a name that ends in `.mjpeg`
 */
export async function camera(browser, picture, file) {
  const page = await browser.newPage();
  const base64 = (await readFile(picture)).toString('base64');
  const frame = await page.evaluate(
    async ({ base64, width, height }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext('2d');
      context.fillStyle = '#888';
      context.fillRect(0, 0, width, height);
      const shown = (height * image.width) / image.height;
      context.drawImage(image, (width - shown) / 2, 0, shown, height);
      return canvas.toDataURL('image/jpeg', 0.95).split(',')[1];
    },
    { base64, width: WIDTH, height: HEIGHT },
  );
  await page.close();
  await writeFile(file, Buffer.concat(Array(PICTURES).fill(Buffer.from(frame, 'base64'))));
}

/**
 * Writes the recording `wav` (PCM, 16 bits, one channel) with silence around it, so that a voice that is played over
 * and over is one word at a time.
 *
 * @param {string} wav
 * @param {string} file
 * @param {number} before_s
 * @param {number} after_s
 */
export async function microphone(wav, file, before_s = 1, after_s = 3) {
  const bytes = await readFile(wav);
  const data = bytes.indexOf('data', 12, 'latin1');
  const rate = bytes.readUInt32LE(24);
  const [channels, bits] = [bytes.readUInt16LE(22), bytes.readUInt16LE(34)];
  if (data < 0 || channels !== 1 || bits !== 16) {
    throw new Error(`${wav} is no WAV file with one channel of 16 bits; use one of board/demo`);
  }
  const sound = bytes.subarray(data + 8, data + 8 + bytes.readUInt32LE(data + 4));
  const silence = (seconds) => Buffer.alloc(2 * Math.round(seconds * rate));
  const body = Buffer.concat([silence(before_s), sound, silence(after_s)]);
  const head = Buffer.from(bytes.subarray(0, data + 8));
  head.writeUInt32LE(data + body.length, 4);
  head.writeUInt32LE(body.length, data + 4);
  await writeFile(file, Buffer.concat([head, body]));
}
