import { beforeEach, describe, expect, test } from '@jest/globals';
import { fanOutOperations } from '../../../cli/local-stack/fan-out-operations.ts';
import { decodeMessage } from '../../../shared/audience/message.ts';
import type { DeadLetter } from '../../../shared/dead-letters/dead-letter.ts';
import type {
  DeadLetterOperations,
  Progress,
} from '../../../shared/dead-letters/dead-letter-operations.ts';
import {
  createEmbeddedDeadLetterStore,
  type EmbeddedDeadLetterStore,
} from '../../../shared/dead-letters/embedded-dead-letter-store.ts';
import type { DeadMembers } from '../../../shared/dead-letters/dead-members.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { createDeadLetterOperations } from '../../../shared/dead-letters/operations.ts';
import { PlatformError } from '../../../shared/errors.ts';
import { at, letter, published } from '../dead-letters/sample-letters.ts';

const everything = { filter: {}, dryRun: false, includeUncertain: false };
const of = (destination: string): Partial<DeadLetter> => ({ destination });

let store: EmbeddedDeadLetterStore;
let deadMembers: Record<'one' | 'two', DeadMembers>;
let queued: string[];
/** Whether the queue takes anything. */
let open: boolean;
let refused: number;
let operations: DeadLetterOperations;

const own = (destination: 'one' | 'two') =>
  [
    destination,
    createDeadLetterOperations({
      store,
      publisher: {
        publish: ({ data }) => {
          if (!open) {
            refused += 1;
            throw new PlatformError('QUEUE_UNAVAILABLE', 'Full.');
          }
          const message = decodeMessage(data);
          const mutations = message.kind === 'mutations' ? message.mutations : [];
          queued.push(...mutations.map(({ externalUserId = '' }) => externalUserId));
          return Promise.resolve('m-1');
        },
        close: () => Promise.resolve(),
      },
      deadMembers: deadMembers[destination],
      sharding: { shards: 1, memberId: 'external_user_id' },
      destination,
      now: () => at('12:00:00'),
    }),
  ] as const;

beforeEach(() => {
  store = createEmbeddedDeadLetterStore();
  const clock = () => new Date(at('12:00:00'));
  deadMembers = { one: createEmbeddedDeadMembers(clock), two: createEmbeddedDeadMembers(clock) };
  queued = [];
  open = true;
  refused = 0;
  operations = fanOutOperations([own('one'), own('two')]);
});

const give = (...letters: readonly DeadLetter[]) =>
  Promise.all(letters.map((one) => store.publish(published(one))));
const left = async () =>
  (await operations.list({})).letters.map(({ destination, members }) => [destination, members]);

describe('Dead letters of two destinations', () => {
  test('are listed and shown together', async () => {
    const [id = ''] = await give(
      letter('08:00:00', ['add:a'], of('one')),
      letter('09:00:00', ['add:b'], of('two')),
    );
    expect(await left()).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
    expect(await operations.show(id)).toMatchObject({ destination: 'one' });
  });

  test('are replayed in one go, each by what is known of its own members; rows add up', async () => {
    await give(
      letter('08:00:00', ['add:a', 'add:b'], of('one')),
      letter('09:00:00', ['add:a'], of('two')),
    );
    const users = ['a'];
    await deadMembers.one.recordDead('a.1', { users, at: at('08:00:00') });
    await deadMembers.one.recordDelivered('a.1', { users, at: at('10:00:00') });
    const told: Progress[] = [];
    const report = await operations.replay(everything, (progress) => void told.push(progress));
    const counts = { letters: 2, replayed: 2, overtaken: 1, overtakenByLaterLetter: 0 };
    expect(report).toEqual({
      dryRun: false,
      replayed: [{ audience: 'a.1', reason: 'member-rejected', ...counts }],
      kept: [],
      failure: undefined,
      complete: true,
      unreadable: 0,
    });
    expect(queued).toEqual(['b', 'a']);
    expect(told).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
    expect(await left()).toEqual([]);
  });

  test('the filter holds, that of destinations as well', async () => {
    await give(
      letter('08:00:00', ['add:a'], of('one')),
      letter('09:00:00', ['add:b'], of('two')),
      letter('10:00:00', ['add:c'], { ...of('two'), reason: 'member-failing' }),
    );
    const filter = { destinations: ['two'], reasons: ['member-rejected' as const] };
    expect(await operations.replay({ ...everything, filter, dryRun: true })).toMatchObject({
      dryRun: true,
      replayed: [{ letters: 1 }],
    });
    expect(queued).toEqual([]);
    await operations.replay({ ...everything, filter });
    expect(queued).toEqual(['b']);
    expect(await left()).toHaveLength(2);
  });

  test('what neither can replay is kept, and told once', async () => {
    const original = Buffer.from('no message').toString('base64');
    await give(...['one', 'two'].map((id) => letter('08:00:00', [], { ...of(id), original })));
    expect(await operations.replay(everything)).toMatchObject({
      replayed: [],
      kept: [{ because: 'undecodable', letters: 2 }],
    });
  });

  test('a failure ends it, and is told', async () => {
    await give(letter('08:00:00', ['add:a'], of('one')), letter('09:00:00', ['add:b'], of('two')));
    open = false;
    expect(await operations.replay(everything)).toMatchObject({
      replayed: [],
      failure: { code: 'QUEUE_UNAVAILABLE' },
    });
    expect(refused).toBe(1);
    expect(await left()).toHaveLength(2);
  });

  test('are purged in one go, and forgotten by their own destination', async () => {
    await give(letter('08:00:00', ['add:a'], of('one')), letter('09:00:00', ['add:a'], of('two')));
    const dead = { users: ['a'], at: at('08:00:00') };
    for (const members of Object.values(deadMembers)) await members.recordDead('a.1', dead);
    expect(await operations.purge({ filter: {}, dryRun: false })).toMatchObject({
      purged: [{ audience: 'a.1', reason: 'member-rejected', letters: 2, members: 2 }],
    });
    expect(await left()).toEqual([]);
    for (const members of Object.values(deadMembers)) {
      expect((await members.find('a.1')).members.size).toBe(0);
    }
  });

  test('where there are none, the report says so', async () => {
    const none = { complete: true, unreadable: 0, failure: undefined };
    expect(await operations.replay(everything)).toMatchObject({ replayed: [], kept: [], ...none });
    expect(await operations.purge({ filter: {}, dryRun: true })).toMatchObject({
      dryRun: true,
      purged: [],
    });
  });
});

test('of a single destination, its operations are those', () => {
  const only = own('one');
  expect(fanOutOperations([only])).toBe(only[1]);
});
