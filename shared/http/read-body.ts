import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors.ts';

/** How much of a too large body is read and thrown away so that the sender can read the 413. */
const DISCARD_BYTES = 32 * 1024 * 1024;

/**
 * Reads the raw bytes of a request.
 * @throws RequestError BODY_TOO_LARGE (413) beyond `maxBytes`; no more is kept.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes + DISCARD_BYTES) throw tooLarge(maxBytes);

  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > maxBytes + DISCARD_BYTES) break;
    if (received > maxBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (received > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks, received);
}

function tooLarge(maxBytes: number): RequestError {
  return new RequestError(
    'BODY_TOO_LARGE',
    413,
    `The body is larger than ${maxBytes} bytes: send smaller micro-batches, or raise MAX_BODY_BYTES.`,
  );
}
