import type { Random } from './random.js';

type Parsed = null | boolean | number | string | Parsed[] | { [key: string]: Parsed };

const literal = (text: string): string => `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`;

/**
 * An SQL expression that changes the document in `column` by one to four steps, with paths that lead into `text`, which
 * is one of the documents that it is meant for; others may lack those paths.
 */
export function changeOf(
  column: string,
  text: string,
  { random, value }: { random: Random; value: () => string },
): string {
  let expression = column;
  for (let steps = random.pick([1, 1, 2, 4]); steps > 0; steps--) {
    const path = literal(`$${pathInto(JSON.parse(text) as Parsed, random)}`);
    switch (random.int(0, 4)) {
      case 0:
        expression = `json_remove(${expression}, ${path})`;
        break;
      case 1:
        expression = `json_replace(${expression}, ${path}, ${value()})`;
        break;
      default:
        expression = `json_set(${expression}, ${path}, ${value()})`;
    }
  }
  return expression;
}

/** To something that is there, or could be; never the whole document, which JSON_REMOVE refuses. */
function pathInto(document: Parsed, random: Random): string {
  if (Array.isArray(document)) {
    const at = random.int(0, document.length + 1);
    const back = document.length - 1 - at;
    const leg = back >= 0 && random.chance(0.4) ? `[last${back === 0 ? '' : `-${back}`}]` : `[${at}]`;
    return `${leg}${further(document[at], random)}`;
  }
  if (typeof document === 'object' && document !== null) {
    const names = Object.keys(document);
    const name = names.length > 0 && random.chance(0.8) ? random.pick(names) : newName(random);
    return `.${quotedOrNot(name, random)}${further(document[name], random)}`;
  }
  // Scalars are taken for arrays of one element.
  return random.pick(['[0]', '[1]', '.a', '[last]']);
}

function further(child: Parsed | undefined, random: Random): string {
  return child !== undefined && random.chance(0.6) ? pathInto(child, random) : '';
}

function newName(random: Random): string {
  return random.pick([
    '',
    'a',
    'new',
    'b c',
    '"',
    '\\',
    '$',
    'é',
    '日本',
    'a.b[0]',
    '\u0001',
    '\u{1f600}',
    '\u00a0',
    '\ufeff',
    '__proto__',
  ]);
}

function quotedOrNot(name: string, random: Random): string {
  return /^[a-z]\w*$/.test(name) && random.chance(0.5) ? name : JSON.stringify(name);
}
