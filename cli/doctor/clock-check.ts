import { fail, ok, skip, warn, type Finding } from './check.ts';
import type { TimedReply } from './intake.ts';

const WARN_SECONDS = 5;
const FAIL_SECONDS = 60;

/** Compares this machine's clock with Google's, as intake's answer tells it. */
export function clockFinding(reply: TimedReply): Finding {
  if (reply.kind === 'unanswered') return skip('intake did not answer');
  const date = Date.parse(reply.headers.get('date') ?? '');
  if (Number.isNaN(date)) return skip("intake's answer has no Date");
  const seconds = Math.round(offMs(date, reply) / 1_000);
  if (seconds <= WARN_SECONDS) return ok("this machine's clock agrees with Google's");
  const text = `this machine's clock is ${seconds} s off`;
  const advice =
    'Set it by NTP: --older-than and --newer-than count from it, and Google refuses tokens that are not of its time.';
  return seconds > FAIL_SECONDS ? fail(text, advice) : warn(text, advice);
}

/** The header has no fractions of a second, and may be of any moment between question and answer. */
function offMs(date: number, { askedAt, answeredAt }: { askedAt: number; answeredAt: number }) {
  return Math.max(0, askedAt - (date + 1_000), date - answeredAt);
}
