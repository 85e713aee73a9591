import type { Bucket, File } from '@google-cloud/storage';
import { absentAs, meaningOf, statusOf } from './cloud-storage-failure.ts';
import { publishByCompose } from './cloud-storage-compose.ts';
import type { DropStorage, Notice } from './drop-storage.ts';

const CALL_TIMEOUT_MS = 20_000;

export interface CloudStorageSettings {
  readonly bucket: string;
  /** Folders ending with a slash, or nothing. */
  readonly prefix: string;
  /** Default: Google's. */
  readonly endpoint?: string | undefined;
}

/**
 * A file drop in a bucket of Cloud Storage, which decides by an object's generation what may be
 * made, taken down or composed. Its client is loaded when it is first needed: no other destination
 * pays for it at the start of the process.
 */
export function createCloudStorageBucket(settings: CloudStorageSettings): DropStorage {
  let opened: Promise<Bucket> | undefined;

  function open(): Promise<Bucket> {
    return (opened ??= openBucket(settings));
  }

  async function fileOf(name: string): Promise<File> {
    return (await open()).file(settings.prefix + name);
  }

  async function attempted<Value>(action: () => Promise<Value>): Promise<Value> {
    const { storage } = await open();
    try {
      return await action();
    } catch (error) {
      throw meaningOf(error, storage.apiEndpoint);
    }
  }

  /** The new object's generation; undefined: the name is taken. */
  async function put(name: string, content: Uint8Array, text?: string) {
    const file = await fileOf(name);
    try {
      await file.save(Buffer.from(content), {
        resumable: false,
        contentType: 'application/octet-stream',
        preconditionOpts: { ifGenerationMatch: 0 },
        ...(text === undefined ? {} : { metadata: { metadata: { text } } }),
      });
      return String(file.metadata.generation);
    } catch (error) {
      if (statusOf(error) === 412) return undefined;
      throw error;
    }
  }

  async function look(name: string): Promise<Notice | undefined> {
    const file = await fileOf(name);
    const metadata = await absentAs(undefined, async () => (await file.getMetadata())[0]);
    if (metadata === undefined) return undefined;
    const text = metadata.metadata?.['text'];
    return { name, version: String(metadata.generation), text: String(text ?? '') };
  }

  return {
    list: (prefix, from = '') =>
      attempted(async () => {
        const bucket = await open();
        const [files] = await bucket.getFiles({
          prefix: settings.prefix + prefix,
          fields: 'items(name),nextPageToken',
          ...(from === '' ? {} : { startOffset: settings.prefix + from }),
        });
        return files.map(({ name }) => name.slice(settings.prefix.length)).sort();
      }),
    create: (name, content) => attempted(async () => (await put(name, content)) !== undefined),
    read: (name) =>
      attempted(async () => {
        const file = await fileOf(name);
        return absentAs(undefined, async () => (await file.download())[0]);
      }),
    remove: (name) =>
      attempted(async () => {
        const file = await fileOf(name);
        await absentAs(undefined, () => file.delete());
      }),
    post: (name, text) =>
      attempted(async () => {
        const version = await put(name, Buffer.alloc(0), text);
        return version === undefined ? undefined : { name, text, version };
      }),
    look: (name) => attempted(() => look(name)),
    takeDown: ({ name, version }) =>
      attempted(async () => {
        const file = await fileOf(name);
        return absentAs(false, async () => {
          await file.delete({ ifGenerationMatch: version });
          return true;
        });
      }),
    publish: (file) =>
      attempted(() =>
        publishByCompose(file, {
          fileOf,
          prefix: settings.prefix,
          isUp: async (lock) => (await look(lock.name))?.version === lock.version,
        }),
      ),
  };
}

async function openBucket({ bucket, endpoint }: CloudStorageSettings): Promise<Bucket> {
  const { Storage } = await import('@google-cloud/storage');
  const storage = new Storage({
    // The delivery retries.
    retryOptions: { autoRetry: false, maxRetries: 0 },
    timeout: CALL_TIMEOUT_MS,
    // Over http, which is loopback, no token goes out.
    ...(endpoint === undefined
      ? {}
      : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: endpoint.startsWith('https:') }),
  });
  return storage.bucket(bucket);
}
