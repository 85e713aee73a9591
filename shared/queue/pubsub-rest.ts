import { PlatformError } from '../errors.ts';
import { createGoogleApi, type GoogleApi, type GoogleCredentials } from '../google/google-api.ts';

const BASE_URL = 'https://pubsub.googleapis.com';

export interface PubSubConnection {
  readonly projectId: string;
  /** Credentials of the caller; an emulator needs none. */
  readonly credentials?: GoogleCredentials | undefined;
  /** `host:port` of an emulator. */
  readonly emulatorHost?: string | undefined;
}

/** Pub/Sub's REST API, or an emulator's. */
export function createPubSubApi({ emulatorHost, credentials }: PubSubConnection): GoogleApi {
  return createGoogleApi(
    emulatorHost === undefined
      ? { baseUrl: BASE_URL, credentials }
      : { baseUrl: `http://${emulatorHost}` },
  );
}

/** @param text what to check, for the operator who reads it in the log */
export function queueUnavailable(text: string, cause: unknown): PlatformError {
  return new PlatformError('QUEUE_UNAVAILABLE', text, { cause });
}
