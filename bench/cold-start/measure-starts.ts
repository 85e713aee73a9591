import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/config.ts';
import { BEFORE } from '../names.ts';
import { prepareSurroundings } from './cold-starts.ts';
import { deployAll } from './deployments.ts';
import { measureColdStarts } from './measure-cold-start.ts';

const RUNS = 10;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The starts of an empty function and of ours, against the emulators that `emulators` names.
 * @param before the folder of another checkout, whose starts are measured in turn
 */
export async function measureStarts(
  emulators: Environment,
  before: string | undefined,
): Promise<Record<string, number>> {
  const surroundings = await prepareSurroundings(emulators);
  const ours = deployAll(ROOT);
  const theirs = before === undefined ? undefined : deployAll(before);
  try {
    const starts = surroundings.coldStartsOf(ours.folders);
    const startsBefore = theirs === undefined ? {} : surroundings.coldStartsOf(theirs.folders);
    const renamed = Object.entries(startsBefore).map(
      ([name, start]) => [`${BEFORE}: ${name}`, start] as const,
    );
    return await measureColdStarts({ ...starts, ...Object.fromEntries(renamed) }, RUNS);
  } finally {
    ours.remove();
    theirs?.remove();
    await surroundings.remove();
  }
}
