import { describe, expect, test } from '@jest/globals';
import {
  add,
  deliveryFixture,
  mutationsOf,
  originalOf,
  remove,
  usersUpTo,
} from './delivery-fixture.ts';
import { recordingDestination, refusing } from './recording-destination.ts';

async function refusedFixture(...atFault: string[]) {
  const destination = recordingDestination({ apply: refusing(...atFault) });
  const fixture = deliveryFixture({ destination });
  await fixture.makeReady();
  return { destination, ...fixture };
}

describe('a batch that is refused as a whole', () => {
  test.each([
    [100, ['user-42']],
    [100, ['user-0', 'user-99']],
    [1_000, ['user-7', 'user-500', 'user-999']],
    [97, ['user-40', 'user-41', 'user-42']],
    [2, ['user-1']],
    [1, ['user-0']],
  ])('of %i, with %j at fault, loses only these', async (size, atFault) => {
    const { destination, deliver, deadLetters, lines } = await refusedFixture(...atFault);
    expect(await deliver(mutationsOf(...add(...usersUpTo(size))))).toBe('ack');

    const letters = await deadLetters();
    expect(letters).toMatchObject([
      { reason: 'member-rejected', text: 'answered 400', members: atFault.length },
    ]);
    expect(letters.map(originalOf)).toEqual([mutationsOf(...add(...atFault))]);
    expect(lines.at(-1)).toMatchObject({
      event: 'delivery_settled',
      delivered: size - atFault.length,
      rejected: atFault.length,
      retried: 0,
    });
    const bound = 1 + 2 * atFault.length * Math.ceil(Math.log2(size));
    expect(destination.batches.length).toBeLessThanOrEqual(bound);
  });

  test('is halved only until its members are known: each is taken once', async () => {
    const { destination, deliver } = await refusedFixture('user-5');
    await deliver(mutationsOf(...add(...usersUpTo(16))));
    const taken = destination.batches
      .filter(({ members }) => members.every(({ user }) => user !== 'user-5'))
      .flatMap(({ members }) => members.map(({ user }) => user));
    expect(taken.toSorted()).toEqual(
      usersUpTo(16)
        .filter((user) => user !== 'user-5')
        .toSorted(),
    );
  });

  test('keeps its operation, and the batches beside it are not touched', async () => {
    const { destination, deliver, deadLetters } = await refusedFixture('user-1');
    const message = mutationsOf(...add('user-8', 'user-9'), ...remove(...usersUpTo(4)));
    expect(await deliver(message)).toBe('ack');
    expect((await deadLetters()).map(originalOf)).toEqual([mutationsOf(...remove('user-1'))]);
    const added = destination.batches.filter(({ operation }) => operation === 'add');
    expect(added).toMatchObject([{ members: [{ user: 'user-8' }, { user: 'user-9' }] }]);
  });

  test('has its halves sent one after the other', async () => {
    const { destination, deliver } = await refusedFixture('user-3', 'user-60');
    await deliver(mutationsOf(...add(...usersUpTo(64))));
    expect(destination.mostAtOnce()).toBe(1);
  });
});

describe('members the third party names', () => {
  test('become one dead letter per reason, and their neighbours are delivered', async () => {
    const reasons = new Map([
      ['user-1', 'unknown user'],
      ['user-2', 'opted out'],
      ['user-3', 'unknown user'],
    ]);
    const destination = recordingDestination({
      apply: ({ members }) => ({
        kind: 'outcomes',
        outcomes: members.map(({ user }) => {
          const reason = reasons.get(user);
          return reason === undefined ? { status: 'delivered' } : { status: 'rejected', reason };
        }),
      }),
    });
    const { deliver, deadLetters, lines, makeReady } = deliveryFixture({ destination });
    await makeReady();
    expect(await deliver(mutationsOf(...add(...usersUpTo(5))))).toBe('ack');
    expect(destination.batches).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({ delivered: 2, rejected: 3 });
    const letters = await deadLetters();
    expect(new Map(letters.map((letter) => [letter.text, originalOf(letter)]))).toEqual(
      new Map([
        ['unknown user', mutationsOf(...add('user-1', 'user-3'))],
        ['opted out', mutationsOf(...add('user-2'))],
      ]),
    );
  });

  test('is halved no further once the third party wants a pause', async () => {
    const destination = recordingDestination({
      apply: ({ members }) =>
        members.length > 4
          ? { kind: 'refused-whole', reason: 'answered 400' }
          : { kind: 'retry', reason: 'answered 429', retryAfterMs: 60_000 },
    });
    const { deliver, makeReady, lines } = deliveryFixture({ destination });
    await makeReady();
    expect(await deliver(mutationsOf(...add(...usersUpTo(16))))).toBe('nack');
    expect(destination.batches.map(({ members }) => members.length)).toEqual([16, 8, 4]);
    expect(lines.at(-1)).toMatchObject({ retried: 16, retryReason: 'answered 429' });
  });
});
