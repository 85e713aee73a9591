import { z } from 'zod';

/** A JSON Pointer (RFC 6901): where a value stands in a third party's answer. `""` is the whole. */
export const pointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)*$/, 'write it as a JSON Pointer, such as /data/id')
  .describe('A JSON Pointer (RFC 6901), such as /data/id. "" is the whole answer.');

/** The value at `at` in a JSON text; undefined when it is not there or the text is no JSON. */
export function readPointer(body: string, at: string): unknown {
  return valueAt(parseAnswer(body), at);
}

/** A JSON text's value; undefined when it is no JSON. */
export function parseAnswer(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Third parties answer HTML and empty bodies too: then nothing stands anywhere in it.
    return undefined;
  }
}

/** The value at `at`; undefined when it is not there. */
export function valueAt(value: unknown, at: string): unknown {
  let found = value;
  for (const token of at.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
