'use strict';
// The computer's own camera and microphone for the simulated device.

import { socket } from '/api.js';
import { attempt, say } from '/app.js';
import { make as element } from '/dom.js';
import { word } from '/words.js';

const WIDTH = 640;
const HEIGHT = 480;
const PICTURE_MS = 100;
// More than this waits in the socket: the next picture is left out.
const WAITING_BYTES_MAX = 200_000;

export function make(shares) {
  let line = null;
  let wanted = {};
  const on = {};

  const send = (kind, bytes) => {
    if (line?.readyState === WebSocket.OPEN && line.bufferedAmount < WAITING_BYTES_MAX) {
      const message = new Uint8Array(bytes.byteLength + 1);
      message[0] = kind;
      message.set(new Uint8Array(bytes), 1);
      line.send(message);
    }
  };

  const connected = () => new Promise((resolve, reject) => {
    if (line?.readyState === WebSocket.OPEN) {
      resolve();
      return;
    }
    line = socket('/api/media');
    line.onopen = () => resolve();
    line.onerror = () => reject(Object.assign(new Error('shared'), { error: 'shared' }));
    line.onclose = () => stop();
  });

  const tell = (sensor, is) => line?.readyState === WebSocket.OPEN && line.send(`${sensor} ${is ? 'on' : 'off'}`);

  async function camera(stream) {
    const video = element('video', { muted: true, playsinline: true });
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    const canvas = element('canvas', { width: WIDTH, height: HEIGHT });
    const pen = canvas.getContext('2d');
    const timer = setInterval(() => {
      if (wanted.camera) {
        pen.drawImage(video, 0, 0, WIDTH, HEIGHT);
        canvas.toBlob(async (blob) => blob && send(1, await blob.arrayBuffer()), 'image/jpeg', 0.85);
      }
    }, PICTURE_MS);
    return () => clearInterval(timer);
  }

  async function microphone(stream) {
    const context = new AudioContext();
    await context.audioWorklet.addModule('/sound-in.js');
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    const ear = new AudioWorkletNode(context, 'sound-in', { numberOfOutputs: 1 });
    ear.port.onmessage = ({ data }) => wanted.microphone && send(2, data);
    source.connect(ear).connect(context.destination);
    return () => context.close();
  }

  const START = { camera: [{ video: { width: WIDTH, height: HEIGHT } }, camera], microphone: [{ audio: true }, microphone] };

  async function start(sensor) {
    const [what, begin] = START[sensor];
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(what);
    } catch {
      say(word('denied'));
      return;
    }
    await connected();
    const end = await begin(stream);
    on[sensor] = () => {
      end();
      stream.getTracks().forEach((track) => track.stop());
      tell(sensor, false);
      delete on[sensor];
      show(sensor);
    };
    tell(sensor, true);
    say(word(`${sensor}On`));
    show(sensor);
  }

  const buttons = {};
  function show(sensor) {
    const key = sensor === 'camera' ? 'shareCamera' : 'shareMicrophone';
    buttons[sensor].textContent = on[sensor] ? `${word('unshare')}: ${word(sensor)}` : word(key);
    buttons[sensor].setAttribute('aria-pressed', String(Boolean(on[sensor])));
  }

  for (const sensor of ['camera', 'microphone'].filter((sensor) => shares[sensor])) {
    buttons[sensor] = element('button', {
      type: 'button',
      id: `share-${sensor}`,
      onclick: () => attempt(async () => (on[sensor] ? on[sensor]() : start(sensor))),
    });
    show(sensor);
  }

  function stop() {
    Object.values(on).forEach((end) => end());
    line?.close();
    line = null;
  }

  return {
    element: element('div', { role: 'group', 'aria-label': word('sharing') }, element('h3', {}, word('sharing')),
      element('p', { class: 'muted' }, word('shareHelp')), element('div', { class: 'row' }, ...Object.values(buttons))),
    wants(now) {
      wanted = now;
    },
    stop,
  };
}
