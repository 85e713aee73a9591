import { SingleBar } from 'cli-progress';
import type { OnProgress } from '../../shared/dead-letters/dead-letter-operations.ts';

export interface ProgressDisplay {
  readonly onProgress: OnProgress;
  /** Takes the bar away. */
  end(): void;
}

/**
 * Shows how far an operation is: a bar where `stream` is a terminal, else lines of JSON if wanted, else
 * nothing.
 */
export function createProgressDisplay(
  stream: NodeJS.WriteStream,
  options: { readonly json: boolean },
): ProgressDisplay {
  if (!stream.isTTY) {
    const onProgress: OnProgress = (progress) => {
      if (options.json) stream.write(`${JSON.stringify({ progress })}\n`);
    };
    return { onProgress, end: () => undefined };
  }
  const bar = new SingleBar({
    stream,
    format: '{bar} {value}/{total} dead letters',
    clearOnComplete: true,
    hideCursor: true,
  });
  let started = false;
  return {
    onProgress: ({ done, total }) => {
      if (!started) bar.start(total, done);
      else bar.update(done);
      started = true;
    },
    end: () => {
      if (started) bar.stop();
    },
  };
}
