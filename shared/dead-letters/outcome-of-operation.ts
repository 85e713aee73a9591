import { RelayError } from '../errors.ts';
import type { OnProgress } from './dead-letter-operations.ts';
import type { Failure } from './reports.ts';

/** How often the progress of an operation is told, at most, beside its end. */
const TOLD = 100;

/** A function that is called with the number of letters just done and tells now and then how far it is. */
export function progressTeller(total: number, onProgress: OnProgress | undefined) {
  const every = Math.ceil(total / TOLD);
  let done = 0;
  let told = 0;
  return (letters: number): void => {
    done += letters;
    if (done < told + every && done < total) return;
    told = done;
    onProgress?.({ done, total });
  };
}

/** What ended the work before its end; undefined when nothing did. Only RelayErrors are told so. */
export async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return { code: error.code, message: error.message };
  }
}
