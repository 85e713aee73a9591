/** The names that figures stand under in bench/latest.json and docs/performance.md. */
export const FLOOR = 'floor: node:http + HMAC + JSON + zod';
export const FRAMEWORK_LIMIT = 'functions framework + HMAC';
export const INTAKE_EMBEDDED = 'intake, embedded queue';
export const INTAKE_PUBSUB = 'intake, Pub/Sub emulator';
export const BEFORE = 'before';

export const HOT = 'one hot audience, 1,000 a call';
export const FIFTY = 'fifty audiences, 1,000 a call';
export const HOT_100 = 'one hot audience, 100 a call';
export const STEADY = 'fifty audiences, 100 requests/s';
export const HOT_STEADY = 'one hot audience, 100 requests/s';
export const NAIVE = 'naive handler, one hot audience';

export const EMPTY_START = 'empty framework function';
export const INTAKE_START = 'intake: first 200';
export const INTAKE_PUBLISHED = 'intake: first 200 that has published';
export const FORWARD_START = 'forward: first delivery';
export const SYNC_START = 'user sync: first redirect';
