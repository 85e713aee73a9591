import { methodNotAllowed, Refusal } from './answers.ts';
import type { Call } from './call.ts';

/** What is there for the method of this call; throws a 405 that names the others. */
export function choose<Result>(
  call: Call,
  answers: Readonly<Record<string, () => Result>>,
): Result {
  const answer = new Map(Object.entries(answers)).get(call.method);
  if (answer === undefined) throw methodNotAllowed(Object.keys(answers));
  return answer();
}

/** The refusal of a path that leads nowhere. */
export function notFound(): Refusal {
  return new Refusal(404, 'There is nothing at this path.');
}
