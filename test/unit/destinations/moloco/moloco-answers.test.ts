import { describe, expect, it } from '@jest/globals';
import { createMolocoDestination } from '../../../../shared/destinations/moloco/moloco-destination.ts';
import { membersOf } from '../../../contracts/destinations/third-party.ts';

const OPTIONS = { platformId: 'shop' };
const credentials = () => Promise.resolve('the-key');

function resultOf(response: () => Response, operation: 'add' | 'remove' = 'add') {
  const destination = createMolocoDestination({
    credentials,
    options: { ...OPTIONS, leaveEvents: true },
    fetch: () => Promise.resolve(response()),
  });
  return destination.apply({ operation, members: membersOf('VIPs', ['marker'], 0) });
}

describe('an answer of Moloco', () => {
  it.each([
    [200, { kind: 'outcomes', outcomes: [{ status: 'delivered' }] }],
    [400, { kind: 'outcomes', outcomes: [{ status: 'rejected', reason: 'answered 400' }] }],
    [401, { kind: 'fault', status: 401, reason: 'answered 401' }],
    [403, { kind: 'fault', status: 403, reason: 'answered 403' }],
    [404, { kind: 'fault', status: 404, reason: 'answered 404' }],
    [302, { kind: 'fault', status: 302 }],
    [429, { kind: 'retry', tooFast: true, serverError: false, reason: 'answered 429' }],
    [500, { kind: 'retry', tooFast: false, serverError: true, reason: 'answered 500' }],
    [501, { kind: 'retry', serverError: true }],
    [503, { kind: 'retry', serverError: true }],
  ])('%i: %j', async (status, result) => {
    const body = JSON.stringify({ code: 3, message: 'marker is invalid', details: ['marker'] });
    const actual = await resultOf(() => new Response(body, { status }));
    expect(actual).toMatchObject(result);
    expect(JSON.stringify(actual)).not.toContain('marker');
  });

  it('is about the event of leaving, too', async () => {
    const result = await resultOf(() => new Response('', { status: 400 }), 'remove');
    expect(result).toMatchObject({ kind: 'outcomes', outcomes: [{ status: 'rejected' }] });
  });

  it('may be missing: tried again', async () => {
    const result = await resultOf(() => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    });
    expect(result).toEqual({ kind: 'retry', reason: 'no answer (ECONNREFUSED)' });
  });

  it('makes the delivery pause as the failure protocol says', () => {
    const { capabilities } = createMolocoDestination({ credentials, options: OPTIONS });
    expect(capabilities.failurePausesMs).toEqual([5_000, 10_000, 20_000, 40_000, 900_000]);
  });
});
