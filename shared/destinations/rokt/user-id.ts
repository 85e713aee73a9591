import { writeIdentifier, type Identifier, type IdentifierRules } from '../identifier.ts';

const AS_IT_IS: IdentifierRules = { normalize: ['trim'], alreadyHashed: 'keep' };
/** What Rokt asks to be done to an email before it is hashed. */
const HASHED: IdentifierRules = {
  normalize: ['trim', 'lower-case'],
  hash: 'sha256-hex',
  alreadyHashed: 'keep',
};

export interface IdRules {
  readonly hashed: boolean;
  /** Characters of what is sent, at most. */
  readonly maxLength: number;
}

/** The id of a user as Rokt wants it, or why it cannot be written. */
export function writeUserId(user: string, { hashed, maxLength }: IdRules): Identifier {
  if (!user.isWellFormed() || /\p{Cc}/u.test(user.trim())) {
    return { problem: 'its id has characters that cannot be printed' };
  }
  const rules = { ...(hashed ? HASHED : AS_IT_IS), maxLength };
  return writeIdentifier(user, rules);
}
