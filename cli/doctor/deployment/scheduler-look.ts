import { z } from 'zod';
import type { Looked } from '../looked.ts';
import { lookByRest, type RestRequest } from './rest-look.ts';

export const SCHEDULER_URL = 'https://cloudscheduler.googleapis.com';

/** Settings of a Cloud Scheduler job; a text that is not set is empty. */
export interface JobFacts {
  /** `ENABLED`, `PAUSED`, `DISABLED` or `UPDATE_FAILED`. */
  readonly state: string;
  /** In cron's format. */
  readonly schedule: string;
  readonly attemptDeadlineSeconds: number;
  readonly url: string;
  /** The account that its calls prove to come from. */
  readonly account: string;
}

const job = z
  .object({
    state: z.string().default(''),
    schedule: z.string().default(''),
    /** A duration such as `1800s`; without one Google takes three minutes. */
    attemptDeadline: z
      .string()
      .regex(/^\d+(\.\d+)?s$/)
      .default('180s'),
    httpTarget: z
      .object({
        uri: z.string().default(''),
        oidcToken: z.object({ serviceAccountEmail: z.string().default('') }).optional(),
      })
      .optional(),
  })
  .transform(({ state, schedule, attemptDeadline, httpTarget }): JobFacts => ({
    state,
    schedule,
    attemptDeadlineSeconds: Number.parseFloat(attemptDeadline),
    url: httpTarget?.uri ?? '',
    account: httpTarget?.oidcToken?.serviceAccountEmail ?? '',
  }));

/** Reads a Cloud Scheduler job. */
export function lookAtJob({ resource, headers, baseUrl }: RestRequest): Promise<Looked<JobFacts>> {
  return lookByRest(new URL(`${baseUrl}/v1/${resource}`), headers, job);
}
