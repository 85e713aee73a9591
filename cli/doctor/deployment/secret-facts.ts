import type { SecretText } from '../../../shared/secret-text.ts';
import type { Known } from '../intake.ts';
import type { Looked } from '../looked.ts';

/** What is known of a secret. */
export interface SecretFacts {
  /** `projects/P/secrets/S` */
  readonly name: string;
  /** Up to three. */
  readonly enabledVersions: number;
  /** Missing where no version is enabled. */
  readonly newest?: Looked<SecretText>;
}

/** The newest value; undefined where there is none, or it cannot be read from here. */
export function newestValue(looked: Looked<SecretFacts>): string | undefined {
  const newest = looked.kind === 'found' ? looked.value.newest : undefined;
  const value = newest?.kind === 'found' ? newest.value.reveal() : '';
  return value === '' ? undefined : value;
}

/** The same for whoever also meets secrets that are not configured. */
export function knownValue(looked: Looked<SecretFacts> | undefined): Known {
  if (looked === undefined) return { kind: 'none' };
  const value = newestValue(looked);
  return value === undefined ? { kind: 'unknown' } : { kind: 'known', value };
}
