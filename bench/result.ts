/** What `npm run bench` measures: the contents of bench/latest.json. */
import { z } from 'zod';
import { measuredUnits } from './cost/measured-units.ts';

const figures = z.record(z.string(), z.number());

export const benchResult = z.object({
  measuredOn: z.iso.date(),
  machine: z.object({
    processor: z.string(),
    cores: z.number(),
    node: z.string(),
    /** Whether load and contender each had a core of their own. */
    pinned: z.boolean(),
  }),
  /** Contenders by name. */
  intake: z.record(z.string(), figures),
  /** Cases by name. */
  endToEnd: z.record(z.string(), figures),
  memory: figures,
  /** Milliseconds by function and first request. */
  coldStart: figures,
  /** What one of each thing takes, for `npm run cost`. */
  units: measuredUnits,
});
export type BenchResult = z.infer<typeof benchResult>;
