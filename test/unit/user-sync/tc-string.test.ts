import { describe, expect, it } from '@jest/globals';
import { consentsToStorage } from '../../../functions/user-sync/tc-string.ts';
import { tcString } from './tc-string-maker.ts';

/** Strings that are published as examples, with what they grant. */
const OF_IAB = 'COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA';
const SEGMENTS = `${OF_IAB}.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw`;
const WITH_115 =
  'CLcVDxRMWfGmWAVAHCENAXCkAKDAADnAABRgA5mdfCKZuYJez-NQm0TBMYA4oCAAGQYIAAAAAAEAIAEgAA.argAC0gAAAAAAAAAAAA';
const WITH_RANGES = 'COxSKBCOxSKCCBcABCENAgCMAPzAAEPAAAqIDaQBQAMgAgABqAR0A2gDaQAwAMgAgANoAAA';

describe('published strings', () => {
  it.each([
    ['purpose 1', OF_IAB, undefined],
    ['the first vendor of its bit field', OF_IAB, 2],
    ['another of its bit field', OF_IAB, 6],
    ['the last of its bit field', OF_IAB, 8],
    ['a vendor, with other segments behind it', SEGMENTS, 6],
    ['one of many', WITH_115, 115],
    ['the first of its list', WITH_RANGES, 25],
    ['the last of its list', WITH_RANGES, 436],
  ])('consent to %s', (_, text, vendorId) => {
    expect(consentsToStorage(text, vendorId)).toBe(true);
  });

  it.each([
    ['the vendor before', OF_IAB, 1],
    ['the vendor between', OF_IAB, 7],
    ['the vendor behind', OF_IAB, 9],
    ['a vendor of another segment', SEGMENTS, 23],
    ['one that is left out', WITH_115, 113],
    ['one between two of its list', WITH_RANGES, 284],
    ['the highest id there is', OF_IAB, 65_535],
  ])('do not consent to %s', (_, text, vendorId) => {
    expect(consentsToStorage(text, vendorId)).toBe(false);
  });
});

describe('a string that is made for it', () => {
  it.each([
    ['purpose 1 alone', { purposes: [1] }, undefined, true],
    ['all purposes but the first', { purposes: [2, 3, 4, 10, 24] }, undefined, false],
    ['nothing', { purposes: [] }, undefined, false],
    ['the vendor without the purpose', { purposes: [2], vendors: [755] }, 755, false],
    ['the purpose and the vendor', { purposes: [1], vendors: [755] }, 755, true],
    ['the purpose and another vendor', { purposes: [1], vendors: [754, 756] }, 755, false],
    ['the vendor alone in a list of ranges', { purposes: [1], ranges: [[755, 755]] }, 755, true],
    [
      'the beginning of a range',
      {
        purposes: [1],
        ranges: [
          [1, 3],
          [755, 800],
        ],
      },
      755,
      true,
    ],
    [
      'the end of a range',
      {
        purposes: [1],
        ranges: [
          [9, 9],
          [700, 755],
        ],
      },
      755,
      true,
    ],
    [
      'ranges around it',
      {
        purposes: [1],
        ranges: [
          [1, 754],
          [756, 800],
        ],
      },
      755,
      false,
    ],
    ['version 1', { version: 1, purposes: [1] }, undefined, false],
  ] as const)('(%s)', (...row) => {
    const [, made, vendorId, consents] = row;
    expect(consentsToStorage(tcString(made), vendorId)).toBe(consents);
  });

  it('consents to nothing once it is cut off', () => {
    const whole = tcString({ purposes: [1], ranges: [[755, 755]] });
    expect(consentsToStorage(whole, 755)).toBe(true);
    expect(consentsToStorage(whole.slice(0, 42), 755)).toBe(false);
    expect(consentsToStorage(whole.slice(0, 30), undefined)).toBe(false);
  });
});

it.each(['', '.', '1', 'C', '${GDPR_CONSENT_755}', `${OF_IAB}=`, ` ${OF_IAB}`, `é${OF_IAB}`])(
  'what is no such string consents to nothing: %j',
  (text) => {
    expect(consentsToStorage(text, undefined)).toBe(false);
  },
);
