import { createHmac } from 'node:crypto';
import { basicAuthHeader } from '../../http/basic-auth.ts';
import type { OutgoingRequest } from '../send-request.ts';
import type { AuthDescription } from './description/auth.ts';

/** A request with what a platform wants as proof of who calls; OAuth's token stands for the secret. */
export function authenticated(
  request: OutgoingRequest,
  auth: AuthDescription,
  secret: string,
): OutgoingRequest {
  switch (auth.type) {
    case 'none':
      return request;
    case 'basic':
      return withHeader(request, 'authorization', basicAuthHeader(secret));
    case 'bearer':
    case 'oauth2-client-credentials':
      return withHeader(request, 'authorization', `Bearer ${secret}`);
    case 'api-key':
      return withHeader(request, auth.header, auth.prefix + secret);
    case 'api-key-in-query': {
      const url = new URL(request.url);
      url.searchParams.set(auth.name, secret);
      return { ...request, url };
    }
    case 'hmac': {
      const digest = createHmac(auth.algorithm, secret).update(request.body ?? '', 'utf8');
      return withHeader(request, auth.header, auth.prefix + digest.digest(auth.encoding));
    }
  }
}

function withHeader(request: OutgoingRequest, name: string, value: string): OutgoingRequest {
  return { ...request, headers: { ...request.headers, [name.toLowerCase()]: value } };
}
