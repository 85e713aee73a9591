import { expect, it } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import { createRequestMemory } from '../../../shared/http/request-memory.ts';

const overloaded = expect.objectContaining({ code: 'OVERLOADED', retryable: true });

it('is taken up to the last byte, by whoever comes', () => {
  const memory = createRequestMemory(100);
  const [first, second] = [memory.reserve(), memory.reserve()];
  first.take(40);
  second.take(50);
  first.take(10);
  expect(() => {
    second.take(1);
  }).toThrow(overloaded);
  expect(() => {
    memory.reserve().take(1);
  }).toThrow(PlatformError);
});

it('is there again for others once a request has released its part, and only that', () => {
  const memory = createRequestMemory(100);
  const [first, second, third] = [memory.reserve(), memory.reserve(), memory.reserve()];
  first.take(60);
  second.take(40);
  first.release();
  expect(() => {
    third.take(61);
  }).toThrow(overloaded);
  third.take(60);
});

it('is not given back twice', () => {
  const memory = createRequestMemory(100);
  const [first, second] = [memory.reserve(), memory.reserve()];
  first.take(60);
  second.take(40);
  first.release();
  first.release();
  expect(() => {
    memory.reserve().take(61);
  }).toThrow(overloaded);
});

it('is not counted for a request that was refused it', () => {
  const memory = createRequestMemory(100);
  const first = memory.reserve();
  first.take(60);
  expect(() => {
    memory.reserve().take(50);
  }).toThrow(overloaded);
  memory.reserve().take(40);
});

it('is never refused to a request that is alone, however large', () => {
  const memory = createRequestMemory(100);
  const alone = memory.reserve();
  alone.take(90);
  alone.take(5_000);
  expect(() => {
    memory.reserve().take(1);
  }).toThrow(overloaded);
  alone.release();
  memory.reserve().take(5_000);
});
