import { describe, expect, it } from '@jest/globals';
import { pointer, readPointer } from '../../../shared/destinations/http/pointer.ts';

const body = '{"data":{"ids":["a",{"id":7}],"none":null,"":"empty"},"ok":false,"a/b":{"~1":1}}';

describe('a JSON Pointer (RFC 6901)', () => {
  it.each([
    ['/ok', false],
    ['/data/none', null],
    ['/data/ids/1/id', 7],
    ['/data/', 'empty'],
    ['/a~1b/~01', 1],
    ['', JSON.parse(body)],
  ])('%j finds what stands there', (at, value) => {
    expect(readPointer(body, at)).toEqual(value);
  });

  it.each([
    '/missing',
    '/data/ids/2',
    '/data/none/deeper',
    '/ok/deeper',
    '/data/ids/0/length',
    '/constructor/name',
    '/__proto__/toString',
    '/a/b',
  ])('%j finds nothing', (at) => {
    expect(readPointer(body, at)).toBeUndefined();
  });

  it.each(['', '<html>502</html>', '{"ok":', 'null', '[]', '7', '"ok"'])(
    'finds nothing in the answer %j',
    (answer) => {
      expect(readPointer(answer, '/ok')).toBeUndefined();
    },
  );

  it.each(['ok', 'a/b', '/a~', '/a~2', '/a~/b'])('is not written %j', (text) => {
    expect(pointer.safeParse(text).success).toBe(false);
  });
});
