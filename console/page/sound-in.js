'use strict';
// Sound from the microphone at 16 kHz: each sample is the mean of those that fall into its time.

const RATE_HZ = 16_000;
const PIECE_SAMPLES = 1_600;

class SoundIn extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Float32Array(PIECE_SAMPLES);
    this.filled = 0;
    this.sum = 0;
    this.weight = 0;
    this.step = sampleRate / RATE_HZ;
  }

  take(sample) {
    this.piece[this.filled] = sample;
    this.filled += 1;
    if (this.filled === PIECE_SAMPLES) {
      const out = this.piece.slice().buffer;
      this.port.postMessage(out, [out]);
      this.filled = 0;
    }
  }

  process(inputs) {
    const channel = inputs[0]?.[0];
    if (!channel) {
      return true;
    }
    for (const sample of channel) {
      let left = 1;
      while (this.weight + left >= this.step) {
        const part = this.step - this.weight;
        this.take((this.sum + sample * part) / this.step);
        left -= part;
        this.sum = 0;
        this.weight = 0;
      }
      this.sum += sample * left;
      this.weight += left;
    }
    return true;
  }
}

registerProcessor('sound-in', SoundIn);
