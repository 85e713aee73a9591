import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { writeIdentifier } from '../../../shared/destinations/identifier.ts';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const hash = (algorithm: string, text: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHash(algorithm).update(text, 'utf8').digest(encoding);
const normal = { normalize: ['trim', 'lower-case'], alreadyHashed: 'keep' } as const;
const EMAIL = ' Ann@Example.com\t';

describe('the id of a user', () => {
  it.each([
    ['sha256-hex', hash('sha256', 'ann@example.com')],
    ['sha256-base64', hash('sha256', 'ann@example.com', 'base64')],
    ['sha1-hex', hash('sha1', 'ann@example.com')],
    ['md5-hex', hash('md5', 'ann@example.com')],
  ] as const)('is normalized, then hashed: %s', (name, text) => {
    expect(writeIdentifier(EMAIL, { ...normal, hash: name })).toEqual({ text });
  });

  it.each(['sha256-hex', 'sha256-base64', 'sha1-hex', 'md5-hex'] as const)(
    'that is a hash already is kept: %s',
    (name) => {
      const rules = { ...normal, hash: name };
      const once = writeIdentifier(EMAIL, rules);
      const text = 'text' in once ? once.text : '';
      expect(writeIdentifier(` ${text} `, rules)).toEqual(once);
      const again = writeIdentifier(text, { ...rules, alreadyHashed: 'hash-again' });
      expect(again).not.toEqual(once);
    },
  );

  it('that is a hash in capitals is written in small letters', () => {
    const capitals = hash('sha256', 'x').toUpperCase();
    const rules = { normalize: [], alreadyHashed: 'keep', hash: 'sha256-hex' } as const;
    expect(writeIdentifier(capitals, rules)).toEqual({ text: capitals.toLowerCase() });
  });

  it('of which nothing is left is none', () => {
    expect(writeIdentifier(' \n', normal)).toEqual({ problem: 'nothing is left of its id' });
    expect(writeIdentifier('   ', { ...normal, normalize: [] })).toEqual({ text: '   ' });
  });

  it('may be too long', () => {
    expect(writeIdentifier('abc', { ...normal, maxLength: 3 })).toEqual({ text: 'abc' });
    expect(writeIdentifier('abcd', { ...normal, maxLength: 3 })).toEqual({
      problem: 'its id is longer than 3',
    });
  });
});

it('two ids that are one user for the platform are sent once; a bad one is rejected alone', async () => {
  const add = { method: 'POST', path: '/members', member: '{{user}}' };
  const user = { normalize: ['trim', 'lower-case'] };
  const destination = describedDestination(thirdParty.url, { add, user });
  const members = ['A@x', 'b@x', ' a@X ', '  '].map((id) => ({
    segment: '1',
    user: id,
    operatedAt: 0,
  }));
  const result = await destination.apply({ operation: 'add', members });
  const delivered = { status: 'delivered' };
  const rejected = { status: 'rejected', reason: 'not sent: nothing is left of its id' };
  expect(result).toEqual({
    kind: 'outcomes',
    outcomes: [delivered, delivered, delivered, rejected],
  });
  expect(JSON.parse(thirdParty.call().body)).toEqual(['a@x', 'b@x']);
});

it('nothing is called for members of which none can be sent', async () => {
  const destination = describedDestination(thirdParty.url, { user: { maxLength: 1 } });
  const members = [{ segment: '1', user: 'long', operatedAt: 0 }];
  expect(await destination.apply({ operation: 'add', members })).toMatchObject({
    outcomes: [{ status: 'rejected' }],
  });
  expect(thirdParty.calls).toEqual([]);
});
