import { DestinationError } from '../../../shared/errors.ts';
import type { BatchResult, Destination } from '../../../shared/destinations/destination.ts';
import type { Mishap } from '../../fakes/platforms/fake-server.ts';
import { applyTo, must, mustEqual, OPERATED_AT, readySegment, REQUEST } from './playing.ts';
import type { ConformanceRule } from './conformance-rule.ts';
import { membersOf, type DestinationFixture } from './third-party.ts';

/** More than any destination tries by itself. */
const TIMES = 10;
const USER = 'unlucky-marker@example.com';

const canFail = (_: Destination, { thirdParty }: DestinationFixture) =>
  thirdParty.failNext !== undefined;

async function applyIn(
  mishap: Mishap,
  destination: Destination,
  fixture: DestinationFixture,
): Promise<BatchResult> {
  const segment = await readySegment(destination, fixture);
  fixture.thirdParty.failNext?.(mishap, TIMES);
  return destination.apply({ operation: 'add', members: membersOf(segment, [USER], OPERATED_AT) });
}

const RETRIED: readonly { mishap: Mishap; name: string }[] = [
  { mishap: 'rate-limited', name: 'is told to slow down (429): retry' },
  { mishap: 'unavailable', name: 'meets a third party that is down (503): retry' },
  { mishap: 'broken', name: 'meets a server error (500): retry' },
  { mishap: 'reset', name: 'loses the connection: retry' },
];

export const mishapRules: readonly ConformanceRule[] = [
  ...RETRIED.map(({ mishap, name }): ConformanceRule => ({
    name,
    applies: canFail,
    check: async (destination, fixture) => {
      const result = await applyIn(mishap, destination, fixture);
      mustEqual('the result', result.kind, 'retry');
      must(!JSON.stringify(result).includes('marker'), 'the result names a user');
      if (result.kind !== 'retry' || mishap !== 'rate-limited') return;
      must(
        (result.retryAfterMs ?? 0) > 0 || result.tooFast === true,
        'it neither says how long to wait, nor that calls come too fast',
      );
    },
  })),
  {
    name: 'delivers once the mishap is over',
    applies: canFail,
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      fixture.thirdParty.failNext?.('unavailable', 1);
      const play = { operation: 'add', segment, users: [USER] } as const;
      await applyTo(destination, play).catch(() => undefined);
      const [outcome] = await applyTo(destination, play);
      mustEqual('the outcome', outcome?.status, 'delivered');
    },
  },
  {
    name: 'follows no redirect: an operator must look',
    applies: canFail,
    check: async (destination, fixture) => {
      const result = await applyIn('redirect', destination, fixture);
      mustEqual('the result', result.kind, 'fault');
    },
  },
  {
    name: 'a creation that meets a third party that is down may be tried again',
    applies: (destination, fixture) =>
      destination.capabilities.segments === 'created' && canFail(destination, fixture),
    check: async (destination, { thirdParty }) => {
      thirdParty.failNext?.('unavailable', TIMES);
      const error = await destination.createSegment(REQUEST).catch((reason: unknown) => reason);
      must(error instanceof DestinationError, 'it throws no DestinationError');
      if (error instanceof DestinationError)
        must(error.retryable, 'it is not said to be retryable');
    },
  },
];
