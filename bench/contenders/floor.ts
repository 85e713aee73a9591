/** The floor: what the job needs at least. node:http, HMAC, JSON and zod, and an answer. */
import { createServer } from 'node:http';
import { isAccepted, readAll } from './minimal.ts';
import { serve } from './serve.ts';

serve(
  createServer((request, response) => {
    readAll(request, (body) => {
      const accepted = isAccepted(body, request.headers['x-hmac']);
      const answer = '{"accepted":100,"rejected":0}';
      const headers = { 'Content-Type': 'application/json', 'Content-Length': answer.length };
      response.writeHead(accepted ? 200 : 401, headers).end(answer);
    });
  }),
);
