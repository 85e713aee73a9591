import { numberText } from './number-text.ts';
import type { Table } from './table.ts';
import { goalsOf } from './goals.ts';
import { EMPTY_START, FLOOR } from './names.ts';
import type { BenchResult } from './result.ts';

/** The figures of a run as tables. */
export function report(result: BenchResult): Table[] {
  return [goals(result), intake(result), endToEnd(result), memory(result), coldStart(result)];
}

function goals(result: BenchResult): Table {
  const { machine, measuredOn } = result;
  const pinned = machine.pinned ? 'load and contender on a core each' : 'cores shared';
  return {
    title: 'Goals',
    note: `Measured on ${measuredOn}: ${machine.processor}, ${machine.cores} cores (${pinned}), Node ${machine.node}.`,
    head: ['goal', 'limit', 'measured', 'met'],
    rows: goalsOf(result).map(({ name, limit, measured, isMet }) => [
      name,
      limit,
      figure(measured),
      isMet ? 'yes' : 'no',
    ]),
  };
}

function intake({ intake: contenders }: BenchResult): Table {
  const floor = contenders[FLOOR]?.['requestsPerSecond'] ?? Number.NaN;
  return {
    title: 'Intake',
    note: 'Signed requests of 100 mutations of one audience, on 50 connections: as many as are answered, and 270 a second.',
    head: [
      '',
      'requests/s',
      'of the floor',
      'p50 / p99 ms',
      'CPU µs a request',
      'at 270/s: p50 / p99 ms',
    ],
    rows: Object.entries(contenders).map(([name, of]) => [
      name,
      figure(of['requestsPerSecond']),
      figure((of['requestsPerSecond'] ?? Number.NaN) / floor),
      pair(of['p50Ms'], of['p99Ms']),
      figure(of['cpuMicrosPerRequest']),
      pair(of['fixedP50Ms'], of['fixedP99Ms']),
    ]),
  };
}

function endToEnd({ endToEnd: cases }: BenchResult): Table {
  return {
    title: 'End to end',
    note: 'From the request to the member in Pangolin; a publish takes 20 ms, a call of the third party 50 ms. The age is that from the 200 to the member.',
    head: [
      '',
      'mutations/s',
      'answer p50 / p99 ms',
      'age p50 / p99 ms',
      'calls per 1,000',
      'messages per 1,000',
      'map reads per 1,000 messages',
    ],
    rows: Object.entries(cases).map(([name, of]) => [
      name,
      figure(of['mutationsPerSecond']),
      pair(of['answerP50Ms'], of['answerP99Ms']),
      pair(of['ageP50Ms'], of['ageP99Ms']),
      figure(of['callsPer1000Mutations']),
      figure(of['messagesPer1000Mutations']),
      figure(of['mapReadsPer1000Messages']),
    ]),
  };
}

function memory({ memory: of }: BenchResult): Table {
  return {
    title: 'Memory',
    note: `The relay with fifty audiences, ${figure(of['requestsPerSecond'])} requests a second.`,
    head: ['', 'MB'],
    rows: [
      ['in use after 15 s', figure(of['settledHeapMb'])],
      [`in use after ${figure(of['seconds'])} s`, figure(of['endHeapMb'])],
      ['resident, at most, at the end', figure(of['endRssMb'])],
    ],
  };
}

function coldStart({ coldStart: starts }: BenchResult): Table {
  const empty = starts[EMPTY_START] ?? Number.NaN;
  return {
    title: 'Cold start',
    note: "From the start of the process to the answer, by the framework's own command; medians of 10. The first request that publishes has one mutation.",
    head: ['', 'ms', 'of the empty function'],
    rows: Object.entries(starts).map(([name, ms]) => [name, figure(ms), figure(ms / empty)]),
  };
}

function pair(p50: number | undefined, p99: number | undefined): string {
  return `${figure(p50)} / ${figure(p99)}`;
}

function figure(value = Number.NaN): string {
  return Number.isFinite(value) ? numberText(value) : '–';
}
