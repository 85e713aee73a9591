import type { FakeCall } from './fake-server.ts';
import { demand, demandKeys, isObject, isText, readCall, roktError } from './rokt-rules.ts';

const ACCOUNT = '123456789';
const CREDENTIALS = 'rpub-14cdc8be-1:rsec-ab1d';
const KEYS = ['accountId', 'action', 'list'];
const IDENTIFIERS = ['email', 'emails', 'sha256', 'sha256s'];

/** Rokt's custom audience import: lists by name, which their first member makes. */
export function fakeImport() {
  const lists = new Map<string, Set<string>>();
  const refused = new Set<string>();

  return {
    account: ACCOUNT,
    credentials: CREDENTIALS,
    /** Who is in a list. */
    list: (name: string): ReadonlySet<string> => lists.get(name) ?? new Set(),
    refuse: (id: string) => refused.add(id),

    handle: (call: FakeCall) => {
      const path = '/v3/import/suppression';
      const read = readCall(call, { path, credentials: CREDENTIALS });
      if ('answer' in read) return read.answer;
      const body = read.json;
      demand(isObject(body), 'the body is no object');
      demandKeys(body, [...KEYS, ...IDENTIFIERS], 'the body');
      const { action, list: name = 'AdvertiserDatabase' } = body;
      demand(body['accountId'] === ACCOUNT, 'the account is another one, or no text');
      demand(action === 'include' || action === 'exclude', 'the action is neither of the two');
      demand(isText(name), 'the name of the list is no text');
      const ids = idsOf(body);
      if (ids.some((id) => refused.has(id))) return roktError(400, 'invalid identifier');

      const list = lists.get(name) ?? new Set<string>();
      lists.set(name, list);
      for (const id of ids) {
        if (action === 'include') list.add(id);
        else list.delete(id);
      }
      return { status: 200 };
    },
  };
}

function idsOf(body: Record<string, unknown>): readonly string[] {
  const present = IDENTIFIERS.filter((key) => key in body);
  demand(present.length === 1, 'not exactly one kind of identifiers');
  const [kind = ''] = present;
  const value = body[kind];
  const ids: unknown = kind.endsWith('s') ? value : [value];
  demand(Array.isArray(ids) && ids.length > 0, 'no identifiers');
  const texts = ids.filter((id) => isText(id));
  demand(texts.length === ids.length, 'an identifier is no text');
  const isHash = (id: string) => /^[0-9a-f]{64}$/.test(id);
  demand(!kind.startsWith('sha256') || texts.every(isHash), 'an identifier is no SHA-256 in hex');
  return texts;
}
