import { jsonOf, RuleBroken, type FakeAnswer, type FakeCall } from './fake-server.ts';

/** What both of Rokt's APIs demand of a call. */

export function roktError(status: number, message: string): FakeAnswer {
  return { status, body: { errors: [{ code: String(status), message }] } };
}

/** @throws RuleBroken, answered with 400, unless `holds`. */
export function demand(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new RuleBroken(rule, roktError(400, 'malformed'));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown, maxLength = Infinity): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}

/** @throws RuleBroken when an object has a key that is not documented. */
export function demandKeys(value: object, known: readonly string[], what: string): void {
  const other = Object.keys(value).filter((key) => !known.includes(key));
  demand(other.length === 0, `${what} has keys that are not documented: ${other.join(', ')}`);
}

/**
 * The JSON of a call with the right method, path and credentials. An answer is returned where it says that
 * the credentials are missing or wrong, which is no mistake of a destination.
 */
export function readCall(
  call: FakeCall,
  { path, credentials }: { readonly path: string; readonly credentials: string },
): { readonly json: unknown } | { readonly answer: FakeAnswer } {
  const there = call.method === 'POST' && call.path === path;
  if (!there) throw new RuleBroken(`${call.method} ${call.path}`, roktError(404, 'not found'));
  const { authorization, 'content-type': type = '' } = call.headers;
  if (authorization === undefined) return { answer: roktError(401, 'header missing') };
  const expected = `Basic ${Buffer.from(credentials).toString('base64')}`;
  if (authorization !== expected) return { answer: roktError(403, 'header invalid') };
  demand(/^application\/json\b/.test(type), 'the content type is not JSON');
  return { json: jsonOf(call, roktError(400, 'malformed')) };
}
