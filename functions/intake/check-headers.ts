import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { RequestError } from '../../shared/errors.ts';

/**
 * Refuses what cannot be a call of the DMP, by the request line and the headers alone.
 * @throws RequestError METHOD_NOT_ALLOWED (405) or CONTENT_TYPE_UNSUPPORTED (415)
 */
export function checkHeaders(request: IncomingMessage): void {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'POST') {
    throw new RequestError('METHOD_NOT_ALLOWED', 405, 'method: use POST, or GET to validate');
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw unsupported('Content-Encoding: send the body uncompressed, as it was signed');
  }
  const type = headers['content-type'];
  if (type !== undefined && hasBody(request) && !isJson(type)) {
    throw unsupported('Content-Type: send application/json in UTF-8');
  }
}

/** An empty body has no type: HTTP clients label it at will. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson(contentType: string): boolean {
  try {
    const { essence, params } = new MIMEType(contentType);
    const charset = params.get('charset')?.toLowerCase() ?? 'utf-8';
    return /^application\/(?:[\w.-]+\+)?json$/.test(essence) && charset === 'utf-8';
  } catch {
    // Not a media type at all.
    return false;
  }
}

function unsupported(message: string): RequestError {
  return new RequestError('CONTENT_TYPE_UNSUPPORTED', 415, message);
}
