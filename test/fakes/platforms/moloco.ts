import { createMolocoDestination } from '../../../shared/destinations/moloco/moloco-destination.ts';
import type { DestinationFixture } from '../../contracts/destinations/third-party.ts';
import { startFakeServer, type FakeAnswer, type FakeCall } from './fake-server.ts';
import { apiError, checkEvent, identifierOf, readCall, type TakenEvent } from './moloco-rules.ts';

const PLATFORM = 'PANGOLIN_SHOP_TEST';
const KEY = 'moloco-key-1';

/**
 * Moloco's User Event API, which takes one event a call. Who viewed the page of joining is a member.
 * @param options of the destination, besides those it cannot do without
 */
export async function molocoFixture(
  options: Readonly<Record<string, unknown>> = {},
): Promise<DestinationFixture> {
  const events = new Map<string, TakenEvent>();
  const refused = new Set<string>();

  const handle = (call: FakeCall): FakeAnswer => {
    const read = readCall(call, { platform: PLATFORM, key: KEY });
    if ('answer' in read) return read.answer;
    const event = checkEvent(read.json, Date.now());
    if (refused.has(identifierOf(event))) return apiError(400, 'invalid user');
    // The same id is the same event.
    if (!events.has(event.id)) events.set(event.id, event);
    return { status: 200, body: {} };
  };
  // No Retry-After is documented.
  const server = await startFakeServer(handle, {
    'rate-limited': apiError(429, 'request denied by throttler, try again later'),
    unavailable: apiError(503, 'unavailable'),
    broken: apiError(500, 'internal'),
  });

  return {
    thirdParty: {
      members: (segment) => {
        const joined = [...events.values()].filter(
          (event) => event.page_id === `mapp-dmp/${segment}/join`,
        );
        return Promise.resolve([...new Set(joined.map(identifierOf))].sort());
      },
      asKnown: (user) => user.trim(),
      violations: () => server.violations,
      failNext: (mishap, times) => {
        server.failNext(mishap, times);
      },
      refuseUser: (user) => void refused.add(user),
      close: () => server.close(),
    },
    settings: {
      baseUrl: server.url,
      credentials: () => Promise.resolve(KEY),
      options: { platformId: PLATFORM, ...options },
    },
    create: createMolocoDestination,
  };
}
