import { afterEach, expect, jest, test } from '@jest/globals';
import { onStopSignal } from '../../../shared/http/on-stop-signal.ts';

const before = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
afterEach(() => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const added = process
      .listeners(signal)
      .filter((listener) => !before[signal].includes(listener));
    for (const listener of added) process.removeListener(signal, listener);
  }
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops once, whatever comes after it', (signal) => {
  const stop = jest.fn();
  onStopSignal(stop);
  process.emit(signal);
  process.emit('SIGINT');
  process.emit('SIGTERM');
  expect(stop).toHaveBeenCalledTimes(1);
});
