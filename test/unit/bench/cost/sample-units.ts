import type { MeasuredUnits } from '../../../../bench/cost/measured-units.ts';

/** Plausible figures, for tests only: the program takes what `npm run bench` measured. */
export const SAMPLE_UNITS: MeasuredUnits = {
  requestBytes: 21_500,
  mutationsPerRequest: 100,
  messageBytesPerMutation: 105,
  messageOverheadBytes: 350,
  intakeCpuMicrosPerRequest: 150,
  publishCpuMicrosPerMessage: 250,
  forwardCpuMicrosPerMessage: 200,
  forwardCpuMicrosPerMutation: 6,
  forwardCpuMicrosPerCall: 400,
  mapReadsPer1000Messages: 2,
  coldStartMs: { intake: 180, forward: 250 },
};
