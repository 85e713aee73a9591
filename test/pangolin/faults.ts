import { z } from 'zod';
import { failure, Refusal } from './answers.ts';
import type { Answer } from './answers.ts';
import { parseJson } from './call.ts';

const rate = z.number().min(0).max(1).default(0);
const names = z.array(z.string().min(1)).default([]);

const faultSettings = z.strictObject({
  latencyMs: z.number().min(0).max(600_000).default(0),
  error500: rate,
  error429: rate,
  retryAfterSeconds: z.int().min(0).exactOptional(),
  reset: rate,
  refuseUsers: names,
  refuseTitles: names,
});

/** What Pangolin does wrong on purpose in `/v1/segment`. */
export interface Faults {
  /** As they were asked for, with what is off filled in. */
  readonly settings: z.output<typeof faultSettings>;
  readonly refuseUsers: ReadonlySet<string>;
  readonly refuseTitles: ReadonlySet<string>;
}

/** A fault that befalls one call. A real network loses requests as well as answers, so both resets. */
export type Mishap = 'error500' | 'error429' | 'reset-before-applying' | 'reset-after-applying';

/** Reads the body of `PUT /v1/faults`; throws a 400 that names every wrong key. */
export function parseFaults(text: string): Faults {
  const parsed = faultSettings.safeParse(parseJson(text));
  if (parsed.success) return withSets(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Refusal(400, problems.join('; '));
}

/** Everything off. */
export function noFaults(): Faults {
  return withSets(faultSettings.parse({}));
}

/** Throws the dice for one call: one throw for all rates, so that each is met as given while their sum is up to 1. */
export function drawMishap({ settings }: Faults, random: () => number): Mishap | undefined {
  const { error500, error429, reset } = settings;
  const drawn = random();
  if (drawn < error500) return 'error500';
  if (drawn < error500 + error429) return 'error429';
  if (drawn < error500 + error429 + reset) {
    return random() < 0.5 ? 'reset-before-applying' : 'reset-after-applying';
  }
  return undefined;
}

/** What the caller gets of a mishap. */
export function mishapAnswer(mishap: Mishap, { settings }: Faults): Answer | 'reset' {
  switch (mishap) {
    case 'error500':
      return failure(500, 'Injected fault: internal error.');
    case 'error429': {
      const seconds = settings.retryAfterSeconds;
      const error = 'Injected fault: too many requests.';
      if (seconds === undefined) return failure(429, error);
      return failure(429, error, { 'retry-after': String(seconds) });
    }
    case 'reset-before-applying':
    case 'reset-after-applying':
      return 'reset';
  }
}

function withSets(settings: Faults['settings']): Faults {
  return {
    settings,
    refuseUsers: new Set(settings.refuseUsers),
    refuseTitles: new Set(settings.refuseTitles),
  };
}
