import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createProgressDisplay } from '../../../cli/progress-display.ts';

/** A stream that keeps what is written to it. */
function recorder(isTTY: boolean) {
  let written = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString('utf8');
      done();
    },
  });
  const terminal = Object.assign(stream, { isTTY, columns: 80 });
  return { stream: terminal as unknown as NodeJS.WriteStream, written: () => written };
}

test('without a terminal, lines of JSON where JSON is wanted', () => {
  const { stream, written } = recorder(false);
  const display = createProgressDisplay(stream, { json: true, what: 'things' });
  display.onProgress({ done: 1, total: 2 });
  display.onProgress({ done: 2, total: 2 });
  display.end();
  expect(written()).toBe('{"progress":{"done":1,"total":2}}\n{"progress":{"done":2,"total":2}}\n');
});

test('without a terminal nothing, where no JSON is wanted', () => {
  const { stream, written } = recorder(false);
  const display = createProgressDisplay(stream, { json: false, what: 'things' });
  display.onProgress({ done: 1, total: 2 });
  display.end();
  expect(written()).toBe('');
});

test('on a terminal a bar, gone at the end', () => {
  const { stream, written } = recorder(true);
  const display = createProgressDisplay(stream, { json: true, what: 'things' });
  display.onProgress({ done: 1, total: 2 });
  expect(written()).toContain('1/2 things');
  display.onProgress({ done: 2, total: 2 });
  display.end();
  expect(written()).not.toContain('{"progress"');
  const wholeLine = '\u001b[2K';
  expect(written().lastIndexOf(wholeLine)).toBeGreaterThan(written().lastIndexOf('2/2'));
});
