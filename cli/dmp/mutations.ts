export const ID_FIELDS = ['external_user_id', 'uuid'] as const;

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
  { customer = 123, idField = 'external_user_id' }: MutationSettings = {},
): object[] {
  const common = { Audience: audience, Customer: customer, Platform: 113 };
  return users.map((user) =>
    idField === 'uuid'
      ? { Uuid: user, ...common }
      : { Uuid: `ab043529-3e55-4672-52f0-${user}`, ...common, External_user_id: user },
  );
}
