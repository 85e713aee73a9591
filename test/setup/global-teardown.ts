/** jest's globalTeardown. */
import { stopEmulators } from './emulators.ts';

export default async function teardown(): Promise<void> {
  await stopEmulators(globalThis.startedEmulators);
}
