/**
 * `npm run break:rules`: switches each rule of the drain off in a copy of the sources, one after the other, and
 * shows which tests fall. Exits 1 when a rule can be broken unnoticed. The rules: docs/decisions/0025.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Rule {
  readonly rule: string;
  readonly file: string;
  readonly text: string;
  readonly broken: string;
  /** Test files that may fall. */
  readonly tests: string;
}

const DRAIN = 'shared/delivery/drain.ts';
const HELD = 'shared/delivery/held-batches.ts';
const UNIT = 'test/unit/delivery/drain-';

const RULES: readonly Rule[] = [
  {
    rule: 'a key batch is put back by a second or more',
    file: 'shared/queue/consumer.ts',
    text: 'if (seconds >= 1) return',
    broken: 'if (seconds >= 0) return',
    tests: 'test/contracts/consumer.test.ts',
  },
  {
    rule: 'a message one was woken for is awaited',
    file: DRAIN,
    text: '!awaited.areAny()',
    broken: 'true',
    tests: `${UNIT}empty`,
  },
  {
    rule: 'every wake leads to a pull that begins after it',
    file: DRAIN,
    text: '&& !signal.aborted) break',
    broken: ') break',
    tests: `${UNIT}empty`,
  },
  {
    rule: 'nothing is in hand when the queue counts as empty',
    file: DRAIN,
    text: 'const isIdle = inHand.size === 0',
    broken: 'const isIdle = true',
    tests: `${UNIT}empty`,
  },
  {
    rule: 'a failed pull is not an empty one',
    file: DRAIN,
    text: 'if (batches !== undefined && isIdle',
    broken: 'if (isIdle',
    tests: `${UNIT}empty`,
  },
  {
    rule: 'wakes of a key that was put back are not awaited',
    file: DRAIN,
    text: '!putBacks.isAway(wake.key)',
    broken: 'true',
    tests: `${UNIT}empty`,
  },
  {
    rule: 'a busy drain pulls every second',
    file: DRAIN,
    text: 'const BUSY_PULL_MS = 1_000',
    broken: 'const BUSY_PULL_MS = 60_000',
    tests: `${UNIT}empty`,
  },
  {
    rule: 'after a freeze all that was held is forgotten',
    file: HELD,
    text: 'if (now - aliveAt > frozenAfterMs',
    broken: 'if (now < 0',
    tests: `${UNIT}leases`,
  },
  {
    rule: 'a pull that began before a freeze is void',
    file: DRAIN,
    text: 'if (pulledAt < held.thawedAt()) continue',
    broken: 'if (pulledAt < 0) continue',
    tests: `${UNIT}leases`,
  },
  {
    rule: 'a late extension does not revive a lease',
    file: HELD,
    text: 'if (lease.endsAt > now) lease.endsAt',
    broken: 'lease.endsAt',
    tests: `${UNIT}leases`,
  },
  {
    rule: 'no call begins unless the lease outlasts it',
    file: HELD,
    text: 'lease.endsAt - Date.now() > callTimeoutMs',
    broken: 'lease.endsAt > 0',
    tests: `${UNIT}leases`,
  },
  {
    rule: 'what calls answer after a lost lease is ignored',
    file: DRAIN,
    text: `    if (lease.isLost()) {
      held.release(lease);`,
    broken: `    if (batch.key === '') {
      held.release(lease);`,
    tests: `${UNIT}leases`,
  },
  {
    rule: 'a key is blocked until its calls are back',
    file: DRAIN,
    text: 'if (keysInCalls.has(batch.key)) {',
    broken: "if (batch.key === '') {",
    tests: `${UNIT}leases`,
  },
  {
    rule: 'a key is free before the answer to its acknowledgement',
    file: DRAIN,
    text: `    keysInCalls.delete(batch.key);
    if`,
    broken: '    if',
    tests: `${UNIT}gathering`,
  },
  {
    rule: 'what is held is bounded',
    file: DRAIN,
    text: 'if (maxMessages <= 0 || bytes >= maxBytes) return undefined',
    broken: 'if (maxMessages <= -1e9) return undefined',
    tests: `${UNIT}gathering`,
  },
  {
    rule: 'a busy key gathers',
    file: DRAIN,
    text: 'const GATHER_MS = 100',
    broken: 'const GATHER_MS = 0',
    tests: `${UNIT}gathering`,
  },
  {
    rule: 'put-backs grow',
    file: 'shared/delivery/put-backs.ts',
    text: '1_000 * 2 ** (times - 1)',
    broken: '1_000',
    tests: `${UNIT}put-backs`,
  },
  {
    rule: 'what has waited is called early',
    file: 'shared/delivery/put-backs.ts',
    text: 'if (called.length > 0) await',
    broken: 'if (called.length < 0) await',
    tests: `${UNIT}put-backs`,
  },
  {
    rule: 'at SIGTERM what is in a call is left to its lease',
    file: DRAIN,
    text: 'for (const lease of held.all()) held.release(lease);',
    broken:
      'for (const lease of held.all()) { held.release(lease); await consumer.putBack(lease.batch.messages, 1); }',
    tests: `${UNIT}stop`,
  },
  {
    rule: 'at SIGTERM what is in no call is put back',
    file: DRAIN,
    text: 'if (stopping.signal.aborted) await consumer.putBack(batch.messages, 1);',
    broken: 'if (stopping.signal.aborted) return;',
    tests: `${UNIT}stop`,
  },
  {
    rule: 'a request is not sent once its time is over',
    file: 'shared/http/request-in-time.ts',
    text: 'if (Date.now() < until)',
    broken: 'if (until > 0)',
    tests: 'test/unit/http/request-in-time',
  },
  {
    rule: 'a publish that took too long holds its key until it has ended',
    file: 'shared/queue/pubsub-queue.ts',
    text: 'await call.over;',
    broken: '',
    tests: 'test/unit/queue/pubsub-publisher',
  },
  {
    rule: 'the newest operation of a user wins',
    file: 'shared/delivery/last-operations.ts',
    text: 'earlier.operatedAt > timed.operatedAt',
    broken: 'earlier.operatedAt > Infinity',
    tests: 'test/unit/delivery/key-batches',
  },
  {
    rule: 'a replay that a newer operation in the batch supersedes is skipped',
    file: 'shared/delivery/deliver-key-batch.ts',
    text: '(newest.get(user) ?? 0) > at',
    broken: '(newest.get(user) ?? 0) > at + Infinity',
    tests: 'test/unit/delivery/key-batches',
  },
  {
    rule: 'after a crash messages are pulled one by one',
    file: DRAIN,
    text: 'crashGuard.isCareful() ? 1 :',
    broken: 'crashGuard.isCareful() ? MAX_MESSAGES_PER_PULL :',
    tests: 'test/unit/delivery/crash-',
  },
  {
    rule: 'a message that was in hand at three crashes is a dead letter',
    file: 'shared/delivery/crash-guard.ts',
    text: 'const CRASHES_OF_A_DEAD_LETTER = 3',
    broken: 'const CRASHES_OF_A_DEAD_LETTER = 1_000',
    tests: 'test/unit/delivery/crash-',
  },
];

