import type { BatchResult } from '../../../shared/destinations/destination.ts';
import {
  all,
  applyTo,
  mustEqual,
  mustHaveMembers,
  OPERATED_AT,
  readySegment,
  statuses,
  usersUpTo,
} from './playing.ts';
import type { ConformanceRule } from './conformance-rule.ts';
import { membersOf } from './third-party.ts';

const USERS = usersUpTo(5);
const [FIRST = '', SECOND = '', ...REST] = USERS;

export const membershipRules: readonly ConformanceRule[] = [
  {
    name: 'adds members: exactly those, and says so',
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      const outcomes = await applyTo(destination, { operation: 'add', segment, users: USERS });
      mustEqual('the outcomes', statuses(outcomes), all(USERS.length, 'delivered'));
      await destination.close?.();
      await mustHaveMembers(fixture, segment, USERS);
    },
  },
  {
    name: 'fills a call up to its limit of members and bytes',
    check: async (destination, fixture) => {
      const { maxMembersPerCall, maxBytesPerCall = Infinity } = destination.capabilities;
      const segment = await readySegment(destination, fixture);
      const users = usersUpTo(Math.min(maxMembersPerCall, 10_000), 'a-user-with-quite-a-long-name');
      const members = membersOf(segment, users, OPERATED_AT);
      const sizes = members.map((member) => destination.memberBytes?.('add', member) ?? 0);
      let bytes = 0;
      const end = sizes.findIndex((size) => (bytes += size) > maxBytesPerCall);
      const fitting = end === -1 ? members : members.slice(0, end);
      const result = await destination.apply({ operation: 'add', members: fitting });
      mustEqual('the result', result.kind, 'outcomes');
      await destination.close?.();
      const expected = fitting.map(({ user }) => user);
      await mustHaveMembers(fixture, segment, expected);
    },
  },
  {
    name: 'takes members of several segments in one call, each to its own',
    applies: ({ capabilities }) =>
      capabilities.maxSegmentsPerCall > 1 && capabilities.maxMembersPerCall > 1,
    check: async (destination, fixture) => {
      const one = await readySegment(destination, fixture);
      const other = await readySegment(destination, fixture, { title: 'O', audienceId: 'o.2' });
      const members = [
        ...membersOf(one, [FIRST], OPERATED_AT),
        ...membersOf(other, [FIRST], OPERATED_AT),
      ];
      const result = await destination.apply({ operation: 'add', members });
      mustEqual('the result', result.kind, 'outcomes');
      await destination.close?.();
      await mustHaveMembers(fixture, one, [FIRST]);
      await mustHaveMembers(fixture, other, [FIRST]);
    },
  },
  {
    name: 'removes members, and leaves the others',
    applies: ({ capabilities }) => capabilities.removal === 'native',
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      await applyTo(destination, { operation: 'add', segment, users: USERS });
      const leavers = [FIRST, SECOND];
      const removal = { operation: 'remove', segment, users: leavers } as const;
      const outcomes = await applyTo(destination, { ...removal, operatedAt: OPERATED_AT + 1 });
      mustEqual('the outcomes', statuses(outcomes), all(2, 'delivered'));
      await destination.close?.();
      await mustHaveMembers(fixture, segment, REST);
    },
  },
  {
    name: 'says that it cannot remove, and calls nobody',
    applies: ({ capabilities }) => capabilities.removal === 'none',
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      await applyTo(destination, { operation: 'add', segment, users: USERS });
      const outcomes = await applyTo(destination, { operation: 'remove', segment, users: [FIRST] });
      mustEqual('the outcomes', statuses(outcomes), ['skipped']);
      await destination.close?.();
      await mustHaveMembers(fixture, segment, USERS);
    },
  },
  {
    name: 'changes nothing when a call comes twice',
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      for (let time = 1; time <= 2; time += 1) {
        const outcomes = await applyTo(destination, { operation: 'add', segment, users: USERS });
        mustEqual('the outcomes', statuses(outcomes), all(USERS.length, 'delivered'));
      }
      await destination.close?.();
      await mustHaveMembers(fixture, segment, USERS);
    },
  },
  {
    name: 'brings back who left before',
    applies: ({ capabilities }) => capabilities.removal === 'native',
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      for (const [index, operation] of (['add', 'remove', 'add'] as const).entries()) {
        const operatedAt = OPERATED_AT + index;
        await applyTo(destination, { operation, segment, users: [FIRST], operatedAt });
      }
      await destination.close?.();
      await mustHaveMembers(fixture, segment, [FIRST]);
    },
  },
  {
    name: 'carries ids of any characters unchanged, or refuses them one by one',
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      const odd = [`o'neil+"tag"@example.com`, 'ü😀@example.com', 'a b&c=d/e?f#g%41@example.com'];
      const users = [FIRST, ...odd];
      const outcomes = await applyTo(destination, { operation: 'add', segment, users });
      await destination.close?.();
      const taken = users.filter((_, index) => outcomes[index]?.status === 'delivered');
      mustEqual('the plain id', taken[0], FIRST);
      await mustHaveMembers(fixture, segment, taken);
    },
  },
  {
    name: 'a member that the third party does not take sinks no other',
    applies: (_, { thirdParty }) => thirdParty.refuseUser !== undefined,
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      await fixture.thirdParty.refuseUser?.(SECOND);
      const members = membersOf(segment, [FIRST, SECOND], OPERATED_AT);
      const batches =
        destination.capabilities.maxMembersPerCall > 1 ? [members] : members.map((m) => [m]);
      for (const batch of batches) {
        const result = await destination.apply({ operation: 'add', members: batch });
        mustTellWhom(result, { batch: batch.map(({ user }) => user), bad: SECOND });
      }
      await destination.close?.();
    },
  },
];

/** Said of the member, or of the batch, which the delivery then halves; or at least counted. */
function mustTellWhom(
  result: BatchResult,
  { batch, bad }: { batch: readonly string[]; bad: string },
): void {
  const index = batch.indexOf(bad);
  if (index === -1 || result.kind === 'refused-whole') return;
  if (result.kind !== 'outcomes') throw new Error(`The batch was not taken: ${result.kind}.`);
  if ((result.unnamedRefusals ?? 0) > 0) return;
  mustEqual('the outcome of the one that is not taken', result.outcomes[index]?.status, 'rejected');
}
