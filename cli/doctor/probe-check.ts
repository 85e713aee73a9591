import type { Destination } from '../../shared/destinations/destination.ts';
import { ConfigurationError, RelayError } from '../../shared/errors.ts';
import { fail, ok, skip, type Finding } from './check.ts';

/** Whether the third party accepts the destination's credentials, by a call that changes nothing. */
export async function probeFinding(destination: Destination): Promise<Finding> {
  const { id } = destination;
  if (destination.probe === undefined) {
    const instead = '`destination try` creates a segment and removes its test member';
    return skip(`${id} has no call that changes nothing: ${instead}`);
  }
  try {
    await destination.probe();
    return ok(`${id} accepts the credentials`);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return fail(`${id} cannot be asked`, ...error.problems);
    }
    if (!(error instanceof RelayError)) throw error;
    return fail(error.message, ADVICE[error.code] ?? 'Look it up in docs/errors.md.');
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  DESTINATION_MISCONFIGURED:
    'If it refuses the credentials, add the right ones as a new version of their secret; else compare base URL and options with the vendor.',
  DESTINATION_UNAVAILABLE:
    'Run it again later; if it stays, check DESTINATION_BASE_URL and whether this machine may call it.',
};
