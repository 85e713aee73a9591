import { beforeEach, expect, test } from '@jest/globals';
import type { AudienceOperations } from '../../../../cli/audiences/audience-operations.ts';
import { operateAudiences } from '../../../../cli/audiences/operate-audiences.ts';
import { listText, showText } from '../../../../cli/audiences/report-texts.ts';
import { decodeMessage } from '../../../../shared/audience/message.ts';
import type { ListedAudienceMap } from '../../../../shared/audience-map/audience-list.ts';
import { createEmbeddedAudienceMap } from '../../../../shared/audience-map/embedded-audience-map.ts';
import { PlatformError } from '../../../../shared/errors.ts';
import type { OutgoingMessage } from '../../../../shared/queue/queue.ts';

const AUDIENCE = { id: 'a.1', name: 'VIPs', customer: 7 };

let map: ListedAudienceMap;
let published: OutgoingMessage[];
let operations: AudienceOperations;
beforeEach(() => {
  map = createEmbeddedAudienceMap();
  published = [];
  const publish = (message: OutgoingMessage) => Promise.resolve(String(published.push(message)));
  const publisher = { publish };
  operations = operateAudiences({ map, publisher, destination: 'pangolin', settleTimeoutMs: 50 });
});

async function claim(requestId: string) {
  const result = await map.claim({ audience: AUDIENCE, requestId, leaseMs: 60_000 });
  if (!result.claimed) throw new Error('not claimed');
  return result.lease;
}

test('a retry is the creation again, as a request of its own, for this destination alone', async () => {
  await map.settleFailed(await claim('r-1'), 'no');
  await operations.retry('a.1');
  await operations.retry('a.1');
  const messages = published.map(({ data }) => decodeMessage(data));
  const requestId = expect.any(String);
  const creation = { kind: 'create-audience', requestId, audience: AUDIENCE };
  expect(messages).toEqual([creation, creation]);
  expect(published[0]).toMatchObject({
    orderingKey: 'create:a.1',
    attributes: { kind: 'create-audience', audience: 'a.1', destination: 'pangolin' },
  });
  const ids = published.map(({ attributes }) => attributes['requestId']);
  expect(new Set([...ids, 'r-1']).size).toBe(3);
});

test('the failure of an older request is not taken for the outcome', async () => {
  await map.settleFailed(await claim('r-1'), 'no');
  const report = await operations.retry('a.1');
  expect(report).toMatchObject({ published: true, audience: { state: 'creating' } });
});

test('one that is stuck in its creation can be retried', async () => {
  await map.release(await claim('r-1'));
  expect(await operations.retry('a.1')).toMatchObject({ published: true });
  expect(published).toHaveLength(1);
});

test('one that is ready is left alone, also when its segment is named', async () => {
  await map.settleReady(await claim('r-1'), '12345');
  for (const id of ['a.1', '12345']) {
    const audience = { id: 'a.1', state: 'ready', segment: '12345' };
    expect(await operations.retry(id)).toMatchObject({ published: false, audience });
  }
  expect(published).toEqual([]);
});

test('a queue that does not take it fails the retry', async () => {
  await map.settleFailed(await claim('r-1'), 'no');
  const publish = () => Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'Full.'));
  const failing = operateAudiences({ map, publisher: { publish }, destination: 'pangolin' });
  await expect(failing.retry('a.1')).rejects.toThrow('Full.');
});

test('what a page and an audience say is fit for a terminal and a shell', () => {
  const odd = { id: "it's a.1", name: '\u001b[2Jgone', state: 'ready', segment: '1' } as const;
  const text = listText({ audiences: [odd], next: odd.id });
  expect(text).not.toContain('\u001b');
  expect(text).toContain(`--after 'it'\\''s a.1'`);
  const shown = showText({ ...odd, readyAt: '2026-11-02T12:00:00.000Z' });
  expect(shown).not.toContain('\u001b');
  expect(shown).toContain('takes members from  2026-11-02T12:00:00.000Z');
});
