import { expect, test } from '@jest/globals';
import {
  logDeliverySettled,
  logDestinationCalled,
  logRequestAnswered,
  MAX_LOGGED_REQUESTS,
} from '../../../../shared/log-events.ts';
import { correlatedLogger, createLogger, type Logger } from '../../../../shared/logger.ts';
import { sampleModel } from './sample-model.ts';

const { intakeLineBytes, deliveryLineBytes, callLineBytes } = sampleModel.assumptions;
const REQUEST_ID = '01234567-89ab-cdef-0123-456789abcdef';

function bytesOf(write: (log: Logger) => void): number {
  let bytes = 0;
  const log = createLogger('info', { write: (line) => (bytes += Buffer.byteLength(line)) });
  const trace = 'projects/my-project/traces/0123456789abcdef0123456789abcdef';
  write(correlatedLogger(log, { requestId: REQUEST_ID, trace }));
  return bytes;
}

test.each<[string, number, (log: Logger) => void]>([
  [
    'request',
    intakeLineBytes,
    (log) => {
      const counts = { accepted: 100, rejected: 0 };
      const request = { method: 'POST', type: 'ADD_TO_AUDIENCE', status: 200, durationMs: 24 };
      logRequestAnswered(log, { ...request, ...counts });
    },
  ],
  [
    'delivery',
    deliveryLineBytes,
    (log) => {
      const counts = { delivered: 10, rejected: 0, skipped: 0, retried: 0 };
      const times = { ageMs: 180, durationMs: 120, deliveryAttempt: undefined };
      logDeliverySettled(log, {
        kind: 'mutations',
        settled: 'ack',
        messages: 1,
        ...times,
        ...counts,
      });
    },
  ],
  [
    'call',
    callLineBytes,
    (log) => {
      logDestinationCalled(log, {
        destination: 'pangolin',
        operation: 'add',
        members: 500,
        segments: 20,
        result: 'outcomes',
        durationMs: 101,
        requestIds: Array.from({ length: MAX_LOGGED_REQUESTS }, () => REQUEST_ID),
      });
    },
  ],
])('the line of a %s is as long as it is counted', (_, counted, write) => {
  expect(Math.abs(bytesOf(write) - counted) / counted).toBeLessThan(0.05);
});
