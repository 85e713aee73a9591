import { createHash } from 'node:crypto';
import type { Destination } from '../destinations/destination.ts';

/** The same destination, with the limits it declares, of which nobody is called: all members are taken. */
export function dryRunDestination(destination: Destination): Destination {
  return {
    ...destination,
    // Looked up nowhere, so that a creation is asked for as the first time.
    ...(destination.findSegment && { findSegment: () => Promise.resolve(undefined) }),
    createSegment: ({ audienceId }) =>
      Promise.resolve({ segment: madeUpSegment(audienceId), created: true }),
    apply: ({ members }) =>
      Promise.resolve({ kind: 'outcomes', outcomes: members.map(() => ({ status: 'delivered' })) }),
  };
}

/** A number, as some third parties' segments are, and the same whichever instance makes it up. */
function madeUpSegment(audienceId: string): string {
  const digest = createHash('sha256').update(audienceId).digest();
  return String(digest.readUIntBE(0, 6));
}
