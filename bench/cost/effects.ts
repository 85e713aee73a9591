import type { TrafficShape } from './data-files.ts';
import type { Model, Outlook } from './model.ts';
import { DEFAULTS, type FunctionSettings, type Settings } from './settings.ts';

/** One thing changed alone. */
export interface Change {
  readonly name: string;
  /** A setting of Terraform, the code's own doing, or the traffic. */
  readonly kind: 'setting' | 'code' | 'outside';
  readonly settings: Settings;
  readonly traffic?: Partial<TrafficShape>;
}

const intake = (part: Partial<FunctionSettings>): Settings => ({
  ...DEFAULTS,
  intake: { ...DEFAULTS.intake, ...part },
});
const forward = (part: Partial<FunctionSettings>): Settings => ({
  ...DEFAULTS,
  forward: { ...DEFAULTS.forward, ...part },
});

export const CHANGES: readonly Change[] = [
  { name: '`shards = 2`', kind: 'setting', settings: { ...DEFAULTS, shards: 2 } },
  { name: '`shards = 8`', kind: 'setting', settings: { ...DEFAULTS, shards: 8 } },
  { name: '`shards = 64`', kind: 'setting', settings: { ...DEFAULTS, shards: 64 } },
  { name: '`intake.concurrency = 1`', kind: 'setting', settings: intake({ concurrency: 1 }) },
  { name: '`intake.min_instances = 0`', kind: 'setting', settings: intake({ minInstances: 0 }) },
  { name: '`intake.min_instances = 4`', kind: 'setting', settings: intake({ minInstances: 4 }) },
  {
    name: '`destinations.….concurrency = 10`',
    kind: 'setting',
    settings: forward({ concurrency: 10, maxInstances: 100 }),
  },
  {
    name: '`destinations.….min_instances = 1`',
    kind: 'setting',
    settings: forward({ minInstances: 1 }),
  },
  {
    name: '`destinations.….max_instances = 8`',
    kind: 'setting',
    settings: forward({ maxInstances: 8 }),
  },
  { name: 'no group commit', kind: 'code', settings: { ...DEFAULTS, groupCommit: false } },
  { name: 'no coalescing', kind: 'code', settings: { ...DEFAULTS, coalescing: false } },
  {
    name: "Cloud Run's own request log excluded",
    kind: 'outside',
    settings: { ...DEFAULTS, platformRequestLogs: false },
  },
  {
    name: 'one audience in a request',
    kind: 'outside',
    settings: DEFAULTS,
    traffic: { audiencesPerRequest: 1 },
  },
  {
    name: '50 audiences in a request',
    kind: 'outside',
    settings: DEFAULTS,
    traffic: { audiencesPerRequest: 50 },
  },
];

export interface Effect {
  readonly after: Outlook;
  /** Of a month, in dollars. */
  readonly difference: number;
}

/** What a change does to a size, everything else as Terraform has it. */
export function effectOf(change: Change, before: Outlook, model: Model): Effect {
  const after = model.lookAt({ ...before.shape, ...change.traffic }, change.settings);
  return { after, difference: after.bill.dollars - before.bill.dollars };
}
