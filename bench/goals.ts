import { EMPTY_START, FIFTY, FLOOR, HOT, INTAKE_EMBEDDED, INTAKE_PUBLISHED } from './names.ts';
import type { BenchResult } from './result.ts';

export interface Goal {
  readonly name: string;
  readonly limit: string;
  readonly measured: number;
  readonly isMet: boolean;
}

/** What the figures are to be, and what they are. */
export function goalsOf({ intake, endToEnd, memory, coldStart }: BenchResult): Goal[] {
  const of = (figures: Readonly<Record<string, number>> | undefined, name: string) =>
    figures?.[name] ?? Number.NaN;
  const atLeast = (name: string, limit: number, measured: number): Goal => ({
    name,
    limit: `≥ ${limit}`,
    measured,
    isMet: measured >= limit,
  });
  const atMost = (name: string, limit: number, measured: number): Goal => ({
    name,
    limit: `≤ ${limit}`,
    measured,
    isMet: measured <= limit,
  });
  return [
    atLeast(
      'intake with the embedded queue, in floors',
      0.6,
      of(intake[INTAKE_EMBEDDED], 'requestsPerSecond') / of(intake[FLOOR], 'requestsPerSecond'),
    ),
    atMost(
      'intake, p99 at 270 requests/s of 100 mutations, ms',
      20,
      of(intake[INTAKE_EMBEDDED], 'fixedP99Ms'),
    ),
    atMost(
      'third-party calls per 1,000 mutations at limit 1,000, one hot audience',
      2,
      of(endToEnd[HOT], 'callsPer1000Mutations'),
    ),
    atMost('… fifty audiences', 2, of(endToEnd[FIFTY], 'callsPer1000Mutations')),
    atMost(
      'audience-map reads per 1,000 messages in steady state',
      1,
      of(endToEnd[FIFTY], 'mapReadsPer1000Messages'),
    ),
    atMost(
      'start of intake to the first 200 that has published, in empty framework functions',
      1.5,
      of(coldStart, INTAKE_PUBLISHED) / of(coldStart, EMPTY_START),
    ),
    atMost(
      'heap after 60 s of load, in heaps after 15 s',
      1.1,
      of(memory, 'endHeapMb') / of(memory, 'settledHeapMb'),
    ),
  ];
}
