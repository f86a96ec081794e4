/** JSON whose numbers stay as exact as they are written. */

export type ExactJson =
  | string
  | boolean
  | null
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [key: string]: ExactJson };

/** A number by its digits: 1.50, 15e-1 and 1.5 are the same. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
      text,
    )!;
    const digits = `${whole}${fraction}`.replace(/^0+/, '');
    const significant = digits.replace(/0+$/, '');
    const power = Number(exponent) - fraction.length + digits.length - significant.length;
    this.text = significant === '' ? '0' : `${sign}${significant}e${power}`;
  }
}

/** Strict JSON only; also that a text is JSON at all. */
export function parseExact(text: string): ExactJson {
  JSON.parse(text);
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `{"${NUMBER}":"${token}"}`,
  );
  return JSON.parse(marked, (_, value) =>
    value !== null && typeof value === 'object' && NUMBER in value ? new ExactNumber(value[NUMBER]) : value,
  ) as ExactJson;
}

const NUMBER = '#exact-number';
