/** Who is granted a role on a resource. */
export interface Binding {
  readonly role: string;
  /** Such as `serviceAccount:…` or `allUsers`. */
  readonly members: readonly string[];
  readonly isConditional: boolean;
}
