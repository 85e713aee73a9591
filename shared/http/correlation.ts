import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Correlation } from '../logger.ts';

/**
 * What ties together the lines of a request: an id of ours, and Google's trace when its front end
 * sent one (`X-Cloud-Trace-Context: TRACE/SPAN;o=1`, documented) and the project is known.
 */
export function correlate(request: IncomingMessage, project: string | undefined): Correlation {
  const header = request.headers['x-cloud-trace-context'];
  const traceId = typeof header === 'string' ? /^[0-9a-f]{32}/.exec(header)?.[0] : undefined;
  const traced = project !== undefined && traceId !== undefined;
  return {
    requestId: randomUUID(),
    trace: traced ? `projects/${project}/traces/${traceId}` : undefined,
  };
}
