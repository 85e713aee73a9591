/** What must not be found in the log, in any form in which it travels. */
import { expect } from '@jest/globals';
import { createLogger, type Logger } from '../../../shared/logger.ts';
import { eventually } from '../../setup/eventually.ts';

export const MARK = 'marked';
export const SECRET = `${MARK}-hmac-secret`;
export const BASIC_AUTH = `mapp:${MARK}-password`;
export const CREDENTIALS = `pangolin:${MARK}-credentials`;
export const AUDIENCE = 'a.1';

/** A user's id at the third party; the DMP's client makes the other id of it. */
export const user = (name: string | number): string => `${MARK}-user-${name}`;

export type Line = Readonly<Record<string, unknown>>;

/** The log of one play. */
export interface MarkedLog {
  readonly log: Logger;
  /** Waits for a line with these fields. */
  readonly untilLogged: (fields: Line) => Promise<void>;
}

/** A log at its most talkative level; its lines go to `written`, beside those of other plays. */
export function markedLog(written: string[]): MarkedLog {
  const lines: Line[] = [];
  const write = (line: string) => {
    written.push(line);
    lines.push(JSON.parse(line) as Line);
  };
  return {
    log: createLogger('debug', { write }),
    untilLogged: (fields) =>
      eventually(() => {
        expect(lines).toContainEqual(expect.objectContaining(fields));
      }),
  };
}
