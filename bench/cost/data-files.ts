import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * How far a figure may be trusted. `measured`: on the code, by a test.
 * `documented`: read on the provider's page. `reported`: read at somebody who
 * quotes that page. `assumed`: ours; check it against your own traffic.
 */
const figure = z.strictObject({
  kind: z.enum(['measured', 'documented', 'reported', 'assumed']),
  /** The page, or for an assumption the reason. */
  source: z.string().min(1),
  readOn: z.iso.date(),
});

const price = figure.extend({
  part: z.string(),
  meter: z.string(),
  dollars: z.number().nonnegative(),
  /** How many units the price is for. */
  per: z.number().positive(),
  unit: z.string(),
  /** Units of a month that cost nothing, for each billing account or project. */
  freePerMonth: z.number().nonnegative(),
});

export type Figure = z.infer<typeof figure>;

/** What is paid for. Every meter has a price in prices.json, and no other has. */
export const METERS = [
  'intakeRequests',
  'intakeCpuSeconds',
  'intakeMemoryGibSeconds',
  'intakeIdleCpuSeconds',
  'intakeIdleMemoryGibSeconds',
  'publishedGib',
  'deliveredGib',
  'forwardRequests',
  'forwardCpuSeconds',
  'forwardMemoryGibSeconds',
  'forwardIdleCpuSeconds',
  'forwardIdleMemoryGibSeconds',
  'documentReads',
  'documentWrites',
  'secretVersions',
  'secretAccesses',
  'logGib',
  'metricMib',
  'egressGib',
] as const;
export type Meter = (typeof METERS)[number];

const priceTable = z.strictObject({
  region: z.string(),
  prices: z.record(z.enum(METERS), price),
});
export type PriceTable = z.infer<typeof priceTable>;

const quota = figure.extend({ value: z.number().positive(), unit: z.string() });
const quotaTable = z.strictObject({
  orderingKeyBytesPerSecond: quota,
  deliveriesPerKey: quota,
  publishBytesPerSecond: quota,
  pushBytesPerSecond: quota,
  messageBytes: quota,
  minimumBilledBytes: quota,
  documentWritesPerSecond: quota,
  newCollectionOperationsPerSecond: quota,
  cloudRunInstances: quota,
});
export type QuotaTable = z.infer<typeof quotaTable>;

const assumption = figure.extend({ value: z.number().nonnegative(), unit: z.string() });
const assumptionTable = z.strictObject({
  publishRoundTripMs: assumption,
  pushTransitMs: assumption,
  documentReadMs: assumption,
  callMs: assumption,
  callOverheadBytes: assumption,
  callBytesPerMember: assumption,
  membersPerCall: assumption,
  segmentsPerCall: assumption,
  concurrentCalls: assumption,
  batchWaitSeconds: assumption,
  addShare: assumption,
  givenUpPerMillion: assumption,
  targetUtilisation: assumption,
  idleSecondsBeforeStop: assumption,
  billedStepMs: assumption,
  logEnvelopeBytes: assumption,
  platformRequestLogBytes: assumption,
  intakeLineBytes: assumption,
  deliveryLineBytes: assumption,
  callLineBytes: assumption,
  metricMibPerMonth: assumption,
  burstFactor: assumption,
});
type AssumptionTable = z.infer<typeof assumptionTable>;
export type Assumptions = Readonly<Record<keyof AssumptionTable, number>>;

const shape = z.strictObject({
  name: z.string(),
  mutationsPerDay: z.number().positive(),
  audiences: z.int().positive(),
  /** Of the mutations, how many are of the hottest audience. */
  hottestShare: z.number().positive().max(1),
  /** In one request; the hottest is always one of them when there are several. */
  audiencesPerRequest: z.int().positive(),
  why: z.string(),
});
/** The traffic of one size. */
export type TrafficShape = z.infer<typeof shape>;

const traffic = z.strictObject({
  sizes: z.array(shape).min(1),
  /** Sizes to look at on the way from one to the next. */
  sizesBetween: z.array(shape),
  /** How much of a day's traffic comes in each of its hours. */
  hourlyShares: z
    .array(z.number().nonnegative())
    .length(24)
    .refine((shares) => Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9, {
      error: 'must add up to 1',
    }),
  assumptions: assumptionTable,
});
export type Traffic = z.infer<typeof traffic>;

export interface CostData {
  readonly priceTable: PriceTable;
  readonly quotas: QuotaTable;
  readonly traffic: Traffic;
}

const folder = new URL('.', import.meta.url);

/**
 * The data files of a folder (default: those beside this file).
 * @throws Error naming the file and every figure that is missing or wrong.
 */
export function readCostData(from: URL = folder): CostData {
  return {
    priceTable: readData(new URL('prices.json', from), priceTable),
    quotas: readData(new URL('quotas.json', from), quotaTable),
    traffic: readData(new URL('traffic.json', from), traffic),
  };
}

/** The assumptions without what is said of them. */
export function valuesOf(table: AssumptionTable): Assumptions {
  return Object.fromEntries(
    Object.entries(table).map(([name, { value }]) => [name, value]),
  ) as Assumptions;
}

function readData<Schema extends z.ZodType>(file: URL, schema: Schema): z.output<Schema> {
  const name = file.pathname.split('/').at(-1) ?? '';
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${name} cannot be read as JSON.`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${name}:\n${z.prettifyError(result.error)}`);
}
