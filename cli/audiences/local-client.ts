import { callLocalStack } from '../call-local-stack.ts';
import type { LocalStackAddress } from '../local-stack-address.ts';
import { audienceReport, audienceSummary, retryReport } from './audience-operations.ts';
import type { AudienceOperations } from './audience-operations.ts';

/**
 * The operations on the audiences of a running local stack, over HTTP.
 * @param destination whose audiences; default: those that intake looks at
 * Every method throws CommandProblem when the stack does not do it.
 */
export function createLocalClient(
  address: LocalStackAddress,
  destination: string | undefined,
): AudienceOperations {
  const of = destination === undefined ? {} : { destination };
  return {
    list: (request) => {
      const body = { ...of, ...request };
      return callLocalStack(address, { operation: 'audiences/list', body, result: audienceReport });
    },
    show: async (id) => {
      const [body, result] = [{ ...of, id }, audienceSummary.nullable()];
      const shown = callLocalStack(address, { operation: 'audiences/show', body, result });
      return (await shown) ?? undefined;
    },
    retry: async (id) => {
      const [body, result] = [{ ...of, id }, retryReport.nullable()];
      const retried = callLocalStack(address, { operation: 'audiences/retry', body, result });
      return (await retried) ?? undefined;
    },
  };
}
