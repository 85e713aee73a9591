import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { departures, named, openCalls, type OpenCall } from './open-calls.ts';

describe('a hot segment does not hold up a small one', () => {
  test('which has its members in the next call, where calls mix segments', async () => {
    const limits = { maxMembers: 1_000, maxSegments: 1_000 };
    const { submit, calls } = openCalls({ limits, maxConcurrentCalls: 1 });
    void submit({ segment: 'hot', users: named('hot', 50_000) });
    await departures();
    void submit({ segment: 'small', users: named('small', 3) });
    void submit({ segment: 'other', users: named('other', 900) });
    calls[0]?.answer();
    await departures();
    const [, next] = calls;
    expect(next?.users.length).toBeGreaterThan(980);
    expect(next?.users.filter((user) => user.startsWith('small'))).toEqual(named('small', 3));
    const others = next?.users.filter((user) => user.startsWith('other')) ?? [];
    expect(Math.abs(others.length - (next?.users.length ?? 0) / 2)).toBeLessThan(5);
  });

  test('which has the turn after its next, where calls do not mix segments', async () => {
    const limits = { maxMembers: 1_000, maxSegments: 1 };
    const { submit, calls } = openCalls({ limits, maxConcurrentCalls: 2 });
    void submit({ segment: 'hot', users: named('hot', 50_000) });
    await departures();
    expect(calls).toHaveLength(2);
    void submit({ segment: 'small', users: named('small', 3) });
    calls[0]?.answer();
    calls[1]?.answer();
    await departures();
    expect(calls.slice(2).map(({ segments }) => [...segments])).toEqual([['hot'], ['small']]);
  });
});

describe('a suspect', () => {
  test('goes alone, beside the others', async () => {
    const isSuspect = (key: string) => key === 's\nodd';
    const { submit, calls } = openCalls({ isSuspect });
    void submit({ users: ['a', 'odd', 'b'] });
    void submit({ segment: 'other', users: ['odd'] });
    await departures();
    expect(calls.map(({ users }) => users.toSorted()).toSorted()).toEqual([
      ['a', 'b', 'odd'],
      ['odd'],
    ]);
    expect(
      calls
        .flatMap(({ batch }) => batch)
        .map(({ member }) => member.segment)
        .toSorted(),
    ).toEqual(['other', 's', 's', 's']);
  });
});

const USERS = ['a', 'b', 'c', 'd', 'e'];
const submission = fc.record({
  operation: fc.constantFrom('add' as const, 'remove' as const),
  segment: fc.constantFrom('s1', 's2', 's3'),
  users: fc.uniqueArray(fc.constantFrom(...USERS), { minLength: 1 }),
});
const answer = fc.record({ answered: fc.nat() });
const scenario = fc.array(fc.oneof(submission, submission, answer), { maxLength: 60 });

/** Plays a scenario on a coalescer and gives its calls; checks at every step what is under way. */
async function play(
  steps: typeof scenario extends fc.Arbitrary<infer Steps> ? Steps : never,
  settings: Parameters<typeof openCalls>[0],
  check: (underWay: readonly OpenCall[]) => void,
) {
  const { submit, calls, underWay, answerAll } = openCalls(settings);
  const arrivals: string[] = [];
  const outcomes: Promise<unknown>[] = [];
  for (const step of steps) {
    if ('answered' in step) {
      [...underWay][step.answered % Math.max(1, underWay.size)]?.answer();
      await departures();
    } else {
      for (const user of step.users) arrivals.push(`${step.segment} ${user} ${step.operation}`);
      outcomes.push(submit(step));
      if (step.users.length % 2 === 0) await departures();
    }
    check([...underWay]);
  }
  await departures();
  check([...underWay]);
  await answerAll();
  await Promise.all(outcomes);
  const sent = calls.flatMap(({ batch }) =>
    batch.map(({ operation, member }) => `${member.segment} ${member.user} ${operation}`),
  );
  return { calls, arrivals, sent };
}

/** What is said of each member, in its order. */
function byMember(lines: readonly string[]): Record<string, string[]> {
  const sorted = lines.toSorted((a, b) => memberOf(a).localeCompare(memberOf(b)));
  return Object.groupBy(sorted, memberOf) as Record<string, string[]>;
}

function memberOf(line: string): string {
  return line.replace(/ \w+$/, '');
}

const runs = { seed: 20261102, numRuns: 300 };
const usersOf = (calls: readonly OpenCall[]) =>
  calls.flatMap(({ batch }) => batch.map(({ member }) => `${member.segment} ${member.user}`));

describe.each([
  ['mix segments', { maxMembers: 4, maxSegments: 3 }],
  ['hold one segment', { maxMembers: 4, maxSegments: 1 }],
  ['hold one member', { maxMembers: 1, maxSegments: 1 }],
])('however deliveries and answers come, where calls %s', (_, limits) => {
  test.each([1, 3])(
    'each member is sent once for each time it came, in order (%i at once)',
    (most) =>
      fc.assert(
        fc.asyncProperty(scenario, async (steps) => {
          const settings = { limits, maxConcurrentCalls: most };
          const { calls, arrivals, sent } = await play(steps, settings, (underWay) => {
            expect(underWay.length).toBeLessThanOrEqual(most);
            const users = usersOf(underWay);
            expect(users).toHaveLength(new Set(users).size);
          });
          expect(byMember(sent)).toEqual(byMember(arrivals));
          for (const { batch, segments, users } of calls) {
            expect(new Set(batch.map(({ operation }) => operation)).size).toBe(1);
            expect(segments.size).toBeLessThanOrEqual(limits.maxSegments);
            expect(users.length).toBeLessThanOrEqual(limits.maxMembers);
          }
        }),
        runs,
      ),
  );
});

test('a third party that takes one call at a time for a segment never gets two', () =>
  fc.assert(
    fc.asyncProperty(scenario, async (steps) => {
      const settings = {
        limits: { maxMembers: 4, maxSegments: 1 },
        oneCallPerSegment: true,
        isSuspect: (key: string) => key.endsWith('\ne'),
      };
      const { arrivals, sent } = await play(steps, settings, (underWay) => {
        const segments = underWay.flatMap((call) => [...call.segments]);
        expect(segments).toHaveLength(new Set(segments).size);
      });
      expect(byMember(sent)).toEqual(byMember(arrivals));
    }),
    runs,
  ));

test('and gets those of several segments at once', async () => {
  const settings = { limits: { maxSegments: 1 }, oneCallPerSegment: true };
  const { submit, calls, answerAll } = openCalls(settings);
  for (const segment of ['s1', 's2']) {
    void submit({ segment, operation: 'add', users: named('a', 15) });
    void submit({ segment, operation: 'remove', users: named('r', 5) });
  }
  await departures();
  expect(calls.map(({ segments }) => [...segments])).toEqual([['s1'], ['s2']]);
  await answerAll();
  expect(calls).toHaveLength(6);
});
