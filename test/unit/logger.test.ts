import { execFile } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { createLogger, writingOncePerTurn } from '../../shared/logger.ts';

const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A logger of which the writes are kept, with the texts of their lines. */
function setUp() {
  const writes: string[] = [];
  const stream = writingOncePerTurn({ write: (text) => void writes.push(text) });
  const log = createLogger('info', stream);
  return { log, textsOfWrites: () => writes.map(textsIn) };
}

function textsIn(output: string): string[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message);
}

describe('lines of the log', () => {
  test('of one turn of the event loop are one write, in their order', async () => {
    const { log, textsOfWrites } = setUp();
    log.info('one');
    log.child({ requestId: 'r-1' }).warn('two');
    await Promise.resolve();
    log.error('three');
    expect(textsOfWrites()).toEqual([]);
    await endOfTurn();
    log.info('four');
    await endOfTurn();
    await endOfTurn();
    expect(textsOfWrites()).toEqual([['one', 'two', 'three'], ['four']]);
  });
});

describe('a process that ends', () => {
  const lines = (name: string, count: number) =>
    `for (let index = 0; index < ${count}; index += 1) log.info('${name} ' + index);`;
  const expected = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name} ${index}`);

  /** Runs a program that has `log`, and resolves with what it wrote and how it ended. */
  function run(program: string, onStarted?: (kill: (signal: NodeJS.Signals) => void) => void) {
    const source = `
      import { createLogger } from './shared/logger.ts';
      import { onStopSignal } from './shared/http/on-stop-signal.ts';
      const log = createLogger('info');
      ${program}`;
    return new Promise<{ texts: string[]; code: number | string | null }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['--input-type=module', '--eval', source],
        { maxBuffer: 100_000_000 },
        (error, stdout) => {
          resolve({ texts: textsIn(stdout), code: error?.code ?? error?.signal ?? 0 });
        },
      );
      child.stdout?.once('data', () => onStarted?.((signal) => child.kill(signal)));
    });
  }

  test('has written every line when it is done', async () => {
    const { texts, code } = await run(lines('line', 2_000));
    expect(texts).toEqual(expected('line', 2_000));
    expect(code).toBe(0);
  });

  test('has written every line when it exits in the middle of a turn', async () => {
    const { texts, code } = await run(`${lines('line', 50)} process.exit(3);`);
    expect(texts).toEqual(expected('line', 50));
    expect(code).toBe(3);
  });

  test.each([
    ['throws', `throw new Error('crash');`],
    ['leaves a rejection to nobody', `await Promise.reject(new Error('crash'));`],
    [
      'throws in a later turn',
      `setTimeout(() => { log.info('line 50'); throw new Error('crash'); });`,
    ],
  ])('has written every line when it %s', async (_, crash) => {
    const { texts, code } = await run(`${lines('line', 50)} ${crash}`);
    expect(texts).toEqual(expected('line', crash.includes('line 50') ? 51 : 50));
    expect(code).toBe(1);
  });

  test('has written every line when it ends in order at SIGTERM', async () => {
    const program = `
      const waiting = setInterval(() => undefined, 1_000);
      onStopSignal(() => { ${lines('stopping', 50)} process.exit(0); });
      ${lines('line', 50)}`;
    const { texts, code } = await run(program, (kill) => {
      kill('SIGTERM');
    });
    expect(texts).toEqual([...expected('line', 50), ...expected('stopping', 50)]);
    expect(code).toBe(0);
  });

  test('has written the lines of every turn before the one in which SIGKILL comes', async () => {
    const program = `setInterval(() => undefined, 1_000); ${lines('line', 50)}`;
    const { texts, code } = await run(program, (kill) => {
      kill('SIGKILL');
    });
    expect(texts).toEqual(expected('line', 50));
    expect(code).toBe('SIGKILL');
  });
});
