import type { Environment } from '../../shared/config.ts';

/** The variables that switch a stack to the emulators the setup has found. */
export function emulatorVariables(): Environment {
  const { PUBSUB_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST } = process.env;
  return { PUBSUB_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST };
}
