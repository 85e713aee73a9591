import type { OutgoingRequest } from '../send-request.ts';
import type { AnyCall, BodyDescription } from './description/calls.ts';
import { fillJson, fillPath, fillText, placeholdersIn, type TemplateValues } from './template.ts';

/** A request, or why a value cannot stand where the description puts it. */
export type Rendered = OutgoingRequest | { readonly problem: string };

const CANNOT_STAND = 'contains what this platform cannot take';

/** Fills the templates of a call. Headers of the call win over those of all calls. */
export function renderRequest(
  call: AnyCall,
  values: TemplateValues,
  base: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Rendered {
  const path = fillPath(call.path, values);
  if (path === undefined) return { problem: CANNOT_STAND };
  const url = new URL(base.url.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(call.query)) {
    url.searchParams.set(fillText(name, values), fillText(value, values));
  }
  const body = call.body && renderBody(call.body, values);
  if (body !== undefined && 'problem' in body) return body;
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': body.type };
  for (const [name, template] of [
    ...Object.entries(base.headers),
    ...Object.entries(call.headers),
  ]) {
    const value = fillText(template, values);
    // A line break would begin another header.
    if (!/^[\x20-\x7e]*$/.test(value)) return { problem: CANNOT_STAND };
    headers[name.toLowerCase()] = value;
  }
  return { method: call.method, url, headers, body: body?.text };
}

function renderBody(
  body: BodyDescription,
  values: TemplateValues,
): { readonly text: string; readonly type: string } | { readonly problem: string } {
  if ('json' in body) {
    return { text: JSON.stringify(fillJson(body.json, values)), type: 'application/json' };
  }
  if ('form' in body) {
    const fields = new URLSearchParams();
    for (const [name, value] of Object.entries(body.form))
      fields.set(fillText(name, values), fillText(value, values));
    const text = fields.toString();
    return { text, type: 'application/x-www-form-urlencoded' };
  }
  // What would begin another line has no escape in a text of which nothing is known; members have
  // been checked, and bring the separators between them.
  const named = placeholdersIn(body.text).filter((name) => name !== 'members');
  if (named.some((name) => /\p{Cc}/u.test(fillText(`{{${name}}}`, values)))) {
    return { problem: CANNOT_STAND };
  }
  return { text: fillText(body.text, values), type: body.type };
}
