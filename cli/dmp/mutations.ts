import type { CallType } from '../../shared/mapp/parse-call.ts';

/** The DMP's customer number in the vendor's samples. */
export const SAMPLE_CUSTOMER = 123;
export const ID_FIELDS = ['external_user_id', 'uuid'] as const;

/** The calls that carry mutations. */
export type MutationType = Extract<CallType, 'ADD_TO_AUDIENCE' | 'REMOVE_FROM_AUDIENCE'>;

export interface MutationSettings {
  /** The DMP's customer number. */
  readonly customer?: number | undefined;
  /** Which id of theirs the users are given by; of one given by its UUID the third party's is not known. */
  readonly idField?: (typeof ID_FIELDS)[number] | undefined;
}

/** The entries of a mutation array, shaped like the vendor's samples. */
export function mutationsOf(
  audience: string,
  users: readonly string[],
  { customer = SAMPLE_CUSTOMER, idField = 'external_user_id' }: MutationSettings = {},
): object[] {
  const common = { Audience: audience, Customer: customer, Platform: 113 };
  return users.map((user) =>
    idField === 'uuid'
      ? { Uuid: user, ...common }
      : { Uuid: `ab043529-3e55-4672-52f0-${user}`, ...common, External_user_id: user },
  );
}
