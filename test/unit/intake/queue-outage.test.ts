import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createIntakeHandler } from '../../../functions/intake/handler.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { PlatformError } from '../../../shared/errors.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { createLogger } from '../../../shared/logger.ts';
import type { Publisher } from '../../../shared/queue/queue.ts';
import { SecretText } from '../../../shared/secret-text.ts';
import { createEnvironmentSecret } from '../../../shared/secrets/environment-secret.ts';
import { createDmpClient } from '../../../cli/dmp/dmp-client.ts';

describe('A 200 means stored', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  async function intakeWith(publish: Publisher['publish'], map = createEmbeddedAudienceMap()) {
    const handler = createIntakeHandler({
      hmacSecret: createEnvironmentSecret([new SecretText('local-secret')]),
      basicAuth: undefined,
      publisher: { publish, close: () => Promise.resolve() },
      audienceMap: map,
      log: createLogger('silent'),
      settings: {
        maxBodyBytes: 10_000,
        publishTimeoutMs: 50,
        createTimeoutMs: 150,
        returnSegmentId: true,
      },
    });
    const listening = await listenLocally(handler, 0);
    server = listening.server;
    return createDmpClient({ url: listening.url, secret: 'local-secret' });
  }
  const never = () => new Promise<string>(() => undefined);
  const down = () => Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'down'));

  test.each([
    ['does not acknowledge in time', never],
    ['refuses', down],
  ])('503 with Retry-After when the queue %s', async (_, publish) => {
    const dmp = await intakeWith(publish);
    for (const call of [dmp.addToAudience('a.1', ['u']), dmp.createAudience('a.1', 'A')]) {
      const answer = await call;
      expect(answer.status).toBe(503);
      expect(answer.body).toEqual({ error: expect.stringMatching(/again/) });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  test('503 when one of several messages of a request is not stored', async () => {
    let calls = 0;
    const dmp = await intakeWith(() => {
      calls += 1;
      return calls === 1 ? Promise.resolve('id') : down();
    });
    const answer = await dmp.addToAudiences(['a.1', 'a.2'], ['u']);
    expect(answer.status).toBe(503);
    expect(calls).toBe(2);
  });

  test('CREATE_AUDIENCE still running at its deadline is answered 200 without an id', async () => {
    const dmp = await intakeWith(() => Promise.resolve('id'));
    expect(await dmp.createAudience('a.1', 'A')).toMatchObject({ status: 200, body: undefined });
  });

  test('CREATE_AUDIENCE is answered 200 when the map cannot be read: it is stored', async () => {
    const map = { ...createEmbeddedAudienceMap(), find: () => Promise.reject(new Error('down')) };
    const dmp = await intakeWith(() => Promise.resolve('id'), map);
    expect((await dmp.createAudience('a.1', 'A')).status).toBe(200);
  });

  test("the record of another audience, whose segment bears this id, is not this one's", async () => {
    const map = createEmbeddedAudienceMap();
    const audience = { id: 'a.other', name: 'Other' };
    const claim = await map.claim({ audience, requestId: 'other', leaseMs: 1_000 });
    if (claim.claimed) await map.settleReady(claim.lease, '12345');
    const dmp = await intakeWith(() => Promise.resolve('id'), map);
    const answer = await dmp.createAudience('12345', 'Named like a segment');
    expect(answer).toMatchObject({ status: 200, body: undefined });
  });

  test("an older request's failure is not this one's", async () => {
    const map = createEmbeddedAudienceMap();
    const audience = { id: 'a.1', name: 'A' };
    const claim = await map.claim({ audience, requestId: 'older', leaseMs: 1_000 });
    if (claim.claimed) await map.settleFailed(claim.lease, 'refused');
    const dmp = await intakeWith(() => Promise.resolve('id'), map);
    expect((await dmp.createAudience('a.1', 'A')).status).toBe(200);
  });
});
