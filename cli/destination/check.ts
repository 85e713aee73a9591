import type { PlatformDescription } from '../../shared/destinations/http/description/schema.ts';
import { capabilitiesOf } from '../../shared/destinations/http/capabilities.ts';
import { ConfigurationError } from '../../shared/errors.ts';
import { CommandProblem } from '../command-problem.ts';
import { table } from '../table.ts';
import { openPlatform } from './open-platform.ts';

export interface CheckOptions {
  readonly json?: true;
}

/**
 * Checks a description, calling nobody, and writes what the relay will do by it.
 * @throws CommandProblem naming every problem of it
 */
export function check(name: string, options: CheckOptions): void {
  const description = readOrExplain(name);
  const capabilities = capabilitiesOf(description);
  if (options.json === true) {
    console.log(JSON.stringify({ id: description.id, capabilities }, null, 2));
    return;
  }
  console.log(`${name} describes ${description.id}; nothing is wrong with it.\n`);
  console.log(table(['what', 'how'], rowsOf(description)));
  console.log(`\nNext: npm run -s audience-relay -- destination try ${name} --dry-run`);
}

function readOrExplain(name: string): PlatformDescription {
  try {
    const { description } = openPlatform(name);
    if (description !== undefined) return description;
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CommandProblem(error.message);
    throw error;
  }
  throw new CommandProblem(`${name} is code, not a description: there is nothing to check.`, 2);
}

function rowsOf(description: PlatformDescription): [string, string][] {
  const { auth, credentials, options, create, limits, remove } = description;
  const { segments, creationIdempotentBy, reports } = capabilitiesOf(description);
  const created = segments === 'implicit' ? 'come to be with their first member' : 'are created';
  const found = description.find === undefined ? 'not known again' : 'looked up';
  const known = creationIdempotentBy === 'none' ? found : `known by ${creationIdempotentBy}`;
  const ready = 'path' in create ? create.readyAfterSeconds : undefined;
  const rate = limits.callsPerSecond ?? limits.callsPerMinute;
  return [
    ['segments', `${created}, ${known}`],
    ...(ready === undefined ? [] : [['', `take members after ${ready} s`] as [string, string]]),
    [
      'one call',
      `${limits.membersPerCall} members of ${limits.segmentsPerCall} segment(s) at most`,
    ],
    [
      'calls',
      `${limits.concurrentCalls} at once${rate === undefined ? '' : `, ${rate} a ${limits.callsPerSecond === undefined ? 'minute' : 'second'}`}`,
    ],
    ['removal', remove === 'not-supported' ? 'is not supported: members stay' : 'by a call'],
    ['an answer', REPORTS[reports]],
    ['auth', auth.type],
    ...(credentials === undefined
      ? []
      : [['credentials', credentials.join(', ')] as [string, string]]),
    ...Object.entries(options).map(([option, { text, default: usual }]): [string, string] => [
      `option ${option}`,
      usual === undefined ? text : `${text} (${usual})`,
    ]),
  ];
}

const REPORTS = {
  each: 'tells of each member',
  counts: 'tells how many were taken',
  'all-or-nothing': 'is about all members of a call',
  accepted: 'says only that they came',
} as const;
