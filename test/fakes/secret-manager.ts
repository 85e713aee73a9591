/** Secret Manager on this machine: unlike Pub/Sub and Firestore, it has no emulator of Google's. */
import { credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { handleUnaryCall, MethodDefinition } from '@grpc/grpc-js';
import { protos, type SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { serveRest } from './secret-manager-rest.ts';

const { v1 } = protos.google.cloud.secretmanager;
type ListRequest = protos.google.cloud.secretmanager.v1.IListSecretVersionsRequest;
type AccessRequest = protos.google.cloud.secretmanager.v1.IAccessSecretVersionRequest;

type ClientOptions = NonNullable<ConstructorParameters<typeof SecretManagerServiceClient>[0]>;

interface Version {
  readonly name: string;
  readonly data: Buffer;
  enabled: boolean;
}

/** A running fake of Secret Manager, which holds one secret. */
export interface FakeSecretManager {
  /** `projects/P/secrets/S` */
  readonly secret: string;
  /** Where it is spoken to over REST. */
  readonly url: string;
  /** Leads the official client here, over gRPC. */
  readonly clientOptions: ClientOptions;
  /** Calls received, by method. */
  readonly calls: { list: number; access: number };
  /** Adds an enabled version, the newest, and returns its name. */
  addVersion(data: string | Buffer): string;
  disableVersion(name: string): void;
  /** From now on every call fails with this gRPC status; `undefined` ends it. */
  failWith(code: status | undefined): void;
  close(): void;
}

/** Starts the fake on a free port of loopback with these versions, oldest first. */
export async function startSecretManager(
  ...values: readonly (string | Buffer)[]
): Promise<FakeSecretManager> {
  const secret = 'projects/relay/secrets/hmac';
  const versions: Version[] = [];
  const calls = { list: 0, access: 0 };
  let failure: status | undefined;

  const list = ({ parent, filter, pageSize }: ListRequest) => {
    calls.list += 1;
    if (failure !== undefined) throw new Refusal(failure);
    if (parent !== secret) throw new Refusal(status.NOT_FOUND);
    const found = versions.filter(matching(filter ?? '')).reverse();
    const page = found.slice(0, pageSize === 0 ? undefined : (pageSize ?? undefined));
    return { versions: page.map(({ name }) => ({ name })), totalSize: found.length };
  };
  const access = (name: string) => {
    calls.access += 1;
    if (failure !== undefined) throw new Refusal(failure);
    const version = versions.find((known) => known.name === name);
    if (version === undefined) throw new Refusal(status.NOT_FOUND);
    if (!version.enabled) throw new Refusal(status.FAILED_PRECONDITION);
    return { name: version.name, payload: { data: version.data } };
  };
  const rest = await serveRest({ list, access });

  const server = new Server();
  server.addService(
    {
      list: method(
        'ListSecretVersions',
        v1.ListSecretVersionsRequest,
        v1.ListSecretVersionsResponse,
      ),
      access: method(
        'AccessSecretVersion',
        v1.AccessSecretVersionRequest,
        v1.AccessSecretVersionResponse,
      ),
    },
    { list: handler(list), access: handler(({ name }: AccessRequest) => access(name ?? '')) },
  );
  const port = await listen(server);

  const fake: FakeSecretManager = {
    secret,
    url: rest.url,
    clientOptions: { apiEndpoint: '127.0.0.1', port, sslCreds: credentials.createInsecure() },
    calls,
    addVersion: (data) => {
      const name = `${secret}/versions/${versions.length + 1}`;
      versions.push({ name, data: Buffer.from(data), enabled: true });
      return name;
    },
    disableVersion: (name) => {
      const version = versions.find((known) => known.name === name);
      if (version === undefined) throw new TypeError(`There is no version ${name}.`);
      version.enabled = false;
    },
    failWith: (code) => {
      failure = code;
    },
    close: () => {
      server.forceShutdown();
      rest.server.close();
      rest.server.closeAllConnections();
    },
  };
  for (const value of values) fake.addVersion(value);
  return fake;
}

/** A call that ends with a gRPC status. */
class Refusal extends Error {
  readonly code: status;

  constructor(code: status) {
    super(status[code]);
    this.code = code;
  }
}

function matching(filter: string): (version: Version) => boolean {
  if (filter === '') return () => true;
  if (filter === 'state:ENABLED') return ({ enabled }) => enabled;
  throw new Refusal(status.INVALID_ARGUMENT);
}

interface RequestType<Request> {
  decode(bytes: Uint8Array): Request;
}
interface ResponseType<Response> {
  encode(response: Response): { finish(): Uint8Array };
}

function method<Request, Response>(
  name: string,
  request: RequestType<Request>,
  response: ResponseType<Response>,
): MethodDefinition<Request, Response> {
  const unused = () => {
    throw new TypeError('The fake only serves.');
  };
  return {
    path: `/google.cloud.secretmanager.v1.SecretManagerService/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: unused,
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (value) => Buffer.from(response.encode(value).finish()),
    responseDeserialize: unused,
  };
}

function handler<Request, Response>(
  answer: (request: Request) => Response,
): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    try {
      callback(null, answer(request));
    } catch (error) {
      callback({ code: error instanceof Refusal ? error.code : status.INTERNAL });
    }
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
