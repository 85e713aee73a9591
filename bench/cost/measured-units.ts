import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const positive = z.number().positive();
const atLeastZero = z.number().nonnegative();

/** What `npm run bench` measured, in the units the model works with. CPU times are of one core. */
export const measuredUnits = z.object({
  /** Body of a request of `mutationsPerRequest` mutations. */
  requestBytes: positive,
  mutationsPerRequest: z.int().positive(),
  /** In the data of a Pub/Sub message. */
  messageBytesPerMutation: positive,
  /** Head of the data, attributes and ordering key of one message. */
  messageOverheadBytes: positive,
  /** Of such a request: all that intake does for it but the publish. */
  intakeCpuMicrosPerRequest: positive,
  publishCpuMicrosPerMessage: atLeastZero,
  forwardCpuMicrosPerMessage: atLeastZero,
  forwardCpuMicrosPerMutation: atLeastZero,
  forwardCpuMicrosPerCall: atLeastZero,
  /** Documents of the audience map that forward reads. */
  mapReadsPer1000Messages: atLeastZero,
  /** From the start of an instance to its first answer. */
  coldStartMs: z.object({ intake: positive, forward: positive }),
});

export type MeasuredUnits = z.infer<typeof measuredUnits>;

const benchResults = z.object({ units: measuredUnits });

const HOW_TO_MAKE_IT = 'Run `npm run bench`, which writes it.';

/**
 * The measured units in a file that `npm run bench` wrote; what else is in it is not looked at.
 * @throws Error saying how to make the file, when it is missing or lacks a figure.
 */
export function readMeasuredUnits(file: string): MeasuredUnits {
  if (!existsSync(file)) throw new Error(`${file} is missing. ${HOW_TO_MAKE_IT}`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not JSON. ${HOW_TO_MAKE_IT}`, { cause: error });
  }
  const result = benchResults.safeParse(value);
  if (result.success) return result.data.units;
  throw new Error(`${file}: ${z.prettifyError(result.error)}\n${HOW_TO_MAKE_IT}`);
}
