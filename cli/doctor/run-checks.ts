import { RelayError } from '../../shared/errors.ts';
import { within } from '../../shared/within.ts';
import { fail, type Check, type CheckResult, type Finding } from './check.ts';

/** What a check looks at is bounded below this; it is for what nobody foresaw. */
const TIMEOUT_MS = 10_000;

/** Makes all checks side by side; the results are in their order. Does not throw for what a check does. */
export function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  timeoutMs = TIMEOUT_MS,
): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async (check) => {
      const finding = await within(findingOf(check, subject), timeoutMs);
      return { name: check.name, ...(finding ?? late(timeoutMs)) };
    }),
  );
}

async function findingOf<Subject>(check: Check<Subject>, subject: Subject): Promise<Finding> {
  try {
    return await check.run(subject);
  } catch (error) {
    if (error instanceof RelayError) return fail(error.message);
    // Its own words may quote anything.
    const name = error instanceof Error ? error.name : typeof error;
    return fail(`the check itself failed (${name})`, 'That is a bug of the doctor: report it.');
  }
}

function late(timeoutMs: number): Finding {
  const text = `no answer within ${timeoutMs / 1_000} s`;
  return fail(text, 'Check the network, then run it again.');
}
