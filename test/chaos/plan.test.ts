import { expect, test } from '@jest/globals';
import { createPlan, type Plan } from './plan.ts';

const OPTIONS = { mutations: 20_050, seed: 7, audiences: 10 };
const sentBy = (plan: Plan) =>
  Array.from({ length: plan.connections }, (_, connection) => [...plan.requestsOf(connection)]);

test('a seed determines every request', () => {
  expect(sentBy(createPlan(OPTIONS))).toEqual(sentBy(createPlan(OPTIONS)));
  expect(sentBy(createPlan(OPTIONS))).not.toEqual(sentBy(createPlan({ ...OPTIONS, seed: 8 })));
});

test('a plan has exactly as many mutations as asked for', () => {
  const requests = sentBy(createPlan(OPTIONS)).flat();
  expect(requests.reduce((sum, { users }) => sum + users.length, 0)).toBe(20_050);
});

test('no user is in requests of two connections, nor twice in one request', () => {
  const owners = new Map<string, number>();
  for (const [connection, requests] of sentBy(createPlan(OPTIONS)).entries()) {
    for (const { users } of requests) {
      expect(new Set(users).size).toBe(users.length);
      for (const user of users) {
        expect(owners.get(user) ?? connection).toBe(connection);
        owners.set(user, connection);
      }
    }
  }
});

test('many users come back with the other operation in the very next request', () => {
  let reversals = 0;
  for (const requests of sentBy(createPlan(OPTIONS))) {
    for (const [index, request] of requests.entries()) {
      const before = requests[index - 1];
      if (before?.audience !== request.audience) continue;
      if (before.operation === request.operation) continue;
      if (request.users.every((user) => before.users.includes(user))) reversals += 1;
    }
  }
  expect(reversals).toBeGreaterThan(50);
});
