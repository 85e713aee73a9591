import type { Destination } from '../../shared/destinations/destination.ts';
import pangolin from '../../shared/destinations/http/platforms/pangolin.json' with { type: 'json' };
import { createDestination } from '../../shared/destinations/registry.ts';

/** Pangolin with a limit of its own: members in a call. */
export function pangolinDestination(baseUrl: string, membersPerCall: number): Destination {
  const limits = { ...pangolin.limits, membersPerCall };
  return createDestination(
    pangolin.id,
    { baseUrl, credentials: () => Promise.resolve('pangolin:pangolin') },
    { value: { ...pangolin, limits }, source: 'pangolin.json' },
  );
}
