import type { Assumptions, TrafficShape } from './data-files.ts';
import type { MeasuredUnits } from './measured-units.ts';
import type { Settings } from './settings.ts';

/** What the model is asked about: a kind of traffic, and a deployment that meets it. */
export interface Scenario {
  readonly shape: TrafficShape;
  readonly settings: Settings;
  readonly units: MeasuredUnits;
  readonly assumptions: Assumptions;
}

/** One ordering key: the hottest audience's, or one of all others. */
export interface KeyLoad {
  readonly keys: number;
  readonly mutationsPerSecond: number;
  /** From all instances of intake. */
  readonly messagesPerSecond: number;
  readonly membersPerMessage: number;
  readonly bytesPerMessage: number;
}

/** Of a relay with one audience: there are no others. */
export const NO_KEY: KeyLoad = {
  keys: 0,
  mutationsPerSecond: 0,
  messagesPerSecond: 0,
  membersPerMessage: 0,
  bytesPerMessage: 0,
};
