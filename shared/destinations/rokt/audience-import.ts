import { writeIdentifier, type IdentifierRules } from '../identifier.ts';
import type { ImportOptions } from './options.ts';
import type { RoktApi } from './rokt-api.ts';

/** Ours: Rokt documents no limit for bodies; other senders stay below 1 MB. */
const MAX_MEMBER_BYTES = 900_000;
/** Ours: Rokt documents none for the name of a list. */
const MAX_LIST_LENGTH = 256;

const RULES: Readonly<Record<ImportOptions['identifier'], IdentifierRules>> = {
  email: { normalize: ['trim', 'lower-case'], alreadyHashed: 'keep' },
  sha256: { normalize: ['trim', 'lower-case'], hash: 'sha256-hex', alreadyHashed: 'keep' },
};

/** Rokt's custom audience import: lists by name, made by their first member. */
export function audienceImport({ accountId, identifier, membersPerCall }: ImportOptions): RoktApi {
  const key = identifier === 'email' ? 'emails' : 'sha256s';

  return {
    capabilities: {
      segments: 'implicit',
      creationIdempotentBy: 'title',
      removal: 'native',
      reports: 'all-or-nothing',
      maxMembersPerCall: membersPerCall,
      maxSegmentsPerCall: 1,
      maxBytesPerCall: MAX_MEMBER_BYTES,
      maxConcurrentCalls: 4,
      // Nothing is documented of two calls about one list at once.
      oneCallPerSegment: true,
    },
    baseUrl: 'https://data.rokt.com',
    path: '/v3/import/suppression',
    maxNameLength: MAX_LIST_LENGTH,
    write: (_operation, { user }) => {
      const id = writeIdentifier(user, RULES[identifier]);
      return 'problem' in id ? id : { user: id.text, item: id.text };
    },
    body: (operation, list, items) => ({
      accountId,
      action: operation === 'add' ? 'include' : 'exclude',
      list,
      [key]: items,
    }),
    taken: () => ({ status: 'delivered' }),
  };
}
