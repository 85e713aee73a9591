/** jest's globalSetup. */
import type { ChildProcess } from 'node:child_process';
import { HOW_TO_GET_EMULATORS, startEmulators } from './emulators.ts';

declare global {
  var startedEmulators: ChildProcess[];
}

export default async function setup(): Promise<void> {
  // The official clients would otherwise look for Google's metadata server.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const { started, missing } = await startEmulators();
  globalThis.startedEmulators = started;
  if (missing.length === 0) return;
  const text = `Emulators not found: ${missing.join(', ')}. ${HOW_TO_GET_EMULATORS}`;
  if (process.env['REQUIRE_EMULATORS'] === '1') throw new Error(text);
  console.log(`\nTheir suites are skipped. ${text}`);
}
