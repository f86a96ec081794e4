/** Prometheus's text format, read by its grammar and refused where it does not hold. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;
const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { type: string; help: string; samples: Family['samples'][number][] }>();
  const lines = text.slice(0, -1).split('\n');
  let current = '';
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (!NAME.test(name) || families.has(name)) throw new Error(`not a new name: ${line}`);
      families.set(name, { type: '', help: rest, samples: [] });
      current = name;
    } else if (keyword === 'TYPE') {
      if (name !== current || !['counter', 'gauge'].includes(rest)) throw new Error(`not a type: ${line}`);
      families.get(name)!.type = rest;
    } else {
      const [, sampled, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
      if (sampled !== current) throw new Error(`not a sample of ${current}: ${line}`);
      if (!/^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)$|^NaN$/i.test(value)) throw new Error(`not a number: ${line}`);
      families.get(current)!.samples.push({ labels: parseLabels(labels), value: Number(value) });
    }
  }
  for (const [name, { type, samples }] of families) {
    if (type === '' || samples.length === 0) throw new Error(`${name} has no type or no samples`);
    if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`);
    const keys = samples.map(({ labels }) => JSON.stringify(labels));
    if (new Set(keys).size < keys.length) throw new Error(`${name} has a sample twice`);
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name, value = ''] = LABEL.exec(rest) ?? [];
    if (whole === undefined || name === undefined || name in labels) throw new Error(`not labels: {${text}}`);
    labels[name] = value.replaceAll(/\\[\\"n]/g, (each) => ESCAPED[each]!);
    rest = rest.slice(whole.length);
  }
  return labels;
}
