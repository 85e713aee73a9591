import { describe, expect, it } from '@jest/globals';
import type { Member, MicroBatch } from '../../../../shared/destinations/destination.ts';
import { createRoktDestination } from '../../../../shared/destinations/rokt/rokt-destination.ts';
import { recordingFetch } from '../recording-fetch.ts';

const MEMBER = { segment: 'VIPs', user: 'anna@example.com', operatedAt: 1_700_000_000_000 };
const ATTRIBUTES = { mode: 'attributes', pod: 'us1', identity: 'email' };

async function requestId(
  fields: Partial<Member> = {},
  operation: MicroBatch['operation'] = 'add',
  options: object = ATTRIBUTES,
): Promise<unknown> {
  const { fetch, calls } = recordingFetch(() => new Response(null, { status: 202 }));
  const credentials = () => Promise.resolve('key:secret');
  const destination = createRoktDestination({ credentials, options, fetch });
  await destination.apply({ operation, members: [{ ...MEMBER, ...fields }] });
  return (JSON.parse(calls[0]?.body ?? '') as { source_request_id?: string }[])[0]
    ?.source_request_id;
}

describe('source_request_id', () => {
  it('is that of the first delivery at every redelivery', async () => {
    expect(await requestId()).toBe(await requestId());
  });

  it('names nobody', async () => {
    expect(await requestId()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another one for whatever Rokt must not take for the same', async () => {
    const ids = await Promise.all([
      requestId(),
      requestId({ operatedAt: MEMBER.operatedAt + 1 }),
      requestId({ user: 'berta@example.com' }),
      requestId({ segment: 'Others' }),
      requestId({ segment: 'VIPs anna', user: '@example.com' }),
      requestId({}, 'remove'),
      requestId({}, 'add', { ...ATTRIBUTES, mode: 'events' }),
      requestId({}, 'add', { ...ATTRIBUTES, environment: 'development' }),
      requestId({}, 'add', { ...ATTRIBUTES, identity: 'customer_id' }),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
