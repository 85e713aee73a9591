import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Cloud Logging's names for pino's levels. */
const SEVERITY: Record<string, string> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Logger = PinoLogger;

/** What ties the lines of one request together, from intake to the last line of forward. */
export interface Correlation {
  readonly requestId: string;
  /** Cloud Logging's trace name, `projects/P/traces/T`, when the platform sent a trace. */
  readonly trace?: string | undefined;
}

/**
 * A logger of JSON lines. Lines are written synchronously, so that none is lost when an instance
 * ends. Call the `log…` functions of log-events.ts instead of its methods.
 */
export function createLogger(level: LogLevel, stream?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT' }) },
    },
    stream ?? pino.destination({ dest: 1, sync: true }),
  );
}

/** A logger whose every line carries the request id and the trace. */
export function correlatedLogger(log: Logger, { requestId, trace }: Correlation): Logger {
  return log.child({
    requestId,
    ...(trace === undefined ? {} : { 'logging.googleapis.com/trace': trace }),
  });
}
