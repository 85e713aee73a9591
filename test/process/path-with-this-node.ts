import { delimiter, dirname } from 'node:path';
import { environment } from '../../shared/config.ts';

/** The search path with this Node first, for commands that begin with `#!/usr/bin/env node`. */
export function pathWithThisNode(): string {
  return [dirname(process.execPath), environment['PATH'] ?? ''].join(delimiter);
}
