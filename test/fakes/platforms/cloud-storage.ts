import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { CRC32C } from '@google-cloud/storage';
import {
  createFakeBucket,
  type FakeBucket,
  type FakeObject,
  type StorageAnswer,
} from './cloud-storage-objects.ts';
import { RuleBroken, type Mishap } from './fake-server.ts';

/** Small, so that every list of a test that stores much has several pages. */
const PAGE = 50;

/** A fake of Cloud Storage: what of its JSON API an official client needs for the objects of one bucket. */
export interface FakeCloudStorage extends FakeBucket {
  readonly url: string;
  /** Method and path of every call, in order. */
  readonly calls: readonly string[];
  readonly violations: readonly string[];
  failNext(mishap: Mishap, times?: number): void;
  /** From now on every call is answered so; undefined: no more. */
  refuseAll(status: number | undefined): void;
  close(): Promise<void>;
}

const MISHAPS: Readonly<Record<Exclude<Mishap, 'reset'>, StorageAnswer>> = {
  'rate-limited': { status: 429, headers: { 'retry-after': '2' } },
  unavailable: { status: 503 },
  broken: { status: 500 },
  redirect: { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } },
};

export async function startFakeCloudStorage(bucket: string): Promise<FakeCloudStorage> {
  const objects = createFakeBucket();
  const calls: string[] = [];
  const violations: string[] = [];
  const coming: Mishap[] = [];
  let refusal: number | undefined;

  function answered(request: IncomingMessage, body: Buffer): StorageAnswer {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? '';
    calls.push(`${method} ${url.pathname}`);
    try {
      return route({ method, url, body, type: request.headers['content-type'] ?? '' });
    } catch (error) {
      violations.push(error instanceof Error ? error.message : String(error));
      return error instanceof RuleBroken ? error.answer : { status: 500 };
    }
  }

  function route({ method, url, body, type }: Call): StorageAnswer {
    const query = url.searchParams;
    const [, isUpload, inBucket, rest = ''] =
      /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (inBucket === undefined)
      throw new RuleBroken(`no such path: ${url.pathname}`, { status: 404 });
    if (inBucket !== bucket) return { status: 404, body: { error: { code: 404 } } };
    if (isUpload !== undefined) return objects.insert(query, multipart(body, type));
    if (rest === '') return objects.list(query, PAGE);
    const [encoded = '', action] = rest.split('/');
    const name = decodeURIComponent(encoded);
    if (method === 'POST' && action === 'compose') {
      return objects.compose(name, query, JSON.parse(body.toString()));
    }
    if (method === 'DELETE') return objects.remove(name, query);
    if (method === 'GET') return objects.get(name, query);
    throw new RuleBroken(`no such method: ${method}`, { status: 405 });
  }

  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const mishap = coming.shift();
      if (mishap === 'reset') request.socket.resetAndDestroy();
      else if (mishap !== undefined) send(response, MISHAPS[mishap]);
      else send(response, refusal === undefined ? answered(request, body) : { status: refusal });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    ...objects,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    violations,
    failNext: (mishap, times = 1) => coming.push(...new Array<Mishap>(times).fill(mishap)),
    refuseAll: (status) => {
      refusal = status;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  readonly type: string;
}

/** The two parts of an upload: what is said of the object, and its content. */
function multipart(body: Buffer, type: string): Pick<FakeObject, 'content' | 'described'> {
  const boundary = /^multipart\/related; boundary=(\S+)$/.exec(type)?.[1];
  if (boundary === undefined)
    throw new RuleBroken('an upload is multipart/related', { status: 400 });
  const [, first = '', second = ''] = body.toString('latin1').split(`--${boundary}`);
  const contentOf = (part: string) => part.slice(part.indexOf('\r\n\r\n') + 4, -2);
  return {
    described: JSON.parse(Buffer.from(contentOf(first), 'latin1').toString('utf8')) as object,
    content: Buffer.from(contentOf(second), 'latin1'),
  };
}

function send(response: ServerResponse, { status, headers, body, content }: StorageAnswer): void {
  if (content !== undefined) {
    const hash = new CRC32C();
    hash.update(content);
    response.writeHead(status, { ...headers, 'x-goog-hash': `crc32c=${hash.toString()}` });
    response.end(content);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
