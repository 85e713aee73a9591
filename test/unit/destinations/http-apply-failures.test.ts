import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { settlesWithin } from '../../setup/machine-time.ts';
import { describedDestination, thirdPartyForEachTest, type Reaction } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const elsewhere = thirdPartyForEachTest();
const members = [
  { segment: '1', user: 'marker-1', operatedAt: 0 },
  { segment: '1', user: 'marker-2', operatedAt: 0 },
];

const apply = (reaction: Reaction, fields: object = {}) => {
  thirdParty.reactWith(reaction);
  return describedDestination(thirdParty.url, fields).apply({ operation: 'add', members });
};

describe('an answer', () => {
  it.each([200, 201, 202, 204])('of %i delivers every member', async (status) => {
    const delivered = { status: 'delivered' };
    await expect(apply({ status })).resolves.toEqual({
      kind: 'outcomes',
      outcomes: [delivered, delivered],
    });
  });

  it.each([408, 409, 425, 429, 500, 502, 503])('of %i is tried again', async (status) => {
    await expect(apply({ status })).resolves.toEqual({
      kind: 'retry',
      reason: `answered ${status}`,
      serverError: status >= 500,
      tooFast: status === 429,
    });
  });

  it.each([402, 404, 410, 424, 451, 499, 501])('of %i rejects every member', async (status) => {
    const rejected = { status: 'rejected', reason: `answered ${status}` };
    await expect(apply({ status })).resolves.toEqual({
      kind: 'outcomes',
      outcomes: [rejected, rejected],
    });
  });

  it('of 404 to a call over several segments may be about one of them', async () => {
    thirdParty.reactWith({ status: 404 });
    const mixed = [...members, { segment: '2', user: 'marker-3', operatedAt: 0 }];
    const destination = describedDestination(thirdParty.url, {});
    await expect(destination.apply({ operation: 'add', members: mixed })).resolves.toEqual({
      kind: 'refused-whole',
      reason: 'answered 404',
    });
  });

  it.each([400, 413, 422])('of %i refuses the batch as a whole', async (status) => {
    await expect(apply({ status })).resolves.toEqual({
      kind: 'refused-whole',
      reason: `answered ${status}`,
    });
  });

  it.each([304, 401, 403, 405, 415])('of %i is no fault of the members', async (status) => {
    await expect(apply({ status })).resolves.toEqual({
      kind: 'fault',
      reason: `answered ${status}`,
      status,
    });
  });

  it.each([400, 404])('of %i that quotes a user does not do so in the reason', async (status) => {
    const body = '{"error":{"text":"marker-1 is unknown"}}';
    const result = await apply({ status, body });
    expect(JSON.stringify(result)).not.toContain('marker');
  });
});

describe('no answer', () => {
  it.each<Reaction>(['reset', 'reset-in-body'])('(%s) is tried again', async (reaction) => {
    await expect(apply(reaction)).resolves.toEqual({
      kind: 'retry',
      reason: 'no answer (ECONNRESET)',
    });
  });

  it('in time is tried again, soon after the time has passed', async () => {
    const startedAt = performance.now();
    const applying = apply('silence', { timeoutMs: 150 });
    expect(await settlesWithin(applying, 2_000)).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThan(140);
    await expect(applying).resolves.toEqual({ kind: 'retry', reason: 'no answer in time' });
    expect(thirdParty.calls).toHaveLength(1);
  });

  it('from a port where nobody listens is tried again', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const nobody = describedDestination(`http://127.0.0.1:${port}`);
    await expect(nobody.apply({ operation: 'add', members })).resolves.toEqual({
      kind: 'retry',
      reason: 'no answer (ECONNREFUSED)',
    });
  });
});

describe.each([301, 302, 307, 308])('a redirect (%i)', (status) => {
  it('to another host is not followed: nobody there sees users or credentials', async () => {
    const headers = { Location: `${elsewhere.url}/members` };
    const result = await apply({ status, headers }, { auth: { type: 'basic' } });
    expect(result).toEqual({ kind: 'fault', reason: `answered ${status}`, status });
    expect(elsewhere.calls).toEqual([]);
    expect(thirdParty.call().headers.authorization).toBeDefined();
  });

  it('on the same host is not followed either', async () => {
    const result = await apply({ status, headers: { Location: '/other' } });
    expect(result).toMatchObject({ kind: 'fault' });
    expect(thirdParty.calls).toHaveLength(1);
  });
});
