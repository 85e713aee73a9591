import type {
  Destination,
  DestinationSettings,
  Member,
} from '../../../shared/destinations/destination.ts';
import type { Mishap } from '../../fakes/platforms/fake-server.ts';

/** A fake third party which enforces its documented rules, as the conformance kit sees it. */
export interface ThirdParty {
  /** Who is in a segment now, each as `asKnown` writes it, sorted. */
  members(segment: string): Promise<readonly string[]>;
  /** How the third party knows a user of the DMP: as it is, hashed … */
  asKnown(user: string): string;
  /** The vendor's rules that calls broke so far, in words. */
  violations(): readonly string[];
  /** Lets the next calls come to grief. Missing: nothing between us and it can fail. */
  readonly failNext?: (mishap: Mishap, times?: number) => void;
  /** From now on it does not take this user, as the vendor does not take a bad id. Missing: it always does. */
  readonly refuseUser?: (user: string) => void | Promise<void>;
  /** Lets time pass for it, in milliseconds, where a segment takes some before it is ready. */
  readonly passTime?: (ms: number) => void;
  close(): Promise<void>;
}

/** A destination at a fake third party of its own. */
export interface DestinationFixture {
  readonly thirdParty: ThirdParty;
  /** What the destination is built from. Credentials are missing where the vendor wants none. */
  readonly settings: DestinationSettings;
  /** Builds the destination; the kit also tries wrong settings. */
  create(settings: DestinationSettings): Destination;
}

/** Members of one segment, as the delivery hands them over. */
export function membersOf(segment: string, users: readonly string[], operatedAt: number): Member[] {
  return users.map((user) => ({ segment, user, operatedAt }));
}
