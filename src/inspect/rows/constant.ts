const WORD_BYTES = 8;

/**
 * A piece of text that is written again and again. It is kept as doubles, because copying 8 bytes at a time is several
 * times faster than a native copy of a few dozen bytes. Its characters are bytes; UTF-8 never has the bits of a NaN, which
 * could change on the way.
 */
export class Constant {
  readonly length: number;
  readonly #words: Float64Array;

  constructor(text: string) {
    const bytes = Buffer.from(text, 'latin1');
    this.length = bytes.length;
    const padded = new Uint8Array(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES);
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    this.#words = Float64Array.from({ length: padded.length / WORD_BYTES }, (_, i) =>
      view.getFloat64(i * WORD_BYTES, true),
    );
  }

  /** Returns the offset behind; up to 7 bytes behind it are written, too. */
  write(view: DataView, at: number): number {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) view.setFloat64(at + i * WORD_BYTES, words[i]!, true);
    return at + this.length;
  }
}
