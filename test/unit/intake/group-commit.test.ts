import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createGroupCommit,
  type GroupCommitOptions,
} from '../../../functions/intake/group-commit.ts';
import type { Mutation, Operation } from '../../../shared/audience/audience.ts';
import { groupMutations } from '../../../shared/audience/grouping.ts';
import type { Publisher } from '../../../shared/queue/queue.ts';
import { slowPublisher, type BegunPublish } from './slow-publisher.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Lets everything happen that waits for no publish. */
const settle = () => jest.advanceTimersByTimeAsync(100);
/** Lets everything happen that waits for no more than the end of the turn. */
const atOnce = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  await jest.advanceTimersByTimeAsync(0);
};
/** About the round trip of a queue, at which callers are waited for. */
const roundTrip = () => jest.advanceTimersByTimeAsync(20);

const SHARDING = { shards: 1, memberId: 'external_user_id' } as const;

/** A group commit into a queue whose publishes hang, fed with requests of one audience each. */
function fixture({ spacing, ...options }: GroupCommitOptions & Pick<Publisher, 'spacing'> = {}) {
  const { publish, begun } = slowPublisher();
  const publisher = { spacing, publish, close: () => Promise.resolve() };
  const groupCommit = createGroupCommit(publisher, { now: () => Date.now(), ...options });

  /** A function that commits operations on users as one request. */
  const commitOf =
    (operation: Operation) =>
    (audience: string, users: readonly string[], request = { requestId: users[0] ?? '' }) => {
      const answered = new AbortController();
      const mutations = users.map((externalUserId): Mutation => ({
        audience,
        operation,
        user: { externalUserId },
      }));
      const [group] = groupMutations(mutations, SHARDING);
      if (group === undefined) throw new Error('A request needs users.');
      const settled = groupCommit({ group, request, answered: answered.signal }).then(
        () => 'stored' as const,
        (error: unknown) => error,
      );
      return { settled, answered, bytes: group.bytes };
    };
  return { commit: commitOf('add'), commitOf, begun };
}

const usersOf = (begun: readonly BegunPublish[]) => begun.map(({ users }) => users);

