import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { readBody } from '../../../shared/http/read-body.ts';
import { createRequestMemory } from '../../../shared/http/request-memory.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

it('a body that stops coming is cut off after 10 s, and gives its memory back', async () => {
  const memory = createRequestMemory(100);
  const request = Object.assign(new Readable({ read: () => undefined }), { headers: {} });
  request.push(Buffer.alloc(100));
  const reading = readBody(request as never, 1_000, memory.reserve()).catch(() => 'cut off');
  await jest.advanceTimersByTimeAsync(9_999);
  expect(() => {
    memory.reserve().take(1);
  }).toThrow();
  await jest.advanceTimersByTimeAsync(1);
  memory.reserve().take(100);
  expect(await reading).toBe('cut off');
});
