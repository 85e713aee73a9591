import { RelayError } from '../shared/errors.ts';

/** A failure of the local stack in words that tell what to do next. */
export function startupProblem(error: unknown): string {
  if (error instanceof RelayError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}\nSet PORT and PANGOLIN_PORT to free ports (0 takes any).`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
