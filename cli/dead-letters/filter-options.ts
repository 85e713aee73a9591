import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  DEAD_LETTER_REASONS,
  type DeadLetterReason,
} from '../../shared/dead-letters/dead-letter.ts';
import type { DeadLetterFilter } from '../../shared/dead-letters/filter.ts';

/** As commander gives them. */
export interface FilterOptions {
  readonly id?: string[];
  readonly reason?: DeadLetterReason[];
  readonly audience?: string[];
  readonly destination?: string[];
  readonly olderThan?: number;
  readonly newerThan?: number;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Adds the options that say which dead letters are meant. */
export function addFilterOptions(command: Command): Command {
  const age = (text: string) => parseDuration(text);
  return command
    .option('--id <id...>', 'only these dead letters')
    .addOption(new Option('--reason <reason...>', 'only of these').choices(DEAD_LETTER_REASONS))
    .option('--audience <audience...>', "only of these (the DMP's audience ids)")
    .option('--destination <destination...>', 'only of these destinations')
    .option(
      '--older-than <age>',
      'only what was given up on at least so long ago: 30m, 2h, 7d',
      age,
    )
    .option('--newer-than <age>', 'only what was given up on since: 30m, 2h, 7d', age);
}

/** What the options select. */
export function filterOf(options: FilterOptions): DeadLetterFilter {
  const { id, reason, audience, destination, olderThan, newerThan } = options;
  return {
    ...(id && { ids: id }),
    ...(reason && { reasons: reason }),
    ...(audience && { audiences: audience }),
    ...(destination && { destinations: destination }),
    ...(olderThan !== undefined && { olderThanMs: olderThan }),
    ...(newerThan !== undefined && { newerThanMs: newerThan }),
  };
}

/**
 * Milliseconds of `90s`, `30m`, `2h` or `7d`.
 * @throws InvalidArgumentError of commander
 */
export function parseDuration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count === undefined || unitMs === undefined) {
    throw new InvalidArgumentError('Write an age as 90s, 30m, 2h or 7d.');
  }
  return Number(count) * unitMs;
}
