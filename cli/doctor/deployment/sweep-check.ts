import { failIfAny, type Finding } from '../check.ts';
import { unseenFinding, type Looked } from '../looked.ts';
import { APPLY, problem } from './queue-checks.ts';
import type { JobFacts } from './scheduler-look.ts';
import type { SubscriptionFacts } from './subscription-facts.ts';

const EVERY_MINUTE = '* * * * *';
/** As long as Cloud Scheduler allows: forward holds a sweep while there is work. */
const ATTEMPT_DEADLINE_SECONDS = 1_800;

export interface ExpectedCaller {
  readonly account: string;
  /** The sweep goes where its pushes go. */
  readonly wake: Looked<SubscriptionFacts>;
}

/** Checks that forward is called every minute, where wakes go and under the account they come from. */
export function sweepFinding(
  name: string,
  looked: Looked<JobFacts>,
  { account, wake }: ExpectedCaller,
): Finding {
  if (looked.kind !== 'found') {
    const what = `the job ${name}`;
    return unseenFinding(looked, { what, role: 'roles/cloudscheduler.viewer', ifMissing: APPLY });
  }
  const job = looked.value;
  const wakeUrl = wake.kind === 'found' ? wake.value.pushEndpoint : job.url;
  return failIfAny(
    [
      ...problem(
        job.state !== 'ENABLED',
        `it does not run: its state is ${job.state || 'not set'}`,
        resumeAdvice(name),
      ),
      ...problem(
        job.schedule !== EVERY_MINUTE,
        `schedule is ${job.schedule || 'not set'}, and not ${EVERY_MINUTE}`,
      ),
      ...problem(
        job.account !== account,
        `sweeps come from ${job.account || 'nobody'}, and not from ${account}`,
      ),
      ...problem(
        withoutSlash(job.url) !== withoutSlash(wakeUrl),
        `sweeps go to ${job.url || 'nobody'}, and wakes to ${wakeUrl || 'nobody'}`,
      ),
      ...problem(
        job.attemptDeadlineSeconds < ATTEMPT_DEADLINE_SECONDS,
        `attempt_deadline is ${job.attemptDeadlineSeconds} s, and not ${ATTEMPT_DEADLINE_SECONDS} s`,
      ),
    ],
    `forward is called every minute at ${job.url}`,
  );
}

function resumeAdvice(name: string): string {
  const [, project = '', , region = '', , job = ''] = name.split('/');
  return `Resume it: gcloud scheduler jobs resume ${job} --location=${region} --project=${project}`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
