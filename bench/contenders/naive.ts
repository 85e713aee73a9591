/**
 * What one would otherwise write: the DIY integration as its documentation shows it, one call per user,
 * within the request. What fails is logged and lost; nothing is counted, ordered or sent again.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { environment } from '../../shared/config.ts';
import { SECRET } from '../micro-batch.ts';
import { serve } from './serve.ts';
import { readAll } from './minimal.ts';

interface Body {
  readonly Type: string;
  readonly Audience: string;
  readonly Name: string;
  readonly Mutations: readonly { readonly Audience: string; readonly External_user_id: string }[];
}

const { DESTINATION_BASE_URL = '' } = environment;
const authorization = `Basic ${Buffer.from('pangolin:pangolin').toString('base64')}`;
const segments = new Map<string, number>();

async function callPangolin(method: string, query: Record<string, string>): Promise<string> {
  const url = `${DESTINATION_BASE_URL}/v1/segment?${new URLSearchParams(query).toString()}`;
  const response = await fetch(url, { method, headers: { authorization } });
  if (!response.ok) throw new Error(`Pangolin answered ${response.status}`);
  return response.text();
}

async function createAudience({ Audience, Name }: Body): Promise<void> {
  const answer = await callPangolin('POST', { title: Name });
  const created = JSON.parse(answer) as { segment_id: number };
  segments.set(Audience, created.segment_id);
}

async function mutate({ Type, Mutations }: Body): Promise<void> {
  const method = Type === 'ADD_TO_AUDIENCE' ? 'POST' : 'DELETE';
  await Promise.all(
    Mutations.map(({ Audience, External_user_id: userid }) =>
      callPangolin(method, { id: String(segments.get(Audience)), userid }),
    ),
  );
}

async function answer(body: Buffer, signature: unknown): Promise<number> {
  if (createHmac('sha1', SECRET).update(body).digest('hex') !== signature) return 401;
  const call = JSON.parse(body.toString('utf8')) as Body;
  try {
    await (call.Type === 'CREATE_AUDIENCE' ? createAudience(call) : mutate(call));
    return 200;
  } catch (error) {
    console.error(String(error));
    return 500;
  }
}

serve(
  createServer((request, response) => {
    readAll(request, (body) => {
      void answer(body, request.headers['x-hmac']).then((status) => {
        response.writeHead(status).end();
      });
    });
  }),
);
