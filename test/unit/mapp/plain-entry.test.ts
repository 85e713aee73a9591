import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCall } from '../../../shared/mapp/parse-call.ts';
import { parseMutations } from '../../../shared/mapp/parse-mutations.ts';
import { isPlain, isPlainEntry } from '../../../shared/mapp/plain-entry.ts';

/** What stands in an id, from the usual to what is refused, around the bounds of its length. */
const id = fc.oneof(
  { weight: 12, arbitrary: fc.stringMatching(/^[a-z0-9. -]{1,40}$/) },
  fc.string({ unit: 'binary-ascii', maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', '\u0000', '\n', '\u007f', '\u009f', '\ud83d', '\\', '"', 'ü', '😀'),
  fc.constantFrom(256, 257, 512, 513).map((length) => 'x'.repeat(length)),
  fc.constantFrom<unknown>(undefined, null, 0, 17, -7, 1.5, 2 ** 53, true, ['x'], { x: 'x' }),
);
const entry = fc.oneof(
  { weight: 9, arbitrary: fc.record({ Audience: id, Uuid: id, External_user_id: id, New: id }) },
  fc.constantFrom<unknown>(null, 'x', 7, [], {}),
);

/** The body as it may be sent: escaped where JSON demands it, or wherever it is not ASCII. */
const asSent = (body: unknown, isEscaped: boolean) => {
  const json = JSON.stringify(body);
  return isEscaped
    ? json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
};

it('the short way finds of every body what the schema finds', () => {
  let plainEntries = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3 }), fc.boolean(), (entries, isEscaped) => {
      const sent = asSent({ Type: 'ADD_TO_AUDIENCE', Mutations: entries }, isEscaped);
      const body = Buffer.from(sent);
      const fields = JSON.parse(body.toString()) as { Mutations: unknown[] };
      const bySchema = parseMutations(fields, 'add');
      expect(parseCall('ADD_TO_AUDIENCE', body)).toEqual({ type: 'ADD_TO_AUDIENCE', ...bySchema });
      if (isPlain(body)) plainEntries += fields.Mutations.filter(isPlainEntry).length;
    }),
    { numRuns: 2_000 },
  );
  // Else there was nothing to compare.
  expect(plainEntries).toBeGreaterThan(200);
});

it.each([
  ['an id of printable ASCII', 'Ab-1 ~/&', true],
  ['a letter beyond ASCII', 'ü', false],
  ['DEL, which JSON lets pass', '\u007f', false],
  ['an escaped line break', '\n', false],
  ['an escaped quote', '"', false],
])('a body with %s: plain or not', (_, value, plain) => {
  expect(isPlain(Buffer.from(JSON.stringify({ value })))).toBe(plain);
});

it('an entry of the documented shape goes the short way', () => {
  const sample = {
    Uuid: 'ab043529-3e55-4672-52f0-18887ea12345',
    Audience: 'a5940e473cea659.356693871497425011',
    Customer: 123,
    Platform: 113,
    External_user_id: '12478286329',
  };
  expect(isPlainEntry(sample)).toBe(true);
  const { External_user_id, Uuid, ...nobody } = sample;
  expect(isPlainEntry({ ...nobody, Uuid })).toBe(true);
  expect(isPlainEntry({ ...nobody, External_user_id })).toBe(true);
  expect(isPlainEntry(nobody)).toBe(false);
});
