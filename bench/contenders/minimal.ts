import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { SECRET } from '../micro-batch.ts';

const schema = z.object({
  Type: z.literal('ADD_TO_AUDIENCE'),
  Mutations: z.array(
    z.object({
      Audience: z.string(),
      Uuid: z.string().optional(),
      External_user_id: z.string().optional(),
    }),
  ),
});

/** Whether a body is signed and valid: the checks of the job in their shortest form. */
export function isAccepted(body: Buffer, signature: unknown): boolean {
  const expected = createHmac('sha1', SECRET).update(body).digest();
  const given = Buffer.from(String(signature), 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return schema.safeParse(JSON.parse(body.toString('utf8'))).success;
}

/** Hands over the body once it is there. */
export function readAll(request: IncomingMessage, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    then(Buffer.concat(chunks));
  });
}
