import { describe, expect, test } from '@jest/globals';
import type { DmpAnswer } from '../../../cli/dmp/dmp-client.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { PlatformError } from '../../../shared/errors.ts';
import { intakeForEachTest } from './intake-fixture.ts';
import { slowPublisher, type BegunPublish } from './slow-publisher.ts';

const never = () => new Promise<string>(() => undefined);
const unavailable = () => new PlatformError('QUEUE_UNAVAILABLE', 'down');
const down = () => Promise.reject(unavailable());
const up = () => Promise.resolve('id');

function expectUnavailable(answer: DmpAnswer): void {
  expect(answer.status).toBe(503);
  expect(answer.body).toEqual({ error: expect.stringMatching(/again/) });
  expect(answer.headers.get('retry-after')).toBe('1');
}

describe('A 200 means stored', () => {
  const startIntake = intakeForEachTest();

  test.each([
    ['does not acknowledge in time', never],
    ['refuses', down],
  ])('503 with Retry-After when the queue %s', async (_, publish) => {
    const { dmp } = await startIntake(publish);
    for (const call of [dmp.addToAudience('a.1', ['u']), dmp.createAudience('a.1', 'A')]) {
      expectUnavailable(await call);
    }
  });

  test('503 for every request that gathers behind a publish that hangs', async () => {
    const { publish, begun } = slowPublisher();
    const { dmp } = await startIntake(publish);
    const requests = ['add', 'remove', 'add'].map((operation) =>
      operation === 'add' ? dmp.addToAudience('a.1', ['u']) : dmp.removeFromAudience('a.1', ['u']),
    );
    for (const answer of await Promise.all(requests)) expectUnavailable(answer);
    expect(begun).toHaveLength(1);
  });

  test.each([
    ['fails', (hanging?: BegunPublish) => hanging?.fail(unavailable())],
    ['ends well', (hanging?: BegunPublish) => hanging?.acknowledge()],
  ])(
    'once the publish that hung %s, what was answered 503 is not published and the next request works at once',
    async (_, end) => {
      const { publish, begun } = slowPublisher();
      let works = false;
      const { dmp } = await startIntake(async (message) => {
        const published = publish(message);
        if (works) begun.at(-1)?.acknowledge();
        return published;
      });
      await Promise.all([1, 2, 3].map(() => dmp.addToAudience('a.1', ['u'])));
      end(begun[0]);
      works = true;
      expect((await dmp.removeFromAudience('a.1', ['u'])).status).toBe(200);
      expect(
        begun.map(({ message }) => message.mutations.map(({ operation }) => operation)),
      ).toEqual([['add'], ['remove']]);
    },
  );

  test('a request of an audience whose publish hangs does not hold up other audiences', async () => {
    const { dmp } = await startIntake(({ attributes }) =>
      attributes['audience'] === 'a.1' ? never() : up(),
    );
    const hanging = dmp.addToAudience('a.1', ['u']);
    expect((await dmp.addToAudience('a.2', ['u'])).status).toBe(200);
    expectUnavailable(await hanging);
  });

  test('of a request with very many messages a hundred are under way; after its 503 no other is begun', async () => {
    const { publish, begun } = slowPublisher();
    const { dmp } = await startIntake(publish, { settings: { maxBodyBytes: 100_000 } });
    const audiences = Array.from({ length: 150 }, (_, index) => `a.${index}`);
    expectUnavailable(await dmp.addToAudiences(audiences, ['u']));
    expect(begun).toHaveLength(100);
    for (const message of begun) message.acknowledge();
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toHaveLength(100);
  });

  test('503 when one of several messages of a request is not stored', async () => {
    let calls = 0;
    const { dmp } = await startIntake(() => {
      calls += 1;
      return calls === 1 ? up() : down();
    });
    const answer = await dmp.addToAudiences(['a.1', 'a.2'], ['u']);
    expect(answer.status).toBe(503);
    expect(calls).toBe(2);
  });

  test('CREATE_AUDIENCE still running at its deadline is answered 200 without an id', async () => {
    const { dmp } = await startIntake(up);
    expect(await dmp.createAudience('a.1', 'A')).toMatchObject({ status: 200, body: undefined });
  });

  test('CREATE_AUDIENCE is answered 200 when the map cannot be read: it is stored', async () => {
    const find = () => Promise.reject(new Error('down'));
    const { dmp } = await startIntake(up, { audienceMap: { find } });
    expect((await dmp.createAudience('a.1', 'A')).status).toBe(200);
  });

  test("the record of another audience, whose segment bears this id, is not this one's", async () => {
    const audienceMap = createEmbeddedAudienceMap();
    const audience = { id: 'a.other', name: 'Other' };
    const claim = await audienceMap.claim({ audience, requestId: 'other', leaseMs: 1_000 });
    if (claim.claimed) await audienceMap.settleReady(claim.lease, '12345');
    const { dmp } = await startIntake(up, { audienceMap });
    const answer = await dmp.createAudience('12345', 'Named like a segment');
    expect(answer).toMatchObject({ status: 200, body: undefined });
  });

  test("an older request's failure is not this one's", async () => {
    const audienceMap = createEmbeddedAudienceMap();
    const audience = { id: 'a.1', name: 'A' };
    const claim = await audienceMap.claim({ audience, requestId: 'older', leaseMs: 1_000 });
    if (claim.claimed) await audienceMap.settleFailed(claim.lease, 'refused');
    const { dmp } = await startIntake(up, { audienceMap });
    expect((await dmp.createAudience('a.1', 'A')).status).toBe(200);
  });
});
