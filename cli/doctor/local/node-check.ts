import { ok, warn, type Finding } from '../check.ts';

/** What Cloud Functions run the relay on. */
const MAJOR = 24;

/** Whether this is the Node that the functions run on. */
export function nodeFinding(version: string): Finding {
  const text = `Node ${version}`;
  if (Number(version.split('.', 1)[0]) >= MAJOR) return ok(text);
  return warn(
    `${text}, and the functions run on Node ${MAJOR}`,
    'Run it with npm, which brings that: npm run -s audience-relay -- doctor',
  );
}
