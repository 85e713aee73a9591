import type { Destination } from '../../../shared/destinations/destination.ts';
import type { DestinationFixture } from './third-party.ts';

/** One thing that every destination must do, of those it applies to. `check` throws when it is not done. */
export interface ConformanceRule {
  readonly name: string;
  readonly applies?: (destination: Destination, fixture: DestinationFixture) => boolean;
  readonly check: (destination: Destination, fixture: DestinationFixture) => Promise<void>;
}
