import { describe, expect, it } from '@jest/globals';
import { readRefusal, readSegment } from '../../../shared/destinations/http/answer-fields.ts';

describe('readSegment', () => {
  it.each([
    ['12345', '12345'],
    ['0', '0'],
    ['"seg-1"', 'seg-1'],
    ['"007"', '007'],
    ['9007199254740991', '9007199254740991'],
    ['"9007199254740993"', '9007199254740993'],
    ['"a/b c.ü😀"', 'a/b c.ü😀'],
    [`"${'x'.repeat(256)}"`, 'x'.repeat(256)],
    [`"${'😀'.repeat(256)}"`, '😀'.repeat(256)],
  ])('reads the id %s', (json, segment) => {
    expect(readSegment(`{"segment_id":${json}}`, '/segment_id')).toBe(segment);
  });

  it.each([
    ...['""', 'null', 'true', '{}', '["12345"]'],
    // Numbers that would name another segment, or none.
    ...['9007199254740992', '9007199254740993', '-9007199254740993', '1.5', '1e400', '1e21'],
    ...['"a\\nb"', '"a\\u0000"', '"\\u0085a"', '"a\\u202eb"', '"a\\ud83d"'],
    `"${'x'.repeat(257)}"`,
  ])('reads no id from %s', (json) => {
    expect(readSegment(`{"segment_id":${json}}`, '/segment_id')).toBeUndefined();
  });
});

describe('readRefusal', () => {
  const refusal = (error: unknown) => readRefusal(JSON.stringify({ error }), '/error');

  it('reads the words', () => {
    expect(refusal('The title is taken.')).toBe('The title is taken.');
  });

  it.each([
    ['two\r\nlines', 'two lines'],
    ['\ttabs\t and \u00a0 spaces \n', 'tabs and spaces'],
    ['escape \u001b[31mred', 'escape [31mred'],
    ['NUL\0, DEL\u007f, C1\u0085', 'NUL , DEL , C1'],
    ['line\u2028separator', 'line separator'],
    ['bidi \u202eoverride\u202c, \u2066isolate\u2069', 'bidi override , isolate'],
    ['zero\u200bwidth\ufeff', 'zero width'],
    ['half \ud83d of one', 'half of one'],
  ])('makes one line of %j', (words, line) => {
    expect(refusal(words)).toBe(line);
  });

  it('keeps 300 characters and cuts off the rest', () => {
    expect(refusal('x'.repeat(300))).toBe('x'.repeat(300));
    expect(refusal('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
    expect(refusal('x'.repeat(100_000))).toHaveLength(301);
  });

  it('never cuts a character in half', () => {
    expect(refusal('😀'.repeat(300))).toBe('😀'.repeat(300));
    expect(refusal('😀'.repeat(301))).toBe(`${'😀'.repeat(300)}…`);
    expect(refusal(`x${'😀'.repeat(300)}`)).toBe(`x${'😀'.repeat(299)}…`);
  });

  it.each(['', ' \n ', 17, null, { en: 'no' }, ['no']])('reads no words from %j', (error) => {
    expect(refusal(error)).toBeUndefined();
  });

  it('reads nothing where no place is described, or no JSON came', () => {
    expect(readRefusal('{"error":"no"}', undefined)).toBeUndefined();
    expect(readRefusal('<h1>Bad Request</h1>', '/error')).toBeUndefined();
  });
});
