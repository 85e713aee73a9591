import { storageFault, storageUnavailable } from './drop-storage.ts';

/** What an operator must see to, with the HTTP status that says nearly the same. */
const FAULTS: Readonly<Record<string, number>> = {
  ENOENT: 404,
  ENOTDIR: 404,
  EACCES: 403,
  EPERM: 403,
  EROFS: 403,
  // No hard links there.
  ENOSYS: 501,
  ENOTSUP: 501,
  EOPNOTSUPP: 501,
  EMLINK: 501,
  ENAMETOOLONG: 501,
  ENOSPC: 507,
  EDQUOT: 507,
};

/** The code of a file system's error. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode ? String(error.code) : undefined;
}

/** Says what a failure of the file system means. Its message would name a path, so only the code is told. */
export async function attempted<Value>(action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    const status = FAULTS[code];
    throw status === undefined
      ? storageUnavailable(`the directory failed (${code})`)
      : storageFault(`the directory failed (${code})`, status);
  }
}
