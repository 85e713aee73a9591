import { SingleBar } from 'cli-progress';

export interface Progress {
  show(state: ProgressState): void;
  end(): void;
}

export interface ProgressState {
  readonly sent: number;
  readonly delivered: number;
  readonly calls: number;
  readonly disturbed: number;
}

const LINE_EVERY_MS = 10_000;

/** A bar on a terminal, else a line now and then. */
export function createProgress(mutations: number): Progress {
  return process.stdout.isTTY ? bar(mutations) : lines(mutations);
}

function bar(mutations: number): Progress {
  const single = new SingleBar({
    format:
      '{bar} {value}/{total} delivered, {sent} sent, {calls} calls, {disturbed} disturbances, {duration_formatted}',
  });
  single.start(mutations, 0, { sent: 0, calls: 0, disturbed: 0 });
  return {
    show: ({ delivered, ...others }) => {
      single.update(Math.min(delivered, mutations), others);
    },
    end: () => {
      single.stop();
    },
  };
}

function lines(mutations: number): Progress {
  const startedAt = Date.now();
  let next = startedAt;
  return {
    show: ({ sent, delivered, calls, disturbed }) => {
      const now = Date.now();
      if (now < next) return;
      next = now + LINE_EVERY_MS;
      const seconds = Math.round((now - startedAt) / 1000);
      console.log(
        `${seconds} s: ${sent} of ${mutations} sent, ${delivered} delivered, ${calls} calls, ${disturbed} disturbances`,
      );
    },
    end: () => undefined,
  };
}
