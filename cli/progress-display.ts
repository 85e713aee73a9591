import { performance } from 'node:perf_hooks';
import { SingleBar } from 'cli-progress';

/** How far something is; without a total where that is not known. */
export interface ShownProgress {
  readonly done: number;
  readonly total?: number | undefined;
}

export interface ProgressDisplay {
  readonly onProgress: (progress: ShownProgress) => void;
  /** Takes the bar away; writes the line that was held back. */
  end(): void;
}

export interface DisplayOptions {
  /** Whether lines of JSON are wanted where there is no terminal. */
  readonly json: boolean;
  /** What is counted, in words. */
  readonly what: string;
  /** Whether to tell how many there were a second. */
  readonly withRate?: boolean;
  /** The shortest time between two lines of JSON. */
  readonly lineEveryMs?: number;
}

/**
 * Shows how far an operation is: a bar where `stream` is a terminal, else lines of JSON if wanted, else
 * nothing.
 */
export function createProgressDisplay(
  stream: NodeJS.WriteStream,
  options: DisplayOptions,
): ProgressDisplay {
  const startedAt = performance.now();
  const perSecond = (done: number) =>
    Math.round((done * 1000) / Math.max(1, performance.now() - startedAt));
  if (stream.isTTY) return barOn(stream, options, perSecond);
  if (!options.json) return { onProgress: () => undefined, end: () => undefined };
  return linesOn(stream, options, perSecond);
}

function linesOn(
  stream: NodeJS.WriteStream,
  { withRate = false, lineEveryMs = 0 }: DisplayOptions,
  perSecond: (done: number) => number,
): ProgressDisplay {
  let writtenAt = -Infinity;
  let heldBack: ShownProgress | undefined;
  const write = ({ done, total }: ShownProgress): void => {
    const rate = withRate ? { perSecond: perSecond(done) } : {};
    stream.write(`${JSON.stringify({ progress: { done, total, ...rate } })}\n`);
    heldBack = undefined;
    writtenAt = performance.now();
  };
  return {
    onProgress: (progress) => {
      if (performance.now() - writtenAt >= lineEveryMs) write(progress);
      else heldBack = progress;
    },
    end: () => {
      if (heldBack !== undefined) write(heldBack);
    },
  };
}

function barOn(
  stream: NodeJS.WriteStream,
  { what, withRate = false }: DisplayOptions,
  perSecond: (done: number) => number,
): ProgressDisplay {
  const rate = withRate ? '  {rate}/s' : '';
  let bar: SingleBar | undefined;
  return {
    onProgress: ({ done, total }) => {
      const shown = { rate: perSecond(done) };
      if (bar !== undefined) {
        bar.update(done, shown);
        return;
      }
      const count = total === undefined ? '{value}' : '{bar} {value}/{total}';
      const format = `${count} ${what}${rate}`;
      bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true });
      bar.start(total ?? 0, done, shown);
    },
    end: () => bar?.stop(),
  };
}
