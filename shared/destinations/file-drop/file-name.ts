const MINUTE_MS = 60_000;

export type Extension = 'tsv.gz' | 'csv';

/** How the names of a segment's complete files begin. No segment has an underscore in it. */
export function fileNamesBegin(segment: string): string {
  return `Mapp_dmp_${segment}_`;
}

/** The name of a segment's file of one minute, UTC. Names sort by time. */
export function fileName(segment: string, atMs: number, extension: Extension): string {
  const [year, month, day, hour, minute] = new Date(atMs).toISOString().split(/[-T:]/);
  return `${fileNamesBegin(segment)}${[year, month, day, hour, minute].join('_')}.${extension}`;
}

/** The minute of a complete file, in milliseconds since the epoch; undefined: it is none of ours. */
export function minuteOfFile(name: string): number | undefined {
  const at = /_(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)\.(?:tsv\.gz|csv)$/.exec(name);
  if (at === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = at.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * The minute for the next file of a segment: the present one, or the one after the newest file that is
 * there, so that the order of names is the order in which files were made.
 */
export function nextMinute(nowMs: number, existing: readonly string[]): number {
  const newest = Math.max(...existing.map((name) => minuteOfFile(name) ?? -Infinity));
  return Math.max(nowMs, newest + MINUTE_MS);
}
