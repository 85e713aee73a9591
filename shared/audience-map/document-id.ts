import { createHash } from 'node:crypto';

/** Firestore's limit is 1,500 bytes. */
const MAX_READABLE_ID = 1_000;

/** Any id as a legal document id: no slash, not `.` or `..`, not `__…__`, and not too long. */
export function documentId(id: string): string {
  const readable = encodeURIComponent(id);
  if (readable.length <= MAX_READABLE_ID) return `id:${readable}`;
  return `sha256:${createHash('sha256').update(id).digest('hex')}`;
}
