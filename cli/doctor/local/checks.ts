/** What the doctor checks on a local stack, a line each, in this order. */
import { fail, ok, skip, type Check, type Finding } from '../check.ts';
import {
  intakeFinding,
  signedFinding,
  wronglySignedFinding,
  type IntakeAdvice,
} from '../intake-checks.ts';
import { probeFinding } from '../probe-check.ts';
import { nodeFinding } from './node-check.ts';
import type { LocalDestination, LocalStackLook } from './open-local.ts';

const START = 'Start it with `npm start`; if it has another port, set PORT or give --local.';
const INTAKE_ADVICE: IntakeAdvice = {
  unreachable: START,
  otherSecret: 'Set HMAC_SECRETS as it was when you started the local stack.',
  otherBasicAuth: 'Set BASIC_AUTH as it was when you started the local stack.',
  secretsUnreadable: 'Look at the log of the local stack.',
  notPublic: START,
};

/** The checks, `configuration` apart, which comes before. */
export const localChecks: readonly Check<LocalStackLook>[] = [
  { name: 'Node', run: () => nodeFinding(process.versions.node) },
  { name: 'local stack', run: healthFinding },
  {
    name: 'intake',
    run: (stack) => ifReady(stack, () => intakeFinding(stack.intake, INTAKE_ADVICE)),
  },
  {
    name: 'signed call',
    run: (stack) => ifReady(stack, () => signedFinding(stack.intake, INTAKE_ADVICE)),
  },
  {
    name: 'wrong signature',
    run: (stack) => ifReady(stack, () => wronglySignedFinding(stack.intake, INTAKE_ADVICE)),
  },
];

/** One more for each destination. */
export function destinationChecks({ destinations }: LocalStackLook): Check<LocalStackLook>[] {
  return destinations.map((each) => ({
    name: `destination ${each.destination.id}`,
    run: (stack) => destinationFinding(stack, each),
  }));
}

async function healthFinding({ url, health }: LocalStackLook): Promise<Finding> {
  const reply = await health();
  if (reply.kind === 'unanswered') return fail(`${url}: ${reply.reason}`, START);
  if (reply.status === 200) return ok(`${url} is ready`);
  return fail(`${url}/healthz answers ${reply.status}: that is no local stack`, START);
}

function destinationFinding(
  stack: LocalStackLook,
  { destination, isOfStack }: LocalDestination,
): Promise<Finding> {
  return isOfStack ? ifReady(stack, () => probeFinding(destination)) : probeFinding(destination);
}

/** What else may answer there is sent nothing. */
async function ifReady(
  { health }: LocalStackLook,
  findingOf: () => Promise<Finding>,
): Promise<Finding> {
  const reply = await health();
  const isReady = reply.kind === 'answered' && reply.status === 200;
  return isReady ? findingOf() : skip('the local stack is not ready');
}
