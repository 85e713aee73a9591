import { performance } from 'node:perf_hooks';
import {
  sendRequest,
  type OutgoingRequest,
  type Reply,
} from '../../shared/destinations/send-request.ts';
import { authorization, type DmpSettings, type SignedCall } from './dmp-client.ts';

/** CREATE_AUDIENCE may wait for its segment, and a deployment for its first instance. */
const TIMEOUT_MS = 30_000;

/** What intake answered, or why it did not. */
export type DmpReply = Reply & { readonly durationMs: number };

/** Sends a signed call. Does not throw for what the network or intake does. */
export function sendCall(
  { url, headers, body }: SignedCall,
  timeoutMs = TIMEOUT_MS,
): Promise<DmpReply> {
  return timed({ method: 'POST', url: new URL(url), headers, body }, timeoutMs);
}

/** The DMP's validation by GET, which is not signed. Does not throw either. */
export function sendGet(
  { url, basicAuth }: Omit<DmpSettings, 'secret'>,
  timeoutMs = TIMEOUT_MS,
): Promise<DmpReply> {
  return timed(
    { method: 'GET', url: new URL(`${url}/`), headers: authorization(basicAuth) },
    timeoutMs,
  );
}

async function timed(request: OutgoingRequest, timeoutMs: number): Promise<DmpReply> {
  const startedAt = performance.now();
  const reply = await sendRequest(request, { timeoutMs });
  return { ...reply, durationMs: performance.now() - startedAt };
}
