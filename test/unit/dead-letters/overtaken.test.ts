import { expect, test } from '@jest/globals';
import type { DeadMember } from '../../../shared/dead-letters/dead-members.ts';
import { digestOf } from '../../../shared/dead-letters/digest-of.ts';
import { overtaken } from '../../../shared/dead-letters/overtaken.ts';

const DIGEST = digestOf('a.1', 'anna');
const record = (member?: DeadMember, others?: DeadMember) => ({
  members: new Map(member === undefined ? [] : [[DIGEST, member]]),
  others,
});

test.each<[string, ReturnType<typeof record>, string]>([
  ['nothing is known', record(), 'no'],
  ['nothing was delivered since', record({ diedAt: 10 }), 'no'],
  ['something older was delivered', record({ diedAt: 10, deliveredAt: 9 }), 'no'],
  ['it was delivered itself', record({ diedAt: 10, deliveredAt: 10 }), 'no'],
  ['something newer was delivered', record({ diedAt: 10, deliveredAt: 11 }), 'yes'],
  ['a newer one died after the delivery', record({ diedAt: 12, deliveredAt: 11 }), 'yes'],
  ['others died, and none was delivered', record(undefined, { diedAt: 10 }), 'no'],
  ['others had it as the newest', record(undefined, { diedAt: 10, deliveredAt: 11 }), 'unknown'],
  ['others had newer ones', record(undefined, { diedAt: 12, deliveredAt: 11 }), 'unknown'],
  ['others died before it', record(undefined, { diedAt: 9, deliveredAt: 11 }), 'no'],
  ['others were delivered up to it', record(undefined, { diedAt: 10, deliveredAt: 10 }), 'no'],
  ['the user is none of the others', record({ diedAt: 10 }, { diedAt: 10, deliveredAt: 11 }), 'no'],
])('an operation of time 10, when %s', (_, dead, expected) => {
  expect(overtaken(dead, DIGEST, 10)).toBe(expected);
});

test('another user of the audience says nothing', () => {
  const dead = record({ diedAt: 10, deliveredAt: 11 });
  expect(overtaken(dead, digestOf('a.1', 'ben'), 10)).toBe('no');
});

test('a digest is 16 bytes of SHA-256 over audience, NUL and user, in base64url', () => {
  // printf 'a.1\0anna' | openssl dgst -sha256 -binary | head -c 16 | basenc --base64url, without its padding
  expect(DIGEST).toBe('dNFbBKSAmQMkSzFXjnINFg');
  const digests = [
    ['a.1', 'anna'],
    ['a.1', 'ben'],
    ['a.2', 'anna'],
    ['a.1a', 'nna'],
  ] as const;
  expect(new Set(digests.map(([audience, user]) => digestOf(audience, user))).size).toBe(4);
});
