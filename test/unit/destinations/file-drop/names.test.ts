import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fileName,
  minuteOfFile,
  nextMinute,
} from '../../../../shared/destinations/file-drop/file-name.ts';
import {
  audienceOfSegment,
  isSegment,
  segmentOfAudience,
} from '../../../../shared/destinations/file-drop/segment-name.ts';
import { unwritable } from '../../../../shared/destinations/file-drop/user-id.ts';

const NOON = Date.UTC(2026, 2, 4, 5, 6, 59, 999);

describe('the segment of an audience', () => {
  it.each([
    ['a5940e473cea659.356693871497425011', 'a5940e473cea659~2E356693871497425011'],
    ['a-B_9', 'a-B~5F9'],
    ['..', '~2E~2E'],
    ['a/../b', 'a~2F~2E~2E~2Fb'],
    ['~2E', '~7E2E'],
    ['ü', '~C3~BC'],
  ])('of %s is %s', (audience, segment) => {
    expect(segmentOfAudience(audience)).toBe(segment);
  });

  it('is that of no other audience, and stands in a file name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (audience) => {
        const segment = segmentOfAudience(audience) ?? '';
        expect(isSegment(segment)).toBe(true);
        expect(audienceOfSegment(segment)).toBe(audience);
      }),
    );
  });

  it.each(['', 'x'.repeat(201), '\ud800'])(
    'is none for an id that no file name holds (%#)',
    (id) => {
      expect(segmentOfAudience(id)).toBeUndefined();
    },
  );

  it.each(['', '..', 'a/b', 'a_b', '~2', '~2e', 'x'.repeat(201)])('is not "%s"', (text) => {
    expect(isSegment(text)).toBe(false);
  });
});

describe('the name of a file', () => {
  it('has the minute in UTC, with two digits', () => {
    expect(fileName('s-1', NOON, 'tsv.gz')).toBe('Mapp_dmp_s-1_2026_03_04_05_06.tsv.gz');
    expect(fileName('s-1', NOON, 'csv')).toBe('Mapp_dmp_s-1_2026_03_04_05_06.csv');
  });

  it('is read back', () => {
    const minute = Date.UTC(2026, 2, 4, 5, 6);
    expect(minuteOfFile(fileName('s', NOON, 'tsv.gz'))).toBe(minute);
    expect(minuteOfFile('Mapp_dmp_s_notes.txt')).toBeUndefined();
  });

  it('comes after the newest that is there', () => {
    const at = (minutes: number) => fileName('s', NOON + minutes * 60_000, 'tsv.gz');
    const next = (...existing: string[]) => fileName('s', nextMinute(NOON, existing), 'tsv.gz');
    expect(next()).toBe(at(0));
    expect(next(at(-3), 'other.txt')).toBe(at(0));
    expect(next(at(0))).toBe(at(1));
    expect(next(at(0), at(4), at(2))).toBe(at(5));
  });
});

describe('the id of a user', () => {
  it.each(['', 'a\tb', 'a\nb', 'a\r', '\u0000', 'a\u0085', 'a\u2028b', '\ud800'])(
    'is rejected when a line cannot hold it (%#)',
    (user) => {
      const outcome = unwritable(user, 'tsv');
      expect(outcome).toMatchObject({ status: 'rejected' });
      if (user.length > 1) expect(JSON.stringify(outcome)).not.toContain(user);
    },
  );

  it.each(['abc', 'a;b', 'a,"b"', 'ü😀', ' '])('is written when it can: %s', (user) => {
    expect(unwritable(user, 'tsv')).toBeUndefined();
  });

  it('is rejected with a semicolon where those separate ids', () => {
    expect(unwritable('a;b', 'moloco-audience-feed')).toMatchObject({ status: 'rejected' });
    expect(unwritable('a,b', 'moloco-audience-feed')).toBeUndefined();
  });
});
