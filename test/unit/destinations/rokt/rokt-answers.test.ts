import { describe, expect, it } from '@jest/globals';
import { createRoktDestination } from '../../../../shared/destinations/rokt/rokt-destination.ts';

const MEMBERS = [
  { segment: 'VIPs', user: 'a@example.com', operatedAt: 0 },
  { segment: 'VIPs', user: 'b@example.com', operatedAt: 0 },
];

const MODES = [
  { accountId: '1' },
  { mode: 'attributes', pod: 'us1' },
  { mode: 'events', pod: 'us1' },
];

function resultOf(options: object, response: () => Response) {
  const fetch = () => Promise.resolve(response());
  const credentials = () => Promise.resolve('key:secret');
  const destination = createRoktDestination({ options, credentials, fetch });
  return destination.apply({ operation: 'add', members: MEMBERS });
}

describe.each(MODES)('an answer of Rokt to %j', (options) => {
  it.each([200, 202])('%i: delivered', async (status) => {
    const delivered = { status: 'delivered' };
    await expect(resultOf(options, () => new Response(null, { status }))).resolves.toEqual({
      kind: 'outcomes',
      outcomes: [delivered, delivered],
    });
  });

  it.each([
    [400, { kind: 'refused-whole' }],
    [413, { kind: 'refused-whole' }],
    [401, { kind: 'fault', status: 401 }],
    [403, { kind: 'fault', status: 403 }],
    [404, { kind: 'fault', status: 404 }],
    [410, { kind: 'fault', status: 410 }],
    [500, { kind: 'retry', serverError: true, tooFast: false }],
    [503, { kind: 'retry', serverError: true, tooFast: false }],
    [429, { kind: 'retry', serverError: false, tooFast: true }],
  ])('%i: %j', async (status, result) => {
    await expect(resultOf(options, () => new Response(null, { status }))).resolves.toMatchObject({
      ...result,
      reason: `answered ${status}`,
    });
  });

  it('429 with Retry-After: as long as it says', async () => {
    const headers = { 'retry-after': '7' };
    const result = await resultOf(options, () => new Response(null, { status: 429, headers }));
    expect(result).toMatchObject({ kind: 'retry', retryAfterMs: 7_000, tooFast: false });
  });

  it('none: tried again', async () => {
    const result = await resultOf(options, () => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    });
    expect(result).toEqual({ kind: 'retry', reason: 'no answer (ECONNRESET)' });
  });
});

describe('the reason of a failure', () => {
  const [, options = {}] = MODES;

  it('has the code of the error, and never its message', async () => {
    const message = 'b@example.com is malformed';
    const body = JSON.stringify({ errors: [{ code: 'BAD_REQUEST', message }] });
    const result = await resultOf(options, () => new Response(body, { status: 400 }));
    expect(result).toEqual({ kind: 'refused-whole', reason: 'answered 400 (BAD_REQUEST)' });
  });

  it.each(['{"errors":[{"code":"b@example.com"}]}', '{"errors":[]}', 'null', '<html>'])(
    'has no code that may quote a user: %s',
    async (body) => {
      const result = await resultOf(options, () => new Response(body, { status: 400 }));
      expect(result).toMatchObject({ reason: 'answered 400' });
    },
  );

  it('has the limit that was exceeded', async () => {
    const headers = { 'x-mp-rate-limit-exceeded': 'account' };
    const result = await resultOf(options, () => new Response(null, { status: 429, headers }));
    expect(result).toMatchObject({ kind: 'retry', reason: 'answered 429 (account)' });
  });
});
