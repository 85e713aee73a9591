import type { FileFormat } from './roll.ts';

/** Every file holds what came since the one before: parts, one after the other, are one gzip file. */
export const tsvFormat: FileFormat = {
  extension: 'tsv.gz',
  sources: ({ parts }) => Promise.resolve(parts),
};
