import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startFakeServer, type FakeServer } from '../../../fakes/platforms/fake-server.ts';
import { runCli } from '../run-cli.ts';

let folder: string;
let server: FakeServer;
/** What the platform answers with; it is told all it was sent, as indiscreet ones do. */
let status: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
  status = 200;
  server = await startFakeServer(({ path, headers, query, body }) => {
    if (path === '/token') {
      return { status: 200, body: { access_token: 'tok-marker-en', expires_in: 60 } };
    }
    const echo = [JSON.stringify(headers), query.toString(), body].join('\n');
    const decoded = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    return {
      status,
      body: { id: 'seg-1', error: `${echo} ${decoded} ${decodeURIComponent(echo)}` },
    };
  });
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

function writeDescription(fields: object): string {
  const file = join(folder, 'my-platform.json');
  const call = { method: 'POST', path: '/members', member: '{{user}}' };
  const description = {
    id: 'mine',
    name: 'Mine',
    baseUrl: server.url,
    auth: { type: 'none' },
    limits: { membersPerCall: 10 },
    create: {
      method: 'POST',
      path: '/segments',
      query: { title: '{{title}}' },
      idempotentBy: 'title',
      segment: { at: '/id' },
      refusal: { at: '/error' },
    },
    add: call,
    remove: { ...call, method: 'DELETE' },
    ...fields,
  };
  writeFileSync(file, JSON.stringify(description));
  return file;
}

const ODD = 'k3y-marker: "a"&b/ü+';
const KINDS: [string, object, string][] = [
  ['basic', { auth: { type: 'basic' } }, `us3r-marker:${ODD}`],
  ['bearer', { auth: { type: 'bearer' } }, 'k3y-marker-bearer'],
  ['API key', { auth: { type: 'api-key', header: 'X-Shop' } }, 'k3y-marker-header'],
  ['API key in the query', { auth: { type: 'api-key-in-query', name: 'k' } }, ODD],
  [
    'HMAC',
    { auth: { type: 'hmac', header: 'X-H', algorithm: 'sha256', encoding: 'hex' } },
    'k3y-marker-hmac',
  ],
  [
    'OAuth 2',
    { auth: { type: 'oauth2-client-credentials', tokenUrl: '/token' } },
    `cli-marker-ent:${ODD}`,
  ],
  [
    'OAuth 2 in the body',
    { auth: { type: 'oauth2-client-credentials', tokenUrl: '/token', clientAuth: 'body' } },
    `cli-marker-ent:${ODD}`,
  ],
  [
    'named ones in a body and a header',
    {
      credentials: ['one', 'two'],
      headers: { 'X-Plain': '{{credentials.one}}' },
      add: {
        method: 'POST',
        path: '/members',
        body: { json: { secret: '{{credentials.two}}', ids: '{{members}}' } },
        member: '{{user}}',
      },
    },
    JSON.stringify({ one: 'k3y-marker-one', two: ODD }),
  ],
];

describe.each(KINDS)('credentials for %s', (_, fields, credentials) => {
  it.each([
    ['are taken', 200, ['try']],
    ['are refused', 401, ['try']],
    ['make a refusal', 400, ['try']],
    ['are not sent', 200, ['try', '--dry-run']],
    ['are not needed', 200, ['check']],
  ])('never appear when they %s', async (_case, answered, [command = '', ...flags]) => {
    status = answered;
    const file = writeDescription(fields);
    const variables = { DESTINATION_CREDENTIALS: credentials };
    const ran = await runCli(['destination', command, file, ...flags], variables);
    const output = ran.stdout + ran.stderr;
    expect(output).not.toContain('marker');
    expect(output).not.toContain(Buffer.from(credentials).toString('base64'));
    expect(ran.code).toBe(answered === 200 ? 0 : 1);
    if (command === 'try') expect(output).toContain('[hidden]');
  });
});

it('a description with a secret in it is refused without showing it', async () => {
  const file = writeDescription({ auth: { type: 'basic', password: 'k3y-marker' } });
  const ran = await runCli(['destination', 'check', file]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('at auth: unknown: password');
  expect(ran.stdout + ran.stderr).not.toContain('k3y-marker');
});

it('a file that is no JSON is not quoted', async () => {
  const file = join(folder, 'my-platform.json');
  writeFileSync(file, '{"auth": k3y-marker}');
  const ran = await runCli(['destination', 'check', file]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('is no JSON');
  expect(ran.stdout + ran.stderr).not.toContain('k3y-marker');
});
