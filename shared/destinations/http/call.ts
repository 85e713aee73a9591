import { basicAuthHeader } from '../../http/basic-auth.ts';
import type { DestinationSettings } from '../destination.ts';
import type { PlatformDescription } from './description.ts';
import { fillPath, fillText, type Json, type TemplateValues } from './template.ts';

export interface CallTemplate {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** An answer of the third party, or why there is none. */
export type CallResult =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'unanswered'; readonly reason: string };

export type Caller = (
  template: CallTemplate,
  values: TemplateValues,
  body?: Json,
) => Promise<CallResult>;

/** A function that calls the platform: fills the templates, authenticates, bounds the time. */
export function createCaller(platform: PlatformDescription, settings: DestinationSettings): Caller {
  const baseUrl = settings.baseUrl ?? platform.baseUrl;

  return async (template, values, body) => {
    const url = new URL(baseUrl.replace(/\/$/, '') + fillPath(template.path, values));
    for (const [name, value] of Object.entries(template.query)) {
      url.searchParams.set(name, fillText(value, values));
    }
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (platform.auth === 'basic') {
      headers['authorization'] = basicAuthHeader((await settings.credentials?.()) ?? '');
    }
    try {
      const response = await fetch(url, {
        method: template.method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(platform.timeoutMs),
      });
      return { kind: 'answered', status: response.status, body: await response.text() };
    } catch (error) {
      // fetch rejects for network failures and our timeout only; both mean "no answer".
      return { kind: 'unanswered', reason: networkReason(error) };
    }
  };
}

function networkReason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'network error';
  return `no answer (${code})`;
}
