import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const FOLDER = 'artifacts/once-in-this-run';

/**
 * Makes a text once per run of the suite, although several test files ask for it: the first one makes it,
 * the others wait.
 * @throws what `make` throws; for the others, Error with its message
 */
export async function onceInThisRun(name: string, make: () => Promise<string>): Promise<string> {
  const file = join(FOLDER, name);
  const made = `${file}.json`;
  mkdirSync(FOLDER, { recursive: true });
  if (!isFirst(file)) {
    await eventually(() => {
      if (!existsSync(made)) throw new Error(`${name}: still being made by another test file`);
    });
    const { text, error } = JSON.parse(readFileSync(made, 'utf8')) as Outcome;
    if (text === undefined) throw new Error(error);
    return text;
  }
  try {
    const text = await make();
    write(made, { text });
    return text;
  } catch (error) {
    write(made, { error: String(error) });
    throw error;
  }
}

/** Forgets what earlier runs have made. */
export function forgetEarlierRuns(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

interface Outcome {
  readonly text?: string;
  readonly error?: string;
}

/** True for the first caller: a folder can be made only once. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    // EEXIST: another test file makes it, or has made it.
    return false;
  }
}

/** All at once: nobody reads half a file. */
function write(file: string, outcome: Outcome): void {
  writeFileSync(`${file}.new`, JSON.stringify(outcome));
  renameSync(`${file}.new`, file);
}
