import { startContender } from '../contender-process.ts';
import { startRecordingPangolin } from '../end-to-end/recording-pangolin.ts';
import { audienceIds } from '../micro-batch.ts';
import { messageOf, pushBody } from '../push-request.ts';

const MEMBERS = 40_000;
const WARM_UP_MEMBERS = 20_000;

interface Workload {
  readonly membersPerMessage: number;
  readonly membersPerCall: number;
}

/** What forward needs of the processor, in microseconds. */
export type ForwardFigures = Record<
  'cpuMicrosPerMessage' | 'cpuMicrosPerMutation' | 'cpuMicrosPerCall',
  number
>;

/**
 * Three workloads, one message after the other, tell apart what a message, a mutation and a call of the
 * third party cost: large messages in few calls, the same in ten times as many, and messages of one.
 */
export async function measureForward(): Promise<ForwardFigures> {
  const few = await microsPerMessage({ membersPerMessage: 1_000, membersPerCall: 1_000 }, MEMBERS);
  const many = await microsPerMessage({ membersPerMessage: 1_000, membersPerCall: 100 }, MEMBERS);
  const single = await microsPerMessage(
    { membersPerMessage: 1, membersPerCall: 1_000 },
    MEMBERS / 20,
  );
  const cpuMicrosPerCall = (many - few) / 9;
  const cpuMicrosPerMutation = (few - single) / 999;
  return {
    cpuMicrosPerCall,
    cpuMicrosPerMutation,
    cpuMicrosPerMessage: single - cpuMicrosPerCall - cpuMicrosPerMutation,
  };
}

async function microsPerMessage(workload: Workload, members: number): Promise<number> {
  const { membersPerMessage, membersPerCall } = workload;
  const pangolin = await startRecordingPangolin(0);
  const contender = await startContender({
    file: 'forward.ts',
    variables: { DESTINATION_BASE_URL: pangolin.url, MEMBERS_PER_CALL: String(membersPerCall) },
  });
  try {
    let user = 0;
    const push = async (count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent += 1) {
        const users = Array.from({ length: membersPerMessage }, () =>
          String(12_000_000_000 + user++),
        );
        const body = pushBody(messageOf(audienceIds(1)[0] ?? '', users));
        const { status } = await fetch(contender.url, { method: 'POST', body });
        if (status !== 200) throw new Error(`Forward answered ${status}`);
      }
    };
    await push(Math.ceil(Math.min(WARM_UP_MEMBERS, members) / membersPerMessage));
    const before = await contender.usage();
    const messages = Math.ceil(members / membersPerMessage);
    await push(messages);
    const after = await contender.usage();
    return (after.cpuMicros - before.cpuMicros) / messages;
  } finally {
    await contender.stop();
    await pangolin.close();
  }
}
