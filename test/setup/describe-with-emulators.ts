import { describe } from '@jest/globals';

const found = ['PUBSUB_EMULATOR_HOST', 'FIRESTORE_EMULATOR_HOST'].every(
  (variable) => process.env[variable] !== undefined,
);

/** A suite that needs both emulators: skipped, visibly, where the setup has not found them. */
export const describeWithEmulators = found ? describe : describe.skip;
