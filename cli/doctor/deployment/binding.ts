/** Who is granted a role on a resource. */
export interface Binding {
  readonly role: string;
  /** Such as `serviceAccount:…` or `allUsers`. */
  readonly members: readonly string[];
  readonly isConditional: boolean;
}

/** Members that stand for everybody. */
export const EVERYBODY: ReadonlySet<string> = new Set(['allUsers', 'allAuthenticatedUsers']);

/** True where a member has a role whatever the circumstances. */
export function isGranted(bindings: readonly Binding[], role: string, member: string): boolean {
  return bindings.some(
    (binding) =>
      binding.role === role && !binding.isConditional && binding.members.includes(member),
  );
}