const COPY = resolve('artifacts/broken-rules');
const COPIED = [
  'functions',
  'shared',
  'cli',
  'test',
  'scripts',
  'package.json',
  'jest.config.js',
  'tsconfig.json',
];
/** A test that hangs over a broken rule has noticed it. */
const TIMEOUT_MS = 120_000;

function copySources(): void {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  for (const name of COPIED) cpSync(name, join(COPY, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(COPY, 'node_modules'));
}

/** The names of the tests that fell, or how else the run ended. */
function fallen(tests: string): string[] {
  const jest = join(COPY, 'node_modules/jest/bin/jest.js');
  const options = [tests, '--json', '--testTimeout=20000', '--testPathIgnorePatterns=^$'];
  const { stdout } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', jest, '--rootDir', COPY, '--forceExit', ...options],
    { cwd: COPY, encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 100_000_000 },
  );
  if (stdout === '') return ['(no test ended)'];
  const { testResults } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
    testResults: { assertionResults: { status: string; fullName: string }[]; message: string }[];
  };
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  const unrun = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  return [...failed, ...unrun.map(({ message }) => `(not run: ${message.slice(0, 200)})`)];
}

copySources();
const [wanted = ''] = process.argv.slice(2);
/** Tests that were seen to pass with all rules on. */
const passing = new Set<string>();
let unnoticed = 0;
for (const { rule, file, text, broken, tests } of RULES.filter((one) =>
  one.rule.includes(wanted),
)) {
  const path = join(COPY, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`${file} does not hold this once: ${text}`);
  if (!passing.has(tests)) {
    const names = fallen(tests);
    if (names.length > 0) throw new Error(`${tests} fails with all rules on: ${names[0] ?? ''}`);
    passing.add(tests);
  }
  writeFileSync(
    path,
    source.replace(text, () => broken),
  );
  const names = fallen(tests);
  writeFileSync(path, source);
  unnoticed += names.length === 0 ? 1 : 0;
  console.log(
    `${names.length === 0 ? 'FAIL' : 'OK  '} ${rule}\n       ${names.slice(0, 3).join('\n       ')}`,
  );
}
rmSync(COPY, { recursive: true, force: true });
process.exitCode = unnoticed === 0 ? 0 : 1;
