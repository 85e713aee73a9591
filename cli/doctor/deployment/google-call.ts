import { PlatformError } from '../../../shared/errors.ts';
import { within } from '../../../shared/within.ts';
import type { Looked, Unseen } from '../looked.ts';

/** Below the doctor's own bound of a check, so that it is told what did not answer. */
export const LOOK_TIMEOUT_MS = 8_000;
const MAX_REASON = 200;

/** gRPC's codes. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** What a call of one of Google's clients found, or why it found nothing. Does not throw. */
export async function look<Value>(call: Promise<Value>): Promise<Looked<Value>> {
  try {
    const found = await within(
      call.then((value) => ({ value })),
      LOOK_TIMEOUT_MS,
    );
    if (found === undefined) return { kind: 'unanswered', reason: 'no answer in time' };
    return { kind: 'found', value: found.value };
  } catch (error) {
    return unseenBecause(error instanceof PlatformError ? error.cause : error);
  }
}

function unseenBecause(error: unknown): Unseen {
  const text = error instanceof Error ? error.message : '';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // An API that is switched off is no matter of grants.
  const isOff = /SERVICE_DISABLED|it is disabled/.test(text);
  if (code === NOT_FOUND) return { kind: 'missing' };
  if (code === PERMISSION_DENIED && !isOff) return { kind: 'forbidden' };
  if (code === UNAUTHENTICATED) return { kind: 'unknown-caller' };
  const [line = ''] = text.split('\n');
  return { kind: 'unanswered', reason: line.slice(0, MAX_REASON) || 'it fails' };
}
