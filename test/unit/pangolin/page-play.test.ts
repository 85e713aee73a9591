import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signBody } from '../../../shared/mapp/signature.ts';
import { pangolinForEachTest } from './pangolin-client.ts';
import { readEvents } from './event-reader.ts';
import { ownPageHeaders, rawRequest } from './raw-request.ts';

interface IntakeCall {
  readonly url: string | undefined;
  readonly hmac: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

const secret = 'a-secret-of-the-dmp';
const client = pangolinForEachTest();
const audience = 'a5940e473cea659.1';
let intake: Server;
let intakeUrl: string;
let received: IntakeCall[];
let answer: { status: number; body: string };

beforeEach(async () => {
  received = [];
  answer = { status: 200, body: '{"accepted":1,"rejected":0}' };
  intake = createServer((request, response) => {
    void text(request).then((body) => {
      const { authorization, 'x-hmac': hmac } = request.headers;
      received.push({ url: request.url, hmac: String(hmac), authorization, body });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  intake.listen(0, '127.0.0.1');
  await once(intake, 'listening');
  intakeUrl = `http://127.0.0.1:${(intake.address() as AddressInfo).port}`;
});
afterEach(() => {
  intake.close();
  intake.closeAllConnections();
});

function connect(): void {
  client.pangolin.playDmpAt({ url: intakeUrl, secret, basicAuth: 'mapp:password' });
}

function play(name: string, body: unknown) {
  return rawRequest(client.pangolin, {
    method: 'POST',
    path: `/page/play/${name}`,
    headers: ownPageHeaders(client.pangolin),
    body: JSON.stringify(body),
  });
}

describe('POST /page/play', () => {
  it.each([
    ['validate', {}, 'VALIDATE'],
    ['create', { audience, name: 'Shoe lovers' }, 'CREATE_AUDIENCE'],
    ['add', { audience, users: ['anna', 'ben'] }, 'ADD_TO_AUDIENCE'],
    ['remove', { audience, users: ['anna'] }, 'REMOVE_FROM_AUDIENCE'],
  ])('%s makes the signed call of the DMP and tells the answer', async (name, body, type) => {
    connect();
    const { status, json } = await play(name, body);
    expect(status).toBe(200);
    expect(json).toEqual({
      status: 200,
      body: { accepted: 1, rejected: 0 },
      durationMs: expect.any(Number),
    });
    const [call] = received;
    expect(received).toHaveLength(1);
    expect(call?.url).toBe(`/?type=${type}`);
    expect(call?.hmac).toBe(signBody(call?.body ?? '', secret));
    expect(call?.authorization).toBe(`Basic ${btoa('mapp:password')}`);
    for (const user of 'users' in body ? body.users : []) expect(call?.body).toContain(user);
  });

  it('tells a refusal of intake as it is', async () => {
    connect();
    answer = { status: 422, body: '{"error":"The name is taken."}' };
    const { json } = await play('create', { audience, name: 'Shoe lovers' });
    expect(json).toMatchObject({ status: 422, body: { error: 'The name is taken.' } });
  });

  it('remembers audiences that were created, for every page', async () => {
    connect();
    await play('create', { audience, name: 'Shoe lovers' });
    answer = { status: 422, body: '{"error":"no"}' };
    await play('create', { audience: 'refused', name: 'Refused' });
    const reader = await readEvents(client.pangolin);
    reader.close();
    const [first] = reader.events();
    expect(first?.data.dmp).toEqual({
      intakeUrl,
      audiences: [{ id: audience, name: 'Shoe lovers' }],
    });
    expect(JSON.stringify(first)).not.toMatch(/a-secret-of-the-dmp|mapp:password/);
  });

  it('is refused, with what to do, where intake is not known', async () => {
    const { status, json } = await play('validate', {});
    expect(status).toBe(409);
    expect(json).toEqual({ status: 'ERROR', error: expect.stringContaining('npm start') });
  });

  it('says when intake does not answer, or not in JSON, and nothing of the secret', async () => {
    connect();
    answer = { status: 500, body: '<html>' };
    const html = await play('validate', {});
    expect(html.status).toBe(502);
    expect(html.json).toMatchObject({ error: expect.stringContaining('JSON') });
    client.pangolin.playDmpAt({ url: 'http://127.0.0.1:1', secret });
    const gone = await play('validate', {});
    expect(gone.status).toBe(502);
    expect(gone.json).toMatchObject({ error: expect.stringContaining('http://127.0.0.1:1') });
    expect(JSON.stringify([html, gone])).not.toContain(secret);
  });

  it.each([
    ['validate', { audience }],
    ['create', { audience }],
    ['create', { audience: ' ', name: 'Shoe lovers' }],
    ['create', { audience, name: 'x'.repeat(201) }],
    ['add', { audience, users: [] }],
    ['add', { audience, users: [''] }],
    ['add', { audience, users: 'anna' }],
    ['add', { audience, users: ['x'.repeat(201)] }],
    ['remove', { users: ['anna'] }],
    ['add', { audience, users: Array(101).fill('anna') }],
    ['add', { audience, users: ['anna'], secret: 'other' }],
    ['add', null],
  ])('%s refuses what is wrong before anything is sent (%#)', async (name, body) => {
    connect();
    const { status, json } = await play(name, body);
    expect([status, json]).toEqual([400, { status: 'ERROR', error: expect.any(String) }]);
    expect(received).toEqual([]);
  });

  it.each(['load', '', 'constructor', 'add/more'])('has no call %j', async (name) => {
    connect();
    expect((await play(name, {})).status).toBe(404);
  });
});