describe('while no publish of its key is under way', () => {
  test('a request is published at once, as a message of its own', async () => {
    const { commit, begun } = fixture();
    const first = commit('a.1', ['u1', 'u2']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1', 'u2']]);
    begun[0]?.acknowledge();
    expect(await first.settled).toBe('stored');

    void commit('a.1', ['u3']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1', 'u2'], ['u3']]);
  });

  test('requests that come in the same turn of the event loop are one message', async () => {
    const { commit, begun } = fixture();
    commit('a.1', ['u1']);
    await Promise.resolve();
    commit('a.1', ['u2']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1', 'u2']]);
  });

  test('another key does not hold it up', async () => {
    const { commit, begun } = fixture();
    commit('a.1', ['u1']);
    commit('a.2', ['u1']);
    commit('a.3', ['u1']);
    await atOnce();
    expect(begun.map(({ orderingKey }) => orderingKey)).toEqual([
      'mutate:a.1:0',
      'mutate:a.2:0',
      'mutate:a.3:0',
    ]);
  });
});

describe('while a publish of its key is under way', () => {
  test('requests gather, and go as one message, in their order, when it returns', async () => {
    const { commit, begun } = fixture();
    const first = commit('a.1', ['u1']);
    await atOnce();
    const gathered = [commit('a.1', ['u2', 'u3']), commit('a.1', ['u1']), commit('a.1', ['u4'])];
    await settle();
    expect(begun).toHaveLength(1);

    begun[0]?.acknowledge();
    expect(await first.settled).toBe('stored');
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1'], ['u2', 'u3', 'u1', 'u4']]);
    begun[1]?.acknowledge();
    expect(await Promise.all(gathered.map(({ settled }) => settled))).toEqual([
      'stored',
      'stored',
      'stored',
    ]);
    expect(begun).toHaveLength(2);
  });

  test('a request is told that it is stored only by its own message', async () => {
    const { commit, begun } = fixture();
    commit('a.1', ['u1']);
    await atOnce();
    let told = false;
    void commit('a.1', ['u2']).settled.then(() => {
      told = true;
    });
    begun[0]?.acknowledge();
    await settle();
    expect(told).toBe(false);
    begun[1]?.acknowledge();
    await settle();
    expect(told).toBe(true);
  });

  test('a message names each request once, also one with several groups in it', async () => {
    const { commit, begun } = fixture();
    const twice = { requestId: 'r-2' };
    commit('a.1', ['u1'], { requestId: 'r-1' });
    await atOnce();
    commit('a.1', ['u2'], twice);
    commit('a.1', ['u3'], { requestId: 'r-3' });
    commit('a.1', ['u4'], twice);
    begun[0]?.acknowledge();
    await settle();
    expect(begun.map(({ message }) => message.requests)).toEqual([['r-1'], ['r-2', 'r-3']]);
  });
});

describe('callers that come again as soon as they are answered', () => {
  /** A message of one request, and one of three, which is acknowledged. */
  async function answerThree() {
    const { commit, begun } = fixture();
    commit('a.1', ['u1']);
    await atOnce();
    for (const name of ['u2', 'u3', 'u4']) commit('a.1', [name]);
    begun[0]?.acknowledge();
    await atOnce();
    await roundTrip();
    return { commit, begun, answer: () => begun[1]?.acknowledge() };
  }

  test('get a moment to gather: they go as one message, not the first of them alone', async () => {
    const { commit, begun, answer } = await answerThree();
    answer();
    await atOnce();
    for (const name of ['u5', 'u6', 'u7']) commit('a.1', [name]);
    await settle();
    expect(usersOf(begun)).toEqual([['u1'], ['u2', 'u3', 'u4'], ['u5', 'u6', 'u7']]);
  });

  test('are waited for until as many have come, not longer', async () => {
    const { commit, begun, answer } = await answerThree();
    answer();
    await atOnce();
    for (const name of ['u5', 'u6']) commit('a.1', [name]);
    await atOnce();
    expect(begun).toHaveLength(2);
    commit('a.1', ['u7']);
    await atOnce();
    expect(usersOf(begun).at(-1)).toEqual(['u5', 'u6', 'u7']);
  });

  test('are not waited for when as many are there already', async () => {
    const { commit, begun, answer } = await answerThree();
    for (const name of ['u5', 'u6', 'u7']) commit('a.1', [name]);
    answer();
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1'], ['u2', 'u3', 'u4'], ['u5', 'u6', 'u7']]);
  });

  test('are waited for only a moment: then one that is there goes, and later ones go at once', async () => {
    const { commit, begun, answer } = await answerThree();
    answer();
    await atOnce();
    commit('a.1', ['u5']);
    await settle();
    expect(usersOf(begun)).toEqual([['u1'], ['u2', 'u3', 'u4'], ['u5']]);
    begun[2]?.acknowledge();
    await atOnce();
    commit('a.1', ['u6']);
    await atOnce();
    expect(usersOf(begun).at(-1)).toEqual(['u6']);
  });

  test('are not waited for when the queue answers sooner than they could be gathered', async () => {
    const { commit, begun } = fixture();
    for (const name of ['u1', 'u2']) commit('a.1', [name]);
    await atOnce();
    begun[0]?.acknowledge();
    await atOnce();
    commit('a.1', ['u3']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1', 'u2'], ['u3']]);
  });

  test('are not waited for after a message of a single request', async () => {
    const { commit, begun } = fixture();
    for (const name of ['u1', 'u2', 'u3']) {
      commit('a.1', [name]);
      await atOnce();
      expect(usersOf(begun).at(-1)).toEqual([name]);
      await roundTrip();
      begun.at(-1)?.acknowledge();
      await atOnce();
    }
  });
});

describe('a queue that wants busy keys spaced', () => {
  const SPACED = { spacing: { minMs: 200, maxMs: 400 } };
  const after = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  /** Commits a request and acknowledges whatever is published at once. */
  async function spacedFixture() {
    const { commit, begun } = fixture(SPACED);
    const send = async (name: string) => {
      void commit('a.1', [name]);
      await atOnce();
      begun.at(-1)?.acknowledge();
      await atOnce();
    };
    return Promise.resolve({ send, begun });
  }

  test('gets a request of a key at rest at once, every time', async () => {
    const { send, begun } = await spacedFixture();
    for (const name of ['u1', 'u2', 'u3']) {
      await send(name);
      expect(usersOf(begun).at(-1)).toEqual([name]);
      await after(200);
    }
  });

  test('gets the second request of an interval at once, and the next ones together at its end', async () => {
    const { send, begun } = await spacedFixture();
    await send('u1');
    await after(100);
    await send('u2');
    expect(usersOf(begun)).toEqual([['u1'], ['u2']]);
    await after(50);
    await send('u3');
    await after(100);
    await send('u4');
    expect(begun).toHaveLength(2);
    await after(49);
    expect(begun).toHaveLength(2);
    await after(1);
    expect(usersOf(begun)).toEqual([['u1'], ['u2'], ['u3', 'u4']]);
  });

  test('gets a busy key again at once when it was at rest for an interval', async () => {
    const { send, begun } = await spacedFixture();
    for (const name of ['u1', 'u2']) await send(name);
    await after(200);
    await send('u3');
    expect(usersOf(begun)).toEqual([['u1'], ['u2'], ['u3']]);
  });

  test('gets a key that gathers more at longer intervals, up to the longest', async () => {
    const { send, begun } = await spacedFixture();
    for (let index = 0; index < 250; index += 1) {
      await send(`u-${index}`);
      await after(10);
    }
    const gathered = usersOf(begun).map(({ length }) => length);
    // 200 ms after the second, then up to 400: 100 requests a second become 2.5 messages a second.
    expect(gathered.slice(0, 4)).toEqual([1, 1, 19, 39]);
    expect(gathered.slice(4)).toEqual([40, 40, 40, 40]);
  });

  test('gets another key at once', async () => {
    const { commit, begun } = fixture(SPACED);
    for (const name of ['u1', 'u2']) commit('a.1', [name]);
    await atOnce();
    commit('a.1', ['u3']);
    commit('a.2', ['u4']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1', 'u2'], ['u4']]);
  });

  test('gets the next message at once when a publish took longer than the interval', async () => {
    const { commit, begun } = fixture(SPACED);
    for (const name of ['u1', 'u2']) commit('a.1', [name]);
    await atOnce();
    for (const name of ['u3', 'u4']) commit('a.1', [name]);
    await after(300);
    begun[0]?.acknowledge();
    await atOnce();
    expect(usersOf(begun)).toEqual([
      ['u1', 'u2'],
      ['u3', 'u4'],
    ]);
  });

  test('has the parts of one request count as one', async () => {
    const { commit, begun } = fixture({ ...SPACED, maxBytes: 10 });
    const request = { requestId: 'large' };
    for (const name of ['u1', 'u2', 'u3']) commit('a.1', [name], request);
    await atOnce();
    for (const one of begun) one.acknowledge();
    await atOnce();
    commit('a.1', ['u4']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1'], ['u2'], ['u3'], ['u4']]);
  });
});

describe('what waits for a key', () => {
  test('is handed over a run of one operation at a time, so that their times tell the order', async () => {
    const { commitOf, begun } = fixture();
    const commits = (['add', 'add', 'remove', 'add'] as const).map((operation, index) =>
      commitOf(operation)('a.1', [`u${index}`]),
    );
    for (const [index, users] of [['u0', 'u1'], ['u2'], ['u3']].entries()) {
      await atOnce();
      expect(usersOf(begun).slice(index)).toEqual([users]);
      begun[index]?.acknowledge();
      await atOnce();
      expect(begun).toHaveLength(index + 1);
      await jest.advanceTimersByTimeAsync(1);
    }
    expect(begun.map(({ message }) => message.mutations[0]?.operation)).toEqual([
      'add',
      'remove',
      'add',
    ]);
    expect(new Set(await Promise.all(commits.map(({ settled }) => settled)))).toEqual(
      new Set(['stored']),
    );
  });

  test('a run that is reached when its request was answered 503 is not published', async () => {
    const { commitOf, begun } = fixture();
    const [add, remove] = (['add', 'remove'] as const).map((operation) =>
      commitOf(operation)('a.1', ['u']),
    );
    await atOnce();
    remove?.answered.abort(new Error('answered 503'));
    begun[0]?.acknowledge();
    await atOnce();
    await jest.advanceTimersByTimeAsync(1);
    expect([await add?.settled, await remove?.settled]).toEqual(['stored', expect.anything()]);
    expect(begun).toHaveLength(1);
  });

  test('is in flight up to the bytes of one publish: what is behind can be taken back', async () => {
    const { commit, begun } = fixture({ maxBytes: 100, maxBytesInFlight: 200 });
    const commits = Array.from({ length: 7 }, (_, index) => commit('a.1', [`u${index}`]));
    await atOnce();
    expect(usersOf(begun)).toEqual([
      ['u0', 'u1'],
      ['u2', 'u3'],
    ]);
    commits[4]?.answered.abort(new Error('answered 503'));
    for (const one of begun) one.acknowledge();
    await atOnce();
    expect(usersOf(begun).slice(2)).toEqual([['u5', 'u6']]);
  });
});

describe('a message', () => {
  /** Bytes of its users' ids and of its requests' ids, each with what surrounds it. */
  const sizeOf = ({ message, users }: BegunPublish) =>
    users.reduce((sum, user = '') => sum + Buffer.byteLength(user) + 2, 0) +
    message.requests.reduce((sum, id) => sum + id.length + 3, 0);

  test('stays within its bytes: what does not fit goes in the next, in order', async () => {
    const maxBytes = 1_000;
    const { commit, begun } = fixture({ maxBytes });
    const users = Array.from({ length: 60 }, (_, index) => `${'ü'.repeat(index % 20)}-${index}`);
    // As long as the ids that requests have.
    const requestId = (index: number) =>
      `ab043529-3e55-4672-52f0-${String(index).padStart(12, '0')}`;
    for (const [index, user] of users.entries()) {
      commit('a.1', [user], { requestId: requestId(index) });
    }
    await atOnce();
    // There are more of them with every one that ends.
    for (const message of begun) {
      message.acknowledge();
      await settle();
    }
    await settle();
    expect(usersOf(begun).flat()).toEqual(users);
    for (const message of begun) expect(sizeOf(message)).toBeLessThanOrEqual(maxBytes);
    expect(begun.length).toBeLessThan(users.length / 4);
  });

  test('may be larger than that when a single request is', async () => {
    const { commit, begun } = fixture({ maxBytes: 100 });
    commit('a.1', ['u1']);
    const large = commit('a.1', ['x'.repeat(300)]);
    commit('a.1', ['u2']);
    await atOnce();
    begun[1]?.acknowledge();
    expect(await large.settled).toBe('stored');
    expect(usersOf(begun)).toEqual([['u1'], ['x'.repeat(300)], ['u2']]);
  });
});

describe('a publish that fails', () => {
  test('fails the requests in its message alone; the next message goes on', async () => {
    const { commit, begun } = fixture();
    const first = commit('a.1', ['u1']);
    await atOnce();
    const next = [commit('a.1', ['u2']), commit('a.1', ['u3'])];
    const down = new Error('down');
    begun[0]?.fail(down);
    expect(await first.settled).toBe(down);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1'], ['u2', 'u3']]);

    begun[1]?.fail(down);
    expect(await Promise.all(next.map(({ settled }) => settled))).toEqual([down, down]);
    await settle();
    const last = commit('a.1', ['u4']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1'], ['u2', 'u3'], ['u4']]);
    begun[2]?.acknowledge();
    expect(await last.settled).toBe('stored');
  });
});

describe('a request that was answered meanwhile', () => {
  test('is not published any more, and does not keep the others from it', async () => {
    const { commit, begun } = fixture();
    commit('a.1', ['u1']);
    await atOnce();
    const gone = commit('a.1', ['u2']);
    const waits = commit('a.1', ['u3']);
    const late = new Error('answered 503');
    gone.answered.abort(late);
    begun[0]?.acknowledge();
    expect(await gone.settled).toBe(late);
    expect(usersOf(begun)).toEqual([['u1'], ['u3']]);
    begun[1]?.acknowledge();
    expect(await waits.settled).toBe('stored');
  });

  test('leaves nothing behind when it was the only one: the next request goes at once', async () => {
    const { commit, begun } = fixture();
    commit('a.1', ['u1']);
    await atOnce();
    const gone = commit('a.1', ['u2']);
    gone.answered.abort(new Error('answered 503'));
    begun[0]?.acknowledge();
    await gone.settled;
    await settle();
    void commit('a.1', ['u3']);
    await atOnce();
    expect(usersOf(begun)).toEqual([['u1'], ['u3']]);
  });
});

test('whatever comes and fails when, what is published of a key is in the order of its requests', async () => {
  const step = fc.record({
    audience: fc.constantFrom('a.1', 'a.2'),
    /** What happens before the request comes: nothing, or the oldest open publish ends. */
    before: fc.constantFrom('nothing', 'acknowledge', 'fail'),
    isGivenUp: fc.boolean(),
    operation: fc.constantFrom('add', 'remove'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { commitOf, begun } = fixture({ maxBytes: 200, maxBytesInFlight: 500 });
      const commits: { audience: string; user: string; settled: Promise<unknown> }[] = [];
      const acknowledged = new Set<string | undefined>();
      let ended = 0;
      const end = async (how: 'acknowledge' | 'fail') => {
        const oldest = begun[ended];
        if (oldest === undefined) return;
        ended += 1;
        if (how === 'fail') oldest.fail(new Error('down'));
        else {
          oldest.acknowledge();
          for (const user of oldest.users) acknowledged.add(user);
        }
        await settle();
      };
      for (const [index, { audience, before, isGivenUp, operation }] of steps.entries()) {
        if (before !== 'nothing') await end(before);
        const user = `u-${index}`;
        const { settled, answered } = commitOf(operation)(audience, [user]);
        if (isGivenUp) answered.abort(new Error('answered 503'));
        commits.push({ audience, user, settled });
      }
      await settle();
      while (ended < begun.length) await end('acknowledge');
      for (const { message } of begun) {
        expect(new Set(message.mutations.map((one) => one.operation)).size).toBe(1);
      }

      for (const name of ['a.1', 'a.2']) {
        const requested = commits.filter(({ audience }) => audience === name);
        const published = begun
          .filter(({ message }) => message.audience === name)
          .flatMap(({ users }) => users);
        const inOrder = requested
          .map(({ user }) => user)
          .filter((user) => published.includes(user));
        expect(published).toEqual(inOrder);
        for (const { user, settled } of requested) {
          expect((await settled) === 'stored').toBe(acknowledged.has(user));
        }
      }
    }),
    { numRuns: 200 },
  );
});
