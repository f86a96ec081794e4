import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RowtideError } from '../core/errors.js';
import type { SinkDefinition } from '../pipeline/define-sink.js';

const BUILT_IN: readonly string[] = ['aggregate-replica', 'delayed-replica', 'file', 'kafka', 'replica', 'stdout'];

/**
 * Finds the connector called `name`: one of ours, or the default export of an installed package or, if it begins with
 * a dot or a slash, of a file. Those are looked for from `folder`, that of the configuration.
 */
export async function loadConnector(name: string, folder: string): Promise<SinkDefinition> {
  const module = BUILT_IN.includes(name)
    ? await import(new URL(`../../connectors/${name}/index.js`, import.meta.url).href)
    : await importFrom(name, folder);
  const definition: unknown = module.default;
  if (!isDefinition(definition)) {
    throw new RowtideError('CONFIG_INVALID', `the default export of ${name} is not made by defineSink`, {
      hint: 'A connector is a module that says: export default defineSink({ … }).',
    });
  }
  return definition;
}

async function importFrom(name: string, folder: string): Promise<{ default?: unknown }> {
  if (/^[./]/.test(name)) return imported(name, pathToFileURL(resolve(folder, name)).href);
  try {
    return await imported(name, pathToFileURL(createRequire(`${folder}/`).resolve(name)).href);
  } catch (error) {
    // Packages that can only be imported are not found this way; they are when they are installed beside Rowtide.
    return imported(name, name, error);
  }
}

async function imported(name: string, specifier: string, before?: unknown): Promise<{ default?: unknown }> {
  try {
    return await import(specifier);
  } catch (cause) {
    if (before instanceof RowtideError) throw before;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && String(cause).includes(`'${name}'`);
    const why = isMissing ? 'no package of that name is installed' : String(cause);
    throw new RowtideError('CONFIG_INVALID', `there is no connector ${name}: ${why}`, {
      hint: `Built in are ${BUILT_IN.join(', ')}; any other name is that of an npm package.`,
      cause,
    });
  }
}

function isDefinition(value: unknown): value is SinkDefinition {
  if (typeof value !== 'object' || value === null) return false;
  return 'options' in value && 'create' in value && typeof value.create === 'function' && 'name' in value;
}
