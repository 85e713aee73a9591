import { CRC32C } from '@google-cloud/storage';
import { z } from 'zod';
import { RuleBroken } from './fake-server.ts';

export interface FakeObject {
  readonly content: Buffer;
  /** What its maker said of it: contentType, metadata. */
  readonly described: object;
  readonly generation: string;
}

export interface StorageAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of a body. */
  readonly content?: Buffer;
}

/** The objects of a bucket, each changed as a whole and in the order of the calls. */
export interface FakeBucket {
  /** All that is there, by name. */
  readonly objects: ReadonlyMap<string, FakeObject>;
  insert(query: URLSearchParams, made: Omit<FakeObject, 'generation'>): StorageAnswer;
  list(query: URLSearchParams, page: number): StorageAnswer;
  get(name: string, query: URLSearchParams): StorageAnswer;
  remove(name: string, query: URLSearchParams): StorageAnswer;
  compose(name: string, query: URLSearchParams, body: unknown): StorageAnswer;
}

const composeBody = z.object({
  destination: z.looseObject({ contentType: z.string() }),
  sourceObjects: z.array(
    z.object({
      name: z.string(),
      objectPreconditions: z.object({ ifGenerationMatch: z.string() }).optional(),
    }),
  ),
});

const ABSENT = { status: 404, body: { error: { code: 404, message: 'No such object' } } };
const UNMET = { status: 412, body: { error: { code: 412, message: 'Precondition failed' } } };

export function createFakeBucket(): FakeBucket {
  const objects = new Map<string, FakeObject>();
  let generation = 1_700_000_000_000_000;

  /** `ifGenerationMatch` 0: there must be none. */
  const isMet = (name: string, wanted: string | null | undefined) =>
    wanted == null || (objects.get(name)?.generation ?? '0') === wanted;

  function put(name: string, made: Omit<FakeObject, 'generation'>): StorageAnswer {
    // docs: 1-1024 bytes, no carriage return or line feed, neither "." nor ".."
    if (/[\r\n]/.test(name) || /^\.{0,2}$/.test(name) || Buffer.byteLength(name) > 1024) {
      throw new RuleBroken('an object has a name that Cloud Storage refuses', { status: 400 });
    }
    generation += 1;
    const object = { ...made, generation: String(generation) };
    objects.set(name, object);
    return { status: 200, body: resource(name, object) };
  }

  return {
    objects,
    insert: (query, made) => {
      const name = query.get('name') ?? '';
      return isMet(name, query.get('ifGenerationMatch')) ? put(name, made) : UNMET;
    },
    list: (query, page) => {
      const prefix = query.get('prefix') ?? '';
      const from = query.get('pageToken') ?? query.get('startOffset') ?? '';
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name >= from);
      const sorted = names.sort();
      const next = sorted[page];
      const items = sorted.slice(0, page).map((name) => ({ name }));
      return {
        status: 200,
        body: { items, ...(next === undefined ? {} : { nextPageToken: next }) },
      };
    },
    get: (name, query) => {
      const object = objects.get(name);
      if (object === undefined) return ABSENT;
      if (query.get('alt') === 'media') return { status: 200, content: object.content };
      return { status: 200, body: resource(name, object) };
    },
    remove: (name, query) => {
      if (!objects.has(name)) return ABSENT;
      if (!isMet(name, query.get('ifGenerationMatch'))) return UNMET;
      objects.delete(name);
      return { status: 204 };
    },
    compose: (name, query, body) => {
      const { destination, sourceObjects } = composeBody.parse(body);
      if (sourceObjects.length < 1 || sourceObjects.length > 32) {
        throw new RuleBroken('compose takes 1 to 32 objects', { status: 400 });
      }
      const found = sourceObjects.map((source) => objects.get(source.name)?.content);
      if (found.includes(undefined)) return ABSENT;
      const met = sourceObjects.every((source) =>
        isMet(source.name, source.objectPreconditions?.ifGenerationMatch),
      );
      if (!met || !isMet(name, query.get('ifGenerationMatch'))) return UNMET;
      const content = Buffer.concat(found.filter((each) => each !== undefined));
      return put(name, { content, described: destination });
    },
  };
}

function resource(name: string, { content, described, generation }: FakeObject): object {
  const hash = new CRC32C();
  hash.update(content);
  return { ...described, name, generation, size: String(content.length), crc32c: hash.toString() };
}
