/**
 * Where codecs write the text of decimals and temporals before a visitor takes it. One buffer for the process: decoding
 * is synchronous, and a visitor has taken the text when `read` returns.
 */
export const ascii: Buffer = Buffer.alloc(128);
