/** A value of JSON in which numbers are texts behind a #, so that none of them is rounded: whole ones digit by digit. */
export type ExactJson = null | boolean | string | readonly ExactJson[] | { readonly [name: string]: ExactJson };

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function parseExact(text: string): ExactJson {
  return JSON.parse(text.replaceAll(TOKENS, exact));
}

function exact(token: string): string {
  if (token.startsWith('"')) return token;
  // Java and JavaScript differ in where they go over to an exponent.
  return `"#${/[.eE]/.test(token) ? `${Object.is(Number(token), -0) ? '-0' : Number(token)} float` : token}"`;
}
