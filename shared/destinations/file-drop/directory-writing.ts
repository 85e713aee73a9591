import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './directory-failure.ts';

/** Writes a new file so that it survives a failure of the machine, its name apart. */
export async function writeNew(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Joins files to one, in their order, read piece by piece. */
export async function writeJoined(path: string, sources: readonly string[]): Promise<void> {
  const joined = await open(path, 'w');
  try {
    for (const source of sources) {
      const file = await open(source, 'r');
      // Its end closes the file.
      for await (const piece of file.createReadStream()) await joined.writeFile(piece as Buffer);
    }
    await joined.sync();
  } finally {
    await joined.close();
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes the folders above a name, but never `directory`: that may be a disk which is not mounted. */
export async function folderFor(directory: string, name: string): Promise<void> {
  let path = directory;
  for (const folder of name.split('/').slice(0, -1)) {
    const above = path;
    path = join(path, folder);
    if (await made(path)) await syncFolder(above);
  }
}

async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
