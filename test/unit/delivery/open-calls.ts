import { setImmediate as turn } from 'node:timers/promises';
import type { BatchEntry } from '../../../shared/delivery/batch-entry.ts';
import {
  createCoalescer,
  type CoalescerSettings,
  type Submission,
} from '../../../shared/delivery/coalescer.ts';
import type { BatchLimits } from '../../../shared/delivery/lane.ts';
import type { MemberOutcome } from '../../../shared/delivery/member-outcome.ts';

/** A call that stays under way until the test answers it. */
export interface OpenCall {
  readonly operation: 'add' | 'remove';
  readonly segments: ReadonlySet<string>;
  readonly users: readonly string[];
  readonly batch: readonly BatchEntry[];
  /** Every member gets the outcome; default: delivered. */
  answer(outcomeOf?: (user: string) => MemberOutcome): void;
  fail(error: Error): void;
}

type Settings = Partial<Omit<CoalescerSettings, 'limits' | 'send'>> & {
  readonly limits?: Partial<BatchLimits>;
};

/** A coalescer whose calls the test answers; up to 10 members of 10 segments, 4 calls at once. */
export function openCalls({ limits, ...settings }: Settings = {}) {
  const calls: OpenCall[] = [];
  const underWay = new Set<OpenCall>();
  const coalescer = createCoalescer({
    limits: { maxMembers: 10, maxSegments: 10, maxBytes: Infinity, bytesOf: () => 0, ...limits },
    maxConcurrentCalls: 4,
    oneCallPerSegment: false,
    isSuspect: () => false,
    ...settings,
    send: (batch) =>
      new Promise((resolve, reject) => {
        const call: OpenCall = {
          operation: batch[0]?.operation ?? 'add',
          segments: new Set(batch.map(({ member }) => member.segment)),
          users: batch.map(({ member }) => member.user),
          batch,
          answer: (outcomeOf = () => ({ status: 'delivered' })) => {
            underWay.delete(call);
            resolve(batch.map(({ member }) => outcomeOf(member.user)));
          },
          fail: (error) => {
            underWay.delete(call);
            reject(error);
          },
        };
        calls.push(call);
        underWay.add(call);
      }),
  });
  const submit = (submission: Partial<Submission> & Pick<Submission, 'users'>) =>
    coalescer.submit({
      operation: 'add',
      segment: 's',
      operatedAt: 0,
      hold: { mayCall: () => true },
      requests: [],
      ...submission,
    });

  return {
    submit,
    /** All calls there were. */
    calls,
    underWay,
    sizes: () => calls.map(({ users }) => users.length),
    /** Answers what is under way until nothing is. */
    answerAll: async () => {
      while (underWay.size > 0) {
        for (const call of underWay) call.answer();
        await departures();
      }
    },
  };
}

/** Lets what may depart do so: settled calls, and the next turn of the event loop. */
export async function departures(): Promise<void> {
  await turn();
  await turn();
}

/** `a-0`, `a-1`, … */
export function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
