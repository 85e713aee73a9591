/**
 * `npm run bench`: measures the relay against what it could be at best, in one run, and writes the medians
 * to bench/latest.json and docs/performance.md. Not part of the tests: it takes ten minutes, and wants
 * the machine for itself.
 *
 *     node bench/bench.ts [--only intake] [--rounds 3] [--seconds 4] [--before folder]
 *
 * `--only` measures intake, end-to-end or cold-start anew, and keeps the rest. `--before` names another
 * checkout of the repository, with its packages installed, whose intake and starts are measured in turn
 * with ours; then the figures are printed, and nothing is written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { environment } from '../shared/config.ts';
import { HOW_TO_GET_EMULATORS, startEmulators, stopEmulators } from '../test/setup/emulators.ts';
import { measureStarts } from './cold-start/measure-starts.ts';
import { canPin, pinToLoadCore } from './contender-process.ts';
import { measureCases, RELAY } from './end-to-end/cases.ts';
import { measureMemory } from './end-to-end/measure-memory.ts';
import { measureForward } from './forward/measure-forward.ts';
import { measureContenders } from './intake/contenders.ts';
import { withTables } from './document.ts';
import { toText } from './table.ts';
import { report } from './report.ts';
import { benchResult, type BenchResult } from './result.ts';
import { unitsOf } from './units.ts';

const RESULT = 'bench/latest.json';
const DOCUMENT = 'docs/performance.md';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    before: { type: 'string' },
  },
});
const { only, before } = values;
const rounds = Number(values.rounds);

pinToLoadCore(process.pid);
const { started, missing } = await startEmulators();
try {
  if (missing.length > 0) throw new Error(`No ${missing.join(', ')}. ${HOW_TO_GET_EMULATORS}`);
  if (before !== undefined) await compare();
  else write(only === undefined ? await measureAll() : await measureAgain(only, readResult()));
} finally {
  await stopEmulators(started);
}

async function measureAll(): Promise<BenchResult> {
  const measured = {
    ...whereAndWhen(),
    coldStart: await measureStarts(emulators(), undefined),
    intake: await contenders(),
    endToEnd: await measureCases(rounds),
    memory: await measureMemory({ program: RELAY, audiences: 50, membersPerCall: 1_000 }),
  };
  return { ...measured, units: unitsOf(measured, await measureForward()) };
}

/** One part anew, the others as they were. */
async function measureAgain(part: string, last: BenchResult): Promise<BenchResult> {
  const parts: Record<string, () => Promise<Partial<BenchResult>>> = {
    intake: async () => ({ intake: await contenders() }),
    'end-to-end': async () => ({ endToEnd: await measureCases(rounds) }),
    'cold-start': async () => ({ coldStart: await measureStarts(emulators(), undefined) }),
  };
  const measure = parts[part];
  if (measure === undefined) throw new Error(`--only: use ${Object.keys(parts).join(', ')}.`);
  const measured = { ...last, ...whereAndWhen(), ...(await measure()) };
  const { units } = last;
  const forward = {
    cpuMicrosPerMessage: units.forwardCpuMicrosPerMessage,
    cpuMicrosPerMutation: units.forwardCpuMicrosPerMutation,
    cpuMicrosPerCall: units.forwardCpuMicrosPerCall,
  };
  return { ...measured, units: unitsOf(measured, forward) };
}

async function compare(): Promise<void> {
  if (only !== 'intake') console.table(await measureStarts(emulators(), before));
  if (only !== 'cold-start') console.table(await contenders());
}

function contenders() {
  return measureContenders({ rounds, seconds: Number(values.seconds), before }, emulators());
}

function whereAndWhen() {
  return {
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      pinned: canPin,
    },
  };
}

/** As the environment names them, or as they have just been started. */
function emulators() {
  const { PUBSUB_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST } = environment;
  return { PUBSUB_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST };
}

function readResult(): BenchResult {
  return benchResult.parse(JSON.parse(readFileSync(RESULT, 'utf8')));
}

function write(result: BenchResult): void {
  writeFileSync(RESULT, `${JSON.stringify(result, roundedOff, 2)}\n`);
  // As it will be read back: with the digits that were kept.
  const tables = report(readResult());
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), tables, 'npm run bench'));
  console.log(tables.map(toText).join('\n\n'));
  console.log('\nWritten. What it costs follows from it: npm run cost -- --write');
}

/** Four significant digits: the rest is noise. */
function roundedOff(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
