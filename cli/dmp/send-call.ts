import { performance } from 'node:perf_hooks';
import { sendRequest, type Reply } from '../../shared/destinations/send-request.ts';
import { basicAuthHeader } from '../../shared/http/basic-auth.ts';
import type { DmpSettings, SignedCall } from './dmp-client.ts';

/** CREATE_AUDIENCE may wait for its segment, and a deployment for its first instance. */
const TIMEOUT_MS = 30_000;

/** What intake answered, or why it did not. */
export type DmpReply = Reply & { readonly durationMs: number };

/** Sends a signed call. Does not throw for what the network or intake does. */
export function sendCall({ url, headers, body }: SignedCall): Promise<DmpReply> {
  return timed({ method: 'POST', url: new URL(url), headers, body });
}

/** The DMP's validation by GET, which is not signed. */
export function sendGet({ url, basicAuth }: DmpSettings): Promise<DmpReply> {
  const headers: Record<string, string> =
    basicAuth === undefined ? {} : { Authorization: basicAuthHeader(basicAuth) };
  return timed({ method: 'GET', url: new URL(`${url}/`), headers });
}

async function timed(request: Parameters<typeof sendRequest>[0]): Promise<DmpReply> {
  const startedAt = performance.now();
  const reply = await sendRequest(request, { timeoutMs: TIMEOUT_MS });
  return { ...reply, durationMs: performance.now() - startedAt };
}
