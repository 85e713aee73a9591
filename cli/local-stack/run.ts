import { randomBytes } from 'node:crypto';

/** The project that emulators are asked for; any name will do. */
export const LOCAL_PROJECT = 'audience-relay-local';

/**
 * One run of the local stack. Pangolin forgets its segments when it ends, so what belongs to them in
 * an emulator bears the run's own name.
 */
export interface Run {
  readonly name: string;
}

export function newRun(): Run {
  return { name: `audience-relay-${randomBytes(4).toString('hex')}` };
}
