import type { DeadLetterOperations } from '../../shared/dead-letters/dead-letter-operations.ts';
import {
  listReport,
  purgeReport,
  replayReport,
  shownDeadLetter,
} from '../../shared/dead-letters/reports.ts';
import { callLocalStack } from '../call-local-stack.ts';
import type { LocalStackAddress } from '../local-stack-address.ts';

/**
 * The operations on the dead letters of a running local stack, over HTTP.
 * Every method throws CommandProblem when the stack does not do it.
 */
export function createLocalClient(address: LocalStackAddress): DeadLetterOperations {
  return {
    list: (filter) =>
      callLocalStack(address, {
        operation: 'dead-letters/list',
        body: { filter },
        result: listReport,
      }),
    show: async (id) => {
      const result = shownDeadLetter.nullable();
      return (
        (await callLocalStack(address, { operation: 'dead-letters/show', body: { id }, result })) ??
        undefined
      );
    },
    replay: (request, onProgress) =>
      callLocalStack(address, {
        operation: 'dead-letters/replay',
        body: request,
        result: replayReport,
        onProgress,
      }),
    purge: (request, onProgress) =>
      callLocalStack(address, {
        operation: 'dead-letters/purge',
        body: request,
        result: purgeReport,
        onProgress,
      }),
  };
}
