import { describe, expect, it } from '@jest/globals';
import { parseMutations } from '../../../shared/mapp/parse-mutations.ts';

/** Reads one entry as it would arrive, through JSON. */
function parse(entry: unknown) {
  const fields = JSON.parse(JSON.stringify({ Mutations: [entry] })) as Record<string, unknown>;
  return parseMutations(fields, 'add');
}

const reasonOf = (entry: unknown) => parse(entry).rejected.map(({ reason }) => reason);
const complete = { Audience: 'a.1', Uuid: 'u-1', External_user_id: 'x-1' };

describe('the ids of a user', () => {
  it.each([
    ['text', 'x-1', 'x-1'],
    ['a number', 12478286329, '12478286329'],
    ['zero', 0, '0'],
    ['the largest exact number', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['digits with leading zeros', '007', '007'],
    ['beyond ASCII', 'ü😀', 'ü😀'],
    ['512 characters', 'x'.repeat(512), 'x'.repeat(512)],
    ['a property of Object.prototype', '__proto__', '__proto__'],
    ['empty', '', undefined],
    ['null', null, undefined],
    ['missing', undefined, undefined],
  ])('External_user_id may be %s', (_, sent, externalUserId) => {
    const { mutations } = parse({ ...complete, External_user_id: sent });
    expect(mutations).toEqual([
      { audience: 'a.1', operation: 'add', user: { uuid: 'u-1', externalUserId } },
    ]);
  });

  it.each([
    ['no RFC 4122 UUID', 'ab043529-3e55-4672-52f0-18887ea12345'],
    ['no UUID at all', '17'],
    ['a number', 17],
  ])('Uuid may be %s', (_, Uuid) => {
    const [mutation] = parse({ ...complete, Uuid }).mutations;
    expect(mutation?.user).toEqual({ uuid: String(Uuid), externalUserId: 'x-1' });
  });

  it.each([undefined, null, ''])('Uuid may be %j when there is the other', (Uuid) => {
    const [mutation] = parse({ ...complete, Uuid }).mutations;
    expect(mutation?.user).toEqual({ uuid: undefined, externalUserId: 'x-1' });
  });

  it.each([
    ['missing', {}],
    ['empty', { Uuid: '', External_user_id: '' }],
    ['null', { Uuid: null, External_user_id: null }],
  ])('both may not be %s', (_, ids) => {
    expect(reasonOf({ Audience: 'a.1', ...ids })).toEqual([
      'External_user_id: is required, or Uuid',
    ]);
  });
});

it('Audience may be a number, as an id we returned may be', () => {
  expect(parse({ ...complete, Audience: 12345 }).mutations[0]?.audience).toBe('12345');
});

describe('an entry is rejected, with a reason that names the field', () => {
  const fields = { Audience: 256, Uuid: 512, External_user_id: 512 };
  const everyField = Object.entries(fields).flatMap(([field, max]): [string, unknown, string][] => [
    [field, `marker${'x'.repeat(max)}`, `is longer than ${max} characters`],
    [field, 'marker\u0000', 'contains control characters'],
    [field, 'marker\r\nX-Header: 1', 'contains control characters'],
    [field, 'marker\u009f', 'contains control characters'],
    [field, 'marker\ud83d', 'is not well-formed Unicode'],
    [field, '\ude00marker', 'is not well-formed Unicode'],
    [field, 1.5, 'must be text'],
    [field, -7, 'must be text'],
    [field, 2 ** 53, 'must be text'],
    [field, true, 'must be text'],
    [field, ['marker'], 'must be text'],
    [field, { marker: 'marker' }, 'must be text'],
  ]);

  it.each(everyField)('%s: %j', (field, value, fault) => {
    const entry = { ...complete, [field]: value };
    expect(reasonOf(entry)).toEqual([`${field}: ${fault}`]);
    expect(parse(entry).mutations).toEqual([]);
  });

  it.each([
    ['missing', undefined, 'is missing'],
    ['null', null, 'must be text'],
    ['empty', '', 'is empty'],
  ])('Audience that is %s', (_, Audience, fault) => {
    expect(reasonOf({ ...complete, Audience })).toEqual([`Audience: ${fault}`]);
  });

  it.each([null, 'marker', 7, true, ['marker'], [complete]])('no object at all: %j', (entry) => {
    expect(reasonOf(entry)).toEqual(['entry: must be an object']);
  });

  it('and not with the value, whatever is wrong', () => {
    const Uuid = { marker: 1 };
    const [reason] = reasonOf({ Audience: 'marker\n', Uuid, External_user_id: 'marker\0' });
    expect(reason).toMatch(/^Audience: /);
    expect(reason).not.toContain('marker');
  });
});

it('__proto__ in an entry adds no id', () => {
  const fields = JSON.parse(
    '{"Mutations":[{"Audience":"a.1","__proto__":{"Uuid":"u-1"}}]}',
  ) as Record<string, unknown>;
  const { mutations, rejected } = parseMutations(fields, 'add');
  expect([mutations.length, rejected.length]).toEqual([0, 1]);
});

it('a rejected entry is kept as it came, unknown fields included', () => {
  const entry = { Audience: 'a.1', New: { deep: ['kept'] } };
  expect(parse(entry).rejected[0]?.entry).toEqual(entry);
});
