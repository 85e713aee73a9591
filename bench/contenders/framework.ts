/** The framework's limit: the functions framework as documented, HMAC over its raw body, and an answer. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { SECRET } from '../micro-batch.ts';
import { serve } from './serve.ts';

http('framework', (request, response) => {
  const expected = createHmac('sha1', SECRET)
    .update(request.rawBody ?? '')
    .digest();
  const given = Buffer.from(request.get('X-HMAC') ?? '', 'hex');
  const accepted = given.length === expected.length && timingSafeEqual(given, expected);
  response.status(accepted ? 200 : 401).json({ accepted: 100, rejected: 0 });
});

serve(getTestServer('framework'));
