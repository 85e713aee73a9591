import { describe, expect, test } from '@jest/globals';
import { createModel } from './model.ts';
import { judge, operationKey, type Arrived } from './verdict.ts';

const model = createModel();
model.record({ audience: 'a', operation: 'add', users: ['stays', 'leaves', 'returns'] });
model.record({ audience: 'a', operation: 'remove', users: ['leaves', 'returns', 'never-there'] });
model.record({ audience: 'a', operation: 'add', users: ['returns'] });

const judgeMembers = (members: readonly string[], others: Partial<Arrived> = {}) =>
  judge(model, 1, {
    members: new Map([['a', new Set(members)]]),
    segments: 1,
    givenUp: new Set(),
    ...others,
  });

describe('the verdict of a chaos run', () => {
  test('exactly the users whose last operation was an add: exact, nothing lost', () => {
    const verdict = { missing: 0, surplus: 0, lost: 0, examples: [], exact: true };
    expect(judgeMembers(['returns', 'stays'])).toEqual(verdict);
  });

  test('an add that did not arrive is lost', () => {
    const verdict = judgeMembers(['stays']);
    expect(verdict).toMatchObject({ missing: 1, surplus: 0, lost: 1, exact: false });
    expect(verdict.examples).toEqual(['add returns a']);
  });

  test('a remove that did not arrive is lost', () => {
    const verdict = judgeMembers(['stays', 'returns', 'leaves']);
    expect(verdict).toMatchObject({ missing: 0, surplus: 1, lost: 1, exact: false });
    expect(verdict.examples).toEqual(['remove leaves a']);
  });

  test('what is in a dead letter is not lost, and the membership is not exact all the same', () => {
    const givenUp = new Set([operationKey('a', 'returns', 'add')]);
    expect(judgeMembers(['stays'], { givenUp })).toMatchObject({
      missing: 1,
      lost: 0,
      exact: false,
    });
  });

  test('a dead letter of another operation of the user explains nothing', () => {
    const givenUp = new Set([operationKey('a', 'returns', 'remove')]);
    expect(judgeMembers(['stays'], { givenUp })).toMatchObject({ lost: 1 });
  });

  test('a user nobody sent is one too many', () => {
    expect(judgeMembers(['stays', 'returns', 'stranger'])).toMatchObject({
      surplus: 1,
      exact: false,
    });
  });

  test('an audience without its segment is missing all its members', () => {
    const nothing = { members: new Map(), segments: 0 };
    expect(judgeMembers([], nothing)).toMatchObject({ missing: 2, lost: 2, exact: false });
  });

  test('a second segment of an audience is not exact', () => {
    expect(judgeMembers(['stays', 'returns'], { segments: 2 })).toMatchObject({ exact: false });
  });
});
