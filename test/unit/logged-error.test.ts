import { expect, test } from '@jest/globals';
import { DestinationError, PlatformError } from '../../shared/errors.ts';
import { loggedError } from '../../shared/log-events.ts';

const MARKER = 'marker-user-1';
const failing = (message: string) => new Error(message);

test.each([
  ['in its message', failing(MARKER)],
  ['in a line of its message that looks like a call site', failing(`x\n    at ${MARKER}`)],
  ['in its name', Object.assign(failing('x'), { name: `${MARKER}@example.com` })],
  ['in its cause', new PlatformError('QUEUE_UNAVAILABLE', 'x', { cause: failing(MARKER) })],
  ["in a third party's words", new DestinationError('DESTINATION_REFUSED', MARKER)],
  ['thrown as it is', MARKER],
])('an error with a user id %s is logged without it', (_, error) => {
  expect(JSON.stringify(loggedError(error))).not.toContain(MARKER);
});

test('an unexpected error keeps its call sites, ours its code and details', () => {
  expect(loggedError(failing('x'))).toMatchObject({
    errorCode: 'INTERNAL',
    errorName: 'Error',
    stack: expect.stringContaining('logged-error.test.ts'),
  });
  const cause = Object.assign(failing('x'), { code: 14 });
  const details = { status: 503 };
  expect(loggedError(new PlatformError('QUEUE_UNAVAILABLE', 'x', { cause, details }))).toEqual({
    errorCode: 'QUEUE_UNAVAILABLE',
    errorName: 'PlatformError',
    advice: 'x',
    cause: '14',
    status: 503,
  });
});
